import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from charts import kinds
from charts.description import Chart, Title
from charts.svg import Size, draw, sparkline, tier_bar, variance_bar
from charts.svg.canvas import fit, text_width, wrap
from charts.svg.labels import spread
from tests.charts import samples

SIZES: list[Size] = ["large", "medium", "small"]
EVERY = [(kind, size) for kind in samples.KINDS for size in SIZES]


def elements(svg: str) -> list[ElementTree.Element]:
    """All elements of the drawing; fails when it is not well-formed XML."""
    return list(ElementTree.fromstring(svg).iter())


def of_class(svg: str, *names: str) -> list[ElementTree.Element]:
    return [element for element in elements(svg) if set(names) <= set(element.get("class", "").split())]


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in elements(svg) if element.tag == "text"]


@pytest.mark.parametrize(("kind", "size"), EVERY)
def test_drawings_keep_to_the_content_security_policy(kind: str, size: Size) -> None:
    svg = draw(samples.KINDS[kind](), size=size)
    for element in elements(svg):
        assert element.tag not in ("style", "script")
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
    assert not re.search(r"#[0-9a-f]{6}|rgb\(", svg), "colours come from classes only"


@pytest.mark.parametrize(("kind", "size"), EVERY)
@pytest.mark.parametrize("case", samples.odd_values())
def test_odd_values_and_hostile_texts_still_make_a_drawing(kind: str, size: Size, case: str) -> None:
    svg = draw(samples.with_values(kind, samples.odd_values()[case]), size=size)
    assert elements(svg)
    assert "<script" not in svg
    assert "nan" not in re.sub(r"<(text|title|desc).*?</\1>", "", svg)
    assert "inf" not in re.sub(r"<(text|title|desc).*?</\1>", "", svg)


@pytest.mark.parametrize(("kind", "size"), EVERY)
def test_every_drawing_has_a_role_and_a_name(kind: str, size: Size) -> None:
    root = elements(draw(samples.KINDS[kind](), size=size, key="k"))[0]
    assert root.get("role") == "img"
    if kind == "sparkline":
        assert root.get("aria-label") == "last 2.10, plan 2.25"
        return
    named = (root.get("aria-labelledby") or "").split()
    found = {
        element.get("id"): element.text
        for element in elements(draw(samples.KINDS[kind](), size=size, key="k"))
    }
    assert found[named[0]] == samples.KINDS[kind]().message


@pytest.mark.parametrize("kind", ["variance", "cash", "control", "bridge", "tornado"])
def test_without_values_the_drawing_says_so(kind: str) -> None:
    assert texts(draw(samples.with_values(kind, []), size="small")) == ["No values yet."]


@pytest.mark.parametrize(("kind", "size"), [(kind, size) for kind, size in EVERY if kind != "sparkline"])
def test_no_text_leaves_the_sheet(kind: str, size: Size) -> None:
    svg = draw(samples.KINDS[kind](), size=size)
    width = float((elements(svg)[0].get("viewBox") or "").split()[2])
    for element in elements(svg):
        if element.tag != "text":
            continue
        wide = text_width(element.text or "", bold="strong" in element.get("class", ""))
        left = float(element.get("x", 0)) - {"middle": wide / 2, "end": wide}.get(
            element.get("text-anchor", ""), 0
        )
        assert left >= -2, element.text
        assert left + wide <= width + 2, element.text


def heights(svg: str, *names: str) -> list[float]:
    return [float(element.get("height", 0)) for element in of_class(svg, "bar", *names)]


def test_columns_stand_on_zero_and_are_as_high_as_their_values() -> None:
    svg = draw(samples.variance(), size="large")
    solid = [element for element in of_class(svg, "bar", "ac") if "good" not in element.get("class", "")]
    columns = [float(element.get("height", 0)) for element in solid if "bad" not in element.get("class", "")]
    assert columns[0] / columns[1] == pytest.approx(412 / 390, rel=0.01)
    assert (
        len({round(float(element.get("y", 0)) + float(element.get("height", 0))) for element in solid[-3:]})
        == 1
    )


def test_a_variance_bar_has_the_scale_of_the_columns() -> None:
    chart = kinds.actual_against_plan(message="", title=Title(), labels=["a"], actual=[300], plan=[200])
    svg = draw(chart, size="large")
    assert heights(svg, "ac", "good")[0] / heights(svg, "ac")[1] == pytest.approx(1 / 3, rel=0.02)


def test_a_forecast_is_hatched_and_a_plan_outlined() -> None:
    svg = draw(samples.bridge(), size="medium", key="k")
    hatched = of_class(svg, "bar", "fc")
    assert [element.get("fill") for element in hatched] == ["url(#k-medium-hatch)"] * 2
    assert 'id="k-medium-hatch"' in svg
    assert len(of_class(svg, "bar", "pl")) == 1


def test_costs_above_plan_are_bad_though_positive() -> None:
    svg = draw(samples.variance("lower"), size="medium")
    assert len(of_class(svg, "bar", "bad")) == 3
    assert len(of_class(svg, "bar", "good")) == 1
    assert len(of_class(draw(samples.variance("higher"), size="medium"), "bar", "good")) == 3


def test_a_gap_breaks_the_line() -> None:
    line = of_class(draw(samples.control(), size="large"), "line", "ac")[0].get("d", "")
    assert line.count("M") == 2


def test_a_value_between_two_gaps_is_a_dot() -> None:
    chart = kinds.cumulative_cash(message="", title=Title(), labels=["a", "b", "c"], actual=[None, 2, None])
    assert len(of_class(draw(chart), "dot", "ac")) == 1


def test_old_limits_stay_drawn_and_only_the_current_ones_are_named() -> None:
    svg = draw(samples.control(), size="large")
    assert len(of_class(svg, "limit")) == 4
    assert len(of_class(svg, "limit", "past")) == 2
    assert [text for text in texts(svg) if "limit" in text] == ["upper limit 34.3", "lower limit 27.1"]


def test_good_and_bad_signals_differ_in_shape_as_well() -> None:
    svg = draw(samples.control("lower"), size="large")
    assert {element.tag for element in of_class(svg, "signal", "good")} == {"circle"}
    assert {element.tag for element in of_class(svg, "signal", "bad")} == {"path"}


def test_the_marks_and_payback_points_wear_their_labels() -> None:
    assert "go-live 2026-07" in texts(draw(samples.control()))
    assert {"now month 9", "plan month 22.5"} <= set(texts(draw(samples.cash(), size="small")))


@pytest.mark.parametrize("size", SIZES)
def test_labels_of_a_line_chart_do_not_cover_each_other(size: Size) -> None:
    for chart in (samples.cash(), samples.control()):
        boxes = [
            (float(e.get("x", 0)), float(e.get("y", 0)), text_width(e.text or ""))
            for e in elements(draw(chart, size=size))
            if e.tag == "text" and not e.get("text-anchor")
        ]
        for index, (x, y, wide) in enumerate(boxes):
            for other_x, other_y, other_wide in boxes[index + 1 :]:
                apart = x + wide * 0.9 < other_x or other_x + other_wide * 0.9 < x
                assert apart or abs(y - other_y) >= 10


def test_a_cumulative_line_shows_its_zero() -> None:
    chart = kinds.cumulative_cash(message="", title=Title(), labels=["a", "b"], actual=[5_000, 6_000])
    assert "0" in texts(draw(chart))
    assert of_class(draw(chart), "zero")


def test_a_sparkline_is_small_enough_to_be_put_on_a_page_fifty_times() -> None:
    assert len(sparkline(samples.sparkline()).encode()) <= 400


def test_a_fixed_scale_makes_sparklines_comparable() -> None:
    low = kinds.sparkline(labels=["a", "b"], actual=[1, 2], scale=(0, 10))
    high = kinds.sparkline(labels=["a", "b"], actual=[1, 9], scale=(0, 10))
    ends = [
        float(of.get("cy", 0))
        for chart in (low, high)
        for of in elements(sparkline(chart))
        if of.tag == "circle"
    ]
    assert ends[0] > 2 * ends[1]


def test_a_tier_bar_ends_at_its_score_and_stays_on_its_track() -> None:
    widths = [of_class(tier_bar(score), "ac")[0].get("width") for score in (0, 88, 109, 150, -3)]
    assert widths == ["0", "88", "109", "120", "0"]
    assert tier_bar(None) == ""


def test_a_variance_bar_points_by_sign_and_is_coloured_by_effect() -> None:
    more, less = (elements(variance_bar(change, 10, "lower"))[1] for change in (5, -5))
    assert (more.get("class"), less.get("class")) == ("bad", "good")
    assert float(more.get("x", 0)) == 50
    assert float(less.get("x", 0)) < 50
    assert more.get("width") == less.get("width")


def test_a_variance_bar_without_a_variance_is_only_its_axis() -> None:
    for change in (None, 0):
        assert [element.tag for element in elements(variance_bar(change, 10))] == ["svg", "path"]


def test_chinese_characters_are_measured_twice_as_wide() -> None:
    assert text_width("订单交付") > 1.5 * text_width("abcd")
    assert wrap("制造执行系统", 40, 11) == ["制造执", "行系统"]
    assert fit("制造执行系统", 36, 11) == "制造…"


def test_labels_pushed_apart_keep_their_order_and_gap() -> None:
    places = spread([100, 101, 50, 99], 15, 0, 110)
    ordered = sorted(places)
    assert all(after - before >= 15 for before, after in pairwise(ordered))
    assert places[2] < places[3] < places[0] < places[1] <= 110


def test_no_label_is_written_twice() -> None:
    chart: Chart = samples.bridge()
    assert len(texts(draw(chart))) == 2 * len(chart.steps)


def test_the_bars_of_a_tornado_leave_what_is_assumed_by_what_they_change() -> None:
    svg = draw(samples.tornado(), size="large")
    good = [float(one.get("width", 0)) for one in of_class(svg, "bar", "good")]
    bad = [float(one.get("width", 0)) for one in of_class(svg, "bar", "bad")]
    assert good[0] == pytest.approx(bad[0], abs=1.1)
    assert good[1] / good[0] == pytest.approx(640 / 1200, abs=0.01)
    assert (len(good), len(bad)) == (2, 3)
    assert "−0.31" in texts(svg)
