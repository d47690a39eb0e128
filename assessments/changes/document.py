"""An explanation as plain values: for programs and commands. Floats keep their last digit."""

from typing import Any

from assessments.changes.details import AmountChange, Details, ValueChange
from assessments.changes.explaining import Explanation
from assessments.changes.figures import Cause, Walk
from assessments.changes.points import Point
from assessments.changes.rounding import shown, shown_changes
from assessments.method import METHOD_VERSION


def describe(explanation: Explanation, details: Details | None = None) -> dict[str, Any]:
    """See docs/changes.md."""
    document: dict[str, Any] = {
        "from": _point(explanation.start),
        "to": _point(explanation.end),
        "method_version": METHOD_VERSION,
        "former_method": explanation.former_method or None,
        "former_method_unknown": explanation.method_unknown,
        "currency": explanation.currency,
        "causes": [cause.value for cause in Cause],
        "portfolio": {name: _walk(walk) for name, walk in explanation.portfolio.items()},
        "projects": [
            {
                "code": project.code,
                "name": project.name,
                "figures": {name: _walk(walk) for name, walk in project.walks.items()},
            }
            for project in explanation.projects
        ],
    }
    if details is not None:
        document["changed"] = _details(details)
    return document


def _point(point: Point) -> dict[str, str]:
    return {"as_of": point.as_of.isoformat(), "known_at": point.known_at.isoformat()}


def _walk(walk: Walk) -> dict[str, Any]:
    ends = [shown(value, walk.kind.decimals) for value in (walk.start, walk.end)]
    return {
        "start": walk.start,
        "end": walk.end,
        "change": None if walk.total is None else float(walk.total),
        "causes": {cause.value: float(change) for cause, change in walk.changes.items()},
        "known_since": [cause.value for cause, known in walk.turns.items() if known],
        "unknown_since": [cause.value for cause, known in walk.turns.items() if not known],
        "rounded": {
            "start": None if ends[0] is None else str(ends[0]),
            "end": None if ends[1] is None else str(ends[1]),
            "causes": {cause.value: str(change) for cause, change in shown_changes(walk).items()},
        },
    }


def _details(details: Details) -> dict[str, Any]:
    return {
        "values_count": details.values_count,
        "values": [_value(change) for change in details.values],
        "amounts_count": details.amounts_count,
        "amounts": [_amount(change) for change in details.amounts],
        "definitions": [
            {
                "kind": change.model,
                "name": change.name,
                "code": change.code,
                "what": change.what,
                "fields": {field.field: {"old": field.old, "new": field.new} for field in change.fields},
                "by": change.who,
                "at": change.at.isoformat(),
                "reason": change.why,
            }
            for change in details.definitions
        ],
        "restatements": [
            {
                "project": one.line.project.code,
                "line": one.line.name,
                "month": one.month.isoformat(),
                "old": None if one.old is None else str(one.old),
                "new": None if one.new is None else str(one.new),
                "by": str(one.restated_by or ""),
                "at": one.restated_at.isoformat(),
                "reason": one.reason,
            }
            for one in details.restatements
        ],
    }


def _value(change: ValueChange) -> dict[str, Any]:
    return {
        "cause": change.cause.value,
        "project": change.project,
        "kpi": change.kpi,
        "period": change.period.isoformat(),
        "old": change.old,
        "new": change.new,
        "by": change.who,
        "at": change.at and change.at.isoformat(),
        "reason": change.why,
    }


def _amount(change: AmountChange) -> dict[str, Any]:
    return {
        "cause": change.cause.value,
        "project": change.project,
        "line": change.line_name,
        "kind": change.kind,
        "series": change.series,
        "currency": change.currency,
        "first_month": change.first.isoformat(),
        "last_month": change.last.isoformat(),
        "months": change.months,
        "old": None if change.old is None else str(change.old),
        "new": None if change.new is None else str(change.new),
        "by": change.who,
        "at": change.at and change.at.isoformat(),
        "reason": change.why,
    }
