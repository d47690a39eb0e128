"""`kpi_library`: the product's KPI templates, as a table or as JSON."""

import json
import unicodedata
from typing import Any

from django.core.management.base import BaseCommand

from kpis.library import SYSTEMS, Industry, Template, templates
from kpis.library.choosing import narrowed
from kpis.models import Kpi


class Command(BaseCommand):
    """See the module."""

    help = "Lists the KPI templates that come with the product, in both languages."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document with everything")
        parser.add_argument("--tier", choices=Kpi.Tier.values, default="")
        parser.add_argument("--dimension", choices=Kpi.Dimension.values, default="")
        parser.add_argument("--system", choices=SYSTEMS, default="", help="those for this kind of system")
        parser.add_argument("--industry", choices=Industry.values, default="", help="those for this industry")
        parser.add_argument("--search", default="", dest="q", help="words that all occur, in either language")

    def handle(self, *args: Any, **options: Any) -> None:
        found = narrowed(templates(), options)
        if options["json"]:
            self.stdout.write(json.dumps([one.as_json() for one in found], ensure_ascii=False))
            return
        rows = [_cells(one) for one in found]
        widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
        for row in rows:
            padded = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
            self.stdout.write("  ".join(padded).rstrip())
        self.stdout.write(f"{len(found)} templates")


def _cells(one: Template) -> list[str]:
    for_whom = ", ".join([*one.systems, *one.industries]) or "all"
    return [one.code, one.name_en, one.name_zh, one.tier, one.dimension, one.direction, one.unit_en, for_whom]


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
