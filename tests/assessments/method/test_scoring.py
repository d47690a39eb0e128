import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.scoring import (
    Freshness,
    Score,
    StatusWord,
    Tier,
    ValueIndex,
    capped_status,
    freshness,
    freshness_words,
    next_status,
    status_word,
    status_words,
    value_index,
    value_indices,
    weighted_score,
    weighted_scores,
)

ratio = st.one_of(st.none(), st.floats(-3, 3))
kpis = st.lists(st.tuples(ratio, st.integers(0, 50)), min_size=1, max_size=12)


def test_a_score_is_the_weighted_mean_times_100() -> None:
    score = weighted_score([0.5, 1.0], [1, 3])
    assert score == Score(value=87.5, coverage=1.0, low=87.5, high=87.5)


def test_the_cap_and_the_floor_apply_inside_the_score_only() -> None:
    assert weighted_score([3.0, -2.0], [1, 1]).value == pytest.approx(60)
    assert weighted_score([3.0, -2.0], [1, 1], cap=1.0).value == pytest.approx(50)


def test_missing_values_widen_the_bounds() -> None:
    score = weighted_score([0.8, None], [7, 3])
    assert (score.value, score.coverage) == pytest.approx((80, 0.7))
    assert (score.low, score.high) == pytest.approx((56, 86))


def test_under_60_percent_coverage_only_the_bounds_are_published() -> None:
    score = weighted_score([1.0, None], [5.9, 4.1])
    assert score.value is None
    assert score.coverage == pytest.approx(0.59)
    assert (score.low, score.high) == pytest.approx((59, 100))


def test_exactly_60_percent_is_enough_whatever_floats_do() -> None:
    for weight in (0.1, 0.7, 1 / 3, 1e-9, 1e9):
        assert weighted_score([1.0] * 6 + [None] * 4, [weight] * 10).value == pytest.approx(100)


@pytest.mark.parametrize(("attainments", "weights"), [([], []), ([1.0, None], [0, 0])])
def test_nothing_due_says_nothing(attainments: list[float | None], weights: list[float]) -> None:
    assert weighted_score(attainments, weights) == Score(None, None, None, None)


def test_no_data_at_all_lies_anywhere_from_0_to_100() -> None:
    assert weighted_score([None, None], [1, 2]) == Score(None, 0.0, 0.0, 100.0)


@given(kpis)
def test_bounds_enclose_the_score(rows: list[tuple[float | None, int]]) -> None:
    score = weighted_score([a for a, _ in rows], [w for _, w in rows])
    assume(score.low is not None and score.high is not None and score.coverage is not None)
    assert score.low is not None
    assert score.high is not None
    assert score.coverage is not None
    assert 0 <= score.low <= score.high <= 120 + 1e-9
    assert 0 <= score.coverage <= 1
    assert (score.value is None) == (score.coverage < 0.6 - 1e-12)
    if score.value is not None:
        assert score.low <= score.value + 1e-9
        # A missing KPI counts at most as met, so only a score over 100 may lie above the upper bound.
        assert score.value <= max(score.high, 100) + 1e-9 or score.high >= 100


@given(kpis, st.sampled_from([0.001, 7.0, 1e6]))
def test_only_the_proportions_of_weights_count(rows: list[tuple[float | None, int]], k: float) -> None:
    attainments = [a for a, _ in rows]
    first = weighted_score(attainments, [w for _, w in rows])
    second = weighted_score(attainments, [w * k for _, w in rows])
    for one, other in zip(
        (first.value, first.coverage, first.low), (second.value, second.coverage, second.low), strict=True
    ):
        assert one == (None if other is None else pytest.approx(other, abs=1e-9))


@given(st.lists(st.tuples(st.floats(-2, 2), st.integers(1, 9)), min_size=1, max_size=8), st.floats(0, 2))
def test_a_better_kpi_never_lowers_the_score(rows: list[tuple[float, int]], gain: float) -> None:
    weights = [w for _, w in rows]
    before = weighted_score([a for a, _ in rows], weights).value
    after = weighted_score([rows[0][0] + gain, *(a for a, _ in rows[1:])], weights).value
    assert before is not None
    assert after is not None
    assert after >= before - 1e-9


@given(st.lists(kpis, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_batch_and_scalar_agree(groups: list[list[tuple[float | None, int]]], random: object) -> None:
    attainments = [a for rows in groups for a, _ in rows]
    weights = [w for rows in groups for _, w in rows]
    number = np.array([i for i, rows in enumerate(groups) for _ in rows])
    batch = weighted_scores(attainments, weights, number, len(groups))
    for i, rows in enumerate(groups):
        alone = weighted_score([a for a, _ in rows], [w for _, w in rows])
        said = [float(x[i]) for x in (batch.value, batch.coverage, batch.low, batch.high)]
        assert [None if math.isnan(x) else x for x in said] == [
            alone.value, alone.coverage, alone.low, alone.high,
        ]  # fmt: skip


def test_caps_may_differ_by_organization() -> None:
    scores = weighted_scores([2.0, 2.0], [1, 1], np.array([0, 1]), 3, cap=[1.0, 1.5])
    assert scores.value[:2] == pytest.approx([100, 150])
    assert np.isnan(scores.value[2])


@pytest.mark.parametrize(
    ("attainments", "weights", "cap", "argument"),
    [
        ([1.0], [-1], 1.2, "weights"),
        ([1.0], [1, 2], 1.2, "weights"),
        ([1.0], [math.nan], 1.2, "weights"),
        ([1.0, 1.0], [1e308, 1e308], 1.2, "weights"),
        ([math.nan], [1], 1.2, "attainments"),
        ([math.inf], [1], 1.2, "attainments"),
        ([1.0], [1], 0, "cap"),
        ([1.0], [1], math.inf, "cap"),
    ],
)
def test_bad_input_is_named(
    attainments: Sequence[float], weights: Sequence[float], cap: float, argument: str
) -> None:
    with pytest.raises(MethodError, match=f"^{argument}: "):
        weighted_score(attainments, weights, cap=cap)


@pytest.mark.parametrize("groups", [np.array([0, 2]), np.array([-1, 0]), np.array([0]), np.array([0.0, 1.0])])
def test_group_numbers_are_checked(groups: np.typing.NDArray[np.integer]) -> None:
    with pytest.raises(MethodError, match=r"^groups: "):
        weighted_scores([1, 1], [1, 1], groups, 2)


def test_the_index_weighs_the_tiers_30_30_40() -> None:
    index = value_index({"functional": 100, "operational": 80, "strategic": 60})
    assert index.value == pytest.approx(78)
    assert index.geometric == pytest.approx(100**0.3 * 80**0.3 * 60**0.4)
    assert not index.show_geometric
    assert not index.gated


def test_the_index_is_reweighted_over_published_tiers() -> None:
    assert value_index({"functional": 100, "strategic": 65}).value == pytest.approx(80)
    assert value_index({"functional": 90, "operational": None, "strategic": None}).value == pytest.approx(90)
    assert value_index({}) == ValueIndex(None, None, show_geometric=False, gated=True)


@pytest.mark.parametrize(("strategic", "gated"), [(None, True), (39.999, True), (40, False), (0, True)])
def test_weak_strategic_evidence_closes_the_gate(strategic: float | None, gated: bool) -> None:
    index = value_index({"functional": 120, "operational": 120, "strategic": strategic})
    assert index.gated is gated
    assert capped_status("on_track", gated=index.gated) == ("at_risk" if gated else "on_track")
    assert capped_status("off_track", gated=gated) == "off_track"


def test_one_dead_tier_shows_in_the_geometric_form() -> None:
    index = value_index({"functional": 100, "operational": 0, "strategic": 100})
    assert (index.value, index.geometric) == pytest.approx((70, 0))
    assert index.show_geometric


def test_a_tier_without_weight_counts_for_nothing() -> None:
    weights: dict[Tier, float] = {"functional": 0, "operational": 1, "strategic": 1}
    index = value_index({"functional": 0, "operational": 50, "strategic": 50}, weights=weights)
    assert (index.value, index.geometric) == pytest.approx((50, 50))
    assert value_index({"functional": 70}, weights=weights).value is None


@given(st.tuples(*[st.one_of(st.none(), st.floats(0, 120))] * 3))
def test_index_batch_agrees_and_geometric_is_never_above(scores: tuple[float | None, ...]) -> None:
    functional, operational, strategic = scores
    index = value_index({"functional": functional, "operational": operational, "strategic": strategic})
    batch = value_indices([functional, 1], [operational, 1], [strategic, 1])
    assert index.value == (None if np.isnan(batch.value[0]) else batch.value[0])
    assert index.gated == batch.gated[0]
    if index.value is not None and index.geometric is not None:
        assert index.geometric <= index.value + 1e-9


def test_bad_tiers_are_named() -> None:
    wrong: dict[Tier, float] = {"tactical": 1}  # type: ignore[dict-item]
    with pytest.raises(MethodError, match=r"^tiers: "):
        value_index(wrong)
    with pytest.raises(MethodError, match=r"^tiers: "):
        value_index({"functional": -1})
    with pytest.raises(MethodError, match=r"^weights: "):
        value_index({"functional": 1}, weights=wrong)
    with pytest.raises(MethodError, match=r"^weights: "):
        value_index({"functional": 1}, weights={"functional": 0})
    with pytest.raises(MethodError, match=r"^weights: "):
        value_index({"functional": 1}, weights={"functional": -1, "strategic": 2})


@pytest.mark.parametrize(
    ("percent", "word"),
    [
        (90, "on_track"),
        (89.9999999, "at_risk"),
        (70, "at_risk"),
        (69.9999999, "off_track"),
        (-10, "off_track"),
        (None, None),
    ],
)
def test_status_words_follow_the_unrounded_value(percent: float | None, word: str | None) -> None:
    assert status_word(percent) == word


def test_status_words_of_a_batch() -> None:
    assert status_words([95, math.nan, 75, 10]).tolist() == ["on_track", "", "at_risk", "off_track"]


@pytest.mark.parametrize(
    ("shown", "proposed", "previous", "signal", "expected"),
    [
        (None, "at_risk", None, False, "at_risk"),  # a first status is shown at once
        ("on_track", "at_risk", "on_track", False, "on_track"),  # one bad period is not a change
        ("on_track", "at_risk", "at_risk", False, "at_risk"),  # two are
        ("on_track", "off_track", "at_risk", False, "on_track"),  # two different ones are not
        ("on_track", "off_track", "on_track", True, "off_track"),  # a signal is
        ("on_track", None, "on_track", False, None),  # no value, no status
        ("at_risk", "at_risk", "on_track", False, "at_risk"),
    ],
)
def test_a_status_changes_on_a_signal_or_after_two_periods(
    shown: StatusWord | None,
    proposed: StatusWord | None,
    previous: StatusWord | None,
    signal: bool,
    expected: StatusWord | None,
) -> None:
    assert next_status(shown, proposed, previous, signal=signal) == expected


def test_an_unknown_status_is_named() -> None:
    with pytest.raises(MethodError, match=r"^proposed: "):
        next_status("on_track", "green", "on_track")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("age", "word"),
    [(0, "fresh"), (-3, "fresh"), (45, "fresh"), (45.1, "stale"), (90, "stale"), (90.1, "dropped")],
)
def test_freshness_is_age_in_periods(age: float, word: str) -> None:
    assert freshness(age, 30) == Freshness(pytest.approx(age / 30), word)  # type: ignore[arg-type]


def test_what_was_never_measured_has_no_freshness_word() -> None:
    assert freshness_words([math.nan, 2]).tolist() == ["", "stale"]
    with pytest.raises(MethodError, match=r"^period: "):
        freshness(1, 0)
