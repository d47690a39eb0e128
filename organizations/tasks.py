"""The base of every task of one organization, and the outbox's own tasks."""

from typing import Any

import structlog
from celery import Task, shared_task
from django.utils import timezone

from organizations.models import Organization, OutboundMail
from organizations.queue import send
from organizations.services import deletion, files
from organizations.services.mail import send_waiting_mail
from organizations.tenancy import organization_scope


class OrganizationTask(Task):  # type: ignore[type-arg]
    """A task whose first argument is the organization's id.

    It opens the organization's scope, one transaction around the whole task, unless `opens_scope` is off:
    long work commits step by step and opens its own. It may run twice, late or never.
    """

    abstract = True
    opens_scope = True

    def __call__(self, organization_id: int, *arguments: Any, **options: Any) -> Any:
        organization = Organization.objects.filter(pk=organization_id).first()
        if organization is None:
            return None  # deleted meanwhile
        structlog.contextvars.bind_contextvars(organization=organization.slug, task=self.name)
        try:
            if not self.opens_scope:
                return super().__call__(organization, *arguments, **options)
            with organization_scope(organization):
                return super().__call__(organization, *arguments, **options)
        finally:
            structlog.contextvars.clear_contextvars()


@shared_task(base=OrganizationTask, opens_scope=False)
def send_outbox(organization: Organization) -> None:
    """Send the waiting mail of one organization."""
    send_waiting_mail(organization)


@shared_task
def sweep_outbox() -> None:
    """Poke organizations whose outbox waits; a mail whose task was lost leaves with the next tick."""
    for organization in Organization.objects.only("pk"):
        with organization_scope(organization):
            waits = OutboundMail.objects.unsent(timezone.now()).exists()
        if waits:
            send(send_outbox.name, organization.pk)


@shared_task(base=OrganizationTask)
def finish_deletion(organization: Organization) -> None:
    """Remove an organization whose deletion was requested; may run twice."""
    deletion.finish_deletion(organization)


@shared_task
def sweep_deletions() -> None:
    """Poke every organization; a deletion whose task was lost is finished with the next tick."""
    for organization_id in Organization.objects.values_list("pk", flat=True):
        send(finish_deletion.name, organization_id)


@shared_task(base=OrganizationTask)
def sweep_files(organization: Organization) -> None:
    """Remove attached files that a crash left without a row."""
    files.sweep_files(organization)


@shared_task
def dispatch_file_sweeps() -> None:
    """Poke every organization."""
    for organization_id in Organization.objects.values_list("pk", flat=True):
        send(sweep_files.name, organization_id)
