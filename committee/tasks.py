"""Digests in the background. Beat only pokes; who is due is decided from the database."""

from celery import shared_task

from committee import services
from organizations.models import Organization
from organizations.queue import send
from organizations.tasks import OrganizationTask


@shared_task(base=OrganizationTask, opens_scope=False)
def send_due_digests(organization: Organization) -> None:
    """Write the organization's due digests into its outbox."""
    services.send_due_digests(organization=organization)


@shared_task
def dispatch_digests() -> None:
    """Poke every organization."""
    for organization_id in Organization.objects.values_list("pk", flat=True):
        send(send_due_digests.name, organization_id)
