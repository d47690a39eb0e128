"""Inputs of a valuation of which some are known up to an earlier moment than others.

The statements are those of `assessments.services.inputs`; only the sources in which they look up what was known
are exchanged. So whatever decides a figure is read here as it is read there.

Definitions are known up to `known_at`; what was booked and measured up to `before`, or, in the stage of
corrections, up to `known_at` where something had been known at `before` already.
"""

import datetime
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.db import connection

from assessments.services.inputs import AS_KNOWN, VALUES_AS_KNOWN, Inputs, load_inputs

_FLOW = "projects_cashflow"
_IN_FORCE = "v.recorded_at <= %({moment})s AND (v.superseded_at IS NULL OR v.superseded_at > %({moment})s)"
_NOW, _BEFORE = _IN_FORCE.format(moment="known_at"), _IN_FORCE.format(moment="before")

# Each row is made of its document once, not once a column, and the planner can hash it: ten times as fast as
# the source it stands for.
_ROWS = (
    "(SELECT r.* FROM organizations_rowversion v CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, v.data) r"
    " WHERE v.organization_id = %(organization)s AND v.table_name = '{table}' AND {chosen})"
)
_BY_SERIES = (
    "CASE v.data ->> 'series' WHEN 'plan' THEN {plan} WHEN 'forecast' THEN {forecast} ELSE {actual} END"
)
# A month that was booked before, whatever row it stands in now.
_BOOKED_BEFORE = (
    f"({_NOW} AND (v.data ->> 'line_id', v.data ->> 'month') IN (SELECT v.data ->> 'line_id', v.data ->> 'month'"  # noqa: S608
    " FROM organizations_rowversion v WHERE v.organization_id = %(organization)s"
    f" AND v.table_name = '{_FLOW}' AND v.data ->> 'series' = 'actual' AND {_BEFORE}))"
)

_COLUMNS = "organization_id, kpi_id, period, version, value, status, recorded_at"
_WITHDRAWN = "organization_id, kpi_number AS kpi_id, period, version, value, status, recorded_at"

#: whether a number for the period of `m` was known at `before`; a draft, or an answer without a number, is none
KNOWN_BEFORE = """(EXISTS (
    SELECT FROM assessments_measurement b WHERE b.organization_id = %(organization)s AND b.kpi_id = m.kpi_id
    AND b.period = m.period AND b.recorded_at <= %(before)s AND b.value IS NOT NULL AND b.status <> 'draft'
) OR EXISTS (
    SELECT FROM assessments_withdrawnmeasurement b WHERE b.organization_id = %(organization)s
    AND b.kpi_number = m.kpi_id AND b.period = m.period AND b.recorded_at <= %(before)s
    AND b.withdrawn_at > %(before)s AND b.value IS NOT NULL AND b.status <> 'draft'
))"""

_VALUES_BEFORE = (
    f"(SELECT {_COLUMNS} FROM assessments_measurement WHERE recorded_at <= %(before)s"  # noqa: S608
    f" UNION ALL SELECT {_WITHDRAWN} FROM assessments_withdrawnmeasurement"
    " WHERE withdrawn_at > %(before)s AND recorded_at <= %(before)s)"
)
_VALUES_CORRECTED = (
    f"(SELECT {_COLUMNS} FROM assessments_measurement m WHERE m.recorded_at <= %(before)s OR {KNOWN_BEFORE}"  # noqa: S608
    f" UNION ALL SELECT {_COLUMNS} FROM (SELECT {_WITHDRAWN}, withdrawn_at FROM assessments_withdrawnmeasurement) m"
    f" WHERE CASE WHEN m.withdrawn_at > %(known_at)s THEN m.recorded_at <= %(before)s OR {KNOWN_BEFORE}"
    f" ELSE m.withdrawn_at > %(before)s AND m.recorded_at <= %(before)s AND NOT {KNOWN_BEFORE} END)"
)


class Stage(StrEnum):
    """Up to where the newer knowledge is taken."""

    DEFINITIONS = "definitions"
    CORRECTIONS = "corrections"


_FLOWS_OF = {
    Stage.DEFINITIONS: _BY_SERIES.format(plan=_NOW, forecast=_BEFORE, actual=_BEFORE),
    Stage.CORRECTIONS: _BY_SERIES.format(plan=_NOW, forecast=_BEFORE, actual=_BOOKED_BEFORE),
}
_VALUES_OF = {Stage.DEFINITIONS: _VALUES_BEFORE, Stage.CORRECTIONS: _VALUES_CORRECTED}

#: where a statement looks up a table as it was known; its group is the table
_SOURCE = re.compile(
    r"(\w+)".join(re.escape(part) for part in AS_KNOWN.split("{table}", 1)).replace(
        re.escape("{table}"), r"\1"
    )
)


def load_point(organization_id: int, *, as_of: datetime.date, known_at: datetime.datetime) -> Inputs:
    """Inputs of all projects as they were known at `known_at`."""
    return _load(_Exchange(None, known_at), organization_id, as_of, known_at)


def load_stage(
    organization_id: int,
    *,
    as_of: datetime.date,
    known_at: datetime.datetime,
    before: datetime.datetime,
    stage: Stage,
) -> Inputs:
    """Inputs of all projects at `stage` on the way from what was known at `before` to `known_at`."""
    return _load(_Exchange(stage, before), organization_id, as_of, known_at)


def _load(
    exchange: "_Exchange", organization_id: int, as_of: datetime.date, known_at: datetime.datetime
) -> Inputs:
    with connection.execute_wrapper(exchange):
        inputs = load_inputs(organization_id, as_of=as_of, known_at=known_at, live=False)
    if inputs.projects and not exchange.is_complete:
        raise RuntimeError("the statements of a valuation no longer name the sources exchanged here")
    return inputs


class _Exchange:
    """Exchanges sources in the statements that pass by."""

    def __init__(self, stage: Stage | None, before: datetime.datetime) -> None:
        self.stage = stage
        self.before = before
        self.tables: set[str] = set()

    @property
    def is_complete(self) -> bool:
        """Whether flows and values were exchanged, without which a stage would be another one."""
        return self.stage is None or {_FLOW, "values"} <= self.tables

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        exchanged = _SOURCE.sub(self._rows, sql)
        if self.stage and VALUES_AS_KNOWN in exchanged:
            self.tables.add("values")
            exchanged = exchanged.replace(VALUES_AS_KNOWN, _VALUES_OF[self.stage])
        if exchanged == sql:
            return execute(sql, params, many, context)
        return execute(exchanged, {**params, "before": self.before}, many, context)

    def _rows(self, found: re.Match[str]) -> str:
        table = found[1]
        self.tables.add(table)
        chosen = _FLOWS_OF[self.stage] if self.stage and table == _FLOW else _NOW
        return _ROWS.format(table=table, chosen=chosen)
