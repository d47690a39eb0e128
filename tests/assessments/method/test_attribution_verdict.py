import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.attribution import Verdict, distance_outside, verdict, verdict_batch
from assessments.method.attribution.student_t import margin, two_sided

CALM = [10.0, 12, 11, 10, 13, 11, 12, 10, 11, 12, 10, 11]
gapped = st.lists(st.none() | st.integers(-300, 300), max_size=30)
dense = st.lists(st.integers(-300, 300), min_size=6, max_size=26)
season = st.sampled_from([None, 4, 12])


def near(first: float | None, second: float | None, *, scale: float = 1.0) -> bool:
    if first is None or second is None:
        return first is second
    return math.isclose(first, second, rel_tol=1e-9, abs_tol=1e-9 * scale)


@pytest.mark.parametrize(
    ("freedom", "value"), [(1, 12.706), (2, 4.303), (5, 2.571), (10, 2.228), (30, 2.042)]
)
def test_margins_of_the_nist_table(freedom: float, value: float) -> None:
    # NIST/SEMATECH e-Handbook 1.3.6.7.2, upper critical values of Student's t, 0.975.
    assert margin(np.array([float(freedom)]))[0] == pytest.approx(value, abs=5e-4)


@given(st.floats(1, 400), st.floats(0, 60))
def test_students_t_is_that_of_scipy(freedom: float, distance: float) -> None:
    found = two_sided(np.array([distance]), np.array([freedom]))[0]
    assert found == pytest.approx(2 * scipy.stats.t.sf(distance, freedom), rel=1e-8, abs=2e-7)
    assert margin(np.array([freedom]))[0] == pytest.approx(scipy.stats.t.ppf(0.975, freedom), rel=1e-9)


def explicit(before: list[float], after: list[float], months: int | None) -> tuple[float, float, float]:
    """Effect, standard error and freedom, written out as matrices: an independent reading of the docstring."""
    values = np.array(before + after, dtype=float)
    place = np.arange(values.size)
    late = (place >= len(before)).astype(float)
    groups = [place % months == month for month in range(months)] if months else [place >= 0]
    model = np.column_stack([late, *[group.astype(float) for group in groups if group.any()]])
    solution = np.linalg.pinv(model)
    maker = np.eye(values.size) - model @ solution
    rest = maker @ values
    apart = np.abs(place[:, None] - place)
    seen = float(rest[1:] @ rest[:-1] / (rest @ rest))

    def expected(correlation: float) -> float:
        noise = correlation**apart
        return float(np.trace(maker @ (0.5 * (apart == 1)) @ maker @ noise) / np.trace(maker @ noise))

    grid = [tenth / 10 for tenth in range(10)]
    correlation = float(np.interp(seen, [expected(value) for value in grid], grid))
    weight = (values.size - model.shape[1]) / (values.size - model.shape[1] + 48)
    used = weight * correlation + (1 - weight) * 0.3
    left, right = math.floor(used * 10) / 10, math.floor(used * 10) / 10 + 0.1

    def between(curve: dict[float, float]) -> float:
        return float(np.interp(used, [left, right], [curve[left], curve[right]]))

    ends = {value: value**apart for value in (left, right)}
    spread = between({value: float(np.trace(maker @ noise)) for value, noise in ends.items()})
    variance = between({value: float(solution[0] @ noise @ solution[0]) for value, noise in ends.items()})
    freedom = between(
        {
            value: float(np.trace(maker @ noise) ** 2 / np.trace(maker @ noise @ maker @ noise))
            for value, noise in ends.items()
        }
    )
    return float(solution[0] @ values), math.sqrt(rest @ rest / spread * variance), freedom


@pytest.mark.parametrize("months", [None, 12])
def test_the_interval_is_students_around_a_difference_of_means(months: int | None) -> None:
    after = [13.0, 15, 13, 14, 15, 13, 14, 13]
    effect, error, freedom = explicit(CALM, after, months)
    found = verdict(CALM, after, direction="higher", season=months)
    assert found.effect == pytest.approx(effect)
    reach = scipy.stats.t.ppf(0.975, freedom) * error
    assert found.interval == pytest.approx((effect - reach, effect + reach))
    assert found.p_value == pytest.approx(2 * scipy.stats.t.sf(effect / error, freedom))
    assert (found.word, found.rule) == ("real", "same_months" if months else "before_after")


def test_same_months_are_compared_when_half_the_year_stands_on_both_sides() -> None:
    after = [13.0, 15, 13, 14, 15, 13]
    found = verdict(CALM, after, direction="higher", season=12)
    pairs = [later - earlier for earlier, later in zip(CALM, after, strict=False)]
    assert found.effect == pytest.approx(sum(pairs) / 6)
    assert found.rule == "same_months"
    # two years of values, however they lie around the change, are always enough
    for months in range(6, 19):
        values = [math.sin(month) for month in range(24)]
        rule = verdict(values[:months], values[months:], direction="higher", season=12).rule
        assert rule is not None
        assert rule.startswith("same_months")
    assert verdict(CALM[:6], after, direction="higher", season=12).rule == "season_margin"


def test_a_season_of_any_shape_is_no_change_once_it_was_seen() -> None:
    year = [100.0, 3, 7, 50, -20, 4, 9, 9, 1, 60, 2, 300]
    wobble = [0.1, -0.1, 0.2, 0.0, -0.2, 0.1, 0.0, 0.1, -0.1, 0.0, 0.2, -0.2]
    before = [value + noise for value, noise in zip(year, wobble, strict=True)]
    after = [value + noise for value, noise in zip(year, reversed(wobble), strict=True)]
    assert verdict(before, after[:7], direction="higher", season=12).word == "not_yet"
    lifted = [value + 2 for value in after]
    found = verdict(before, lifted[:7], direction="higher", season=12)
    assert (found.word, found.rule) == ("real", "same_months")
    assert found.effect == pytest.approx(2, abs=0.2)


def test_without_an_earlier_year_the_interval_is_wider_for_a_possible_season() -> None:
    after = [12.0, 14, 13, 12, 14, 13]
    plain = verdict(CALM[:6], after, direction="higher")
    careful = verdict(CALM[:6], after, direction="higher", season=12)
    assert (plain.word, plain.rule) == ("real", "before_after")
    assert (careful.word, careful.rule) == ("not_yet", "season_margin")
    assert plain.effect == careful.effect
    assert plain.interval is not None
    assert careful.interval is not None
    # A season within 1.25 standard deviations moves the means of two halves of a year apart by at most 2.5.
    extra = (careful.interval[1] - careful.interval[0] - plain.interval[1] + plain.interval[0]) / 2
    # The spread of noise with the usual correlation is a little more than that of the residuals.
    residual = np.concatenate([np.array(CALM[:6]) - np.mean(CALM[:6]), np.array(after) - np.mean(after)])
    assert extra == pytest.approx(2.5 * math.sqrt(residual @ residual / 10), rel=0.1)


def test_months_that_resemble_each_other_widen_the_interval_and_it_is_said() -> None:
    wave = [math.sin(month / 2.2) + 0.05 * (-1) ** month for month in range(24)]
    shuffled = [wave[(7 * month) % 24] for month in range(24)]
    smooth = verdict(wave[:12], wave[12:], direction="higher")
    rough = verdict(shuffled[:12], shuffled[12:], direction="higher")
    assert smooth.rule == "before_after_correlated"
    assert rough.rule == "before_after"
    assert smooth.interval is not None
    assert rough.interval is not None
    assert smooth.interval[1] - smooth.interval[0] > 1.2 * (rough.interval[1] - rough.interval[0])


@pytest.mark.parametrize(("before", "after"), [(5, 12), (12, 5), (0, 12), (12, 0), (0, 0)])
def test_under_six_values_a_side_are_too_few(before: int, after: int) -> None:
    found = verdict(CALM[:before], CALM[:after], direction="higher", season=12)
    assert (found.word, found.rule, found.interval, found.p_value, found.months_needed) == (
        "too_few",
        *[None] * 4,
    )
    expected = sum(CALM[:after]) / after - sum(CALM[:before]) / before if before and after else None
    assert near(found.effect, expected)


def test_a_missing_value_keeps_its_place_and_does_not_count() -> None:
    before: list[float | None] = [*CALM]
    before[3] = None
    after: list[float | None] = [13.0, 15, 13, None, 15, 13]
    assert verdict(before, after, direction="higher", season=12).word == "too_few"
    found = verdict(before, [*after, 14.0], direction="higher", season=12)
    months = [0, 1, 2, 4, 5, 6]
    later = [13.0, 15, 13, 15, 13, 14]
    pairs = [value - CALM[month] for month, value in zip(months, later, strict=True)]
    assert found.effect == pytest.approx(sum(pairs) / 6)


def test_without_any_noise_every_difference_is_real_and_rounding_is_none() -> None:
    found = verdict([5] * 6, [7] * 6, direction="higher")
    assert (found.word, found.p_value, found.months_needed) == ("real", 0, 6)
    assert found.interval == pytest.approx((2, 2))
    same = verdict([0.1 + 0.2] * 6, [0.3] * 6, direction="higher")
    assert same == Verdict("not_yet", "before_after", 0, (0, 0), 1, None)


def test_months_needed() -> None:
    small = verdict(CALM, [11.6, 13.1, 12.2, 10.4, 12.8, 11.9], direction="higher")
    assert small.word == "not_yet"
    assert small.months_needed is not None
    assert small.months_needed > 6
    large = verdict(CALM, [20.0, 21, 19, 20, 21, 20, 19, 20], direction="higher")
    assert (large.word, large.months_needed) == ("real", 6)
    never = verdict(CALM, [11.2, 11.0, 11.1, 10, 12, 11.2], direction="higher")
    assert (never.word, never.months_needed) == ("not_yet", None)


def test_months_needed_come_true() -> None:
    """Where a change goes on as it is, the verdict turns about when it was said."""
    random = np.random.default_rng(5)
    ratios = []
    for _kpi in range(40):
        noise = random.standard_normal(60)
        before, after = noise[:24], noise[24:] + 1.0
        early = verdict(before, after[:6], direction="higher")
        if early.word != "not_yet" or early.months_needed is None or early.months_needed > 24:
            continue
        level = after[:6] - after[:6].mean() + early.effect + before.mean()
        months = early.months_needed
        going_on = np.resize(level, months)
        ratios.append(verdict(before, going_on, direction="higher").word == "real")
    assert len(ratios) > 5
    assert sum(ratios) / len(ratios) > 0.7


def test_a_kpi_held_in_a_range_is_judged_by_its_distances_outside() -> None:
    assert distance_outside([18, 20, 22.5, 25, 27], 20, 25) == [2, 0, 0, 0, 2]
    assert distance_outside([1.5, None], 2, 2)[0] == 0.5
    outside = distance_outside([30, 29, 31, 30, 28, 30], 20, 25)
    inside = distance_outside([24, 23, 25, 26, 22, 24], 20, 25)
    assert verdict(outside, inside, direction="lower").word == "real"
    assert verdict(inside, outside, direction="lower").word == "worse"
    with pytest.raises(MethodError, match="low"):
        distance_outside([1], 2, 1)


@given(st.lists(st.tuples(gapped, gapped), min_size=1, max_size=5), season)
@settings(deadline=None)
def test_batch_and_scalar_agree(
    rows: list[tuple[list[int | None], list[int | None]]], months: int | None
) -> None:
    before, after = np.full((len(rows), 31), np.nan), np.full((len(rows), 31), np.nan)
    words = list(itertools.islice(itertools.cycle(["higher", "lower"]), len(rows)))
    for row, (earlier, later) in enumerate(rows):
        before[row, 31 - len(earlier) :] = np.array(earlier, dtype=float)
        after[row, : len(later)] = np.array(later, dtype=float)
    batch = verdict_batch(before, after, direction=words, season=months)
    for row, (earlier, later) in enumerate(rows):
        single = verdict(earlier, later, direction="higher" if row % 2 == 0 else "lower", season=months)
        low, high = single.interval or (None, None)
        assert (batch.word[row], batch.rule[row]) == (single.word, single.rule or "")
        for array, value in [
            (batch.effect, single.effect),
            (batch.low, low),
            (batch.high, high),
            (batch.p_value, single.p_value),
            (batch.months_needed, single.months_needed),
        ]:
            assert near(None if np.isnan(array[row]) else array[row], value, scale=300)


@given(dense, dense, season)
@settings(deadline=None)
def test_word_interval_and_p_value_say_the_same(
    before: list[int], after: list[int], months: int | None
) -> None:
    found = verdict(before, after, direction="higher", season=months)
    assert found.interval is not None
    assert found.p_value is not None
    low, high = found.interval
    assert found.effect is not None
    assert low <= found.effect <= high
    assert found.word == ("real" if low > 0 else "worse" if high < 0 else "not_yet")
    if abs(found.p_value - 0.05) > 1e-9:
        assert (found.p_value < 0.05) == (found.word != "not_yet")
    if found.word == "not_yet":
        assert found.months_needed is None or found.months_needed > len(after)
    else:
        assert found.months_needed is not None
        assert found.months_needed <= len(after)


@given(dense, dense, season, st.integers(-10_000, 10_000), st.sampled_from([0.25, 2.0, 1024.0]))
@settings(deadline=None)
def test_units_and_origins_do_not_matter(
    before: list[int], after: list[int], months: int | None, origin: int, unit: float
) -> None:
    plain = verdict(before, after, direction="higher", season=months)
    moved = verdict(
        [origin + unit * value for value in before],
        [origin + unit * value for value in after],
        direction="higher",
        season=months,
    )
    assert plain.interval is not None
    assert moved.interval is not None
    assert moved.effect == pytest.approx((plain.effect or 0) * unit, abs=1e-6 * unit)
    assert moved.interval == pytest.approx(
        [unit * value for value in plain.interval], rel=1e-6, abs=1e-6 * unit
    )
    assert moved.p_value == pytest.approx(plain.p_value, abs=1e-6)


@given(dense, dense, season)
@settings(deadline=None)
def test_lower_is_better_is_the_mirror_of_higher(
    before: list[int], after: list[int], months: int | None
) -> None:
    higher = verdict(before, after, direction="higher", season=months)
    lower = verdict(
        [-value for value in before], [-value for value in after], direction="lower", season=months
    )
    assert lower.word == higher.word
    assert near(-(lower.effect or 0), higher.effect or 0.0, scale=300)
    against = verdict(before, after, direction="lower", season=months)
    assert against.word == {"real": "worse", "worse": "real"}.get(higher.word, higher.word)


@given(dense, dense)
@settings(deadline=None)
def test_without_season_the_order_of_values_does_not_move_the_effect(
    before: list[int], after: list[int]
) -> None:
    plain = verdict(before, after, direction="higher")
    mixed = verdict(sorted(before), sorted(after), direction="higher")
    assert near(mixed.effect, plain.effect, scale=300)


def test_values_near_the_largest_float_do_not_break() -> None:
    found = verdict([1e308, -1e308] * 3, [1e308] * 6, direction="higher")
    assert found.word == "not_yet"
    assert found.interval is None  # it fits no float
    assert verdict([1e300] * 5 + [1.1e300], [2e300] * 6, direction="higher").word == "real"


def test_an_empty_batch_is_no_error() -> None:
    assert verdict_batch(np.empty((0, 12)), np.empty((0, 6)), direction="higher", season=12).word.size == 0


@pytest.mark.parametrize(
    ("argument", "call"),
    [
        ("direction", lambda: verdict(CALM, CALM, direction="range")),  # type: ignore[arg-type]
        ("season", lambda: verdict(CALM, CALM, direction="higher", season=1)),
        ("season", lambda: verdict(CALM, CALM, direction="higher", season=True)),
        ("before", lambda: verdict([1, math.inf], CALM, direction="higher")),
        ("after", lambda: verdict(CALM, ["a"], direction="higher")),  # type: ignore[list-item]
        ("after", lambda: verdict_batch([CALM], [CALM, CALM], direction="higher")),
        ("before", lambda: verdict_batch(CALM, [CALM], direction="higher")),  # type: ignore[arg-type]
        ("direction", lambda: verdict_batch([CALM], [CALM], direction=["higher", "lower"])),
    ],
)
def test_bad_input_names_the_argument(argument: str, call: Callable[[], object]) -> None:
    with pytest.raises(MethodError) as problem:
        call()
    assert problem.value.argument == argument
