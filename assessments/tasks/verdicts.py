"""Verdicts in the background: after the figures, and whatever the broker lost."""

import structlog
from celery import shared_task

from assessments.models import PendingVerdict
from assessments.services import verdicts
from assessments.services.outlooks import foresee_projects
from organizations.models import Organization
from organizations.queue import send
from organizations.tasks import OrganizationTask
from organizations.tenancy import organization_scope

log = structlog.get_logger(__name__)
ASSESS = "assessments.tasks.verdicts.assess_verdicts"


@shared_task(name=ASSESS, base=OrganizationTask, opens_scope=False)
def assess_verdicts(organization: Organization) -> None:
    """Assess the KPIs of one organization whose verdicts no longer hold, then the payback of its projects."""
    assessed, simulated = verdicts.assess_pending(organization), foresee_projects(organization)
    if assessed or simulated:
        log.info("verdicts assessed", kpis=assessed, projects=simulated)


@shared_task(name="assessments.tasks.sweep_verdicts")
def sweep_verdicts() -> None:
    """Poke organizations with KPIs that wait: verdicts whose task was lost come with the next tick."""
    for organization in Organization.objects.only("pk"):
        with organization_scope(organization):
            waits = PendingVerdict.objects.exists()
        if waits:
            send(ASSESS, organization.pk)
