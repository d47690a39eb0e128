"""Taking an organization away: closed at once, emptied in the background."""

from django.db import transaction

from organizations.models import JobRun, Membership, Organization, User
from organizations.queue import send_after_commit
from organizations.services.audit import record_event
from organizations.services.tenants import delete_organization

KIND = "deletion"


@transaction.atomic
def request_deletion(*, actor: User, organization: Organization) -> None:
    """Inside the organization's scope: end all memberships, so that nobody gets in, and queue the rest.

    The claim is a `JobRun`, so that a task the broker loses is found by the sweep.
    """
    record_event(actor=actor, action="organization.deleted", target=organization)
    Membership.objects.all().delete()
    JobRun.objects.get_or_create(organization=organization, kind=KIND, period="once")
    send_after_commit("organizations.tasks.finish_deletion", organization.pk)


def finish_deletion(organization: Organization) -> bool:
    """Remove a tenant whose deletion was requested; whether it was. The claim goes with the rest."""
    if not JobRun.objects.filter(kind=KIND).exists():
        return False
    delete_organization(organization=organization)
    return True
