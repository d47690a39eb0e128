"""The nightly watch over signed-off benefits."""

import structlog
from celery import shared_task

from assessments.services import persistence
from organizations.models import Organization
from organizations.tasks import OrganizationTask

log = structlog.get_logger(__name__)
WATCH = "assessments.tasks.persistence.watch_benefits"


@shared_task(name=WATCH, base=OrganizationTask, opens_scope=False)
def watch_benefits(organization: Organization) -> None:
    """Reopen confirmations of benefits that are no longer there. Twice a night does nothing more."""
    if decayed := persistence.watch_benefits(organization):
        log.info("benefits reopened", lines=decayed)
