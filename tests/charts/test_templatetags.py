import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation

from charts.numbers import Figures
from tests.charts import samples


def render(source: str, **context: Any) -> str:
    with translation.override("en"):
        return Template("{% load charts %}" + source).render(Context(context))


class Attributes(HTMLParser):
    """Collects the ids, references and forbidden attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: set[str] = set()
        self.forbidden: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "aria-labelledby":
                self.references |= set((value or "").split())
            if name == "fill" and (value or "").startswith("url(#"):
                self.references.add((value or "")[5:-1])
            if name == "style" or name.startswith("on"):
                self.forbidden.append(f"{tag} {name}")


def test_ids_are_unique_on_a_page_also_for_the_same_chart_twice() -> None:
    page = render(
        "{% figure b %}{% figure b %}{% for c in more %}{% figure c 'large' %}{% endfor %}",
        b=samples.bridge(),
        more=[samples.control(), samples.bridge()],
    )
    found = Attributes(page)
    assert len(found.ids) == len(set(found.ids)) > 20
    assert found.references <= set(found.ids)
    assert not found.forbidden


def test_ids_are_the_same_from_load_to_load() -> None:
    assert render("{% figure c %}", c=samples.cash()) == render("{% figure c %}", c=samples.cash())


@pytest.mark.parametrize("kind", ["variance", "cash", "control", "bridge", "tornado"])
def test_a_figure_has_message_title_drawing_data_and_tools(kind: str) -> None:
    chart = samples.KINDS[kind]()
    page = render("{% figure c %}", c=chart)
    assert f'<p class="chart-message">{chart.message}</p>' in page
    assert page.count("<svg") == 2
    assert "<summary>Data as a table</summary>" in page
    assert '<div class="chart-tools" hidden>' in page
    data = re.search(r'<script id="([^"]+)" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert f'data-explore="#{data[1]}"' in page
    assert json.loads(data[2])["figure"]["data"]


def test_the_title_names_the_unit_with_its_magnitude_and_the_direction() -> None:
    assert "net value in k\u00a0CNY · lower is better" in render(
        "{% figure c %}", c=samples.variance("lower")
    )
    assert "lower is better" not in render("{% figure c %}", c=samples.variance("higher"))


def test_a_figure_can_fetch_its_plotly_data() -> None:
    page = render("{% figure c explore='/o/a/kpis/K1/chart.json' %}", c=samples.control())
    assert 'data-explore="/o/a/kpis/K1/chart.json"' in page
    assert "application/json" not in page


def test_an_empty_figure_offers_nothing_to_explore() -> None:
    page = render("{% figure c %}", c=samples.with_values("control", []))
    assert "No values yet." in page
    assert "data-explore" not in page


def test_hostile_texts_stay_texts() -> None:
    page = render("{% figure c %}", c=samples.with_values("variance", [1, 2]))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_summary_is_translated_when_a_translation_is_active() -> None:
    with translation.override("zh-hans"):
        page = Template("{% load charts %}{% figure c %}").render(Context({"c": samples.cash()}))
    assert "万\u00a0CNY" in page


def test_a_tier_without_a_score_says_so_in_words() -> None:
    assert "not due" in render("{% tier_bar score 'not due' %}", score=None)
    assert 'tier-score">88<' in render("{% tier_bar score %}", score=87.5)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{{ v|compact }}", "18.4\u00a0m"),
        ("{{ v|signed }}", "+18.4\u00a0m"),
        ('{{ v|compact_money:"CNY" }}', "18.4\u00a0m\u00a0CNY"),
        ('{{ v|signed_money:"CNY" }}', "+18.4\u00a0m\u00a0CNY"),
        ("{{ v|exact }}", "18,436,000"),
        ("{{ ratio|percent }}", "12\u00a0%"),
        ("{{ ratio|signed_percent:1 }}", "+12.3\u00a0%"),
        ("{{ v|written:figures }}", "18.4"),
        ("{{ v|change:figures }}", "+18.4"),
        ('{{ v|effect:"lower" }}', "bad"),
        ("{{ nothing|compact }}", "—"),
        ("{% variance_bar nothing 5 %}", '<svg class="variance-bar"'),
        ("{% sparkline spark %}", '<svg class="spark"'),
    ],
)
def test_filters_and_tags_write_numbers_one_way(source: str, written: str) -> None:
    figures = Figures.over([18_436_000], language="en")
    page = render(
        source, v=18_436_000, ratio=0.1234, nothing=None, figures=figures, spark=samples.sparkline()
    )
    assert page.startswith(written)
