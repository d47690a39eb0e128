"""Reminders in the background. Beat only pokes; whether the day has come is decided from the database."""

import structlog
from celery import shared_task

from assessments.services import reminding
from organizations.models import Organization
from organizations.queue import send
from organizations.tasks import OrganizationTask

log = structlog.get_logger(__name__)


@shared_task(name="assessments.tasks.send_reminders", base=OrganizationTask, opens_scope=False)
def send_reminders(organization: Organization) -> None:
    """Write the day's reminders of one organization; does nothing before their hour or when they are out."""
    report = reminding.send_due_reminders(organization=organization)
    if not report.skipped:
        log.info("reminders written", reminders=report.reminders, escalations=report.escalations)


@shared_task(name="assessments.tasks.dispatch_reminders")
def dispatch_reminders() -> None:
    """Poke every organization."""
    for organization_id in Organization.objects.values_list("pk", flat=True):
        send(send_reminders.name, organization_id)
