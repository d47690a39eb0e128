"""Is the change more than noise? The verdict (METHOD §4).

In one sentence: the means of before and after (of same months, once half the months of the year have values
on both sides) are compared, and the change is real when its 95 % interval, which counts neighbouring months
that resemble each other as fewer months, leaves out zero.

The interval is Student's t around an ordinary difference of means. Its standard error is that of noise with
lag-1 correlation ρ, where ρ comes from the residuals (corrected for their bias) together with the usual
correlation of 0.3, which weighs as much as four years of values; the degrees of freedom are Satterthwaite's
for that ρ. While months cannot be compared with the same months, the interval is wider on both sides by what
a season of any shape within ±1.25 standard deviations of the noise could contribute at worst.

Asked each month from the sixth after go-live on, the share of KPIs *ever* called real within 12 months, in per
cent at lag-1 correlation 0 / 0.5 (4,000 to 20,000 simulated KPIs each; a season of ±1 sd, as a wave or as a
high and a low half of the year, in the worst of 12 months for a go-live; a shift of 2 sd):

    months     without a change                        with the shift
    before     calm          wave          halves         calm          worst season
       6     0.8 /  5.5    1.3 /  7.3    3.0 / 14.0    53.0 / 63.4     51.4 / 60.0
       9     1.8 /  9.1    2.1 /  9.6    2.2 / 10.0    84.9 / 81.0     84.9 / 80.4
      12     2.2 / 11.2    2.2 / 11.2    2.2 / 11.2    96.6 / 90.6     96.6 / 90.6
      24     2.1 /  9.4    2.1 /  9.4    2.1 /  9.4    99.9 / 95.6     99.9 / 95.6
      36     2.6 /  8.8    2.6 /  8.8    2.6 /  8.8   100.0 / 97.2    100.0 / 97.2

Beyond: at correlation 0.7 up to 20 are called real without any change. Within 36 months after go-live instead
of 12 (24 before, correlation 0.5): 14. Levels are compared: a KPI that moved steadily before the change and
goes on is called real; `interrupted_time_series` tells the two apart.

Sources: Student's t with an effective sample size: Zwiers & von Storch 1995; Satterthwaite 1946; bias of the
lag-1 correlation: Marriott & Pope 1954. Own choices: the usual correlation and its weight, the season of 1.25 sd.
"""

from dataclasses import dataclass
from typing import Final, Literal, SupportsFloat, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from assessments.method.arguments import (
    DIRECTIONS,
    BoolArray,
    Direction,
    DirectionColumn,
    FloatArray,
    WordArray,
    gapped,
    gapped_table,
    only,
    wants_higher,
)
from assessments.method.attribution.calendars import (
    DUST,
    Series,
    SeriesTable,
    at_size_one,
    by_calendar,
    in_unit,
    season_length,
)
from assessments.method.attribution.comparison import Comparison, comparison, readings
from assessments.method.attribution.duration import months_until_seen
from assessments.method.attribution.student_t import margin, two_sided
from assessments.method.errors import MethodError

VerdictWord: TypeAlias = Literal["real", "not_yet", "worse", "too_few"]
VerdictRule: TypeAlias = Literal[
    "before_after",
    "before_after_correlated",
    "season_margin",
    "season_margin_correlated",
    "same_months",
    "same_months_correlated",
]
FEWEST_VALUES: Final = 6
HIGH_CORRELATION: Final = 0.5
SEASONAL_SWING: Final = 1.25
"""Standard deviations of the noise that a season may reach to each side while it cannot be removed: one, and a
quarter because the deviation itself is known from few months only."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`effect` is after − before in the KPI's unit (so below 0 for a fall, whatever the direction), adjusted for
    the season where `rule` is `same_months`; `interval` its 95 % interval, `p_value` two-sided.

    `rule`: `before_after` compares two means; `season_margin` too, in an interval widened for a season that
    cannot be removed; `…_correlated` says that neighbouring months resemble each other so much (0.5 or more)
    that the interval is clearly wider. `months_needed`: with this noise a change of this size needs about that
    many values after the change; None when 120 are not enough. `too_few` has the plain difference, if any.
    """

    word: VerdictWord
    rule: VerdictRule | None
    effect: float | None
    interval: tuple[float, float] | None
    p_value: float | None
    months_needed: int | None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """`Verdict` for many KPIs: arrays of one length, NaN for None, "" for no rule."""

    word: WordArray
    rule: WordArray
    effect: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    months_needed: FloatArray


def verdict(before: Series, after: Series, *, direction: Direction, season: int | None = None) -> Verdict:
    """Whether `after` is better than `before` by more than noise: `real`, `not_yet`, `worse`, `too_few`.

    Values in time order, the last of `before` directly ahead of the first of `after`; None or NaN keeps the
    place of a missing one. `season`: periods in a year (12 for months), None for values without season.
    A KPI to be held in a range goes in as its distances outside (`distance_outside`), direction "lower".
    Under 6 values before or after: `too_few`.
    """
    if direction not in DIRECTIONS:
        raise MethodError("direction", f'"higher" or "lower" is expected, not {direction!r}')
    batch = verdict_batch(
        gapped("before", before)[None, :], gapped("after", after)[None, :], direction=direction, season=season
    )
    low, high, months = only(batch.low), only(batch.high), only(batch.months_needed)
    return Verdict(
        word=cast(VerdictWord, str(batch.word[0])),
        rule=cast(VerdictRule, str(batch.rule[0])) if batch.rule[0] else None,
        effect=only(batch.effect),
        interval=None if low is None or high is None else (low, high),
        p_value=only(batch.p_value),
        months_needed=None if months is None else int(months),
    )


def verdict_batch(
    before: SeriesTable, after: SeriesTable, *, direction: DirectionColumn, season: int | None = None
) -> Verdicts:
    """`verdict` for every row of KPIs × periods; `direction` one for all or one a row.

    NaN where there is no value. The last column of `before` and the first of `after` are the periods next to
    the change: shorter series are padded at the far ends.
    """
    earlier, later = gapped_table("before", before), gapped_table("after", after)
    rows = earlier.shape[0]
    if later.shape[0] != rows:
        raise MethodError("after", f"{later.shape[0]} rows where before has {rows}")
    higher = wants_higher(direction)
    if higher.size not in (1, rows):
        raise MethodError("direction", f"{higher.size} words for {rows} rows")
    table = _Table.of(earlier, later)
    compared = _compare(table, season_length(season))
    return _judged(table, compared, np.broadcast_to(higher, (rows,)))


def distance_outside(values: Series, low: SupportsFloat, high: SupportsFloat) -> list[float]:
    """How far each value lies outside [low, high], 0 inside: what a KPI to be held in a range is judged by.

    Missing values stay NaN.
    """
    series = gapped("values", values)
    bottom, top = float(low), float(high)
    if not bottom <= top:
        raise MethodError("low", "the lower bound lies above the upper bound")
    distances: list[float] = np.maximum(np.maximum(bottom - series, series - top), 0.0).tolist()
    return distances


@dataclass(frozen=True, slots=True)
class _Table:
    """Both sides in one table of size 1; `change` is the first column after the change."""

    values: FloatArray
    exponents: NDArray[np.int32]
    change: int

    @classmethod
    def of(cls, before: FloatArray, after: FloatArray) -> "_Table":
        values, _first, exponents = at_size_one(np.hstack([before, after]))
        return cls(values, exponents, before.shape[1])

    def counts(self) -> tuple[FloatArray, FloatArray]:
        present = ~np.isnan(self.values)
        before, after = present[:, : self.change], present[:, self.change :]
        return before.sum(axis=1).astype(np.float64), after.sum(axis=1).astype(np.float64)

    def plain_difference(self) -> FloatArray:
        earlier, later = self.counts()
        before, after = (
            np.nansum(self.values[:, : self.change], axis=1),
            np.nansum(self.values[:, self.change :], axis=1),
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            difference: FloatArray = after / later - before / earlier
        return difference


@dataclass(frozen=True, slots=True)
class _Compared:
    """Per row, NaN where there are too few values; `allowance` is the widening for a season."""

    effect: FloatArray
    error: FloatArray
    freedom: FloatArray
    allowance: FloatArray
    correlation: FloatArray
    months: FloatArray
    rule: WordArray

    @classmethod
    def nothing(cls, rows: int) -> "_Compared":
        effect, error, freedom, allowance, correlation, months = np.full((6, rows), np.nan)
        return cls(effect, error, freedom, allowance, correlation, months, np.full(rows, "", dtype="<U13"))


def _compare(table: _Table, season: int | None) -> _Compared:
    """Rows with the same calendar are compared together."""
    result = _Compared.nothing(table.values.shape[0])
    earlier, later = table.counts()
    enough = np.flatnonzero((earlier >= FEWEST_VALUES) & (later >= FEWEST_VALUES))
    present = ~np.isnan(table.values[enough])
    for rows, columns in by_calendar(present, np.zeros(enough.size, dtype=np.intp)):
        members, places = enough[rows], columns - table.change
        design = comparison(places, season)
        found = readings(table.values[np.ix_(members, columns)], design, DUST)
        result.effect[members], result.error[members] = found.effect, found.error
        result.freedom[members], result.correlation[members] = found.freedom, found.correlation
        result.allowance[members] = SEASONAL_SWING * design.gap * found.noise
        result.rule[members] = _rule(design, season)
        result.months[members] = months_until_seen(
            places, design, found, season=season, swing=SEASONAL_SWING, fewest=FEWEST_VALUES
        )
    return result


def _rule(design: Comparison, season: int | None) -> str:
    if design.same_months:
        return "same_months"
    return "before_after" if season is None else "season_margin"


def _judged(table: _Table, compared: _Compared, higher: BoolArray) -> Verdicts:
    known = ~np.isnan(compared.effect)
    reach = margin(compared.freedom) * compared.error + compared.allowance
    low, high = compared.effect - reach, compared.effect + reach
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.maximum(np.abs(compared.effect) - compared.allowance, 0.0) / compared.error
    distance = np.where(compared.error == 0, np.where(compared.effect == 0, 0.0, np.inf), distance)
    risen, fallen = low > 0, high < 0
    word = np.select(
        [~known, np.where(higher, risen, fallen), np.where(higher, fallen, risen)],
        ["too_few", "real", "worse"],
        "not_yet",
    )
    correlated = np.where(compared.correlation >= HIGH_CORRELATION, "_correlated", "")
    later = table.counts()[1]
    stands_out = risen | fallen
    months = np.where(stands_out, np.fmin(compared.months, later), np.maximum(compared.months, later + 1))
    return Verdicts(
        word=word,
        rule=np.char.add(compared.rule, correlated),
        effect=in_unit(np.where(known, compared.effect, table.plain_difference()), table.exponents),
        low=in_unit(low, table.exponents),
        high=in_unit(high, table.exponents),
        p_value=two_sided(distance, compared.freedom),
        months_needed=np.where(known, months, np.nan),
    )
