"""The target series drawn out, one planned value a period."""

import datetime
from collections.abc import Mapping
from itertools import pairwise

from kpis.models import Kpi
from projects.periods import periods_between, start_of

Points = Mapping[datetime.date, float]
Path = tuple[datetime.date | None, list[float] | None]


def draw_plan_path(kpi: Kpi, points: Points) -> Path:
    """(first period, planned value of each period from it), linear between the points, or (None, None).

    `points` are targets by the first day of their period, in the unit of the KPI. The way begins at the
    baseline where the effect is expected to begin (else where the baseline ends), if that lies before the
    first target. It ends at the last target: a reader holds that value for later periods. What is to be
    maintained has no way: the first target, or else the baseline, holds from the beginning.
    """
    beginning = _beginning(kpi)
    known = sorted(points.items())
    if not known:
        return _held_baseline(kpi, beginning)
    first, value = known[0]
    if beginning is not None and beginning < first:
        start_value = value if kpi.direction == Kpi.Direction.MAINTAIN else kpi.baseline_value
        if start_value is not None:
            known.insert(0, (beginning, start_value))
    path = [known[0][1]]
    for (start, before), (end, after) in pairwise(known):
        path += _straight(before, after, periods_between(start, end, kpi.frequency))
    return known[0][0], path


def _beginning(kpi: Kpi) -> datetime.date | None:
    day = kpi.expected_start or kpi.baseline_end
    return start_of(day, kpi.frequency) if day else None


def _held_baseline(kpi: Kpi, beginning: datetime.date | None) -> Path:
    if kpi.direction != Kpi.Direction.MAINTAIN or kpi.baseline_value is None:
        return None, None
    return beginning or start_of(kpi.created_at.date(), kpi.frequency), [kpi.baseline_value]


def _straight(before: float, after: float, steps: int) -> list[float]:
    """The values after `before`, ending exactly at `after`."""
    inner = [before + (after - before) * step / steps for step in range(1, steps)]
    return [*inner, after]
