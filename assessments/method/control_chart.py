"""Is a movement more than noise? The XmR chart (METHOD §4).

Sources: Wheeler, Understanding Variation (2.66, 3.268); NHS "Making Data Count"; NIST/SEMATECH 6.3.2.
"""

import itertools
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, SupportsFloat, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assessments.method.arguments import (
    DIRECTIONS,
    BoolArray,
    Column,
    Direction,
    FloatArray,
    Numbers,
    WordArray,
    columns,
    gapped_table,
    number,
    numbers,
)
from assessments.method.errors import MethodError

Rules: TypeAlias = Literal["nhs", "wheeler"]
RuleName: TypeAlias = Literal["beyond", "run", "trend", "two_of_three", "three_of_four"]
Side: TypeAlias = Literal["above", "below", "up", "down"]
ChartStatus: TypeAlias = Literal["none", "trial", "firm"]
Assurance: TypeAlias = Literal["will", "will_not", "may"]

LIMIT_FACTOR: Final = 2.66
RANGE_LIMIT_FACTOR: Final = 3.268
FEWEST_POINTS: Final = 5
FIRM_POINTS: Final = 12
RUN_LENGTHS: Final[dict[Rules, int]] = {"nhs": 7, "wheeler": 8}
TREND_LENGTH: Final = 7
_DUST: Final = 64 * sys.float_info.epsilon


@dataclass(frozen=True, slots=True)
class Signal:
    """`index` (0-based) is the point that completes the pattern; side up/down for a trend."""

    index: int
    rule: RuleName
    side: Side


@dataclass(frozen=True, slots=True)
class ControlChart:
    """Limits in the unit of the values.

    Status `none` has no limits (lower, upper and moving_range_limit None) and no signals; centre and mean
    moving range are still given where there are values (one, two) to take them from.
    """

    centre: float | None
    lower: float | None
    upper: float | None
    moving_range_mean: float | None
    moving_range_limit: float | None
    status: ChartStatus
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class ControlCharts:
    """Limits, status and newest signal of many series: arrays of one length, NaN where there are none.

    `index` is the column of the newest signal, -1 without any (then rule and side are ""). Where one point
    completes several patterns: the first of beyond, run, two_of_three or three_of_four, trend.
    """

    centre: FloatArray
    lower: FloatArray
    upper: FloatArray
    status: WordArray
    index: NDArray[np.intp]
    rule: WordArray
    side: WordArray


@dataclass(frozen=True, slots=True)
class _Series:
    """Values as distances from the centre, and the distance that is only rounding."""

    distances: list[float]
    dust: list[float]
    reach: float

    def sides(self, beyond: float) -> list[int]:
        """1 above centre + beyond, −1 below centre − beyond, else 0: strict, on unrounded limits."""
        pairs = zip(self.distances, self.dust, strict=True)
        return [(distance > beyond + dust) - (distance < -beyond - dust) for distance, dust in pairs]

    def steps(self) -> list[int]:
        """1 where a point lies above the one before it, -1 below, 0 for a tie and for the first."""
        points = zip(self.distances, self.dust, strict=True)
        return [0] + [
            (after - before > max(dust, dust_before)) - (after - before < -max(dust, dust_before))
            for (before, dust_before), (after, dust) in itertools.pairwise(points)
        ]


def xmr(values: Numbers, *, baseline: int | None = None, rules: Rules = "nhs") -> ControlChart:
    """Centre ± 2.66 × mean moving range of the first `baseline` values (all when None), and the signals.

    `rules="nhs"`: beyond, run of 7, trend of 7, two_of_three; `"wheeler"`: beyond, run of 8, three_of_four.
    Status over the points the limits come from: none under 5, trial under 12, else firm. Differences in the
    last digits of a float (64 epsilon of the value) count as none: 0.1 + 0.2 lies on a centre of 0.3.
    """
    series = numbers("values", values).tolist()
    _refuse_unknown(rules)
    base = series[: _baseline(baseline, len(series))]
    centre, mean_range, reach = _spread(base)
    if centre is None or reach is None or mean_range is None:
        return ControlChart(centre, None, None, mean_range, None, "none", ())
    largest = max(abs(value) for value in base)
    dust = [_DUST * max(largest, abs(value)) for value in series]
    around = _Series([value - centre for value in series], dust, reach)
    return ControlChart(
        centre=centre,
        lower=centre - reach,
        upper=centre + reach,
        moving_range_mean=mean_range,
        moving_range_limit=RANGE_LIMIT_FACTOR * mean_range,
        status="trial" if len(base) < FIRM_POINTS else "firm",
        signals=tuple(sorted(_signals(around, rules), key=lambda signal: signal.index)),
    )


def xmr_batch(
    values: Iterable[Iterable[SupportsFloat | None]] | FloatArray,
    *,
    baseline: Column = None,
    rules: Rules = "nhs",
) -> ControlCharts:
    """`xmr` of every row of series × periods: its limits and its newest signal; NaN where there is no value.

    `baseline`: values that set the limits, one for all or one a row, None or NaN for all values. Periods
    without value are passed over. Status `none` also where limits fit no float (which `xmr` refuses).
    """
    given = gapped_table("values", values)
    _refuse_unknown(rules)
    # The values of a row moved together; `order` says from which column each came.
    order = np.argsort(np.isnan(given), axis=1, kind="stable")
    series = np.take_along_axis(given, order, axis=1)
    present = ~np.isnan(series)
    counted = np.minimum(_baselines(baseline, series.shape[0]), present.sum(axis=1))
    centre, reach, dust = _spreads(series, np.arange(series.shape[1]) < counted[:, None])
    limited = ~np.isnan(reach)
    index, rule, side = _newest(series - centre[:, None], dust, reach, rules)
    found = np.take_along_axis(order, np.maximum(index, 0)[:, None], axis=1)[:, 0] if order.size else index
    return ControlCharts(
        centre=centre,
        lower=centre - reach,
        upper=centre + reach,
        status=np.select([~limited, counted < FIRM_POINTS], ["none", "trial"], "firm"),
        index=np.where(index < 0, -1, found),
        rule=rule,
        side=side,
    )


def natural_limits(values: Numbers) -> tuple[float, float] | None:
    """The lower and upper limit of `xmr` alone, for who asks of many series; None under 5 values."""
    centre, _mean_range, reach = _spread(numbers("values", values).tolist())
    return None if centre is None or reach is None else (centre - reach, centre + reach)


def _spread(base: list[float]) -> tuple[float | None, float | None, float | None]:
    """Centre, mean moving range and how far the limits reach; what too few values do not give is None."""
    centre = base[0] + math.fsum(value - base[0] for value in base) / len(base) if base else None
    ranges = [abs(after - before) for before, after in itertools.pairwise(base)]
    mean_range = math.fsum(ranges) / len(ranges) if ranges else None
    if centre is None or mean_range is None or len(base) < FEWEST_POINTS:
        return centre, mean_range, None
    if not math.isfinite(RANGE_LIMIT_FACTOR * mean_range + abs(centre)):
        raise MethodError("values", "too large for limits that fit a float")
    return centre, mean_range, LIMIT_FACTOR * mean_range


def assurance(
    lower: SupportsFloat | None, upper: SupportsFloat | None, target: SupportsFloat, *, direction: Direction
) -> Assurance | None:
    """Whether a process between these limits will, will not or may meet the target by chance.

    A target on a limit "may" be met. None without limits.
    """
    if direction not in DIRECTIONS:
        raise MethodError("direction", f'"higher" or "lower" is expected, not {direction!r}')
    goal = number("target", target)
    if lower is None or upper is None:
        return None
    low, high = number("lower", lower), number("upper", upper)
    if low > high:
        raise MethodError("lower", "the lower limit lies above the upper limit")
    if goal < low:
        return "will" if direction == "higher" else "will_not"
    if goal > high:
        return "will_not" if direction == "higher" else "will"
    return "may"


def _refuse_unknown(rules: str) -> None:
    if rules not in RUN_LENGTHS:
        raise MethodError("rules", f'"nhs" or "wheeler" is expected, not {rules!r}')


def _baseline(baseline: int | None, length: int) -> int:
    if baseline is None:
        return length
    if isinstance(baseline, bool) or not isinstance(baseline, int) or baseline < 1:
        raise MethodError("baseline", f"a whole number of at least 1 is expected, not {baseline!r}")
    return min(baseline, length)


def _signals(series: _Series, rules: Rules) -> Iterator[Signal]:
    yield from _found("beyond", series.sides(series.reach), _single)
    yield from _found("run", series.sides(0.0), _run(RUN_LENGTHS[rules]))
    if rules == "wheeler":
        yield from _found("three_of_four", series.sides(series.reach / 2), _most_of(3, 4))
        return
    yield from _found("two_of_three", series.sides(series.reach * 2 / 3), _most_of(2, 3))
    for signal in _found("trend", series.steps(), _run(TREND_LENGTH - 1)):
        yield Signal(signal.index, "trend", "up" if signal.side == "above" else "down")


def _found(rule: RuleName, sides: list[int], completes: Callable[[list[int], int], bool]) -> Iterator[Signal]:
    for index, side in enumerate(sides):
        if side and completes(sides, index):
            yield Signal(index, rule, "above" if side > 0 else "below")


def _single(sides: list[int], index: int) -> bool:
    return True


def _run(length: int) -> Callable[[list[int], int], bool]:
    def completes(sides: list[int], index: int) -> bool:
        return index + 1 >= length and all(side == sides[index] for side in sides[index + 1 - length : index])

    return completes


def _most_of(count: int, window: int) -> Callable[[list[int], int], bool]:
    def completes(sides: list[int], index: int) -> bool:
        return sides[max(0, index + 1 - window) : index + 1].count(sides[index]) >= count

    return completes


def _baselines(baseline: Column, rows: int) -> FloatArray:
    """Values that set the limits, one a row; infinite for all of them."""
    (given,) = columns(baseline=baseline)
    if np.any(given < 1) or np.any(given != np.floor(given), where=~np.isnan(given)):
        raise MethodError("baseline", "whole numbers of at least 1 are expected")
    if given.size not in (1, rows):
        raise MethodError("baseline", f"{given.size} baselines for {rows} rows")
    return np.broadcast_to(np.where(np.isnan(given), np.inf, given), (rows,))


def _spreads(series: FloatArray, base: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Centre and reach of the limits of each row (NaN without), and the rounding of each value."""
    if not series.size:
        nothing = np.full(series.shape[0], np.nan)
        return nothing, nothing.copy(), np.zeros(series.shape)
    counts, first = base.sum(axis=1), series[:, 0]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        centre = first + np.where(base, series - first[:, None], 0.0).sum(axis=1) / counts
        ranges = np.where(base[:, 1:], np.abs(np.diff(series, axis=1)), 0.0)
        reach = LIMIT_FACTOR * (ranges.sum(axis=1) / (counts - 1))
        fits = np.isfinite(reach + np.abs(centre)) & (counts >= FEWEST_POINTS)
    largest = np.where(base, np.abs(series), 0.0).max(axis=1)
    dust = _DUST * np.fmax(largest[:, None], np.abs(series))
    return np.where(np.isfinite(centre), centre, np.nan), np.where(fits, reach, np.nan), dust


def _newest(
    distances: FloatArray, dust: FloatArray, reach: FloatArray, rules: Rules
) -> tuple[NDArray[np.intp], WordArray, WordArray]:
    """Place, rule and side of the newest signal of each row; comparisons with NaN are false."""
    rows, points = distances.shape
    index = np.full(rows, -1, dtype=np.intp)
    rule, side = np.full(rows, "", dtype="<U13"), np.full(rows, "", dtype="<U5")
    for name, completed in _patterns(distances, dust, reach, rules):
        completed = np.where(np.isnan(reach)[:, None], 0, completed)
        last = np.where(completed.any(axis=1), points - 1 - np.argmax(completed[:, ::-1] != 0, axis=1), -1)
        newer = last > index
        upward = completed[np.arange(rows), last] > 0
        words = ("up", "down") if name == "trend" else ("above", "below")
        index = np.where(newer, last, index)
        rule[newer], side[newer] = name, np.where(upward, *words)[newer]
    return index, rule, side


def _patterns(
    distances: FloatArray, dust: FloatArray, reach: FloatArray, rules: Rules
) -> Iterator[tuple[RuleName, NDArray[np.int8]]]:
    """Each rule with 1 (above, up) or -1 at the points that complete its pattern, in order of rank."""
    if not distances.size:
        return

    def sides(beyond: FloatArray | float) -> NDArray[np.int8]:
        limit = np.broadcast_to(beyond, reach.shape)[:, None]
        return (distances > limit + dust).astype(np.int8) - (distances < -limit - dust).astype(np.int8)

    step, blur = np.diff(distances, axis=1), np.maximum(dust[:, 1:], dust[:, :-1])
    steps = np.zeros(distances.shape, dtype=np.int8)
    steps[:, 1:] = (step > blur).astype(np.int8) - (step < -blur).astype(np.int8)
    length = RUN_LENGTHS[rules]
    yield "beyond", sides(reach)
    yield "run", _recurring(sides(0.0), length, length)
    if rules == "wheeler":
        yield "three_of_four", _recurring(sides(reach / 2), 3, 4)
        return
    yield "two_of_three", _recurring(sides(reach * 2 / 3), 2, 3)
    yield "trend", _recurring(steps, TREND_LENGTH - 1, TREND_LENGTH - 1)


def _recurring(sides: NDArray[np.int8], count: int, window: int) -> NDArray[np.int8]:
    """The sides of those points on whose side at least `count` of the last `window` lie."""
    total = np.zeros(sides.shape, dtype=np.int16)
    for back in range(min(window, sides.shape[1])):
        total[:, back:] += sides[:, : sides.shape[1] - back] == sides[:, back:]
    return np.where(total >= count, sides, 0).astype(np.int8)
