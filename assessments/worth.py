"""What benefits are worth, in four words that are never added up: claimed, verified, realised, cashable.

- claimed: every booked benefit;
- verified: claimed, and the values of the KPI behind the line are verified for that month (a line without a KPI: finance
  has confirmed it), unless the evidence for the KPI's change is of grade 1;
- realised: verified, and confirmed by finance for the amount that is booked now;
- cashable, non-cashable and avoidance: the parts of realised by the kind of money.

Amounts are in the reporting currency at the line's frozen plan rate. A project bears its share of shared lines.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.db import connection

from assessments.benefit_sql import KPI_MONTH, NEWEST_ANSWERS, STATE


@dataclass(frozen=True, slots=True)
class Worth:
    """Benefits of a project or of several, to date, in the reporting currency."""

    claimed: float = 0.0
    verified: float = 0.0
    realised: float = 0.0
    cashable: float = 0.0
    non_cashable: float = 0.0
    avoidance: float = 0.0

    def __add__(self, other: "Worth") -> "Worth":
        return Worth(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Worth)))

    def as_record(self) -> dict[str, float]:
        """As results keep it."""
        return {one.name: getattr(self, one.name) for one in fields(Worth)}


NOTHING = Worth()

_AS_KNOWN = (
    "(SELECT (jsonb_populate_record(NULL::{table}, v.data)).* FROM organizations_rowversion v"
    " WHERE v.organization_id = %(organization)s AND v.table_name = '{table}' AND v.recorded_at <= %(known_at)s"
    " AND (v.superseded_at IS NULL OR v.superseded_at > %(known_at)s))"
)
# Of an import that was undone later: what it had brought was known until then.
_VALUES_AS_KNOWN = (
    "(SELECT organization_id, kpi_id, period, version, value, status, recorded_at FROM assessments_measurement"
    " UNION ALL SELECT organization_id, kpi_number, period, version, value, status, recorded_at"
    " FROM assessments_withdrawnmeasurement WHERE withdrawn_at > %(known_at)s)"
)
_TABLES = {
    "line": "projects_moneyline",
    "flow": "projects_cashflow",
    "share": "projects_lineshare",
    "monetisation": "kpis_monetisation",
    "kpi": "kpis_kpi",
}

_IS_NEEDED = """
SELECT EXISTS (SELECT FROM projects_confirmation WHERE organization_id = %(organization)s)
    OR EXISTS (SELECT FROM kpis_monetisation WHERE organization_id = %(organization)s)
"""

# Exact decimals are added before they become floats, so that the order of rows cannot move the last digit.
_WORTH = f"""
WITH newest AS MATERIALIZED ({NEWEST_ANSWERS}), lines AS MATERIALIZED (
    SELECT l.id, l.project_id, l.cashability, l.fx_rate FROM {{line}} l
    WHERE l.organization_id = %(organization)s AND l.kind = 'benefit' AND l.archived_at IS NULL
        AND (l.project_id = ANY(%(projects)s) OR l.id IN (SELECT s.line_id FROM {{share}} s
            WHERE s.organization_id = %(organization)s AND s.project_id = ANY(%(projects)s)))
), shares AS MATERIALIZED (
    SELECT s.line_id, s.project_id, s.share::numeric AS part FROM {{share}} s
    WHERE s.organization_id = %(organization)s AND s.line_id IN (SELECT id FROM lines)
), bearing AS (
    SELECT line_id, project_id, part FROM shares
    UNION ALL SELECT l.id, l.project_id, 1 - COALESCE((SELECT sum(part) FROM shares WHERE line_id = l.id), 0) FROM lines l
), months AS MATERIALIZED (
    SELECT l.id AS line_id, l.cashability, f.amount * l.fx_rate AS amount, {STATE} = 'confirmed' AS is_confirmed,
        CASE WHEN k.id IS NULL THEN {STATE} = 'confirmed'
            ELSE m.counted > 0 AND m.verified = m.counted AND NOT EXISTS (SELECT FROM assessments_kpiverdict g
                WHERE g.organization_id = %(organization)s AND g.kpi_id = k.id AND g.grade = '1'
                AND g.known_at <= %(known_at)s) END AS is_verified
    FROM lines l
    JOIN {{flow}} f ON f.organization_id = %(organization)s AND f.line_id = l.id AND f.series = 'actual'
        AND f.month <= %(as_of)s
    LEFT JOIN newest n ON n.line_id = l.id AND n.month = f.month
    LEFT JOIN {{monetisation}} z ON z.organization_id = %(organization)s AND z.line_id = l.id
    LEFT JOIN {{kpi}} k ON k.organization_id = %(organization)s AND k.id = z.kpi_id
    LEFT JOIN LATERAL ({KPI_MONTH.format(values="{values}", person=", NULL::text AS person", people="")}) m
        ON k.id IS NOT NULL
)
SELECT b.project_id, m.cashability, sum(m.amount * b.part)::double precision,
    COALESCE(sum(m.amount * b.part) FILTER (WHERE m.is_verified), 0)::double precision,
    COALESCE(sum(m.amount * b.part) FILTER (WHERE m.is_verified AND m.is_confirmed), 0)::double precision
FROM months m JOIN bearing b ON b.line_id = m.line_id
WHERE b.project_id = ANY(%(projects)s) GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608


def load_worth(
    organization_id: int,
    *,
    as_of: datetime.date,
    known_at: datetime.datetime,
    project_ids: Sequence[int],
    live: bool = True,
) -> dict[int, Worth]:
    """Worth by project, of those with booked benefits; inside the organization's scope.

    Empty while the organization has neither a confirmation nor a KPI turned into money: everything is only claimed
    then. `live` reads definitions from their tables, otherwise from their history as known at `known_at`.
    """
    values: dict[str, Any] = {
        "organization": organization_id,
        "as_of": as_of,
        "known_at": known_at,
        "projects": list(project_ids),
    }
    sources = {name: table if live else _AS_KNOWN.format(table=table) for name, table in _TABLES.items()}
    sources["values"] = "assessments_measurement" if live else _VALUES_AS_KNOWN
    with connection.cursor() as cursor:
        cursor.execute(_IS_NEEDED, values)
        if not cursor.fetchone()[0]:
            return {}
        cursor.execute(_WORTH.format(**sources), values)
        rows = cursor.fetchall()
    found: dict[int, Worth] = {}
    for project_id, kind, claimed, verified, realised in rows:
        part = Worth(claimed, verified, realised, **{kind: realised})
        found[project_id] = found.get(project_id, NOTHING) + part
    return found


def worth_of(result: Any) -> Worth:
    """The worth in a `ProjectResult`; while nothing could be verified or confirmed, everything is claimed."""
    return Worth(**result.worth) if result.worth else Worth(claimed=result.benefits_actual)


def total_worth(results: Iterable[Any]) -> Worth:
    """The sum over results."""
    return sum((worth_of(result) for result in results), NOTHING)


def written_worth(worth: Mapping[int, Worth], project_id: int) -> dict[str, float]:
    """As the result of a project keeps it; {} while everything is only claimed."""
    if not worth:
        return {}
    return worth.get(project_id, NOTHING).as_record()
