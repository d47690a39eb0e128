import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.control_chart import Rules, xmr, xmr_batch

values = st.one_of(st.integers(-6, 6), st.integers(-500, 500), st.sampled_from([0.1, 0.2, 0.3, 0.1 + 0.2]))
rows = st.lists(
    st.tuples(st.lists(st.none() | values, max_size=40), st.none() | st.integers(1, 45)), max_size=5
)


@given(rows, st.sampled_from(["nhs", "wheeler"]))
@settings(deadline=None, max_examples=300)
def test_batch_and_scalar_agree(series: list[tuple[list[float | None], int | None]], rules: Rules) -> None:
    table = np.full((len(series), 40), np.nan)
    for row, (given_values, _baseline) in enumerate(series):
        table[row, : len(given_values)] = np.array(given_values, dtype=float)
    baselines = np.array([math.nan if baseline is None else baseline for _values, baseline in series])
    batch = xmr_batch(table, baseline=baselines if series else None, rules=rules)
    for row, (given_values, baseline) in enumerate(series):
        columns = [column for column, value in enumerate(given_values) if value is not None]
        chart = xmr([value for value in given_values if value is not None], baseline=baseline, rules=rules)
        assert batch.status[row] == chart.status
        for array, value in [
            (batch.centre, chart.centre),
            (batch.lower, chart.lower),
            (batch.upper, chart.upper),
        ]:
            assert (
                np.isnan(array[row])
                if value is None
                else array[row] == pytest.approx(value, rel=1e-9, abs=1e-9)
            )
        newest = [signal for signal in chart.signals if signal.index == chart.signals[-1].index][:1]
        expected = [(columns[signal.index], signal.rule, signal.side) for signal in newest]
        found = (batch.index[row], batch.rule[row], batch.side[row])
        assert found == (expected[0] if expected else (-1, "", ""))


def test_the_newest_signal_is_the_last_point_that_completes_a_pattern() -> None:
    calm = [10.0, 12] * 6
    batch = xmr_batch([[*calm, 40, 11], [*calm, 11, -9], [*calm, 12, 11]], baseline=12)
    assert batch.index.tolist() == [12, 13, -1]
    assert batch.rule.tolist() == ["beyond", "beyond", ""]
    assert batch.side.tolist() == ["above", "below", ""]
    assert batch.upper.tolist() == pytest.approx([16.32] * 3)


def test_a_series_too_large_for_limits_leaves_the_others_theirs() -> None:
    batch = xmr_batch([[1e308, -1e308] * 4, [1.0, 2] * 4])
    assert batch.status.tolist() == ["none", "trial"]
    assert np.isnan(batch.lower[0])


def test_empty_tables() -> None:
    assert xmr_batch(np.empty((0, 5))).status.size == 0
    nothing = xmr_batch(np.empty((2, 0)))
    assert nothing.status.tolist() == ["none", "none"]
    assert nothing.index.tolist() == [-1, -1]


def test_bad_input_names_the_argument() -> None:
    for baseline in (0, 2.5, [1, 2, 3]):
        with pytest.raises(MethodError, match="baseline"):
            xmr_batch([[1.0, 2], [3.0, 4]], baseline=baseline)
    with pytest.raises(MethodError, match="rules"):
        xmr_batch([[1.0]], rules="other")  # type: ignore[arg-type]
    with pytest.raises(MethodError, match="values"):
        xmr_batch([1.0, 2])  # type: ignore[list-item]
