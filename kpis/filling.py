"""Target series drawn by rule: a straight line, an S-curve, last year again, one value throughout."""

import datetime
import math
from collections.abc import Mapping, Sequence

from projects.periods import Frequency, periods_between, shift, start_of

Points = dict[datetime.date, float]

#: steepness of the S-curve: with 10 the middle fifth of the way takes the steepest half of the change
STEEPNESS = 10.0
_A_YEAR = {Frequency.WEEK: 52, Frequency.MONTH: 12, Frequency.QUARTER: 4, Frequency.YEAR: 1}


def stretch(first: datetime.date, last: datetime.date, frequency: str) -> list[datetime.date]:
    """First days of the periods from the one that holds `first` to the one that holds `last`."""
    start = start_of(first, frequency)
    count = periods_between(start, start_of(last, frequency), frequency) + 1
    return [shift(start, frequency, step) for step in range(count)]


def straight(periods: Sequence[datetime.date], low: float, high: float) -> Points:
    """From `low` in the first period to `high` in the last, by equal steps; both ends exact."""
    return _between(periods, low, high, [step / (len(periods) - 1) for step in range(len(periods))])


def s_curve(periods: Sequence[datetime.date], low: float, high: float) -> Points:
    """Slow, fast, slow: the logistic curve 1 / (1 + e^(−10·(t − ½))), stretched so that both ends are exact."""
    steps = len(periods) - 1
    floor, ceiling = _logistic(0), _logistic(1)
    shares = [(_logistic(step / steps) - floor) / (ceiling - floor) for step in range(len(periods))]
    return _between(periods, low, high, shares)


def constant(periods: Sequence[datetime.date], value: float) -> Points:
    """The same value in every period."""
    return dict.fromkeys(periods, value)


def last_year_again(
    periods: Sequence[datetime.date], known: Mapping[datetime.date, float], factor: float, frequency: str
) -> Points:
    """The value of the same period a year before, times `factor`; periods without one are left out.

    A year is 52 weeks, 12 months, 4 quarters or 1 year.
    """
    back = -_A_YEAR[Frequency(frequency)]
    sources = {period: shift(period, frequency, back) for period in periods}
    return {period: known[source] * factor for period, source in sources.items() if source in known}


def _logistic(way: float) -> float:
    return 1 / (1 + math.exp(-STEEPNESS * (way - 0.5)))


def _between(periods: Sequence[datetime.date], low: float, high: float, shares: Sequence[float]) -> Points:
    points = {
        period: low + (high - low) * share for period, share in zip(periods[:-1], shares[:-1], strict=True)
    }
    return points | {periods[-1]: high}
