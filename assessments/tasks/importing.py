"""Imports in the background."""

from celery import shared_task

from assessments.services import importing
from organizations.models import Organization
from organizations.queue import send
from organizations.tasks import OrganizationTask
from organizations.tenancy import organization_scope

RUN = "assessments.tasks.importing.run_import"


@shared_task(name=RUN, base=OrganizationTask, opens_scope=False)
def run_import(organization: Organization, batch_id: int) -> None:
    """Run one import; does nothing when it is done or another worker is at it."""
    importing.run_import(organization, batch_id)


@shared_task(name="assessments.tasks.sweep_imports")
def sweep_imports() -> None:
    """Find imports whose task was lost or whose worker died; a claim guards those that still run."""
    for organization in Organization.objects.all():
        with organization_scope(organization):
            waiting = importing.waiting_imports()
        for batch_id in waiting:
            send(RUN, organization.pk, batch_id)


@shared_task(name="assessments.tasks.forget_import_files")
def forget_import_files() -> None:
    """Remove uploaded files that have been kept long enough."""
    for organization in Organization.objects.all():
        with organization_scope(organization):
            importing.forget_old_files(organization)
