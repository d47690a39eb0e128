"""Asking for new figures."""

from collections.abc import Iterable

from django.db import connection

from organizations.models import Organization
from organizations.queue import send_after_commit


def request_valuation(organization: Organization, project_ids: Iterable[int]) -> None:
    """Mark projects as waiting for their figures, in the caller's transaction; a worker starts after its commit.

    Every service that changes an input of a figure calls this. Many calls in one transaction queue one task
    each, but the first of them computes all that waits.
    """
    ids = sorted(set(project_ids))
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO projects_pendingvaluation (organization_id, project_id, requested_at)"
            " SELECT %s, unnest(%s::bigint[]), clock_timestamp() ON CONFLICT (organization_id, project_id)"
            " DO UPDATE SET requested_at = excluded.requested_at",
            [organization.pk, ids],
        )
    send_after_commit("assessments.tasks.valuation.recompute_projects", organization.pk)
