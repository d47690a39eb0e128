"""Inputs of a valuation of which some are known up to an earlier moment than others.

The statements are those of `assessments.services.inputs`; only the sources in which they look up cash flows and
values are exchanged. So whatever decides a figure is read here as it is read there.

Definitions are known up to `known_at`; what was booked and measured up to `before`, or, in the stage of
corrections, up to `known_at` where something had been known at `before` already.
"""

import datetime
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.db import connection

from assessments.services.inputs import AS_KNOWN, VALUES_AS_KNOWN, Inputs, load_inputs

_FLOW = "projects_cashflow"
_IN_FORCE = "v.recorded_at <= %({moment})s AND (v.superseded_at IS NULL OR v.superseded_at > %({moment})s)"
_NOW, _BEFORE = _IN_FORCE.format(moment="known_at"), _IN_FORCE.format(moment="before")

_FLOWS = (
    "(SELECT (jsonb_populate_record(NULL::projects_cashflow, v.data)).* FROM organizations_rowversion v"
    " WHERE v.organization_id = %(organization)s AND v.table_name = 'projects_cashflow'"
    " AND CASE v.data ->> 'series' WHEN 'plan' THEN {plan} WHEN 'forecast' THEN {forecast} ELSE {actual} END)"
)
# A month that was booked before, whatever row it stands in now.
_BOOKED_BEFORE = (
    f"({_NOW} AND (v.data ->> 'line_id', v.data ->> 'month') IN (SELECT v.data ->> 'line_id', v.data ->> 'month'"
    " FROM organizations_rowversion v WHERE v.organization_id = %(organization)s"
    f" AND v.table_name = 'projects_cashflow' AND v.data ->> 'series' = 'actual' AND {_BEFORE}))"
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
    f"(SELECT {_COLUMNS} FROM assessments_measurement WHERE recorded_at <= %(before)s"
    f" UNION ALL SELECT {_WITHDRAWN} FROM assessments_withdrawnmeasurement"
    " WHERE withdrawn_at > %(before)s AND recorded_at <= %(before)s)"
)
_VALUES_CORRECTED = (
    f"(SELECT {_COLUMNS} FROM assessments_measurement m WHERE m.recorded_at <= %(before)s OR {KNOWN_BEFORE}"
    f" UNION ALL SELECT {_COLUMNS} FROM (SELECT {_WITHDRAWN}, withdrawn_at FROM assessments_withdrawnmeasurement) m"
    f" WHERE CASE WHEN m.withdrawn_at > %(known_at)s THEN m.recorded_at <= %(before)s OR {KNOWN_BEFORE}"
    f" ELSE m.withdrawn_at > %(before)s AND m.recorded_at <= %(before)s AND NOT {KNOWN_BEFORE} END)"
)


class Stage(StrEnum):
    """Up to where the newer knowledge is taken."""

    DEFINITIONS = "definitions"
    CORRECTIONS = "corrections"


_SOURCES = {
    Stage.DEFINITIONS: {
        AS_KNOWN.format(table=_FLOW): _FLOWS.format(plan=_NOW, forecast=_BEFORE, actual=_BEFORE),
        VALUES_AS_KNOWN: _VALUES_BEFORE,
    },
    Stage.CORRECTIONS: {
        AS_KNOWN.format(table=_FLOW): _FLOWS.format(plan=_NOW, forecast=_BEFORE, actual=_BOOKED_BEFORE),
        VALUES_AS_KNOWN: _VALUES_CORRECTED,
    },
}


def load_stage(
    organization_id: int,
    *,
    as_of: datetime.date,
    known_at: datetime.datetime,
    before: datetime.datetime,
    stage: Stage,
) -> Inputs:
    """Inputs of all projects at `stage` on the way from what was known at `before` to `known_at`."""
    exchange = _Exchange(_SOURCES[stage], before)
    with connection.execute_wrapper(exchange):
        inputs = load_inputs(organization_id, as_of=as_of, known_at=known_at, live=False)
    if inputs.projects and exchange.unused:
        raise RuntimeError("the statements of a valuation no longer name the sources exchanged here")
    return inputs


class _Exchange:
    """Exchanges sources in the statements that pass by."""

    def __init__(self, sources: dict[str, str], before: datetime.datetime) -> None:
        self.sources = sources
        self.before = before
        self.unused = set(sources)

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        for source, other in self.sources.items():
            if source in sql:
                sql = sql.replace(source, other)
                params = {**params, "before": self.before}
                self.unused.discard(source)
        return execute(sql, params, many, context)
