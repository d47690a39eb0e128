"""What a template of the library says."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kpis.models import Kpi
from projects.models import Project
from projects.periods import Frequency


class Industry(models.TextChoices):
    """Industries that templates are made for."""

    MANUFACTURING = "manufacturing", _("Manufacturing")
    RETAIL = "retail", _("Retail")
    CONSUMER_GOODS = "consumer_goods", _("Consumer goods")
    SERVICES = "services", _("Services")
    FINANCE = "finance", _("Finance")
    PUBLIC_SECTOR = "public_sector", _("Public sector")
    HEALTHCARE = "healthcare", _("Health care")
    LOGISTICS = "logistics", _("Logistics")
    ENERGY = "energy", _("Energy")
    CONSTRUCTION = "construction", _("Construction")


#: kinds of systems that a template may be made for
SYSTEMS: tuple[str, ...] = tuple(
    kind for kind in Project.SystemKind.values if kind != Project.SystemKind.OTHER
)


@dataclass(frozen=True, slots=True)
class Template:
    """A KPI to define again and again. Texts without a language's ending are in the reader's language."""

    code: str
    name_en: str
    name_zh: str
    definition_en: str
    definition_zh: str
    #: in words
    formula_en: str
    formula_zh: str
    unit_en: str
    unit_zh: str
    tier: str
    dimension: str
    direction: str
    frequency: str
    #: empty: every kind of system
    systems: tuple[str, ...]
    #: empty: every industry
    industries: tuple[str, ...]
    source_en: str
    source_zh: str
    pitfalls_en: str
    pitfalls_zh: str
    #: how a target may read: “complaint handling 40 % faster within 6 months”
    example_en: str
    example_zh: str
    #: made by the organization
    is_own: bool = False

    @property
    def name(self) -> str:
        return self._text("name")

    @property
    def definition(self) -> str:
        return self._text("definition")

    @property
    def formula(self) -> str:
        return self._text("formula")

    @property
    def unit(self) -> str:
        return self._text("unit")

    @property
    def source(self) -> str:
        return self._text("source")

    @property
    def pitfalls(self) -> str:
        return self._text("pitfalls")

    @property
    def example(self) -> str:
        return self._text("example")

    @property
    def tier_label(self) -> str:
        return str(Kpi.Tier(self.tier).label)

    @property
    def dimension_label(self) -> str:
        return str(Kpi.Dimension(self.dimension).label)

    @property
    def direction_label(self) -> str:
        return str(Kpi.Direction(self.direction).label)

    @property
    def frequency_label(self) -> str:
        return str(Frequency(self.frequency).label)

    @property
    def industry_labels(self) -> list[str]:
        return [str(Industry(industry).label) for industry in self.industries]

    def as_json(self) -> dict[str, Any]:
        """Every key of the library's files, the English unit as `unit`."""
        values = {name: getattr(self, name) for name in self.__slots__ if name not in ("is_own", "unit_en")}
        lists = {name: list(values[name]) for name in ("systems", "industries")}
        return {**values, **lists, "unit": self.unit_en}

    def _text(self, name: str) -> str:
        language = "zh" if (get_language() or "en").startswith("zh") else "en"
        text: str = getattr(self, f"{name}_{language}")
        return text
