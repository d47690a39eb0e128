"""The library as an organization sees it: its own templates before the product's.

An own template with the code of one of the product's stands in its place: the organization says it in its own words.
"""

import re
from dataclasses import dataclass, replace

from django_scopes import get_scope

from kpis.library.reading import template, templates
from kpis.library.template import Template
from kpis.models import KpiTemplate

#: in units of the library these words stand for the organization's own currency
_MONEY = re.compile(r"\bEUR\b|(?<!单)元")


@dataclass(frozen=True, slots=True)
class Entry:
    """A template by its code: what holds, the organization's row, and what the product says under this code."""

    shown: Template
    own: KpiTemplate | None
    product: Template | None


def catalogue() -> list[Template]:
    """Every template that can be used in the organization in scope, money in its currency; one query."""
    own = [as_template(row) for row in KpiTemplate.objects.filter(archived_at__isnull=True)]
    replaced = {one.code for one in own}
    return [*own, *(_in_currency(one) for one in templates() if one.code not in replaced)]


def archived_templates() -> list[Template]:
    """The organization's templates that are put away."""
    return [as_template(row) for row in KpiTemplate.objects.filter(archived_at__isnull=False)]


def find_entry(code: str) -> Entry | None:
    """The template with this code, or None; an archived own one shows where the product has none."""
    own: KpiTemplate | None = KpiTemplate.objects.filter(code=code).first()
    product = template(code)
    if own is not None and (own.archived_at is None or product is None):
        return Entry(as_template(own), own, product)
    return Entry(_in_currency(product), own, product) if product else None


def as_template(own: KpiTemplate) -> Template:
    """An own template: one text for both languages."""
    texts = {
        "name": own.name,
        "definition": own.definition,
        "formula": own.formula,
        "unit": own.unit,
        "source": own.typical_source,
        "pitfalls": own.pitfalls,
        "example": "",
    }
    return Template(
        code=own.code,
        tier=own.tier,
        dimension=own.dimension,
        direction=own.direction,
        frequency=own.frequency,
        systems=(own.system_kind,) if own.system_kind else (),
        industries=(own.industry,) if own.industry else (),
        is_own=True,
        **{f"{name}_{language}": text for name, text in texts.items() for language in ("en", "zh")},
    )


def _in_currency(one: Template) -> Template:
    if not _MONEY.search(one.unit_en + one.unit_zh):
        return one
    currency = get_scope()["organization"].currency
    chinese = "元" if currency == "CNY" else currency
    return replace(one, unit_en=_MONEY.sub(currency, one.unit_en), unit_zh=_MONEY.sub(chinese, one.unit_zh))
