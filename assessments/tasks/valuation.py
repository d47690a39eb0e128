"""Computing in the background: after changes, at night, and whatever the broker lost."""

import structlog
from celery import shared_task
from django.utils import timezone

from assessments.changes.keeping import keep_reported
from assessments.services import recompute
from assessments.tasks.persistence import WATCH
from assessments.tasks.verdicts import ASSESS
from organizations.models import Organization
from organizations.queue import send
from organizations.tasks import OrganizationTask
from organizations.tenancy import organization_scope
from projects.models import PendingValuation

log = structlog.get_logger(__name__)


@shared_task(name="assessments.tasks.valuation.recompute_projects", base=OrganizationTask, opens_scope=False)
def recompute_projects(organization: Organization) -> None:
    """Value what waits in one organization; what it proves is looked at next."""
    recompute.recompute_pending(organization)
    send(ASSESS, organization.pk)


@shared_task(
    name="assessments.tasks.valuation.recompute_organization", base=OrganizationTask, opens_scope=False
)
def recompute_organization(organization: Organization) -> None:
    """Value every project: the terms of computation changed."""
    recompute.recompute_organization(organization, trigger="change")


@shared_task(name="assessments.tasks.valuation.run_night", base=OrganizationTask, opens_scope=False)
def run_night(organization: Organization) -> None:
    """The nightly run of one organization; does nothing when it is done or another worker is at it."""
    if recompute.run_night(organization):
        log.info("night complete")
        send(ASSESS, organization.pk)
        send(WATCH, organization.pk)
        keep_reported(organization)


@shared_task(name="assessments.tasks.dispatch_nightly")
def dispatch_nightly() -> None:
    """Queue the night of every organization whose local night hour has passed and whose night is not done."""
    now = timezone.now()
    for organization in Organization.objects.only("pk", "zone", "night_hour", "last_night"):
        local = now.astimezone(organization.tzinfo)
        if local.hour >= organization.night_hour and organization.last_night != local.date():
            send("assessments.tasks.valuation.run_night", organization.pk)


@shared_task(name="assessments.tasks.sweep_valuations")
def sweep_valuations() -> None:
    """Poke organizations with projects that wait: figures whose task was lost come with the next tick."""
    for organization in Organization.objects.only("pk"):
        with organization_scope(organization):
            waits = PendingValuation.objects.exists()
        if waits:
            send("assessments.tasks.valuation.recompute_projects", organization.pk)
