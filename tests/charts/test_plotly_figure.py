import json

import plotly.graph_objects as go
import pytest

from charts.numbers import as_float
from charts.plotly_figure import COLOURS, figure, payload
from charts.svg.cells import joined
from tests.charts import samples


@pytest.mark.parametrize("kind", samples.KINDS)
def test_plotly_accepts_every_figure(kind: str) -> None:
    made = figure(samples.KINDS[kind]())
    assert len(go.Figure(made).data) == len(made["data"])


@pytest.mark.parametrize("kind", samples.KINDS)
@pytest.mark.parametrize("case", samples.odd_values())
def test_odd_values_make_a_figure_that_is_json_and_valid(kind: str, case: str) -> None:
    made = payload(samples.with_values(kind, samples.odd_values()[case]))
    go.Figure(json.loads(json.dumps(made, allow_nan=False))["figure"])


@pytest.mark.parametrize("kind", ["sparkline", "cash", "control", "variance"])
def test_the_figure_has_the_numbers_of_the_description(kind: str) -> None:
    chart = samples.KINDS[kind]()
    drawn = {trace["name"]: trace["y"] for trace in figure(chart)["data"] if "(" in trace.get("name", "")}
    actual = chart.series_of("AC")
    for series in chart.series:
        expected = joined(series, actual) if series.role == "FC" and kind != "variance" else series
        assert drawn[f"{series.label} ({series.role})"] == [as_float(value) for value in expected.values]


def test_every_colour_can_be_replaced_by_the_page_s_own() -> None:
    written = json.dumps([figure(make()) for make in samples.KINDS.values()])
    used = {part.split('"')[0] for part in written.split('"#')[1:]}
    assert {f"#{colour}" for colour in used} <= set(COLOURS)


def test_names_are_not_read_as_html() -> None:
    chart = samples.with_values("control", [1, 2])
    assert all("<script" not in note["text"] for note in figure(chart)["layout"]["annotations"])


def test_a_bridge_hangs_its_changes_where_they_belong() -> None:
    trace = figure(samples.bridge())["data"][0]
    assert trace["base"][:3] == [0, 19.6e6, 18.4e6]
    assert trace["y"][1] == pytest.approx(-1.2e6)
    assert trace["marker"]["pattern"]["shape"] == ["", "", "", "", "/", "/"]


def test_a_tornado_lies_on_its_side_with_the_widest_on_top() -> None:
    made = figure(samples.tornado())
    assert [trace["orientation"] for trace in made["data"]] == ["h", "h"]
    assert made["data"][0]["x"] == [-1.2e6, 640e3, -310e3, 0]
    assert made["layout"]["yaxis"]["autorange"] == "reversed"
