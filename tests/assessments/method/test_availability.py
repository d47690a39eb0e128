import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.availability import allowed_downtime, availability, availability_batch


def test_availability_leaves_maintenance_out() -> None:
    assert availability(720, 0) == 1.0
    assert availability(720, 7.2) == pytest.approx(0.99)
    assert availability(720, 10, 20, 3) == pytest.approx((700 - 7) / 700)
    assert availability(720, 20, 20, 20) == 1.0
    assert availability(720, 720) == 0.0


def test_a_period_wholly_in_maintenance_cannot_be_said() -> None:
    assert availability(720, 0, 720) is None
    assert availability(720, 5, 720, 5) is None


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((0, 0), "total"),
        ((-1, 0), "total"),
        ((10, -1), "unplanned"),
        ((10, 11), "unplanned"),
        ((10, 6, 5), "unplanned"),
        ((10, 0, 11), "scheduled"),
        ((10, 0, -1), "scheduled"),
        ((10, 1, 5, 2), "unplanned_inside_scheduled"),
        ((10, 3, 1, 2), "unplanned_inside_scheduled"),
        ((10, 3, 1, -1), "unplanned_inside_scheduled"),
        ((math.nan, 3), "total"),
    ],
)
def test_impossible_times_are_named(arguments: tuple[float, ...], name: str) -> None:
    with pytest.raises(MethodError, match=f"^{name}: "):
        availability(*arguments)


@given(st.integers(1, 1000), st.integers(0, 1000), st.integers(0, 1000), st.sampled_from([0.1, 60.0, 3600.0]))
def test_availability_is_the_same_in_any_unit(service: int, down: int, scheduled: int, k: float) -> None:
    down = min(down, service)
    first = availability(service + scheduled, down, scheduled)
    assert first == pytest.approx(availability((service + scheduled) * k, down * k, scheduled * k), abs=1e-12)
    assert first is not None
    assert 0 <= first <= 1
    assert availability_batch([service + scheduled], [down], [scheduled]).tolist() == [first]


def test_batch_keeps_missing_values_missing() -> None:
    assert math.isnan(availability_batch([720, 720], [None, 1])[0])


@pytest.mark.parametrize(
    ("percent", "seconds", "expected"),
    [
        (99.9, 30 * 86_400, 2592.0),
        (99.99, 365 * 86_400, 3153.6),
        (100, 5, 0.0),
        (0, 5, 5.0),
        (99.5, 100, 0.5),
    ],
)
def test_allowed_downtime_is_exact_on_the_written_decimals(
    percent: float, seconds: float, expected: float
) -> None:
    assert allowed_downtime(percent, seconds) == expected


@pytest.mark.parametrize(
    ("percent", "seconds", "name"),
    [(101, 1, "target_percent"), (-1, 1, "target_percent"), (99, -1, "seconds")],
)
def test_allowed_downtime_refuses_the_impossible(percent: float, seconds: float, name: str) -> None:
    with pytest.raises(MethodError, match=f"^{name}: "):
        allowed_downtime(percent, seconds)
