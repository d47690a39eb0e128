"""The queue of submitted values: what waits, for whom, and how many."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import connection

from assessments.locks import month_of_sql
from assessments.services.deciding import SeenCell
from organizations.models import Organization

#: the navigation counts no further: beyond it the number says nothing more
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the waiting values; empty means all of them."""

    project: str = ""
    kpi: str = ""
    tier: str = ""
    owner: int | None = None
    #: first day of the month in which the periods end
    month: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A part of the queue. `seen_until` and `mark` name the whole list as it was read, see `whole_list`."""

    cells: list[SeenCell]
    total: int
    #: None for an empty list
    seen_until: datetime.datetime | None
    mark: int


# As it was known at a moment, so that the same list can be read again when somebody decides on all of it.
_NEWEST = """
SELECT DISTINCT ON (m.kpi_id, m.period) m.kpi_id, m.period, m.version, m.status, k.name, p.id AS project_id,
    p.name AS project_name, {month} AS month
FROM kpis_kpi k
JOIN projects_project p ON p.organization_id = k.organization_id AND p.id = k.project_id AND p.archived_at IS NULL
JOIN assessments_measurement m ON m.organization_id = k.organization_id AND m.kpi_id = k.id
WHERE k.organization_id = %(organization)s AND k.archived_at IS NULL AND m.status <> 'draft'
    AND NOT EXISTS (SELECT FROM assessments_periodlock l WHERE l.organization_id = k.organization_id
        AND l.project_id = k.project_id AND l.reopened_at IS NULL AND l.month = {month})
    AND m.recorded_at <= (SELECT at FROM clock) {chosen}
ORDER BY m.kpi_id, m.period, m.version DESC
"""

_LIST = """
WITH clock AS MATERIALIZED (SELECT COALESCE(%(until)s::timestamptz, clock_timestamp()) AS at), newest AS ({newest})
SELECT n.kpi_id, n.period, (
        SELECT max(v.version) FROM assessments_measurement v
        WHERE v.organization_id = %(organization)s AND v.kpi_id = n.kpi_id AND v.period = n.period
            AND v.recorded_at <= n.at
    ), n.total, n.mark, n.at
FROM (
    SELECT newest.*, clock.at, count(*) OVER () AS total, bit_xor(hashint8extended(
        kpi_id * 100000 + (period - DATE '1900-01-01'), version)) OVER () AS mark
    FROM newest CROSS JOIN clock WHERE status = 'submitted'
    ORDER BY project_name, project_id, month, name, kpi_id, period LIMIT %(limit)s OFFSET %(offset)s
) n
ORDER BY project_name, project_id, month, name, kpi_id, period
"""

_MONTH = month_of_sql("m.period", "k.frequency")

# What is locked waits for nobody: it stays as it is until the month is opened again.
_COUNT = f"""
SELECT count(*) FROM (
    SELECT 1 FROM (
        SELECT DISTINCT ON (m.kpi_id, m.period) m.kpi_id, m.period, m.status FROM assessments_measurement m
        WHERE m.organization_id = %(organization)s AND m.status <> 'draft'
        ORDER BY m.kpi_id, m.period, m.version DESC
    ) m
    JOIN kpis_kpi k ON k.organization_id = %(organization)s AND k.id = m.kpi_id AND k.archived_at IS NULL
    JOIN projects_project p ON p.organization_id = %(organization)s AND p.id = k.project_id AND p.archived_at IS NULL
    WHERE m.status = 'submitted' AND NOT EXISTS (SELECT FROM assessments_periodlock l
        WHERE l.organization_id = %(organization)s AND l.project_id = k.project_id AND l.reopened_at IS NULL
            AND l.month = {_MONTH})
    LIMIT %(limit)s
) found
"""  # noqa: S608


def waiting_values(
    organization: Organization, choice: Choice, *, limit: int | None = None, offset: int = 0
) -> Waiting:
    """Submitted values by project, month and KPI, each with its newest version; in one statement."""
    return _read(organization, choice, None, limit, offset)


def whole_list(
    organization: Organization, choice: Choice, *, seen_until: datetime.datetime, mark: int
) -> list[SeenCell] | None:
    """All values of a list as it was at `seen_until`, each with the version it had then.

    None when it does not bear the same `mark`: something was being written while the page was made, or the
    request was tampered with.
    """
    found = _read(organization, choice, seen_until, None, 0)
    return found.cells if found.mark == mark else None


def waiting_count(organization: Organization) -> int:
    """How many values wait, at most `MOST_COUNTED`; one statement that stops there."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"organization": organization.pk, "limit": MOST_COUNTED})
        count: int = cursor.fetchone()[0]
    return count


def _read(
    organization: Organization,
    choice: Choice,
    until: datetime.datetime | None,
    limit: int | None,
    offset: int,
) -> Waiting:
    chosen, values = _conditions(choice)
    statement = _LIST.format(newest=_NEWEST.format(month=_MONTH, chosen=chosen))
    values |= {"organization": organization.pk, "until": until, "limit": limit, "offset": offset}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    cells = [SeenCell(*row[:3]) for row in rows]
    total, mark, at = rows[0][3:] if rows else (0, 0, None)
    return Waiting(cells, total, at, mark)


def _conditions(choice: Choice) -> tuple[str, dict[str, Any]]:
    parts: list[str] = []
    values: dict[str, Any] = {}
    if choice.project:
        parts.append("p.code = %(project)s")
        values["project"] = choice.project
    if choice.kpi:
        parts.append("k.code = %(kpi)s")
        values["kpi"] = choice.kpi
    if choice.tier:
        parts.append("k.tier = %(tier)s")
        values["tier"] = choice.tier
    if choice.owner is not None:
        parts.append("%(owner)s IN (k.data_owner_id, k.business_owner_id, k.it_owner_id)")
        values["owner"] = choice.owner
    if choice.month is not None:
        parts.append(f"{_MONTH} = %(month)s")
        values["month"] = choice.month
    return "".join(f" AND {part}" for part in parts), values
