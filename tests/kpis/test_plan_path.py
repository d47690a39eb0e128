"""The planned value of each period, drawn from targets and baseline."""

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.models import Kpi
from kpis.services import draw_plan_path
from projects.periods import Frequency, periods_between, shift, start_of

MARCH = datetime.date(2025, 3, 1)


def definition(**values: Any) -> Kpi:
    return Kpi(**{"direction": "higher", "baseline_value": 10.0, "expected_start": MARCH, **values})


def test_without_targets_there_is_no_plan() -> None:
    assert draw_plan_path(definition(), {}) == (None, None)


def test_without_a_baseline_the_plan_begins_at_the_first_target() -> None:
    kpi = definition(baseline_value=None)
    assert draw_plan_path(kpi, {datetime.date(2025, 5, 1): 20.0}) == (datetime.date(2025, 5, 1), [20.0])


def test_the_way_begins_where_the_baseline_ends_when_no_start_is_expected() -> None:
    kpi = definition(expected_start=None, baseline_end=datetime.date(2025, 4, 20))
    start, path = draw_plan_path(kpi, {datetime.date(2025, 6, 1): 30.0})
    assert (start, path) == (datetime.date(2025, 4, 1), [10.0, 20.0, 30.0])


def test_an_effect_expected_after_the_first_target_does_not_reach_back() -> None:
    kpi = definition(expected_start=datetime.date(2025, 9, 1))
    assert draw_plan_path(kpi, {MARCH: 20.0}) == (MARCH, [20.0])


def test_what_is_maintained_has_its_target_from_the_beginning() -> None:
    kpi = definition(direction="maintain")
    start, path = draw_plan_path(kpi, {datetime.date(2025, 5, 1): 12.0})
    assert (start, path) == (MARCH, [12.0, 12.0, 12.0])


def test_what_is_maintained_without_a_target_holds_its_baseline() -> None:
    assert draw_plan_path(definition(direction="maintain"), {}) == (MARCH, [10.0])


def test_nothing_to_maintain_without_target_and_baseline() -> None:
    assert draw_plan_path(definition(direction="maintain", baseline_value=None), {}) == (None, None)


@pytest.mark.parametrize("frequency", list(Frequency))
@given(
    steps=st.dictionaries(st.integers(0, 60), st.floats(-1e9, 1e9), min_size=1, max_size=8),
    ahead=st.integers(-10, 10),
)
def test_the_path_meets_every_target_and_has_one_value_a_period(
    frequency: str, steps: dict[int, float], ahead: int
) -> None:
    origin = start_of(datetime.date(2024, 2, 29), frequency)
    points = {shift(origin, frequency, step): value for step, value in steps.items()}
    kpi = definition(frequency=frequency, expected_start=shift(origin, frequency, ahead))
    start, path = draw_plan_path(kpi, points)
    assert start is not None
    assert path is not None
    assert len(path) == periods_between(start, max(points), frequency) + 1
    for period, value in points.items():
        assert path[periods_between(start, period, frequency)] == value
    if kpi.expected_start and kpi.expected_start < min(points):
        assert (start, path[0]) == (kpi.expected_start, 10.0)
