"""Series of KPIs for their verdicts: all counted values of a KPI in one row, picked by SQL.

As with the scores, the same statement reads the live tables, or everything as it was known at an earlier time.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from assessments.method import METHOD_VERSION
from assessments.services.inputs import AS_KNOWN, VALUES_AS_KNOWN

_TABLES = {
    "kpi": "kpis_kpi",
    "project": "projects_project",
    "rebase": "assessments_rebasepoint",
    "comparison": "assessments_comparison",
    "control": "assessments_comparisoncontrol",
}

# The go-live that has happened: the actual one, else the planned one once it has passed.
_DEFINITIONS = """
SELECT k.id, k.organization_id, k.source, k.direction, k.frequency, k.range_low, k.range_high,
    k.plan_path[array_length(k.plan_path, 1)] AS target, k.expected_start,
    COALESCE(p.go_live_actual, CASE WHEN p.go_live_planned <= %(as_of)s THEN p.go_live_planned END) AS live,
    (SELECT array_agg(b.period ORDER BY b.period) FROM {rebase} b
        WHERE b.organization_id = k.organization_id AND b.kpi_id = k.id) AS rebased,
    (SELECT c.design FROM {comparison} c WHERE c.organization_id = k.organization_id AND c.kpi_id = k.id) AS design,
    (SELECT array_agg(o.kpi_id ORDER BY o.kpi_id) FROM {comparison} c JOIN {control} o
        ON o.organization_id = c.organization_id AND o.comparison_id = c.id
        WHERE c.organization_id = k.organization_id AND c.kpi_id = k.id) AS controls
FROM {kpi} k JOIN {project} p ON p.organization_id = k.organization_id AND p.id = k.project_id
WHERE k.organization_id = %(organization)s AND k.archived_at IS NULL AND p.archived_at IS NULL
"""

#: what decides a verdict besides the values
_FINGERPRINT = """md5(ROW(d.source, d.direction, d.frequency, d.range_low, d.range_high, d.target, d.expected_start, d.live,
    d.rebased, d.design, d.controls)::text)"""

# Not yet assessed, by an older method, with another definition, or with values nobody has looked at: its own, or
# those of a KPI it is compared with.
_DUE = f"""
SELECT d.id FROM ({{definitions}}) d
LEFT JOIN assessments_kpiverdict v ON v.organization_id = d.organization_id AND v.kpi_id = d.id
WHERE v.id IS NULL OR v.method_version <> %(method)s OR v.definition_hash <> {_FINGERPRINT}
    OR EXISTS (SELECT FROM assessments_pendingverdict w WHERE w.organization_id = d.organization_id
        AND (w.kpi_id = d.id OR w.kpi_id = ANY(d.controls)))
ORDER BY d.id
"""  # noqa: S608

_SERIES = f"""
SELECT d.id, d.source, d.direction, d.frequency, d.range_low, d.range_high, d.target, d.expected_start, d.live, d.rebased,
    d.design, d.controls, {_FINGERPRINT}, m.periods, m.amounts
FROM ({{definitions}} AND k.id = ANY(%(kpis)s)) d
LEFT JOIN LATERAL (
    SELECT array_agg(period - DATE '1970-01-01' ORDER BY period) AS periods, array_agg(value ORDER BY period) AS amounts
    FROM (
        SELECT DISTINCT ON (n.period) n.period, n.value, n.status FROM {{values}} n
        WHERE n.organization_id = %(organization)s AND n.kpi_id = d.id AND n.period <= %(as_of)s
            AND n.recorded_at <= %(known_at)s AND n.status IN ('submitted', 'verified', 'returned')
        ORDER BY n.period DESC, n.version DESC) decided
    WHERE status <> 'returned' AND value IS NOT NULL
) m ON true
ORDER BY d.id
"""  # noqa: S608

_EPOCH = datetime.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class KpiSeries:
    """One KPI with everything its verdict rests on. `periods` are first days, ascending, with `values` beside."""

    kpi_id: int
    source: str
    direction: str
    frequency: str
    low: float | None
    high: float | None
    target: float | None
    expected_start: datetime.date | None
    #: the go-live that has happened
    live: datetime.date | None
    rebased: tuple[datetime.date, ...]
    #: of the comparison, "" without one
    design: str
    controls: tuple[int, ...]
    definition_hash: str
    periods: tuple[datetime.date, ...]
    values: tuple[float, ...]


def due_kpis(organization_id: int, *, as_of: datetime.date) -> list[int]:
    """KPIs whose verdict is missing or no longer holds. Inside the organization's scope."""
    definitions = _DEFINITIONS.format(**_TABLES)
    values: dict[str, Any] = {
        "organization": organization_id,
        "as_of": as_of,
        "method": METHOD_VERSION,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE.format(definitions=definitions), values)
        return [row[0] for row in cursor.fetchall()]


def load_series(
    organization_id: int,
    kpi_ids: Sequence[int] | None,
    *,
    as_of: datetime.date,
    known_at: datetime.datetime,
    live: bool = True,
) -> list[KpiSeries]:
    """Series of these KPIs (all where None); `live` as in `assessments.services.inputs.load_inputs`."""
    sources = {name: table if live else AS_KNOWN.format(table=table) for name, table in _TABLES.items()}
    definitions = _DEFINITIONS.format(**sources)
    statement = _SERIES if kpi_ids is not None else _SERIES.replace(" AND k.id = ANY(%(kpis)s)", "")
    values: dict[str, Any] = {
        "organization": organization_id,
        "as_of": as_of,
        "known_at": known_at,
        "kpis": list(kpi_ids or []),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(
                definitions=definitions, values="assessments_measurement" if live else VALUES_AS_KNOWN
            ),
            values,
        )
        return [_series(*row) for row in cursor.fetchall()]


def _series(*row: Any) -> KpiSeries:
    *definition, rebased, design, controls, fingerprint, periods, amounts = row
    fields = (
        *definition,
        tuple(rebased or ()),
        design or "",
        tuple(controls or ()),
        fingerprint,
        tuple(_EPOCH + datetime.timedelta(days=day) for day in periods or ()),
        tuple(amounts or ()),
    )
    return KpiSeries(*fields)
