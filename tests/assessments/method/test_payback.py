import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.method.finance import (
    Payback,
    discounted_payback,
    discounted_payback_batch,
    payback,
    payback_batch,
)

money = st.integers(-1000, 1000)


@pytest.mark.parametrize(
    ("flows", "periods", "status", "last"),
    [
        ([-10, 4, 4, 4], 2.5, "recovered", 2.5),
        ([-10, 5, 5], 2.0, "recovered", 2.0),  # exactly zero at the end of a period
        ([-5, 5, 0, 0], 1.0, "recovered", 1.0),
        ([-5, 5, -3, 4], 1.0, "recovered", 2.75),  # dips again and comes back
        ([0, 0, -5, 10], 2.5, "recovered", 2.5),
        ([10, -30, 40], 1.5, "recovered", 1.5),  # a grant first: negative only later
        ([-100, 0, 0, 100], 3.0, "recovered", 3.0),
        ([-5, 6, -3], 5 / 6, "relapsed", 5 / 6),
        ([-5, 6, -3, 3, -9], 5 / 6, "relapsed", 2 + 2 / 3),
        ([-5, 1], None, "never", None),
        ([-5], None, "never", None),
        ([5, 6], None, "immediate", None),
        ([5, -5, 1], None, "immediate", None),  # touches zero, never below
        ([0, 0], None, "immediate", None),
        ([], None, "immediate", None),
        ([-1, 1e13], 1e-13, "recovered", 1e-13),  # an outlay is no dust, however large the return
    ],
)
def test_payback(flows: list[float], periods: float | None, status: str, last: float | None) -> None:
    result = payback(flows)
    assert result.status == status
    assert result.periods == (None if periods is None else pytest.approx(periods, rel=1e-12))
    assert result.last_crossing == (None if last is None else pytest.approx(last, rel=1e-12))


def test_float_dust_is_neither_a_debt_nor_a_relapse() -> None:
    assert payback([-0.1, -0.2, 0.3]) == Payback(2.0, "recovered", 2.0)
    assert payback([0.3, -0.1, -0.2]).status == "immediate"
    assert payback([-0.3, 0.1, 0.1, 0.1]).periods == 3.0
    assert payback([-0.3, 0.4, -0.1]).status == "recovered"


@pytest.mark.parametrize("k", [5e-324, 1.0, 1e308])
def test_payback_holds_for_the_smallest_and_largest_floats(k: float) -> None:
    assert payback([-k, 0, k]) == Payback(2.0, "recovered", 2.0)
    assert payback([-k, -k / 2, k]).status == ("never" if k > 1e-300 else "recovered")


def test_discounting_delays_payback() -> None:
    assert discounted_payback(0.1, [-100, 110]) == Payback(1.0, "recovered", 1.0)
    assert discounted_payback(0.1, [-100, 60, 60]).periods == pytest.approx(
        1 + (100 - 60 / 1.1) / (60 / 1.21)
    )
    assert discounted_payback(0.5, [-100, 60, 60]).status == "never"
    assert discounted_payback(0.0, [-100, 60, 60]) == payback([-100, 60, 60])


@given(st.lists(money, min_size=1, max_size=30), st.sampled_from([0.01, 3.0, 1e9]))
def test_payback_does_not_depend_on_the_currency(flows: list[int], k: float) -> None:
    plain, scaled = payback(flows), payback([f * k for f in flows])
    assert plain.status == scaled.status
    assert scaled.periods == (None if plain.periods is None else pytest.approx(plain.periods))
    assert scaled.last_crossing == (
        None if plain.last_crossing is None else pytest.approx(plain.last_crossing)
    )


@given(st.integers(1, 1000), st.lists(st.integers(0, 300), min_size=1, max_size=20), st.data())
def test_an_added_benefit_never_delays_payback(outlay: int, returns: list[int], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(returns) - 1))
    more = [value + (50 if i == at else 0) for i, value in enumerate(returns)]
    before, after = payback([-outlay, *returns]), payback([-outlay, *more])
    if before.periods is not None:
        assert after.periods is not None
        assert after.periods <= before.periods + 1e-9


@given(st.lists(money, max_size=20))
def test_fields_keep_their_promises(flows: list[int]) -> None:
    result = payback(flows)
    assert (result.periods is None) == (result.status in ("never", "immediate"))
    assert (result.periods is None) == (result.last_crossing is None)
    if result.periods is not None and result.last_crossing is not None:
        assert 0 < result.periods <= result.last_crossing <= len(flows) - 1
        assert (result.status == "relapsed") == (sum(flows) < 0)


@given(st.lists(st.lists(money, min_size=5, max_size=5), min_size=1, max_size=8), st.integers(0, 3))
def test_batch_and_scalar_agree_and_padding_changes_nothing(rows: list[list[int]], zeros: int) -> None:
    table = np.pad(np.array(rows, dtype=float), ((0, 0), (0, zeros)))
    plain, discounted = payback_batch(table), discounted_payback_batch(0.07, table)
    for i, row in enumerate(rows):
        for batch, alone in ((plain, payback(row)), (discounted, discounted_payback(0.07, row))):
            said = [float(x[i]) for x in (batch.periods, batch.last_crossing)]
            assert [None if math.isnan(x) else x for x in said] == [alone.periods, alone.last_crossing]
            assert batch.status[i] == alone.status


def test_a_missing_rate_leaves_the_row_unsaid() -> None:
    result = discounted_payback_batch([0.1, None], [[-1, 2], [-1, 2]])
    assert result.status.tolist() == ["recovered", ""]
    assert np.isnan(result.periods[1])
