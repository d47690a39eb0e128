import pytest

from charts import kinds
from charts.description import ChartError, Direction, Step, Title, bars, effect_of, variances
from tests.charts import samples


@pytest.mark.parametrize(
    ("change", "direction", "effect"),
    [
        (5, "higher", "good"),
        (-5, "higher", "bad"),
        (5, "lower", "bad"),
        (-5, "lower", "good"),
        (5, "range", ""),
        (-5, "maintain", ""),
        (0, "higher", ""),
        (None, "lower", ""),
    ],
)
def test_a_variance_is_coloured_by_what_it_does_to_the_business(
    change: float | None, direction: Direction, effect: str
) -> None:
    assert effect_of(change, direction) == effect


def test_series_of_another_length_than_the_labels_are_refused_by_name() -> None:
    with pytest.raises(ChartError, match="plan: 1 values for 2 labels"):
        kinds.sparkline(labels=["a", "b"], actual=[1, 2], plan=[1])


def test_variances_need_plan_and_value_and_take_the_forecast_where_no_actual_is() -> None:
    found = variances(samples.variance("lower"))
    assert [item.index for item in found] == [0, 1, 3, 4]
    assert [item.effect for item in found] == ["bad", "good", "bad", "bad"]
    assert [item.is_forecast for item in found] == [False, False, False, True]
    assert found[0].ratio == pytest.approx(0.03)


def test_a_plan_of_zero_has_no_percentage() -> None:
    chart = kinds.actual_against_plan(message="", title=Title(), labels=["a"], actual=[3], plan=[0])
    assert variances(chart)[0].ratio is None


def test_changes_of_a_bridge_hang_on_the_level_before_them() -> None:
    placed = bars(samples.bridge())
    assert [(bar.start, bar.end) for bar in placed[:3]] == [(0, 19.6e6), (19.6e6, 18.4e6), (18.4e6, 19.3e6)]
    assert [bar.effect for bar in placed] == ["", "bad", "good", "", "", ""]


def test_a_bridge_of_costs_turns_the_colours() -> None:
    steps = [Step("Plan", 10, "PL", is_total=True), Step("More", 2, "AC")]
    assert bars(kinds.bridge(message="", title=Title(), steps=steps, direction="lower"))[1].effect == "bad"


def test_only_the_last_limits_are_current_and_old_ones_stay() -> None:
    levels = samples.control().levels
    assert [level.current for level in levels] == [False] * 3 + [True] * 3
    assert {level.end for level in levels if not level.current} == {5}


def test_signals_are_good_or_bad_by_side_and_direction() -> None:
    assert [signal.effect for signal in samples.control("lower").signals] == ["bad", "good", "good"]
    assert [signal.effect for signal in samples.control("higher").signals] == ["good", "bad", "bad"]
    assert [signal.effect for signal in samples.control("maintain").signals] == ["", "", ""]
