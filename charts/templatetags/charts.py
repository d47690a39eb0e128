"""`{% load charts %}`: figures, charts of one cell, and the one way in which numbers are written."""

from collections import Counter
from decimal import Decimal
from typing import Any
from zlib import crc32

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from charts import numbers
from charts.description import Chart, Direction, effect_of
from charts.numbers import Figures, Number, as_decimal
from charts.plotly_figure import payload
from charts.svg import Size, cells, draw
from charts.table import table

register = template.Library()

_DRAWN_FOR: dict[Size, tuple[Size, ...]] = {
    "large": ("large", "medium", "small"),
    "medium": ("medium", "small"),
    "small": ("small",),
}


@register.inclusion_tag("charts/figure.html", takes_context=True)
def figure(context: Context, chart: Chart, size: Size = "medium", explore: str = "") -> dict[str, object]:
    """The whole <figure>. `size` is the widest it gets: "large" over the page, "medium" over half of it.

    `explore` is the address of the Plotly JSON (`charts.plotly_figure.payload`); without it the JSON
    is put into the page.
    """
    key = _key(context, chart)
    figures = chart.figures()
    return {
        "chart": chart,
        "key": key,
        "unit": figures.unit(chart.unit),
        "lower_is_better": chart.direction == "lower" and chart.kind in ("control", "variance"),
        "drawings": [mark_safe(draw(chart, size=each, key=key)) for each in _DRAWN_FOR[size]],  # noqa: S308
        "size": size,
        "table": table(chart),
        "explore": explore or f"#{key}-data",
        "data_id": f"{key}-data",
        "payload": None if explore or chart.is_empty else payload(chart),
    }


def _key(context: Context, chart: Chart) -> str:
    """An id that stays the same from load to load and is not that of another chart of the page.

    The lowest layer of the render context is shared by a page and all it includes.
    """
    name = f"chart-{crc32(repr(chart).encode()):08x}"
    page: dict[Any, Any] = context.render_context.dicts[0]
    seen: Counter[str] = page.setdefault("charts.seen", Counter())
    seen[name] += 1
    return name if seen[name] == 1 else f"{name}-{seen[name]}"


@register.simple_tag
def sparkline(chart: Chart) -> SafeString:
    return mark_safe(cells.sparkline(chart))  # noqa: S308


@register.simple_tag
def tier_bar(score: Number | None, missing: str = "") -> SafeString:
    """The bar and its score; without a score the words `missing`, such as "not due"."""
    if score is None or score == "":
        return format_html('<span class="tier muted">{}</span>', missing or _("no score"))
    # Digits only: nothing to escape, and a committee page asks 150 times.
    digits = numbers.write(as_decimal(score) or Decimal(0), 0)
    return mark_safe(  # noqa: S308
        f'<span class="tier">{cells.tier_bar(score)}<span class="tier-score">{digits}</span></span>'
    )


@register.simple_tag
def variance_bar(change: Number | None, scale: Number, direction: Direction = "higher") -> SafeString:
    """Only the bar: the signed number stands in the cell beside it."""
    return mark_safe(cells.variance_bar(change, scale, direction))  # noqa: S308


@register.filter
def compact(value: Number | None) -> str:
    return numbers.compact(value)


@register.filter
def signed(value: Number | None) -> str:
    return numbers.signed(value)


@register.filter
def compact_money(value: Number | None, currency: str) -> str:
    return numbers.compact_money(value, currency)


@register.filter
def signed_money(value: Number | None, currency: str) -> str:
    return numbers.compact_money(value, currency, sign=True)


@register.filter
def percent(ratio: Number | None, places: int | None = None) -> str:
    return numbers.percent(ratio, places)


@register.filter
def signed_percent(ratio: Number | None, places: int | None = None) -> str:
    return numbers.percent(ratio, places, sign=True)


@register.filter
def exact(value: Number | None) -> str:
    return numbers.exact(value)


@register.filter
def written(value: Number | None, figures: Figures) -> str:
    """One cell of a column that shares its magnitude: `figures` is `Figures.over(the column)`."""
    return figures.value(value)


@register.filter
def change(value: Number | None, figures: Figures) -> str:
    """The same for a column of variances."""
    return figures.change(value)


@register.filter
def effect(change: Number | None, direction: Direction = "higher") -> str:
    """The class "good" or "bad" of a variance, for the number beside its bar."""
    return effect_of(change, direction)
