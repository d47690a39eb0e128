"""Explanations of large organizations in the background."""

from celery import shared_task

from assessments.changes import answering
from organizations.models import Organization
from organizations.tasks import OrganizationTask


@shared_task(name=answering.TASK, base=OrganizationTask, opens_scope=False)
def explain_span(organization: Organization, key: str, *points: str) -> None:
    """Make the explanation that a reader waits for; may run twice."""
    answering.answer_later(organization, key, *points)
