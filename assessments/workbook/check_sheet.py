"""Product against Excel, figure by figure."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.formula_cards.attainment_cards import number_or_none
from assessments.formula_cards.cards import Amount, Card, Reading
from assessments.formula_cards.facts import ProjectFigures
from assessments.formula_cards.payback_cards import discounted_payback_card, payback_card
from assessments.formula_cards.return_cards import irr_card, mirr_card, ratio_card
from assessments.services.scores import TIERS
from assessments.workbook.book import Sheet, cell
from assessments.workbook.kpi_sheet import KpiLayout
from assessments.workbook.view_sheet import ViewLayout
from charts.numbers import MISSING
from kpis.models import Kpi

#: half a cent, and what no reader sees of a ratio, a number of months or a score
_CENT, _SMALL = 0.005, 1e-6


@dataclass(frozen=True, slots=True)
class Checked:
    """One figure: what the product says, and the cell in which Excel computes it."""

    name: str
    said: Amount
    place: str
    tolerance: float
    style: str


def write_check(sheet: Sheet, facts: ProjectFigures, views: dict[str, ViewLayout], kpis: KpiLayout) -> None:
    """Fill the sheet."""
    rows = [*_money(facts, views), *_scores(facts, kpis)]
    sheet.text(0, 0, _("Product and Excel compared"), "title")
    sheet.text(
        1,
        0,
        _("The product's figure was computed when the workbook was written; Excel's is a formula."),
        "note",
    )
    sheet.widths(56, 20, 20, 16, 12)
    sheet.headings(3, [_("Figure"), _("Product"), _("Excel"), _("Difference"), _("Check")])
    sheet.freeze(4, 1)
    good, bad = _("OK"), _("differs")
    for row, one in enumerate(rows, 4):
        sheet.text(row, 0, one.name)
        if isinstance(one.said, int | float):
            sheet.number(row, 1, one.said, one.style)
        else:
            sheet.text(row, 1, one.said or MISSING)
        sheet.formula(row, 2, one.place, one.style)
        both = f"AND(ISNUMBER({cell(row, 1)}),ISNUMBER({cell(row, 2)}))"
        sheet.formula(row, 3, f'IF({both},{cell(row, 2)}-{cell(row, 1)},"")', one.style)
        close = f"ABS({cell(row, 2)}-{cell(row, 1)})<={one.tolerance!r}".replace("e-", "E-")
        same = f"{cell(row, 1)}={cell(row, 2)}"
        sheet.formula(row, 4, f'IF(IF({both},{close},{same}),"{good}","{bad}")', "strong")
    if rows:
        sheet.mark(4, 4, 3 + len(rows), good, "good")
        sheet.mark(4, 4, 3 + len(rows), bad, "bad")


def _money(facts: ProjectFigures, views: dict[str, ViewLayout]) -> Iterator[Checked]:
    for name, view in views.items():
        label = view.sheet.name
        places, row = view.figures, facts.row
        figures = [
            (_("Net present value"), row[f"npv_{name}"], "npv", _CENT, "money"),
            (_("Return on investment"), row[f"roi_{name}"], "roi", _SMALL, "percent"),
            (_("Benefit-cost ratio"), _of(ratio_card(facts), name), "benefit-cost-ratio", _SMALL, "factor"),
            (_("Internal rate of return"), _of(irr_card(facts), name), "irr", _SMALL, "percent"),
            (_("Modified internal rate of return"), _of(mirr_card(facts), name), "mirr", _SMALL, "percent"),
            *_paybacks(facts, name),
        ]
        if name == "outlook":
            figures += [
                (_("Benefits to date"), row["benefits_actual"], "actual_benefits", _CENT, "money"),
                (_("Costs to date"), row["costs_actual"], "actual_costs", _CENT, "money"),
            ]
        for title, said, code, tolerance, style in figures:
            full = _("%(series)s: %(figure)s") % {"series": label, "figure": title}
            yield Checked(full, said, places[code], tolerance, style)


def _paybacks(facts: ProjectFigures, name: str) -> list[tuple[str, Amount, str, float, str]]:
    plain, discounted = payback_card(facts), discounted_payback_card(facts)
    return [
        (_("Payback from first spend, months"), _of(plain, name), "payback", _SMALL, "months"),
        (_("Payback from go-live, months"), _of(plain, name, True), "payback_live", _SMALL, "months"),
        (
            _("Discounted payback from first spend, months"),
            _of(discounted, name),
            "discounted_payback",
            _SMALL,
            "months",
        ),
        (
            _("Discounted payback from go-live, months"),
            _of(discounted, name, True),
            "discounted_payback_live",
            _SMALL,
            "months",
        ),
    ]


def _of(card: Card, name: str, from_live: bool = False) -> Amount:
    """The first reading of the course."""
    found: Reading | None = next(
        (one for one in card.readings if one.course == name and one.from_live == from_live), None
    )
    return found.amount if found else None


def _scores(facts: ProjectFigures, kpis: KpiLayout) -> Iterator[Checked]:
    scores = facts.valuation.kpis
    for place, kpi_id in enumerate(scores.columns["id"]):
        names = {"kpi": facts.kpis[kpi_id].name}
        attained, planned = number_or_none(scores.attainment[place]), number_or_none(scores.on_plan[0][place])
        yield Checked(
            _("Attainment of %(kpi)s") % names, attained, kpis.attainments[kpi_id], _SMALL, "percent"
        )
        yield Checked(_("On plan: %(kpi)s") % names, planned, kpis.on_plans[kpi_id], _SMALL, "percent")
    for tier in TIERS:
        names = {"tier": str(Kpi.Tier(tier).label)}
        coverage = facts.row["tiers"][tier]["coverage"]
        yield Checked(_("Coverage: %(tier)s") % names, coverage, kpis.coverages[tier], _SMALL, "percent")
        yield Checked(_("Score: %(tier)s") % names, facts.row[tier], kpis.figures[tier], _SMALL, "months")
    yield Checked(_("Value index"), facts.row["value_index"], kpis.figures["value-index"], _SMALL, "months")
