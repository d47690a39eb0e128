"""Asking for new figures."""

from collections.abc import Iterable

from django.db import connection

from organizations.models import Organization
from organizations.queue import send_after_commit


def request_valuation(organization: Organization, project_ids: Iterable[int], *, money: bool = True) -> None:
    """Mark projects as waiting for their figures, in the caller's transaction; a worker starts after its commit.

    `money` False: only KPIs or their values changed, so the figures of money are spared where they still hold.
    Every service that changes an input of a figure calls this. Many calls in one transaction queue one task
    each, but the first of them computes all that waits.
    """
    ids = sorted(set(project_ids))
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO projects_pendingvaluation AS p (organization_id, project_id, requested_at, money)"
            " SELECT %s, unnest(%s::bigint[]), clock_timestamp(), %s ON CONFLICT (organization_id, project_id)"
            " DO UPDATE SET requested_at = excluded.requested_at, money = p.money OR excluded.money",
            [organization.pk, ids, money],
        )
    send_after_commit("assessments.tasks.valuation.recompute_projects", organization.pk)
