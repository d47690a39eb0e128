"""A charter's content in a reader's words: for the page, the paper and the differences."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from charts.numbers import MISSING, as_decimal, exact, percent, write
from kpis.charters.monetisation import told_formula
from kpis.models import Baseline, Kpi
from projects.models import MoneyLine, Project
from projects.periods import Frequency, label

Told = str | Promise
Data = Mapping[str, Any]

#: field of a KPI → what it is called where it changed; those not named here never change by themselves
KPI_FIELDS: dict[str, Told] = {
    "code": gettext_lazy("code"),
    "name": gettext_lazy("name"),
    "definition": gettext_lazy("definition"),
    "tier": gettext_lazy("tier"),
    "dimension": gettext_lazy("value dimension"),
    "direction": gettext_lazy("direction"),
    "unit": gettext_lazy("unit"),
    "decimals": gettext_lazy("decimal places"),
    "frequency": gettext_lazy("frequency"),
    "source": gettext_lazy("source of values"),
    "formula": gettext_lazy("formula"),
    "baseline": gettext_lazy("baseline"),
    "range": gettext_lazy("range"),
    "tolerance": gettext_lazy("tolerance"),
    "targets": gettext_lazy("targets"),
    "weight": gettext_lazy("weight in its tier"),
    "expected_start": gettext_lazy("effect expected from"),
    "business_owner": gettext_lazy("business owner"),
    "it_owner": gettext_lazy("IT owner"),
    "home": gettext_lazy("project of the KPI"),
    "shared_with": gettext_lazy("shared with"),
}
PROJECT_FIELDS: dict[str, Told] = {
    "code": gettext_lazy("code"),
    "name": gettext_lazy("name"),
    "system_kind": gettext_lazy("kind of system"),
    "sponsor": gettext_lazy("sponsor"),
    "business_owner": gettext_lazy("business owner"),
    "it_owner": gettext_lazy("IT owner"),
    "start": gettext_lazy("start"),
    "go_live": gettext_lazy("planned go-live"),
}
BENEFIT_FIELDS: dict[str, Told] = {
    "category": gettext_lazy("category"),
    "cashability": gettext_lazy("cashability"),
    "planned": gettext_lazy("planned amount"),
    "owner": gettext_lazy("benefit owner"),
    "follows_from": gettext_lazy("what it is computed from"),
}
_CHOICES: dict[str, Any] = {
    "tier": Kpi.Tier,
    "dimension": Kpi.Dimension,
    "direction": Kpi.Direction,
    "frequency": Frequency,
    "source": Kpi.Source,
    "system_kind": Project.SystemKind,
    "cashability": MoneyLine.Cashability,
}
_DAYS = {"start", "go_live", "expected_start"}
_PEOPLE = {"sponsor", "business_owner", "it_owner", "owner"}


def told(field: str, value: Any, about: Data) -> str:
    """One field's value; `about` is what it belongs to (its unit, decimals, currency). "" where there is none."""
    if value in (None, "", []):
        return ""
    if field in _CHOICES:
        return choice(field, value)
    if field in _PEOPLE:
        return str(value["name"])
    if field in _DAYS:
        return day(value)
    if field in _WRITTEN:
        return _WRITTEN[field](value, about)
    return str(value)


def choice(field: str, value: str) -> str:
    """The word for a choice; a value that the product no longer knows reads as it is kept."""
    known = dict(_CHOICES[field].choices)
    return str(known.get(value, value))


def day(iso: str) -> str:
    return formats.date_format(datetime.date.fromisoformat(iso), "DATE_FORMAT")


def number(value: float | None, kpi: Data) -> str:
    """With the decimals of its KPI, without the unit."""
    found = as_decimal(value)
    return MISSING if found is None else write(found, kpi["decimals"])


def baseline(found: Data, kpi: Data) -> str:
    """ "48.0, Jan 2024 to Feb 2025, computed from values"."""
    parts = [number(found["value"], kpi), baseline_period(found)]
    parts += [str(dict(Baseline.Method.choices).get(found["method"], "")) if found["method"] else ""]
    return pgettext("between parts", ", ").join(part for part in parts if part)


def baseline_period(found: Data) -> str:
    """From which days the baseline was taken, both included; its end is kept as the first day after it."""
    start, end = found["start"], found["end"]
    last = formats.date_format(_before(end), "DATE_FORMAT") if end else ""
    if start and end:
        return _("%(start)s to %(end)s") % {"start": day(start), "end": last}
    if end:
        return _("until %(end)s") % {"end": last}
    return _("from %(start)s") % {"start": day(start)} if start else ""


def _before(iso: str) -> datetime.date:
    return datetime.date.fromisoformat(iso) - datetime.timedelta(days=1)


def baseline_quality(found: Data) -> str:
    """How good the baseline is, as far as it is known."""
    if not found["method"]:
        return _("quality not known")
    if found["method"] == Baseline.Method.TYPED:
        return _("typed, not computed from values")
    values: dict[str, Any] = {"points": found["points"]}
    season = _("a whole year covered") if found["season_covered"] else _("less than a whole year")
    return _("computed from %(points)d values, %(season)s") % {**values, "season": season}


def points(found: list[list[Any]], kpi: Data) -> str:
    """Every target: "Sep 2025: 30.0; Mar 2026: 28.0"."""
    return "; ".join(f"{period(at, kpi)}: {number(value, kpi)}" for at, value in found)


def period(iso: str, kpi: Data) -> str:
    return label(datetime.date.fromisoformat(iso), kpi["frequency"])


def shares(found: list[Data]) -> str:
    """ "MES group 40 %, OA 20 %"."""
    return pgettext("between names", ", ").join(f"{one['name']} {percent(one['share'], 0)}" for one in found)


def _range(found: list[float], kpi: Data) -> str:
    return f"{number(found[0], kpi)} – {number(found[1], kpi)}"


_WRITTEN: dict[str, Callable[[Any, Data], str]] = {
    "baseline": baseline,
    "range": _range,
    "tolerance": number,
    "targets": points,
    "weight": lambda value, _kpi: exact(value),
    "planned": lambda value, line: f"{exact(as_decimal(value))} {line['currency']}",
    "shared_with": lambda value, _kpi: shares(value),
    "follows_from": told_formula,
}
