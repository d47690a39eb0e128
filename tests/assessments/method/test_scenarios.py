from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.arguments import FloatArray
from assessments.method.finance import npv
from assessments.method.simulation import Span, tornado, value_bridge

INPUTS = {
    "volume": Span(800, 1000, 1100),
    "price": Span(4, 5, 5),
    "adoption": Span(0.5, 0.9, 1.0),
    "rate": Span(0.005, 0.01, 0.02),
}


def case(inputs: Mapping[str, float]) -> float:
    benefit = inputs["volume"] * inputs["price"] * inputs["adoption"]
    return npv(inputs["rate"], [-20_000.0, *[benefit] * 12])


def test_a_tornado_changes_one_input_at_a_time_widest_first() -> None:
    result = tornado(case, INPUTS)
    assert result.base == pytest.approx(npv(0.01, [-20_000.0, *[4500.0] * 12]))
    assert [bar.name for bar in result.bars] == ["adoption", "volume", "price", "rate"]
    adoption = result.bars[0]
    assert adoption.at_low == pytest.approx(npv(0.01, [0.0, *[-2000.0] * 12]))
    assert adoption.at_high == pytest.approx(npv(0.01, [0.0, *[500.0] * 12]))
    assert adoption.swing == pytest.approx(adoption.at_high - adoption.at_low)
    # A higher discount rate costs: the bar lies the other way.
    assert result.bars[3].at_low > 0 > result.bars[3].at_high


def test_an_input_that_is_certain_has_no_bar_width() -> None:
    result = tornado(case, INPUTS | {"price": Span(5, 5, 5)})
    assert result.bars[-1].name == "price"
    assert (result.bars[-1].at_low, result.bars[-1].at_high, result.bars[-1].swing) == (0, 0, 0)


@given(
    plan=st.lists(st.floats(0.01, 100), min_size=4, max_size=4),
    outlook=st.lists(st.floats(0.01, 100), min_size=4, max_size=4),
    order=st.permutations(["volume", "price", "adoption", "delay"]),
)
def test_the_steps_of_a_bridge_add_up_exactly(
    plan: list[float], outlook: list[float], order: list[str]
) -> None:
    names = ["volume", "price", "adoption", "delay"]

    def value(inputs: Mapping[str, float]) -> float:
        return inputs["volume"] * inputs["price"] * inputs["adoption"] / (1 + inputs["delay"])

    before, after = dict(zip(names, plan, strict=True)), dict(zip(names, outlook, strict=True))
    bridge = value_bridge(value, before, after, order=order)
    assert bridge.plan + sum(step.change for step in bridge.steps) == bridge.outlook
    assert [step.name for step in bridge.steps] == order
    assert float(bridge.plan) == pytest.approx(value(before), abs=0.006)
    assert float(bridge.outlook) == pytest.approx(value(after), abs=0.006)
    for step in bridge.steps:
        assert step.before + step.change == step.after


def test_a_bridge_by_hand_over_monthly_amounts() -> None:
    # Plan: 100 pieces a month × 2; then 10 % fewer pieces, a price of 3, and everything a month later.
    def value(inputs: Mapping[str, FloatArray]) -> float:
        amounts = inputs["volume"] * inputs["price"]
        late = int(inputs["delay"][0])
        return float(amounts[: amounts.size - late].sum())

    bridge = value_bridge(
        value,
        {"volume": np.full(12, 100.0), "price": np.full(12, 2.0), "delay": np.zeros(1)},
        {"volume": np.full(12, 90.0), "price": np.full(12, 3.0), "delay": np.ones(1)},
    )
    assert [(step.name, step.change) for step in bridge.steps] == [
        ("volume", Decimal("-240.00")),
        ("price", Decimal("1080.00")),
        ("delay", Decimal("-270.00")),
    ]
    assert (bridge.plan, bridge.outlook) == (Decimal("2400.00"), Decimal("2970.00"))


def test_thirds_are_rounded_before_they_are_compared() -> None:
    bridge = value_bridge(
        lambda inputs: 100 * inputs["a"] * inputs["b"],
        {"a": 1.0, "b": 1.0},
        {"a": 1 / 3, "b": 1 / 3},
        places=0,
    )
    assert [step.change for step in bridge.steps] == [-67, -22]
    assert bridge.outlook == 11


def test_bad_input_names_the_argument() -> None:
    with pytest.raises(MethodError, match="inputs: volume"):
        tornado(case, INPUTS | {"volume": Span(2, 1, 3)})
    with pytest.raises(MethodError, match="valuation"):
        tornado(lambda _inputs: float("nan"), INPUTS)
    with pytest.raises(MethodError, match="outlook"):
        value_bridge(lambda _inputs: 1.0, {"a": 1}, {"b": 1})
    with pytest.raises(MethodError, match="order"):
        value_bridge(lambda _inputs: 1.0, {"a": 1}, {"a": 1}, order=["a", "a"])
