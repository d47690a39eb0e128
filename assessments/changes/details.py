"""What made the steps: values and amounts (old → new, who, when, why), definitions, restatements."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from assessments.changes.definitions import DefinitionChange, load_definitions
from assessments.changes.figures import CAUSES, Cause
from assessments.changes.points import Point
from assessments.changes.stages import KNOWN_BEFORE
from organizations.models import AuditEvent, Organization
from projects.models import CashFlow, Restatement
from projects.periods import label

#: of each list a page shows so many, newest first
SHOWN = 200

_COUNTED = """
    SELECT CASE WHEN v.status <> 'returned' THEN v.value END AS value, v.status, v.recorded_at, v.recorded_by_id,
        v.note FROM ({versions}) v
    WHERE v.recorded_at <= %({moment})s AND v.status <> 'draft' ORDER BY v.version DESC LIMIT 1
"""
_VERSIONS = """
    SELECT value, status, version, recorded_at, recorded_by_id, note FROM assessments_measurement
    WHERE organization_id = %(organization)s AND kpi_id = m.kpi_id AND period = m.period
    UNION ALL SELECT value, status, version, recorded_at, recorded_by_number, note
    FROM assessments_withdrawnmeasurement
    WHERE organization_id = %(organization)s AND kpi_number = m.kpi_id AND period = m.period
        AND withdrawn_at > %({moment})s
"""

_VALUES = f"""
WITH touched AS (
    SELECT DISTINCT kpi_id, period FROM assessments_measurement WHERE organization_id = %(organization)s
        AND recorded_at > %(before)s AND recorded_at <= %(known_at)s
    UNION SELECT kpi_number, period FROM assessments_withdrawnmeasurement WHERE organization_id = %(organization)s
        AND recorded_at <= %(before)s AND withdrawn_at > %(before)s AND withdrawn_at <= %(known_at)s
)
SELECT k.code, k.name, k.unit, k.frequency, p.code, p.name, m.period, old.value, now.value,
    coalesce(nullif(u.name, ''), u.email, ''), now.recorded_at, coalesce(now.note, ''), {KNOWN_BEFORE} AS corrected,
    count(*) OVER ()
FROM touched m
JOIN kpis_kpi k ON k.organization_id = %(organization)s AND k.id = m.kpi_id
JOIN projects_project p ON p.organization_id = %(organization)s AND p.id = k.project_id
LEFT JOIN LATERAL ({_COUNTED.format(versions=_VERSIONS.format(moment="before"), moment="before")}) old ON true
LEFT JOIN LATERAL ({_COUNTED.format(versions=_VERSIONS.format(moment="known_at"), moment="known_at")}) now ON true
LEFT JOIN organizations_user u ON u.id = now.recorded_by_id
WHERE old.value IS DISTINCT FROM now.value AND m.period <= %(as_of)s
    AND (%(project)s::bigint IS NULL OR p.id = %(project)s OR EXISTS (SELECT FROM kpis_attribution a
        WHERE a.organization_id = %(organization)s AND a.kpi_id = k.id AND a.project_id = %(project)s))
ORDER BY corrected DESC, now.recorded_at DESC NULLS LAST, p.name, k.code, m.period LIMIT %(limit)s
"""  # noqa: S608

# Versions that began or ended between the two moments; the rest is the same at both.
_AMOUNTS = """
WITH touched AS (
    SELECT (data ->> 'line_id')::bigint AS line_id, data ->> 'series' AS series, (data ->> 'month')::date AS month,
        (data ->> 'amount')::numeric AS amount, recorded_at,
        recorded_at <= %(before)s AS was, superseded_at IS NULL OR superseded_at > %(known_at)s AS stays
    FROM organizations_rowversion
    WHERE organization_id = %(organization)s AND table_name = 'projects_cashflow' AND recorded_at <= %(known_at)s
        AND (recorded_at > %(before)s OR superseded_at > %(before)s AND superseded_at <= %(known_at)s)
), cells AS (
    SELECT line_id, series, month, max(amount) FILTER (WHERE was) AS old, max(amount) FILTER (WHERE stays) AS new,
        max(recorded_at) FILTER (WHERE stays) AS at
    FROM touched WHERE was OR stays GROUP BY 1, 2, 3
)
SELECT l.id, l.name, l.kind, l.currency, p.code, p.name, c.series, c.series = 'actual' AND c.old IS NOT NULL,
    min(c.month), max(c.month), count(*), sum(c.old), sum(c.new), max(c.at), count(*) OVER ()
FROM cells c
JOIN projects_moneyline l ON l.organization_id = %(organization)s AND l.id = c.line_id
JOIN projects_project p ON p.organization_id = %(organization)s AND p.id = l.project_id
WHERE c.old IS DISTINCT FROM c.new
    AND (%(project)s::bigint IS NULL OR p.id = %(project)s OR EXISTS (SELECT FROM projects_lineshare s
        WHERE s.organization_id = %(organization)s AND s.line_id = l.id AND s.project_id = %(project)s))
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, CASE WHEN c.series = 'actual' THEN c.month END
ORDER BY 8 DESC, p.name, l.kind DESC, l.name, c.series, 9 LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value that counts otherwise; None: none counts. `cause` is new values or corrections."""

    kpi: str
    kpi_name: str
    unit: str
    frequency: str
    project: str
    project_name: str
    period: datetime.date
    old: float | None
    new: float | None
    who: str
    at: datetime.datetime | None
    why: str
    cause: Cause

    @property
    def period_label(self) -> str:
        return label(self.period, self.frequency)

    @property
    def cause_label(self) -> str:
        return str(CAUSES[self.cause])


@dataclass(frozen=True, slots=True)
class AmountChange:
    """Amounts of one line and series: an actual amount by its month, plan and forecast over all their months."""

    line: int
    line_name: str
    kind: str
    currency: str
    project: str
    project_name: str
    series: str
    first: datetime.date
    last: datetime.date
    months: int
    old: Decimal | None
    new: Decimal | None
    who: str
    at: datetime.datetime | None
    why: str
    cause: Cause

    @property
    def series_label(self) -> str:
        return str(CashFlow.Series(self.series).label)

    @property
    def cause_label(self) -> str:
        return str(CAUSES[self.cause])


@dataclass(frozen=True, slots=True)
class Details:
    """Everything that changed between two points, of one project or of all."""

    values: Sequence[ValueChange]
    values_count: int
    amounts: Sequence[AmountChange]
    amounts_count: int
    definitions: Sequence[DefinitionChange]
    restatements: Sequence[Restatement]

    @property
    def is_empty(self) -> bool:
        return not (self.values or self.amounts or self.definitions or self.restatements)


def load_details(
    organization: Organization, start: Point, end: Point, *, project_id: int | None = None, limit: int = SHOWN
) -> Details:
    """Inside the organization's scope: what became known between the two moments."""
    names: dict[str, Any] = {
        "organization": organization.pk,
        "before": start.known_at,
        "known_at": end.known_at,
        "as_of": end.as_of,
        "project": project_id,
        "limit": limit,
    }
    restatements = Restatement.objects.filter(
        restated_at__gt=start.known_at, restated_at__lte=end.known_at
    ).select_related("line__project", "restated_by")
    if project_id is not None:
        restatements = restatements.filter(line__project=project_id)
    restated = list(restatements)
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, names)
        values = cursor.fetchall()
        cursor.execute(_AMOUNTS, names)
        amounts = cursor.fetchall()
    events = _events(start, end, {row[0] for row in amounts})
    reasons = {(one.line_id, one.series, one.month): one.reason for one in reversed(restated)}
    return Details(
        values=[_value(*row[:-1]) for row in values],
        values_count=values[0][-1] if values else 0,
        amounts=[_amount(row, events, reasons) for row in amounts],
        amounts_count=amounts[0][-1] if amounts else 0,
        definitions=load_definitions(organization, start, end, project_id=project_id),
        restatements=restated,
    )


def _value(*columns: Any) -> ValueChange:
    *known, corrected = columns
    return ValueChange(*[*known, Cause.CORRECTIONS if corrected else Cause.VALUES])


def _amount(
    row: Sequence[Any],
    events: Mapping[tuple[int, str], AuditEvent],
    reasons: Mapping[tuple[int, str, datetime.date], str],
) -> AmountChange:
    line, name, kind, currency, project, project_name, series, corrected, *rest = row
    first, last, months, old, new, at, _count = rest
    event = events.get((line, series))
    cause = Cause.CORRECTIONS if corrected else Cause.DEFINITIONS if series == "plan" else Cause.VALUES
    return AmountChange(
        *(line, name, kind, currency, project, project_name, series, first, last, months, old, new),
        who=str(event.actor) if event and event.actor else "",
        at=at or (event.at if event else None),
        why=reasons.get((line, series, first)) or (event.reason if event else ""),
        cause=cause,
    )


def _events(start: Point, end: Point, lines: set[int]) -> dict[tuple[int, str], AuditEvent]:
    """The newest event about the amounts of each line and series."""
    found = AuditEvent.objects.filter(
        target_type="moneyline", target_id__in=lines, at__gt=start.known_at, at__lte=end.known_at
    ).select_related("actor")
    events: dict[tuple[int, str], AuditEvent] = {}
    for event in found.order_by("at", "pk"):
        for series in ("plan", "forecast", "actual"):
            if event.action == f"line.{series}_changed":
                events[event.target_id or 0, series] = event
    return events
