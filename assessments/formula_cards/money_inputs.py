"""Inputs of the figures of money, as their cards list them."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from assessments.formula_cards.cards import Ingredient, WorkTable
from assessments.formula_cards.facts import ProjectFigures
from assessments.formula_cards.flows import LineFlows, total
from assessments.formula_cards.money_course import Course, courses
from assessments.services.flow_values import month_of
from charts.numbers import MISSING, as_decimal, exact, percent, write
from projects.models import CashFlow, MoneyLine
from projects.periods import Frequency, label

Series = CashFlow.Series


@dataclass(frozen=True, slots=True)
class LineRisk:
    """A line's plan in the reporting currency, before and after its share of risk."""

    line: MoneyLine
    plain: float
    factor: float
    adjusted: float


def reason_without_money(facts: ProjectFigures) -> str:
    """Why a figure of money cannot be said."""
    if not facts.lines:
        return _("The project has no line of cost or benefit yet.")
    return _("No month has an amount yet.")


def discount_rate(facts: ProjectFigures) -> Ingredient:
    """The organization's yearly rate."""
    changed = facts.change_of("organization", facts.organization.pk)
    rate = facts.organization.discount_rate
    return Ingredient(
        name=_("Discount rate"),
        value=percent(rate, 2),
        symbol="r",
        origin=_("a year, of the organization; %(rate)s a month") % {"rate": percent(facts.rate, 6)},
        who=changed.who,
        when=changed.when,
    )


def dates(facts: ProjectFigures) -> list[Ingredient]:
    """Go-live as planned and as it was, and up to where money is booked."""
    project, grid = facts.project, facts.grid
    rows = [
        Ingredient(_("Go-live planned"), _day(project.go_live_planned), url=_project_url(facts)),
        Ingredient(_("Go-live actual"), _day(project.go_live_actual), url=_project_url(facts)),
    ]
    if grid is not None:
        first = label(month_of(grid.first), Frequency.MONTH)
        rows.append(Ingredient(_("First month with an amount"), first))
    if grid is not None and grid.cut >= 0:
        booked = label(month_of(grid.first + grid.cut), Frequency.MONTH)
        rows.append(Ingredient(_("Booked up to"), booked, origin=_("for every kind that has been booked")))
    if grid is not None:
        until = label(month_of(grid.first + max(to_date(facts) - 1, 0)), Frequency.MONTH)
        rows.append(Ingredient(_("To date means up to"), until, "T"))
    return rows


def to_date(facts: ProjectFigures) -> int:
    """How many months count as "to date"."""
    return 0 if facts.grid is None else max(facts.grid.to_date + 1, 0)


def line_inputs(facts: ProjectFigures, kind: str = "") -> list[Ingredient]:
    """Every line with its totals, its rate, its risk and its share, and who changed it last."""
    return [_line(facts, line) for line in facts.lines if not kind or line.line.kind == kind]


def _line(facts: ProjectFigures, flows: LineFlows) -> Ingredient:
    line, changed = flows.line, facts.change_of("moneyline", flows.line.pk)
    names = {
        "plan": _amount(total(flows, Series.PLAN)),
        "forecast": _amount(total(flows, Series.FORECAST)) if flows.is_forecast else MISSING,
        "actual": _amount(total(flows, Series.ACTUAL)),
    }
    return Ingredient(
        name=_("%(kind)s: %(name)s") % {"kind": line.get_kind_display(), "name": line.name},
        value=_("plan %(plan)s, forecast %(forecast)s, actual %(actual)s") % names,
        symbol="F",
        origin=_terms(facts, flows),
        url=reverse("projects:cash_flows", args=[facts.organization.slug, line.project.code, line.pk]),
        who=changed.who,
        when=changed.when,
    )


def _terms(facts: ProjectFigures, flows: LineFlows) -> str:
    """How an amount of the line becomes one of the project."""
    line, parts = flows.line, []
    if line.currency != facts.currency or flows.rate != 1:
        parts.append(
            _("%(rate)s %(currency)s per %(foreign)s")
            % {"rate": exact(flows.rate.normalize()), "currency": facts.currency, "foreign": line.currency}
        )
    if line.risk_adjustment:
        parts.append(_("risk %(share)s") % {"share": percent(line.risk_adjustment, 1)})
    if flows.share != 1:
        parts.append(_("share %(share)s") % {"share": percent(flows.share, 2)})
    return " · ".join([facts.currency, *parts])


def line_risks(facts: ProjectFigures) -> list[LineRisk]:
    """The plan of every line with and without its share of risk."""
    return [
        LineRisk(
            one.line,
            total(one, Series.PLAN) / float(one.risk_factor) if one.risk_factor else _unadjusted(one),
            float(one.risk_factor),
            total(one, Series.PLAN),
        )
        for one in facts.lines
    ]


def _unadjusted(flows: LineFlows) -> float:
    amounts = flows.amounts.get(Series.PLAN, {})
    return float(sum(amounts.values()) * flows.rate * flows.share)


def month_tables(facts: ProjectFigures) -> list[WorkTable]:
    """The flows of both views, month by month, with their present values."""
    headings = [
        _("Month"), _("Benefits"), _("Costs"), _("Net"), _("Sum"), _("Factor"), _("Present value"), _("Sum, discounted"),
    ]  # fmt: skip
    return [WorkTable(course.label, headings, _rows(course)) for course in courses(facts)]


def _rows(course: Course) -> list[list[str]]:
    rows, plain, discounted = [], 0.0, 0.0
    columns = zip(course.benefits, course.costs, course.net, course.factors, strict=True)
    for place, (gained, spent, net, factor) in enumerate(columns):
        plain += net
        discounted += net * factor
        amounts = [_amount(one) for one in (gained, spent, net, plain)]
        value = [_amount(net * factor), _amount(discounted)]
        month = label(month_of(course.first + place), Frequency.MONTH)
        rows.append([month, *amounts, write_factor(factor), *value])
    return rows


def write_factor(factor: float) -> str:
    """Six decimals."""
    number = as_decimal(factor)
    return MISSING if number is None else write(number, 6)


def _amount(amount: float) -> str:
    number = as_decimal(amount)
    return MISSING if number is None else write(number, 2)


def _day(day: object) -> str:
    return formats.date_format(day) if day else MISSING  # type: ignore[arg-type]


def _project_url(facts: ProjectFigures) -> str:
    return reverse("projects:history", args=[facts.organization.slug, facts.project.code])
