"""A change of targets before it is saved: period by period, and as a chart."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from charts import kinds
from charts.description import Chart, Title, effect_of
from kpis.figures import written
from kpis.models import Kpi
from kpis.pasting import Reject
from kpis.services.plan import draw_plan_path
from projects.periods import label, periods_between, shift

#: periods drawn at most
LONGEST_AXIS = 120


@dataclass(frozen=True, slots=True)
class Proposal:
    """Targets somebody wants, with what was refused of their input."""

    wanted: dict[datetime.date, float | None]
    rejects: list[Reject] = field(default_factory=list)

    def changes(self, points: Mapping[datetime.date, float]) -> dict[datetime.date, float | None]:
        """Only what would really change."""
        return {period: value for period, value in sorted(self.wanted.items()) if points.get(period) != value}


def preview_rows(
    kpi: Kpi, points: Mapping[datetime.date, float], changes: Mapping[datetime.date, float | None]
) -> list[dict[str, Any]]:
    """One row per target that would change: what stands, what would stand, and the difference."""
    rows = []
    for period, value in changes.items():
        now = points.get(period)
        change = None if now is None or value is None else value - now
        rows.append(
            {
                "period": label(period, kpi.frequency),
                "now": written(now, kpi),
                "new": written(value, kpi),
                "is_removed": value is None,
                "change": "" if change is None else written(change, kpi, sign=True),
                "effect": effect_of(change, kpi.direction),  # type: ignore[arg-type]
            }
        )
    return rows


def preview_chart(
    kpi: Kpi,
    points: Mapping[datetime.date, float],
    changes: Mapping[datetime.date, float | None],
    values: Mapping[datetime.date, float],
) -> Chart | None:
    """The plan as it would run, with the values there are; None where nothing is left to draw."""
    after = {period: value for period, value in {**points, **changes}.items() if value is not None}
    start, path = draw_plan_path(kpi, after)
    if start is None or not path:
        return None
    first = min([start, *values])
    last = max([shift(start, kpi.frequency, len(path) - 1), *values])
    count = periods_between(first, last, kpi.frequency) + 1
    axis = [shift(first, kpi.frequency, step) for step in range(max(0, count - LONGEST_AXIS), count)]
    planned = {shift(start, kpi.frequency, step): value for step, value in enumerate(path)}
    return kinds.control(
        message=_("The plan as it would run"),
        title=Title(
            kpi.project.name,
            kpi.name,
            f"{label(axis[0], kpi.frequency)} – {label(axis[-1], kpi.frequency)}",
        ),
        labels=[label(period, kpi.frequency) for period in axis],
        actual=[values.get(period) for period in axis],
        unit=kpi.unit,
        direction=kpi.direction,  # type: ignore[arg-type]
        target=[planned.get(period) for period in axis],
        baseline=kpi.baseline_value,
    )
