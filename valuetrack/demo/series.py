"""Drawing a story: the same day, the same numbers.

Every KPI and line has a random stream of its own, seeded by its name, so that adding one changes no other.
"""

import datetime
import math
import random
from collections.abc import Callable
from decimal import Decimal

from projects.periods import MEAN_DAYS, Frequency, add_months, last_complete, months_between, shift, start_of

from .story import HORIZON, MONTHS, KpiStory, LineStory, ProjectStory, Stream

#: months a planned amount and what really came differ by, as a share
MONEY_NOISE = 0.03
PERIODS = {Frequency.WEEK: 104, Frequency.MONTH: MONTHS, Frequency.QUARTER: MONTHS // 3}
Values = dict[datetime.date, float]


def go_live(project: ProjectStory, today: datetime.date) -> datetime.date:
    """First day of the month in which the roll-out went live."""
    return add_months(today, -project.live)


def values_of(kpi: KpiStory, code: str, live: datetime.date, today: datetime.date) -> Values:
    """All values of a KPI by period, rounded to its decimals, also those that nobody entered."""
    stream = random.Random(f"{code} {kpi.name}")
    newest = last_complete(today, kpi.frequency)
    count = PERIODS[Frequency(kpi.frequency)]
    periods = [shift(newest, kpi.frequency, step - count + 1) for step in range(count)]
    # One draw a period from the newest backwards, whatever the calendar says.
    noise = [_bounded_gauss(stream) * kpi.noise for _period in periods]
    values = {
        period: _level(kpi, _position(kpi, period, live)) + _season(kpi, period) + noise[place]
        for place, period in enumerate(periods)
    }
    values.update(
        {period: pin for period in periods if (pin := kpi.pins.get(_step(period, live))) is not None}
    )
    free = [period for period in periods if _step(period, live) not in kpi.pins]
    _move_mean(values, [period for period in periods if period < live], free, kpi.before)
    if kpi.mean_after is not None:
        _move_mean(values, [period for period in periods if period >= live], free, kpi.mean_after)
    return {period: _clean(kpi, value) for period, value in values.items()}


def entered(kpi: KpiStory, values: Values) -> Values:
    """The values that somebody entered."""
    if kpi.never:
        return {}
    periods = sorted(values)
    return {period: values[period] for period in periods[: len(periods) - kpi.missing]}


def baseline_of(kpi: KpiStory, values: Values, live: datetime.date) -> tuple[float, datetime.date]:
    """(mean of the values before go-live, first day of them)."""
    before = {period: value for period, value in values.items() if period < live}
    if not before or kpi.never:
        return kpi.before, add_months(live, -12)
    return round(sum(before.values()) / len(before), kpi.decimals), min(before)


def targets_of(kpi: KpiStory, live: datetime.date) -> Values:
    """The promise by day: more than half of the way at half of the time, then all of it."""
    if kpi.target is None:
        return {}
    due = add_months(live, kpi.due_after)
    if kpi.direction == "maintain":
        return {due: kpi.target}
    half = round(kpi.before + (kpi.target - kpi.before) * 0.6, kpi.decimals)
    return {add_months(due, kpi.reach // 2): half, add_months(due, kpi.reach): kpi.target}


def plan_of(line: LineStory, planned_live: datetime.date) -> dict[datetime.date, Decimal]:
    """Planned amounts by month."""
    return _amounts(line.plan, planned_live, lambda _step: 1.0)


def turned_out(
    line: LineStory, code: str, live: datetime.date, today: datetime.date
) -> tuple[dict[datetime.date, Decimal], dict[datetime.date, Decimal]]:
    """(actual amounts to the last complete month, forecast of the months after it)."""
    stream = random.Random(f"{code} {line.kind} {line.name}")
    noise = {step: 1 + MONEY_NOISE * _bounded_gauss(stream) for step in range(-HORIZON, HORIZON)}
    current = start_of(today, Frequency.MONTH)
    passed = months_between(live, current)
    amounts = _amounts(line.now, live, lambda step: noise[step] if step < passed else 1.0)
    actual = {month: amount for month, amount in amounts.items() if month < current}
    return actual, {month: amount for month, amount in amounts.items() if month >= current}


def _amounts(
    stream: Stream, live: datetime.date, factor: Callable[[int], float]
) -> dict[datetime.date, Decimal]:
    first = min([stream.start, *stream.single])
    amounts = {}
    for step in range(first, HORIZON):
        amount = stream.single.get(step, 0.0)
        if step >= stream.start:
            amount += stream.monthly * min(1.0, (step - stream.start + 1) / stream.ramp)
        if amount:
            amounts[add_months(live, step)] = Decimal(round(amount * factor(step), -2))
    return amounts


def _level(kpi: KpiStory, position: float) -> float:
    points = kpi.points or ((kpi.due_after - 1, kpi.before), (kpi.due_after + kpi.ramp - 1, kpi.now))
    former, level = points[0]
    if position < former:
        return kpi.before
    for step, value in points[1:]:
        if position < step:
            return level + (value - level) * (position - former) / (step - former)
        former, level = step, value
    return level


def _position(kpi: KpiStory, period: datetime.date, live: datetime.date) -> float:
    """Months from go-live to the period; of a quarter its second month."""
    if kpi.frequency == Frequency.WEEK:
        return (period - live).days / MEAN_DAYS[Frequency.MONTH]
    return _step(period, live) + (1 if kpi.frequency == Frequency.QUARTER else 0)


def _step(period: datetime.date, live: datetime.date) -> int:
    return months_between(live, period)


def _season(kpi: KpiStory, period: datetime.date) -> float:
    return kpi.season * math.cos(2 * math.pi * (period.month - kpi.peak) / 12)


def _bounded_gauss(stream: random.Random) -> float:
    """A normal draw within two standard deviations: a sample shall not tell of outliers it does not mean."""
    return max(-2.0, min(2.0, stream.gauss(0.0, 1.0)))


def _move_mean(values: Values, periods: list[datetime.date], free: list[datetime.date], mean: float) -> None:
    """Shift those of `periods` that are free so that the mean over all of them is exact."""
    moved = set(periods) & set(free)
    if moved:
        gap = (mean * len(periods) - sum(values[period] for period in periods)) / len(moved)
        values.update({period: values[period] + gap for period in moved})


def _clean(kpi: KpiStory, value: float) -> float:
    ceiling = 100.0 if kpi.unit == "%" and max(kpi.before, kpi.now) <= 100 else math.inf
    floor = 0.0 if min(kpi.before, kpi.now) >= 0 else -math.inf
    return round(min(ceiling, max(floor, value)), kpi.decimals)
