"""A KPI's series as the method reads it: one place per period, split at the change."""

import datetime
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assessments.services.verdicts.loading import KpiSeries
from kpis.models import Kpi
from projects.periods import Frequency, periods_between, shift, start_of

Floats = NDArray[np.float64]
#: periods in a year; a yearly KPI has no season
SEASONS: dict[str, int | None] = {
    Frequency.WEEK: 52,
    Frequency.MONTH: 12,
    Frequency.QUARTER: 4,
    Frequency.YEAR: None,
}
#: the longest course looked at: ten years of weeks
MOST_PERIODS = 520


@dataclass(frozen=True, slots=True)
class Course:
    """`values`: one per period from `first` on, NaN where there is none. `change`: place of the first one after."""

    series: KpiSeries
    first: datetime.date
    values: Floats
    #: None without a go-live
    change: int | None
    #: places from which the effect may show; between `change` and it nothing is compared
    effective: int

    @property
    def direction(self) -> Literal["higher", "lower"]:
        """Of what is judged: a KPI to be kept somewhere is judged by its distance from there."""
        return "higher" if self.series.direction == Kpi.Direction.HIGHER else "lower"

    def judged(self) -> Floats:
        """The values by which "better" is decided."""
        from assessments.method.attribution import distance_outside

        series, values = self.series, self.values
        if series.direction == Kpi.Direction.RANGE and series.low is not None and series.high is not None:
            return np.array(distance_outside(values, series.low, series.high))
        if series.direction == Kpi.Direction.MAINTAIN and series.target is not None:
            return np.array(distance_outside(values, series.target, series.target))
        return values

    def sides(self, values: Floats) -> tuple[Floats, Floats]:
        """Before and after the change, the time until an effect was expected left empty."""
        change = len(values) if self.change is None else self.change
        after = values[change:].copy()
        after[: max(self.effective - change, 0)] = math.nan
        return values[:change], after

    def day(self, place: int) -> datetime.date:
        return shift(self.first, self.series.frequency, place)


def course_of(series: KpiSeries) -> Course | None:
    """The course of a KPI, of its newest `MOST_PERIODS`; None without any value."""
    if not series.periods:
        return None
    frequency, last = series.frequency, series.periods[-1]
    first = max(series.periods[0], shift(last, frequency, 1 - MOST_PERIODS))
    values = np.full(periods_between(first, last, frequency) + 1, math.nan)
    for period, value in zip(series.periods, series.values, strict=True):
        if period >= first:
            values[periods_between(first, period, frequency)] = value

    def place(day: datetime.date) -> int:
        return min(max(periods_between(first, start_of(day, frequency), frequency), 0), len(values))

    change = place(series.live) if series.live else None
    effective = place(max(series.live, series.expected_start or series.live)) if series.live else len(values)
    return Course(series, first, values, change, effective)


def right_aligned(rows: list[Floats]) -> Floats:
    """One table, each row's last value in the last column."""
    table = np.full((len(rows), max((len(row) for row in rows), default=0)), math.nan)
    for place, row in enumerate(rows):
        if len(row):
            table[place, -len(row) :] = row
    return table


def left_aligned(rows: list[Floats]) -> Floats:
    """One table, each row's first value in the first column."""
    return right_aligned([row[::-1] for row in rows])[:, ::-1]
