"""Baselines read from the values there are, and what a new one would change."""

import datetime
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assessments.method import MethodError
from assessments.method.attainment import attainment, maintain_attainment, range_attainment
from assessments.models import Measurement
from kpis.figures import final_target
from kpis.models import Baseline, Kpi
from kpis.services import NewBaseline
from organizations.errors import InvalidInputError
from projects.periods import Frequency, shift, start_of

MEAN, MEDIAN, LAST, SUM = "mean", "median", "last", "sum"
#: METHOD §4: fewer points say nothing of their spread
FEW_POINTS = 6
#: periods that make a whole year
_SUMMARIES: dict[str, Callable[[Sequence[float]], float]] = {
    MEAN: statistics.fmean,
    MEDIAN: statistics.median,
    SUM: sum,
    LAST: lambda numbers: numbers[-1],
}
_A_YEAR = {Frequency.WEEK: 52, Frequency.MONTH: 12, Frequency.QUARTER: 4, Frequency.YEAR: 1}


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a baseline is."""

    points: int
    #: sample standard deviation, in the unit of the KPI; None under two points
    spread: float | None
    season_covered: bool


def counted_values(kpi: Kpi) -> dict[datetime.date, float]:
    """Every counted value, by period, oldest first."""
    rows = Measurement.objects.counted().filter(kpi=kpi).values_list("period", "value")
    return {period: value for period, value in sorted(rows) if value is not None}


def computed_baseline(
    kpi: Kpi, values: Mapping[datetime.date, float], *, start: datetime.date, end: datetime.date, how: str
) -> NewBaseline:
    """The baseline over the periods that lie wholly in the half-open interval from `start` to `end`.

    `how` is the mean, the median, the last value or the sum. The season is covered when every period of at least a
    year has a value.

    Raises:
        InvalidInputError: no value lies there.
    """
    inside = values_inside(kpi, values, start, end)
    if not inside:
        raise InvalidInputError(_("No value of this KPI lies between these days."), field="start")
    numbers = list(inside.values())
    value = _SUMMARIES[how](numbers)
    found = quality(kpi, inside)
    return NewBaseline(
        value=float(value),
        start=start,
        end=end,
        method=Baseline.Method.COMPUTED,
        points=found.points,
        spread=found.spread,
        season_covered=found.season_covered,
    )


def values_inside(
    kpi: Kpi, values: Mapping[datetime.date, float], start: datetime.date, end: datetime.date
) -> dict[datetime.date, float]:
    """The values of periods that begin on or after `start` and end before `end` begins."""
    return {
        period: value
        for period, value in sorted(values.items())
        if start <= period and shift(period, kpi.frequency, 1) <= end
    }


def quality(kpi: Kpi, inside: Mapping[datetime.date, float]) -> Quality:
    """Points, spread and season of the values a baseline comes from."""
    numbers = list(inside.values())
    spread = statistics.stdev(numbers) if len(numbers) > 1 else None
    return Quality(len(numbers), spread, _covers_a_year(kpi.frequency, sorted(inside)))


def offered_span(
    kpi: Kpi, values: Mapping[datetime.date, float]
) -> tuple[datetime.date, datetime.date] | None:
    """The last twelve months of values before the effect: from the first day to the day after the last."""
    limits: list[Any] = [day for day in (kpi.expected_start, kpi.project.go_live) if day is not None]
    limit = min(limits, default=None)
    known = [period for period in values if limit is None or shift(period, kpi.frequency, 1) <= limit]
    if not known:
        return None
    count = _A_YEAR[Frequency(kpi.frequency)]
    return sorted(known)[-count:][0], shift(max(known), kpi.frequency, 1)


def notes_on(kpi: Kpi, new: NewBaseline) -> list[str]:
    """What a reader must know of a baseline before trusting comparisons with it."""
    notes = []
    if new.method == Baseline.Method.COMPUTED:
        if new.points < FEW_POINTS:
            notes.append(_("Fewer than six values: their spread says little, and no verdict can rest on it."))
        if not new.season_covered:
            notes.append(_("It does not cover a whole year: a season may look like an effect."))
    go_live: Any = kpi.project.go_live
    if go_live and new.end and new.end > start_of(go_live, kpi.frequency):
        notes.append(
            _("It reaches past the go-live: what is compared with it already contains a part of the effect.")
        )
    return notes


def attainment_with(kpi: Kpi, baseline: float | None, actual: float | None) -> float | None:
    """What the attainment of `actual` is against this baseline, as the method has it (METHOD §1)."""
    if actual is None:
        return None
    target = final_target(kpi)
    try:
        if kpi.direction == Kpi.Direction.RANGE:
            if kpi.range_low is None or kpi.range_high is None:
                return None
            return range_attainment(
                actual, kpi.range_low, kpi.range_high, baseline=baseline, tolerance=kpi.tolerance
            )
        if kpi.direction == Kpi.Direction.MAINTAIN and target is not None:
            return range_attainment(actual, target, target, tolerance=kpi.tolerance)
        if baseline is None or target is None:
            return None
        if baseline == target:
            return maintain_attainment(
                actual,
                target,
                direction=kpi.direction,  # type: ignore[arg-type]
                tolerance=kpi.tolerance,
            )
        return attainment(baseline, actual, target)
    except MethodError:
        return None


def _covers_a_year(frequency: str, periods: Sequence[datetime.date]) -> bool:
    count = _A_YEAR[Frequency(frequency)]
    runs = zip(periods, periods[count - 1 :], strict=False)
    return any(shift(first, frequency, count - 1) == last for first, last in runs)
