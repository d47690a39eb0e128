import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.finance import monthly_rate, npv
from assessments.method.sensitivity import rate_sensitivity, sensitivities

flows = st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6)


def test_each_factor_moves_the_lines_on_which_it_works() -> None:
    # Undiscounted and by hand: line one brings 300, line two 50.
    found = sensitivities(
        0.0,
        [[100, 200], [0, 50]],
        [[1, 0], [0, 1], [1, 1], [2, 0]],
        low=[0.9, 0.5, 0.9, 0.9],
        high=[1.1, 1.5, 1.1, 1.1],
    )
    assert [(one.npv_low, one.npv_high) for one in found] == [
        pytest.approx(pair) for pair in [(-30, 30), (-25, 25), (-35, 35), (-57, 63)]
    ]
    assert found[0].swing == pytest.approx(60)


@given(flows, flows, st.floats(0, 0.05), st.floats(0, 2))
def test_the_change_is_what_a_second_valuation_would_say(
    one: list[float], other: list[float], rate: float, multiple: float
) -> None:
    (found,) = sensitivities(rate, [one, other], [[1, 0]], low=[multiple], high=[1.0])
    expected = npv(rate, np.array(one) * multiple) - npv(rate, one)
    assert found.npv_low == pytest.approx(expected, rel=1e-9, abs=1e-3)
    assert (found.npv_high, found.benefits_high) == (0, 0)


def test_a_factor_that_works_nowhere_changes_nothing() -> None:
    (found,) = sensitivities(0.01, [[1, 2]], [[0]], low=[0.5], high=[2])
    assert (found.benefits_low, found.npv_high, found.swing) == (0, 0, 0)


def test_a_higher_discount_rate_costs_what_comes_later() -> None:
    net = [-1000.0, *[100.0] * 24]
    found = rate_sensitivity(0.06, 0.08, 0.10, net)
    assert found.npv_low == pytest.approx(npv(monthly_rate(0.06), net) - npv(monthly_rate(0.08), net))
    assert found.npv_high < 0 < found.npv_low
    assert found.benefits_high == 0


@pytest.mark.parametrize(
    ("powers", "low", "name"),
    [([[1]], [0.9], "powers"), ([[1, 1]], [0.9, 0.9], "low"), ([[1, 1]], [-0.1], "low")],
)
def test_shapes_that_do_not_fit_are_refused(powers: list[list[float]], low: list[float], name: str) -> None:
    with pytest.raises(MethodError, match=name):
        sensitivities(0.01, [[1, 2], [3, 4]], powers, low=low, high=[1.1])
