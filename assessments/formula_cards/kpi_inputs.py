"""Inputs of a KPI's figures, as its cards list them."""

import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.formula_cards.cards import Ingredient
from assessments.formula_cards.facts import KpiFigures
from assessments.series import PeriodVersions
from charts.numbers import MISSING, exact, join_unit
from kpis.models import Kpi
from projects.periods import label


def every_digit(value: float | None, kpi: Kpi) -> str:
    """The value with all its digits and the unit."""
    return MISSING if value is None else join_unit(exact(float(value)), kpi.unit)


def actual(facts: KpiFigures, symbol: str = "", place: int = 0) -> Ingredient:
    """The value of the newest period, or of the one `place` before it."""
    if len(facts.newest) <= place:
        return Ingredient(_("Actual"), MISSING, symbol, _("no value yet"), _kpi_url(facts))
    period, value = facts.newest[place]
    versions = _versions(facts, period)
    entered = versions.entered
    return Ingredient(
        name=_("Actual"),
        value=every_digit(value, facts.kpi),
        symbol=symbol,
        origin=_("%(period)s, version %(version)d, %(status)s")
        % {
            "period": label(period, facts.kpi.frequency),
            "version": versions.newest.version,
            "status": versions.newest.get_status_display(),
        },
        url=cell_url(facts, period),
        who=str(entered.recorded_by or entered.get_source_display()),
        when=entered.recorded_at,
    )


def baseline(facts: KpiFigures, symbol: str = "") -> Ingredient:
    """Where the KPI started, and who set that."""
    kpi, record = facts.kpi, facts.baseline
    return Ingredient(
        name=_("Baseline"),
        value=every_digit(kpi.baseline_value, kpi),
        symbol=symbol,
        origin=record.get_method_display() if record else "",
        url=_history_url(facts),
        who=str(record.set_by or "") if record else facts.changed.who,
        when=record.set_at if record else facts.changed.when,
    )


def target(facts: KpiFigures, symbol: str = "") -> Ingredient:
    """Where the plan arrives."""
    return _defined(facts, _("Target"), facts.column("target"), symbol, _("end of the target series"))


def planned(facts: KpiFigures, symbol: str = "", place: int = 0) -> Ingredient:
    """The planned value of the newest period, or of the one `place` before it."""
    value = facts.column("planned" if not place else f"planned_{place}")
    period = facts.newest[place][0] if len(facts.newest) > place else None
    origin = label(period, facts.kpi.frequency) if period else _("no value yet")
    return _defined(facts, _("Planned for the period"), value, symbol, origin)


def bounds(facts: KpiFigures, nearest: float | None) -> list[Ingredient]:
    """Both ends of the range, the nearest of them named z."""
    low, high = facts.kpi.range_low, facts.kpi.range_high
    return [
        _defined(facts, _("Lower end of the range"), low, "z" if nearest == low else ""),
        _defined(facts, _("Upper end of the range"), high, "z" if nearest == high != low else ""),
    ]


def tolerance(facts: KpiFigures, value: float | None) -> Ingredient:
    """What a maintained KPI may miss before it scores 0."""
    stated = facts.kpi.tolerance
    origin = _("stated with the KPI") if stated else _("5 per cent of what is to be held")
    return _defined(facts, _("Tolerance"), value, "d", origin)


def cell_url(facts: KpiFigures, period: datetime.date) -> str:
    """The page of one value with its versions, comments and evidence."""
    return reverse("assessments:cell", args=[facts.organization.slug, facts.kpi.code, period.isoformat()])


def _defined(
    facts: KpiFigures, name: str, value: float | None, symbol: str = "", origin: str = ""
) -> Ingredient:
    changed = facts.changed
    return Ingredient(
        name, every_digit(value, facts.kpi), symbol, origin, _history_url(facts), changed.who, changed.when
    )


def _versions(facts: KpiFigures, period: datetime.date) -> PeriodVersions:
    return next(row for row in facts.series.periods if row.period == period)


def _kpi_url(facts: KpiFigures) -> str:
    return reverse("assessments:kpi", args=[facts.organization.slug, facts.kpi.code])


def _history_url(facts: KpiFigures) -> str:
    return reverse("kpis:history", args=[facts.organization.slug, facts.kpi.code])
