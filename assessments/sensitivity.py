"""What moves the value of a project: each driver and factor by itself a little lower and a little higher."""

import datetime
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from assessments.method.finance import monthly_rate, npv
from assessments.method.simulation import Bar, Span, tornado
from assessments.services.money import LATE_BOOKING, step_of
from charts import kinds
from charts.description import Chart, Swing, Title
from charts.numbers import percent
from kpis.models import Monetisation
from organizations.models import Organization
from projects.models import CashFlow, LineShare, MoneyLine, Project

Floats = NDArray[np.float64]
#: shares by which a factor may be off; the first is what is shown without a choice
RANGES = (0.1, 0.05, 0.2, 0.3, 0.5)
#: bars of the chart; the table has them all
DRAWN = 15


@dataclass(slots=True)
class Outlook:
    """Actual so far and forecast (else plan) after it, by line and month, in the reporting currency."""

    benefits: dict[int, Floats] = field(default_factory=dict)
    costs: dict[int, Floats] = field(default_factory=dict)
    #: months that are still to come, as 0 and 1, of benefits and of costs
    benefits_ahead: Floats = field(default_factory=lambda: np.zeros(0))
    costs_ahead: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def net(self) -> Floats:
        width = self.benefits_ahead.size
        return sum(self.benefits.values(), np.zeros(width)) - sum(self.costs.values(), np.zeros(width))


@dataclass(frozen=True, slots=True)
class Factor:
    """One assumption. `powers`: how often it stands in the product of each line that follows from a KPI."""

    name: str
    span: Span
    powers: Mapping[int, int] = field(default_factory=dict)
    #: "costs" or "benefits": what is still to come of them; "rate": the discount rate
    acts_on: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """What one factor changes at its ends: benefits undiscounted, and the net present value."""

    name: str
    low_end: str
    high_end: str
    npv: Bar
    benefits: Bar


def sensitivity(project: Project, share: float, today: datetime.date) -> tuple[float | None, list[Moved]]:
    """The net present value as it looks now, and each factor ± `share`, the one that moves it most first."""
    organization = project.organization
    outlook = read_outlook(project, today)
    if not outlook.benefits_ahead.size:
        return None, []
    factors = _factors(organization, outlook, _monetised(outlook), share)
    inputs = {str(place): factor.span for place, factor in enumerate(factors)}
    worth = tornado(functools.partial(_npv, outlook, factors, organization.discount_rate), inputs)
    gained = tornado(functools.partial(_benefits, outlook, factors), inputs)
    by_name = {bar.name: bar for bar in gained.bars}
    rate = organization.discount_rate
    return worth.base, [_moved(factors[int(bar.name)], bar, by_name[bar.name], rate) for bar in worth.bars]


def tornado_chart(project: Project, moved: list[Moved], share: float) -> Chart | None:
    """The widest bars; None where nothing moves anything."""
    shown = [one for one in moved[:DRAWN] if one.npv.swing]
    if not shown:
        return None
    title = Title(
        project.name, _("net present value"), _("each ± %(share)s, one at a time") % {"share": percent(share)}
    )
    swings = [Swing(one.name, one.npv.at_low, one.npv.at_high, one.low_end, one.high_end) for one in shown]
    message = _("“%(name)s” moves the value most") % {"name": shown[0].name}
    return kinds.tornado(message=message, title=title, swings=swings, unit=project.organization.currency)


def read_outlook(project: Project, today: datetime.date) -> Outlook:
    """The money of one project as the valuation looks ahead, line by line; empty without amounts."""
    parts = _parts(project)
    lines = {line.pk: line for line in MoneyLine.objects.active().filter(pk__in=parts)}
    now, amounts = step_of(today), _amounts(lines)
    steps = [
        step
        for line in amounts.values()
        for series, months in line.items()
        for step in months
        if series != CashFlow.Series.ACTUAL or step <= now
    ]
    if not steps:
        return Outlook()
    first, width = min(steps), max(steps) - min(steps) + 1
    cuts = _cuts(lines, amounts, now, first)
    ahead = {kind: (np.arange(width) > cut - first).astype(float) for kind, cut in cuts.items()}
    outlook = Outlook(benefits_ahead=ahead["benefit"], costs_ahead=ahead["cost"])
    for line in lines.values():
        held = outlook.costs if line.kind == MoneyLine.Kind.COST else outlook.benefits
        row = _row(line, amounts.get(line.pk, {}), first, width, cuts[line.kind], now)
        held[line.pk] = row * float(line.fx_rate) * parts[line.pk]
    return outlook


Amounts = dict[int, dict[str, dict[int, float]]]


def _parts(project: Project) -> dict[int, float]:
    """Lines that the project bears, each with its part: its own what others leave, others' its share."""
    own = dict.fromkeys(MoneyLine.objects.active().filter(project=project).values_list("pk", flat=True), 1.0)
    shares = LineShare.objects.filter(Q(project=project) | Q(line__project=project))
    for line_id, bearer, share in shares.values_list("line_id", "project_id", "share"):
        if bearer == project.pk:
            own[line_id] = share
        elif line_id in own:
            own[line_id] -= share
    return own


def _amounts(lines: Iterable[int]) -> Amounts:
    found: Amounts = {}
    rows = CashFlow.objects.filter(line__in=list(lines)).order_by()
    for line_id, series, month, amount in rows.values_list("line_id", "series", "month", "amount"):
        found.setdefault(line_id, {}).setdefault(series, {})[step_of(month)] = float(amount)
    return found


def _cuts(lines: Mapping[int, MoneyLine], amounts: Amounts, now: int, first: int) -> dict[str, int]:
    """Up to which month each kind is booked, as the valuation sees it."""
    booked: dict[str, list[int]] = {kind: [] for kind in MoneyLine.Kind.values}
    for line_id, series in amounts.items():
        months = series.get(CashFlow.Series.ACTUAL, {})
        booked[lines[line_id].kind] += [step for step in months if step <= now]
    newest = max((max(months) for months in booked.values() if months), default=first - 1)
    return {kind: max(max(months, default=newest), newest - LATE_BOOKING) for kind, months in booked.items()}


def _row(
    line: MoneyLine, series: Mapping[str, Mapping[int, float]], first: int, width: int, cut: int, now: int
) -> Floats:
    row = np.zeros(width)
    actual = series.get(CashFlow.Series.ACTUAL, {})
    rest = series.get(CashFlow.Series.FORECAST) or series.get(CashFlow.Series.PLAN, {})
    risk = line.risk_adjustment if line.kind == MoneyLine.Kind.COST else -line.risk_adjustment
    for step, amount in actual.items():
        if step <= min(cut, now):
            row[step - first] = amount
    for step, amount in rest.items():
        if step > cut:
            row[step - first] = amount * (1 + risk)
    return row


def _monetised(outlook: Outlook) -> list[Monetisation]:
    found = Monetisation.objects.listed().filter(line__in=outlook.benefits)
    return list(found.order_by("line__name"))


def _factors(
    organization: Organization, outlook: Outlook, monetised: list[Monetisation], share: float
) -> list[Factor]:
    span = Span(1 - share, 1.0, 1 + share)
    factors = [*_drivers(monetised, span), *_kpis(monetised, span)]
    for one in monetised:
        factors += _own_factors(one, span)
    known = {one.line_id for one in monetised}
    if set(outlook.benefits) - known and outlook.benefits_ahead.any():
        factors.append(Factor(_("Other benefits still to come"), span, acts_on="benefits"))
    if outlook.costs and outlook.costs_ahead.any():
        factors.append(Factor(_("Costs still to come"), span, acts_on="costs"))
    if organization.discount_rate > 0:
        factors.append(Factor(_("Discount rate"), span, acts_on="rate"))
    return factors


def _drivers(monetised: list[Monetisation], span: Span) -> list[Factor]:
    names: dict[int, str] = {}
    powers: dict[int, dict[int, int]] = {}
    for one in monetised:
        for driver in (one.money_driver, one.volume_driver):
            if driver is not None:
                names[driver.pk] = driver.name
                lines = powers.setdefault(driver.pk, {})
                lines[one.line_id] = lines.get(one.line_id, 0) + 1
    return [Factor(names[number], span, lines) for number, lines in powers.items()]


def _kpis(monetised: list[Monetisation], span: Span) -> list[Factor]:
    powers: dict[str, dict[int, int]] = {}
    for one in monetised:
        powers.setdefault(one.kpi.name, {})[one.line_id] = 1
    return [
        Factor(_("Improvement of “%(kpi)s”") % {"kpi": name}, span, lines) for name, lines in powers.items()
    ]


def _own_factors(one: Monetisation, span: Span) -> list[Factor]:
    """Factors of one line alone. A share cannot be more than the whole."""
    line, alone = {"line": one.line.name}, {one.line_id: 1}
    found = []
    if one.money_driver_id is None:
        found.append(Factor(_("Money per unit: %(line)s") % line, span, alone))
    if one.volume_driver_id is None:
        found.append(Factor(_("Volume: %(line)s") % line, span, alone))
    for name, part in (
        (_("Capture rate: %(line)s") % line, one.capture_rate),
        (_("Attribution: %(line)s") % line, one.attribution),
    ):
        if part > 0:
            found.append(Factor(name, Span(span.low, 1.0, max(1.0, min(span.high, 1 / part))), alone))
    return found


def _benefits(outlook: Outlook, factors: list[Factor], multiples: Mapping[str, float]) -> float:
    return float(_benefit_months(outlook, factors, multiples).sum())


def _benefit_months(outlook: Outlook, factors: list[Factor], multiples: Mapping[str, float]) -> Floats:
    followed = {line for factor in factors for line in factor.powers}
    total = np.zeros(outlook.benefits_ahead.size)
    other = _multiple(factors, multiples, "benefits")
    for line, row in outlook.benefits.items():
        if line not in followed:
            total += row * (1 + (other - 1) * outlook.benefits_ahead)
            continue
        scale = 1.0
        for place, factor in enumerate(factors):
            scale *= multiples[str(place)] ** factor.powers.get(line, 0)
        total += row * scale
    return total


def _npv(outlook: Outlook, factors: list[Factor], annual: float, multiples: Mapping[str, float]) -> float:
    costs = _multiple(factors, multiples, "costs")
    spent = sum(outlook.costs.values(), np.zeros(outlook.costs_ahead.size))
    spent = spent * (1 + (costs - 1) * outlook.costs_ahead)
    rate = monthly_rate(annual * _multiple(factors, multiples, "rate"))
    return float(npv(rate, _benefit_months(outlook, factors, multiples) - spent))


def _multiple(factors: list[Factor], multiples: Mapping[str, float], acts_on: str) -> float:
    for place, factor in enumerate(factors):
        if factor.acts_on == acts_on:
            return multiples[str(place)]
    return 1.0


def _moved(factor: Factor, worth: Bar, gained: Bar, annual: float) -> Moved:
    """Ends as shares of what is assumed; of the discount rate as rates."""
    low, high = factor.span.low, factor.span.high
    if factor.acts_on == "rate":
        return Moved(factor.name, percent(annual * low, 1), percent(annual * high, 1), worth, gained)
    return Moved(factor.name, percent(low, 0), percent(high, 0), worth, gained)
