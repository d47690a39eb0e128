"""What is known of values on which somebody decides: one statement for all of them."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from assessments.locks import month_of_sql
from organizations.models import Organization

from .record import TRANSACTION_LOCK

Cell = tuple[int, datetime.date]


@dataclass(frozen=True, slots=True)
class SeenCell:
    """A KPI's period and the newest version of it that the person had on the screen."""

    kpi_id: int
    period: datetime.date
    version: int

    @property
    def cell(self) -> Cell:
        return self.kpi_id, self.period


@dataclass(frozen=True, slots=True)
class Decidable:
    """A cell with its newest version, and the version that decides: the newest one that is no draft."""

    kpi_id: int
    period: datetime.date
    seen: int
    code: str
    tier: str
    frequency: str
    project_id: int
    project_name: str
    version: int
    newest_status: str
    newest_value: float | None
    newest_note: str
    newest_source: str
    #: the name of who keeps a draft there
    newest_name: str
    decided: int | None
    status: str
    value: float | None
    note: str
    source: str
    #: who handed in what decides, and everybody who typed or submitted this very value
    submitted_by: int | None
    submitted_name: str
    submitted_at: datetime.datetime | None
    authors: list[int]
    locked_month: datetime.date | None

    @property
    def cell(self) -> Cell:
        return self.kpi_id, self.period


# Everybody who wrote the value that decides has a hand in it: who typed the draft and who submitted it.
_STATES = f"""
WITH asked AS (
    SELECT * FROM unnest(%(kpis)s::bigint[], %(periods)s::date[], %(seen)s::integer[]) AS a (kpi_id, period, seen)
)
SELECT k.id, a.period, a.seen, k.code, k.tier, k.frequency, k.project_id, p.name,
    m.version, m.status, m.value, m.note, m.source, COALESCE(NULLIF(u.name, ''), u.email, ''),
    d.version, COALESCE(d.status, ''), d.value, COALESCE(d.note, ''), COALESCE(d.source, ''), d.recorded_by_id,
    COALESCE(NULLIF(s.name, ''), s.email, ''), d.recorded_at,
    COALESCE(w.authors, '{{}}'), l.month
FROM asked a
JOIN kpis_kpi k ON k.organization_id = %(organization)s AND k.id = a.kpi_id AND k.archived_at IS NULL
JOIN projects_project p ON p.organization_id = %(organization)s AND p.id = k.project_id AND p.archived_at IS NULL
JOIN LATERAL (
    SELECT version, status, value, note, source, recorded_by_id FROM assessments_measurement n
    WHERE n.organization_id = %(organization)s AND n.kpi_id = a.kpi_id AND n.period = a.period
    ORDER BY version DESC LIMIT 1
) m ON true
LEFT JOIN organizations_user u ON m.status = 'draft' AND u.id = m.recorded_by_id
LEFT JOIN LATERAL (
    SELECT version, status, value, note, source, recorded_by_id, recorded_at FROM assessments_measurement n
    WHERE n.organization_id = %(organization)s AND n.kpi_id = a.kpi_id AND n.period = a.period AND n.status <> 'draft'
    ORDER BY version DESC LIMIT 1
) d ON true
LEFT JOIN organizations_user s ON s.id = d.recorded_by_id
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT n.recorded_by_id) FILTER (WHERE n.recorded_by_id IS NOT NULL) AS authors
    FROM assessments_measurement n
    WHERE n.organization_id = %(organization)s AND n.kpi_id = a.kpi_id AND n.period = a.period
        AND n.version <= d.version AND n.status IN ('draft', 'submitted') AND n.value IS NOT DISTINCT FROM d.value
) w ON true
LEFT JOIN assessments_periodlock l ON l.organization_id = %(organization)s AND l.project_id = k.project_id
    AND l.reopened_at IS NULL AND l.month = {month_of_sql("a.period", "k.frequency")}
ORDER BY k.id, a.period
"""  # noqa: S608

_HOLD = """
SELECT id FROM kpis_kpi WHERE organization_id = %s AND id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""


def hold(organization: Organization, cells: Iterable[SeenCell]) -> None:
    """Keep everybody else from writing values of these KPIs until the transaction ends, in the door's own order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [TRANSACTION_LOCK, organization.pk])
        cursor.execute(_HOLD, [organization.pk, sorted({cell.kpi_id for cell in cells})])


def read_states(organization: Organization, cells: Sequence[SeenCell]) -> list[Decidable]:
    """The state of each cell that exists, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _STATES,
            {
                "organization": organization.pk,
                "kpis": [cell.kpi_id for cell in cells],
                "periods": [cell.period for cell in cells],
                "seen": [cell.version for cell in cells],
            },
        )
        rows = cursor.fetchall()
    return [Decidable(*row) for row in rows]
