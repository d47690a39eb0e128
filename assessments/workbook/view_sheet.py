"""Plan and outlook of a project: totals, discounting and every return, each by a formula that can be followed.

Months run to the right. Figures stand at the top; what they rest on, row by row, below.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from django.utils.translation import gettext as _

from assessments.formula_cards.facts import ProjectFigures
from assessments.formula_cards.money_course import Course
from assessments.method.finance import irr
from assessments.workbook.book import Sheet, cell
from assessments.workbook.flows_sheet import FlowsLayout
from charts.numbers import MISSING
from projects.models import MoneyLine

#: column of the first month, row of the months
FIRST, _TOP = 2, 24
DASH = f'"{MISSING}"'
#: a sum within this share of all flows so far is exactly 0
_DUST = "1E-12"


@dataclass(slots=True)
class ViewLayout:
    """Where the figures of the view stand, by their code."""

    sheet: Sheet
    figures: dict[str, str] = field(default_factory=dict)


class _Writer:
    """Writes the rows of one view; keeps the row of each by its code."""

    def __init__(self, sheet: Sheet, flows: FlowsLayout) -> None:
        self.sheet, self.flows = sheet, flows
        self.row = _TOP
        self.rows: dict[str, int] = {}

    @property
    def last(self) -> int:
        return FIRST + self.flows.width - 1

    def add(
        self, code: str, name: str, formula: Callable[[int], str], style: str = "money", folded: bool = False
    ) -> None:
        """One row of months; `formula` is given the place of the month, from 0."""
        self.row += 1
        self.rows[code] = self.row
        self.sheet.text(self.row, 0, name)
        for place in range(self.flows.width):
            self.sheet.formula(self.row, FIRST + place, formula(place), style)
        if folded:
            self.sheet.fold(self.row)

    def at(self, code: str, place: int) -> str:
        return cell(self.rows[code], FIRST + place)

    def span(self, code: str) -> str:
        return f"{cell(self.rows[code], FIRST, True)}:{cell(self.rows[code], self.last, True)}"

    def rest(self, code: str) -> str:
        """Without the first month."""
        return f"{cell(self.rows[code], FIRST + 1, True)}:{cell(self.rows[code], self.last, True)}"

    def first(self, code: str) -> str:
        return cell(self.rows[code], FIRST, True)

    def end(self, code: str) -> str:
        return cell(self.rows[code], self.last, True)


def write_view(
    sheet: Sheet, facts: ProjectFigures, flows: FlowsLayout, course: Course, live: str
) -> ViewLayout:
    """Fill the sheet of one course; `live` is the cell with its go-live."""
    writer = _Writer(sheet, flows)
    sheet.text(0, 0, course.label, "title")
    sheet.text(1, 0, _("In %(currency)s; every figure is a formula.") % {"currency": facts.currency}, "note")
    sheet.widths(40, 18)
    sheet.width(FIRST, writer.last, 14)
    sheet.freeze(_TOP + 1, 1)
    sheet.text(_TOP, 0, _("Month"), "heading")
    for place in range(flows.width):
        sheet.formula(_TOP, FIRST + place, flows.month(place), "month")
    _write_flows(writer, course.name)
    _write_discounting(writer)
    _write_crossings(writer, "net", "")
    _write_crossings(writer, "present", "discounted_")
    if course.name == "outlook":
        _write_to_date(writer)
    return _write_figures(writer, course, live)


def _write_flows(writer: _Writer, name: str) -> None:
    flows = writer.flows

    def amount(kind: str) -> Callable[[int], str]:
        def of(place: int) -> str:
            if name == "plan":
                return flows.sum(kind, ["plan", "plan_only"], place)
            booked = flows.sum(kind, ["actual"], place)
            ahead = flows.sum(kind, ["forecast", "plan_only"], place)
            return f"IF({flows.month(place)}<={flows.cuts[kind]},{booked},{ahead})"

        return of

    writer.add("benefits", _("Benefits"), amount(MoneyLine.Kind.BENEFIT))
    writer.add("costs", _("Costs"), amount(MoneyLine.Kind.COST))
    writer.add(
        "net", _("Net"), lambda place: f"{writer.at('benefits', place)}-{writer.at('costs', place)}", "total"
    )


def _write_discounting(writer: _Writer) -> None:
    writer.add(
        "factor",
        _("Discount factor"),
        lambda place: f"{writer.at('factor', place - 1)}/(1+monthly_rate)" if place else "1",
        "factor",
    )
    for code, source, name in (
        ("present_benefits", "benefits", _("Present value of the benefits")),
        ("present_costs", "costs", _("Present value of the costs")),
        ("present", "net", _("Present value, net")),
    ):
        writer.add(code, name, partial(_discounted, writer, source))


def _discounted(writer: _Writer, source: str, place: int) -> str:
    return f"{writer.at(source, place)}*{writer.at('factor', place)}"


def _write_crossings(writer: _Writer, source: str, prefix: str) -> None:
    """Sum so far, what of it is only rounding, and where it crosses 0: the workings of a payback."""

    def so_far(code: str, amount: Callable[[int], str]) -> Callable[[int], str]:
        return lambda place: f"{writer.at(code, place - 1)}+{amount(place)}" if place else amount(0)

    running, gross, balance, crossing = (
        f"{prefix}{one}" for one in ("running", "gross", "balance", "crossing")
    )
    names = {
        running: _("Sum so far, discounted") if prefix else _("Sum so far"),
        gross: _("Sum so far without signs"),
        balance: _("Sum so far, rounding taken as 0"),
        crossing: _("Months at which the sum crosses 0"),
    }
    writer.add(running, names[running], so_far(running, lambda place: writer.at(source, place)))
    writer.add(
        gross, names[gross], so_far(gross, lambda place: f"ABS({writer.at(source, place)})"), folded=True
    )
    writer.add(
        balance,
        names[balance],
        lambda place: (
            f"IF(ABS({writer.at(running, place)})<={_DUST}*{writer.at(gross, place)},0,{writer.at(running, place)})"
        ),
        folded=True,
    )

    def crosses(place: int) -> str:
        if not place:
            return '""'
        before, after = writer.at(balance, place - 1), writer.at(balance, place)
        return f'IF(AND({before}<0,{after}>=0),{place - 1}+(-{before})/({after}-{before}),"")'

    writer.add(crossing, names[crossing], crosses, "months", folded=True)
    if not prefix:

        def moves(place: int) -> str:
            flows = f"OR({writer.at('benefits', place)}<>0,{writer.at('costs', place)}<>0)"
            return f'IF({flows},{place},"")'

        writer.add("moving", _("Months with a flow"), moves, "number", folded=True)


def _write_to_date(writer: _Writer) -> None:
    for kind, code, name in (
        (MoneyLine.Kind.BENEFIT, "actual_benefits", _("Booked benefits")),
        (MoneyLine.Kind.COST, "actual_costs", _("Booked costs")),
    ):
        writer.add(code, name, partial(writer.flows.sum, kind, ["actual"]))


def _write_figures(writer: _Writer, course: Course, live: str) -> ViewLayout:
    layout = ViewLayout(writer.sheet)

    def put(row: int, code: str, name: str, formula: str, style: str) -> None:
        writer.sheet.text(row, 0, name, "strong")
        writer.sheet.formula(row, 1, formula, style)
        layout.figures[code] = cell(row, 1, True)

    put(2, "total_benefits", _("Benefits, total"), f"SUM({writer.span('benefits')})", "total")
    put(3, "total_costs", _("Costs, total"), f"SUM({writer.span('costs')})", "total")
    gained, spent = f"SUM({writer.span('present_benefits')})", f"SUM({writer.span('present_costs')})"
    put(4, "present_benefits", _("Present value of the benefits"), gained, "total")
    put(5, "present_costs", _("Present value of the costs"), spent, "total")
    gained, spent = layout.figures["present_benefits"], layout.figures["present_costs"]
    one = writer.flows.width == 1
    net = writer.first("net") if one else f"{writer.first('net')}+NPV(monthly_rate,{writer.rest('net')})"
    put(6, "npv", _("Net present value"), net, "total")
    put(7, "roi", _("Return on investment"), f"IF({spent}>0,({gained}-{spent})/{spent},{DASH})", "percent")
    put(8, "benefit-cost-ratio", _("Benefit-cost ratio"), f"IF({spent}>0,{gained}/{spent},{DASH})", "factor")
    _put_rates(put, writer, course)
    _put_paybacks(put, writer, layout, live)
    if course.name == "outlook":
        _put_to_date(put, writer)
    for code, place in layout.figures.items():
        layout.figures[code] = f"{writer.sheet.quoted}!{place}"
    return layout


Put = Callable[[int, str, str, str, str], None]


def _put_rates(put: Put, writer: _Writer, course: Course) -> None:
    found = irr(course.net)
    # Where the search begins: with several rates, the one that the product names is found.
    writer.sheet.text(9, 0, _("Monthly rate from which the search begins"))
    writer.sheet.number(9, 1, round(found.rate, 4) if found.rate is not None else 0.01, "rate")
    flows, guess = writer.span("net"), cell(9, 1, True)
    put(10, "irr", _("Internal rate of return"), f"IFERROR((1+IRR({flows},{guess}))^12-1,{DASH})", "percent")
    yearly = f"(1+MIRR({flows},monthly_rate,monthly_rate))^12-1"
    put(11, "mirr", _("Modified internal rate of return"), f"IFERROR({yearly},{DASH})", "percent")


def _put_paybacks(put: Put, writer: _Writer, layout: ViewLayout, live: str) -> None:
    start = f"MIN({writer.span('moving')})"
    first = cell(_TOP, FIRST, True)
    put(
        12,
        "start",
        _("Months until the first flow"),
        f"IF(COUNT({writer.span('moving')})=0,0,{start})",
        "number",
    )
    passed = f"(YEAR({live})-YEAR({first}))*12+MONTH({live})-MONTH({first})"
    put(13, "live", _("Months until go-live"), f"IF({live}=0,{DASH},{passed})", "number")
    rows = iter(range(14, 20))
    for prefix, name, from_start, from_live in (
        (
            "",
            _("Payback, how it ends"),
            _("Payback from first spend, months"),
            _("Payback from go-live, months"),
        ),
        (
            "discounted_",
            _("Discounted payback, how it ends"),
            _("Discounted payback from first spend, months"),
            _("Discounted payback from go-live, months"),
        ),
    ):
        balance, crossing = writer.span(f"{prefix}balance"), writer.span(f"{prefix}crossing")
        words = [
            f'"{word}"' for word in (_("nothing to pay back"), _("never"), _("relapsed"), _("recovered"))
        ]
        last = writer.end(f"{prefix}balance")
        ends = f"IF(COUNT({crossing})=0,{words[1]},IF({last}<0,{words[2]},{words[3]}))"
        put(next(rows), f"{prefix}status", name, f'IF(COUNTIF({balance},"<0")=0,{words[0]},{ends})', "strong")
        status = layout.figures[f"{prefix}status"]
        back = f"MIN({crossing})-{layout.figures['start']}"
        put(next(rows), f"{prefix}payback", from_start, f"IF({status}={words[3]},{back},{DASH})", "months")
        shifted = f"MIN({crossing})-{layout.figures['live']}"
        said = f"AND({status}={words[3]},ISNUMBER({layout.figures['live']}))"
        put(next(rows), f"{prefix}payback_live", from_live, f"IF({said},{shifted},{DASH})", "months")


def _put_to_date(put: Put, writer: _Writer) -> None:
    months = writer.flows.months
    for row, code, name in (
        (20, "actual_benefits", _("Benefits to date")),
        (21, "actual_costs", _("Costs to date")),
    ):
        put(row, code, name, f'SUMIF({months},"<="&{writer.flows.to_date},{writer.span(code)})', "total")
