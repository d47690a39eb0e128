"""Inputs of a valuation: one row per KPI and one row of flows per project, picked by SQL.

Series stay in the database: of each KPI the three newest counted values travel, with the planned values of the
same periods. The same statements read the live tables, or the tables as they were known at an earlier time
(from `RowVersion`), so that an old result is reproduced by the same code that made it.
"""

import datetime
import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from assessments.method import METHOD_VERSION

#: how many newest periods the status looks back on (two the same change it)
PERIODS = 3

KPI_COLUMNS = [
    "id",
    "project_id",
    "tier",
    "direction",
    "weight",
    "frequency",
    "baseline",
    "low",
    "high",
    "tolerance",
    "expected_start",
    "created_on",
    "target",
    "period",
    "value",
    "preliminary",
    "planned",
    "value_1",
    "planned_1",
    "value_2",
    "planned_2",
    "answered",
    "former_hash",
]

# Of each period the newest version that is no draft decides: where it was returned, nothing counts. So one scan
# down the index finds the newest counted values and stops. `answered` is the newest period of which somebody said
# something, if only that there is no value: it is late no longer.
_KPIS = """
SELECT k.id, {owner}.project_id, k.tier, k.direction, {owner}.weight, k.frequency, k.baseline_value, k.range_low, k.range_high,
    k.tolerance, k.expected_start, (k.created_at AT TIME ZONE %(zone)s)::date, k.plan_path[array_length(k.plan_path, 1)],
    m.periods[1], m.amounts[1], m.words[1] = 'submitted', planned_at(k.plan_path, k.plan_start, k.frequency, m.periods[1]),
    m.amounts[2], planned_at(k.plan_path, k.plan_start, k.frequency, m.periods[2]),
    m.amounts[3], planned_at(k.plan_path, k.plan_start, k.frequency, m.periods[3]), m.answered
FROM {kpi} k {sharing}LEFT JOIN LATERAL (
    SELECT array_agg(period) FILTER (WHERE value IS NOT NULL) AS periods,
        array_agg(value) FILTER (WHERE value IS NOT NULL) AS amounts,
        array_agg(status) FILTER (WHERE value IS NOT NULL) AS words, max(period) AS answered FROM (
        SELECT period, value, status FROM (
            SELECT DISTINCT ON (n.period) n.period, n.value, n.status FROM {values} n
            WHERE n.organization_id = %(organization)s AND n.kpi_id = k.id AND n.period <= %(as_of)s
                AND n.recorded_at <= %(known_at)s AND n.status IN ('submitted', 'verified', 'returned')
            ORDER BY n.period DESC, n.version DESC) decided
        WHERE status <> 'returned' LIMIT 4) counted
    ) m ON true
WHERE k.organization_id = %(organization)s AND k.archived_at IS NULL AND {owner}.project_id = ANY(%(projects)s)
ORDER BY k.id, {owner}.project_id
"""

_OWN = {"owner": "k", "sharing": ""}
# A KPI that serves further projects counts in each with the weight it has there.
_SHARED = {
    "owner": "a",
    "sharing": "JOIN {attribution} a ON a.organization_id = %(organization)s AND a.kpi_id = k.id ",
}

_FORMER = """
SELECT kpi_id, inputs_hash FROM assessments_kpiresult
WHERE organization_id = %(organization)s AND project_id = ANY(%(projects)s)
"""

# Money is what it was while nobody touched it and the month, to which "to date" counts, is the same.
_FORMER_PROJECTS = """
SELECT r.project_id, r.inputs_hash, CASE WHEN r.method_version = %(method)s
    AND date_trunc('month', r.as_of) = date_trunc('month', %(as_of)s::date) AND NOT EXISTS (
        SELECT FROM projects_pendingvaluation w WHERE w.organization_id = r.organization_id
        AND w.project_id = r.project_id AND w.money)
    THEN r.money_hash END
FROM assessments_projectresult r WHERE r.organization_id = %(organization)s AND r.project_id = ANY(%(projects)s)
"""

# Plan and forecast carry the line's risk adjustment; what really happened does not. Exact decimals are added
# before they become floats, so that the order of rows cannot move the last digit. The factors are computed
# once a line, for a float becomes a decimal slowly; months travel as days since 1970, unsorted. The plan of lines
# that nobody forecast comes apart (`plan_only`): it is their outlook too.
_FLOWS = """
WITH {parts}lines AS MATERIALIZED (
    SELECT l.id, {bearer} AS project_id, l.kind, l.fx_rate{part} AS fx_rate,
        l.fx_rate{part} * (CASE l.kind WHEN 'cost' THEN 1 + l.risk_adjustment::numeric
        ELSE 1 - l.risk_adjustment::numeric END) AS adjusted_rate,
        CASE WHEN l.id IN (SELECT f.line_id FROM {flow} f WHERE f.organization_id = %(organization)s
            AND f.series = 'forecast') THEN 'plan' ELSE 'plan_only' END AS plan
    FROM {line} l{bearing}
    WHERE l.organization_id = %(organization)s AND l.archived_at IS NULL AND {bearer} = ANY(%(projects)s)
), monthly AS MATERIALIZED (
    SELECT l.project_id, l.kind, CASE f.series WHEN 'plan' THEN l.plan ELSE f.series END AS series, f.month,
        sum(f.amount * CASE f.series WHEN 'actual' THEN l.fx_rate ELSE l.adjusted_rate END)::double precision AS amount
    FROM lines l JOIN {flow} f ON f.organization_id = %(organization)s AND f.line_id = l.id
    GROUP BY 1, 2, 3, 4
)
SELECT project_id, kind, series, array_agg(month - DATE '1970-01-01'), array_agg(amount) FROM monthly GROUP BY 1, 2, 3
"""

_WHOLE = {"parts": "", "bearer": "l.project_id", "part": "", "bearing": ""}
# A line that several projects bear counts in each with its part; its own project keeps the rest.
_IN_PARTS = {
    "parts": """given AS MATERIALIZED (
    SELECT s.line_id, s.project_id, s.share::numeric AS share FROM {share} s WHERE s.organization_id = %(organization)s
), parts AS MATERIALIZED (
    SELECT l.id AS line_id, l.project_id AS bearer, 1 - COALESCE(g.share, 0) AS part
    FROM {line} l LEFT JOIN (SELECT line_id, sum(share) AS share FROM given GROUP BY 1) g ON g.line_id = l.id
    WHERE l.organization_id = %(organization)s
    UNION ALL SELECT line_id, project_id, share FROM given
), """,
    "bearer": "b.bearer",
    "part": " * b.part",
    "bearing": " JOIN parts b ON b.line_id = l.id",
}

# The first plan of projects whose plan was changed since: lateness is told against it too.
_ORIGINALS = """
SELECT b.project_id, b.content FROM projects_planbaseline b
WHERE b.organization_id = %(organization)s AND b.project_id = ANY(%(projects)s) AND b.version = 1
    AND b.frozen_at <= %(known_at)s AND EXISTS (SELECT FROM projects_planbaseline n
        WHERE n.organization_id = %(organization)s AND n.project_id = b.project_id AND n.version > 1
        AND n.frozen_at <= %(known_at)s)
ORDER BY b.project_id, b.id DESC
"""

# (actual rate − plan rate) × what really happened, of the lines in a foreign currency; the newest actual rate of
# the month counts, and a month before the first one has none.
_FX_EFFECTS = """
WITH {parts}lines AS MATERIALIZED (
    SELECT l.id, {bearer} AS project_id, l.kind, l.currency, l.fx_rate, 1::numeric{part} AS part FROM {line} l{bearing}
    WHERE l.organization_id = %(organization)s AND l.archived_at IS NULL AND {bearer} = ANY(%(projects)s)
        AND l.currency <> %(currency)s
)
SELECT l.project_id, l.kind, sum(f.amount * l.part * (r.rate - l.fx_rate))::double precision
FROM lines l JOIN {flow} f ON f.organization_id = %(organization)s AND f.line_id = l.id AND f.series = 'actual'
    AND f.month <= %(as_of)s
CROSS JOIN LATERAL (
    SELECT x.rate FROM organizations_fxrate x WHERE x.organization_id = %(organization)s AND x.currency = l.currency
        AND x.use = 'actual' AND x.valid_from < f.month + INTERVAL '1 month' AND x.recorded_at <= %(known_at)s
    ORDER BY x.valid_from DESC, x.id DESC LIMIT 1
) r GROUP BY 1, 2 ORDER BY 1, 2
"""

_PROJECTS = """
SELECT p.id, p.code, p.go_live_planned, p.go_live_actual FROM {project} p
WHERE p.organization_id = %(organization)s AND p.archived_at IS NULL AND {chosen} ORDER BY p.id
"""

_TERMS = """
SELECT o.currency, o.discount_rate, o.weight_functional, o.weight_operational, o.weight_strategic, o.score_cap,
    o.zone, EXISTS (SELECT FROM {attribution} a WHERE a.organization_id = %(organization)s),
    EXISTS (SELECT FROM {share} s WHERE s.organization_id = %(organization)s),
    EXISTS (SELECT FROM projects_planbaseline b WHERE b.organization_id = %(organization)s AND b.version > 1),
    EXISTS (SELECT FROM organizations_fxrate x WHERE x.organization_id = %(organization)s AND x.use = 'actual')
FROM {organization} o WHERE o.id = %(organization)s
"""

AS_KNOWN = (
    "(SELECT (jsonb_populate_record(NULL::{table}, v.data)).* FROM organizations_rowversion v"
    " WHERE v.organization_id = %(organization)s AND v.table_name = '{table}' AND v.recorded_at <= %(known_at)s"
    " AND (v.superseded_at IS NULL OR v.superseded_at > %(known_at)s))"
)

# Of an import that was undone later: what it had brought was known until then.
VALUES_AS_KNOWN = (
    "(SELECT organization_id, kpi_id, period, version, value, status, recorded_at FROM assessments_measurement"
    " UNION ALL SELECT organization_id, kpi_number, period, version, value, status, recorded_at"
    " FROM assessments_withdrawnmeasurement WHERE withdrawn_at > %(known_at)s)"
)

_TABLES = {
    "kpi": "kpis_kpi",
    "attribution": "kpis_attribution",
    "project": "projects_project",
    "line": "projects_moneyline",
    "share": "projects_lineshare",
    "flow": "projects_cashflow",
    "organization": "organizations_organization",
}


_EPOCH = datetime.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Terms:
    """The organization's terms of computation."""

    currency: str
    discount_rate: float
    weight_functional: float
    weight_operational: float
    weight_strategic: float
    score_cap: float

    @property
    def weights(self) -> dict[str, float]:
        """Weights of the tiers, as the method takes them."""
        return {
            "functional": self.weight_functional,
            "operational": self.weight_operational,
            "strategic": self.weight_strategic,
        }


@dataclass(frozen=True, slots=True)
class ProjectInput:
    """What a valuation knows of a project besides its KPIs and flows."""

    id: int
    code: str
    go_live_planned: datetime.date | None
    go_live_actual: datetime.date | None


@dataclass(frozen=True, slots=True)
class Flows:
    """Amounts of one project, kind and series in the reporting currency; `steps` are year × 12 + month − 1."""

    project_id: int
    kind: str
    series: str
    steps: list[int]
    amounts: list[float]


@dataclass(frozen=True, slots=True)
class FormerResult:
    """What is stored of a project: the hash of its inputs, and that of its money where the money still holds."""

    inputs_hash: bytes
    money_hash: bytes | None


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a valuation of some projects needs."""

    as_of: datetime.date
    known_at: datetime.datetime
    terms: Terms
    projects: list[ProjectInput]
    #: rows in the order of `KPI_COLUMNS`, by KPI id: first the KPIs of the projects, then those shared with them
    kpis: list[tuple[Any, ...]]
    #: how many of `kpis` are the projects' own; the others count there, their results are written elsewhere
    own: int
    #: whether any KPI of the organization serves further projects
    has_shared: bool
    #: of the projects whose money is to be computed
    flows: list[Flows]
    #: by project; empty where results are not to be written
    former: dict[int, FormerResult]
    #: the content of the original plan, by project; only of projects whose plan was changed since
    originals: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    #: by project and kind, in the reporting currency
    fx_effects: dict[int, dict[str, float]] = field(default_factory=dict)

    def kept_money(self, project_id: int) -> bytes | None:
        """The hash of the stored figures of money, or None when they are to be computed."""
        former = self.former.get(project_id)
        return former.money_hash if former else None


def load_inputs(
    organization_id: int,
    *,
    as_of: datetime.date,
    known_at: datetime.datetime,
    project_ids: Sequence[int] | None = None,
    live: bool = True,
    anew: bool = False,
) -> Inputs:
    """Inputs of `project_ids` (all projects when None), inside the organization's scope.

    `live` reads definitions from their tables, which must not change meanwhile (see `recompute`); otherwise
    from their history as known at `known_at`. `anew` reads money even where its stored figures still hold.
    """
    sources = {name: table if live else AS_KNOWN.format(table=table) for name, table in _TABLES.items()}
    sources["values"] = "assessments_measurement" if live else VALUES_AS_KNOWN
    values: dict[str, Any] = {"organization": organization_id, "as_of": as_of, "known_at": known_at}
    with connection.cursor() as cursor:
        cursor.execute(_TERMS.format(**sources), values)
        *known, values["zone"], has_shared, has_parts, has_changes, has_rates = cursor.fetchone()
        terms = Terms(*known)
        chosen = "true" if project_ids is None else "p.id = ANY(%(projects)s)"
        cursor.execute(
            _PROJECTS.format(chosen=chosen, **sources), {**values, "projects": list(project_ids or [])}
        )
        projects = [ProjectInput(*row) for row in cursor.fetchall()]
        values["projects"] = [project.id for project in projects]
        cursor.execute(_KPIS.format(**_OWN, **sources), values)
        kpis = cursor.fetchall()
        own = len(kpis)
        if has_shared:
            sharing = _SHARED["sharing"].format(**sources)
            cursor.execute(_KPIS.format(**{**_SHARED, "sharing": sharing}, **sources), values)
            kpis += cursor.fetchall()
        hashes: dict[int, Any] = {}
        former: dict[int, FormerResult] = {}
        if live and not anew:
            cursor.execute(_FORMER, values)
            hashes = dict(cursor.fetchall())
            cursor.execute(_FORMER_PROJECTS, {**values, "method": METHOD_VERSION})
            former = {
                row[0]: FormerResult(bytes(row[1]), row[2] and bytes(row[2])) for row in cursor.fetchall()
            }
        kpis = [(*row, hashes.get(row[0])) for row in kpis]
        inputs = Inputs(as_of, known_at, terms, projects, kpis, own, has_shared, [], former)
        values["projects"] = [project.id for project in projects if not inputs.kept_money(project.id)]
        if values["projects"]:
            whole = {**_IN_PARTS, "parts": _IN_PARTS["parts"].format(**sources)} if has_parts else _WHOLE
            cursor.execute(_FLOWS.format(**whole, **sources), values)
            inputs.flows.extend(_flows(*row) for row in cursor.fetchall())
            if has_changes:
                cursor.execute(_ORIGINALS, values)
                inputs.originals.update((row[0], json.loads(row[1])) for row in cursor.fetchall())
            if has_rates:
                cursor.execute(_FX_EFFECTS.format(**whole, **sources), {**values, "currency": terms.currency})
                for project_id, kind, effect in cursor.fetchall():
                    inputs.fx_effects.setdefault(project_id, {})[kind] = effect
    inputs.flows.sort(key=lambda flow: (flow.project_id, flow.kind, flow.series))
    return inputs


def _flows(project_id: int, kind: str, series: str, days: list[int], amounts: list[float]) -> Flows:
    pairs = sorted(zip(map(_step, days), amounts, strict=True))
    return Flows(
        project_id, kind, series, [step for step, _amount in pairs], [amount for _step, amount in pairs]
    )


@functools.lru_cache(maxsize=1200)
def _step(days: int) -> int:
    """Year × 12 + month − 1 of the day so many days after 1970 began."""
    day = _EPOCH + datetime.timedelta(days=days)
    return day.year * 12 + day.month - 1
