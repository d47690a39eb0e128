from collections.abc import Callable

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.attribution import Estimate, difference_in_differences

units = st.lists(st.tuples(st.integers(-500, 500), st.integers(-500, 500)), min_size=2, max_size=8)


def test_card_and_krueger_1994() -> None:
    # American Economic Review 84(4), Table 3: mean employment of stores in New Jersey 20.44 before, 21.03 after;
    # Pennsylvania 23.33, 21.17; the difference in differences is 2.76 (2.75 from the rounded means).
    found = difference_in_differences([20.44], [21.03], [23.33], [21.17])
    assert found.value == pytest.approx(2.76, abs=0.015)
    assert (found.se, found.low, found.high, found.p_value) == (None, None, None, None)


@pytest.mark.parametrize(("treated", "control"), [(2, 2), (9, 6), (3, 40)])
def test_standard_error_is_the_cluster_robust_one_of_statsmodels(treated: int, control: int) -> None:
    random = np.random.default_rng(treated)
    before, after = random.standard_normal((2, treated + control))
    found = difference_in_differences(
        before[:treated], after[:treated] + 1, before[treated:], after[treated:]
    )
    unit = np.tile(np.arange(treated + control), 2)
    rolled_out, late = (unit < treated).astype(float), np.repeat([0.0, 1.0], treated + control)
    both = rolled_out * late
    values = np.concatenate([before, after]) + both
    fit = sm.OLS(values, np.column_stack([np.ones(unit.size), rolled_out, late, both])).fit(
        cov_type="cluster", cov_kwds={"groups": unit}, use_t=True
    )
    assert found.value == pytest.approx(fit.params[3])
    assert found.se == pytest.approx(fit.bse[3], rel=1e-9)
    assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int()[3]), rel=1e-9)
    assert found.p_value == pytest.approx(fit.pvalues[3], rel=1e-9)


def test_without_units_on_a_side_there_is_nothing_to_say() -> None:
    nothing = Estimate(None, None, None, None, None)
    assert difference_in_differences([], [], [1], [2]) == nothing
    assert difference_in_differences([1], [2], [], []) == nothing


@given(units, units, st.integers(-100, 100), st.sampled_from([0.5, 4.0]))
def test_what_happened_to_all_units_cancels(
    treated: list[tuple[int, int]], control: list[tuple[int, int]], common: int, scale: float
) -> None:
    plain = difference_in_differences(*zip(*treated, strict=True), *zip(*control, strict=True))
    moved = difference_in_differences(
        [scale * before for before, _after in treated],
        [scale * (after + common) for _before, after in treated],
        [scale * before for before, _after in reversed(control)],
        [scale * (after + common) for _before, after in reversed(control)],
    )
    assert plain.value is not None
    assert plain.se is not None
    assert moved.value == pytest.approx(scale * plain.value, abs=1e-9)
    assert moved.se == pytest.approx(scale * plain.se, abs=1e-9)


@given(units, units)
def test_swapping_the_groups_turns_the_sign(
    treated: list[tuple[int, int]], control: list[tuple[int, int]]
) -> None:
    one = difference_in_differences(*zip(*treated, strict=True), *zip(*control, strict=True))
    other = difference_in_differences(*zip(*control, strict=True), *zip(*treated, strict=True))
    assert one.value is not None
    assert other.value == pytest.approx(-one.value)
    assert other.p_value == pytest.approx(one.p_value)


@pytest.mark.parametrize(
    ("argument", "call"),
    [
        ("treated_after", lambda: difference_in_differences([1, 2], [1], [1], [1])),
        ("control_before", lambda: difference_in_differences([1], [1], [float("nan")], [1])),
        ("control_after", lambda: difference_in_differences([1], [1], [1], [1, 2])),
        ("treated_after", lambda: difference_in_differences([-1e308], [1e308], [1], [1])),
    ],
)
def test_bad_input_names_the_argument(argument: str, call: Callable[[], object]) -> None:
    with pytest.raises(MethodError) as problem:
        call()
    assert problem.value.argument == argument
