"""Every amount of a project: lines × months in their own currency, and the same in the reporting currency by formula."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from assessments.formula_cards.facts import ProjectFigures
from assessments.formula_cards.flows import LineFlows
from assessments.services.flow_values import month_of
from assessments.workbook.book import Sheet, cell
from projects.models import CashFlow, MoneyLine

#: column of the first month
FIRST = 7
_MONTHS_ROW = 3
#: (series of the flows, whether of lines that somebody forecast; None: of all)
_BLOCKS = {
    "plan": ("plan", True),
    "plan_only": ("plan", False),
    "forecast": ("forecast", None),
    "actual": ("actual", None),
}
#: months by which one kind of money may be booked later than the other
_LATE = 2


@dataclass(slots=True)
class FlowsLayout:
    """Where things stand on the sheet, for the formulas of the others."""

    sheet: Sheet
    width: int
    #: first and last row in the reporting currency, by (kind, block); none where no line is of it
    blocks: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    #: cells with the last month that counts as booked, by kind, and with the last one "to date"
    cuts: dict[str, str] = field(default_factory=dict)
    to_date: str = ""

    def sum(self, kind: str, blocks: Sequence[str], place: int) -> str:
        """The amounts of one month, as a formula; `place` counts months from the first."""
        parts = [
            self.sheet.block(*self.blocks[kind, one], FIRST + place)
            for one in blocks
            if (kind, one) in self.blocks
        ]
        return f"SUM({','.join(parts)})" if parts else "0"

    @property
    def months(self) -> str:
        return self.sheet.span(_MONTHS_ROW, FIRST, FIRST + self.width - 1)

    def month(self, place: int) -> str:
        return self.sheet.place(_MONTHS_ROW, FIRST + place)


@dataclass(frozen=True, slots=True)
class _Row:
    kind: str
    block: str
    series: str
    flows: LineFlows


def write_flows(sheet: Sheet, facts: ProjectFigures, as_of: str) -> FlowsLayout:
    """Fill the sheet; `as_of` is the cell with the day."""
    grid = facts.grid
    layout = FlowsLayout(sheet, 0 if grid is None else int(grid.plan_costs.size))
    sheet.text(0, 0, _("Amounts of every line by month"), "title")
    sheet.widths(10, 34, 10, 9, 12, 9, 9)
    if grid is None:
        sheet.text(2, 0, _("No month has an amount yet."))
        return layout
    sheet.text(
        1,
        0,
        _("In the line's own currency, as entered; below, in %(currency)s.") % {"currency": facts.currency},
        "note",
    )
    headings = [_("Kind"), _("Line"), _("Series"), _("Currency"), _("Plan rate"), _("Risk"), _("Share")]
    sheet.headings(_MONTHS_ROW, headings)
    for place in range(layout.width):
        sheet.date(_MONTHS_ROW, FIRST + place, month_of(grid.first + place), "month")
    sheet.width(FIRST, FIRST + layout.width - 1, 13)
    sheet.freeze(_MONTHS_ROW + 1, 2)
    rows = _rows(facts.lines)
    top = _MONTHS_ROW + 1
    for number, row in enumerate(rows, top):
        _write_entered(sheet, number, row, grid.first, layout.width)
    below = top + len(rows) + 2
    sheet.text(
        below - 1,
        0,
        _("In %(currency)s: amount × plan rate × risk × share") % {"currency": facts.currency},
        "strong",
    )
    for offset, row in enumerate(rows):
        _write_converted(layout, below + offset, top + offset, row)
    _write_booked(layout, below + len(rows) + 1, as_of, _entered_rows(rows, top))
    return layout


def _rows(lines: Sequence[LineFlows]) -> list[_Row]:
    """In the order of kinds and blocks, so that each block is one stretch of rows."""
    return [
        _Row(kind, block, series, line)
        for kind in (MoneyLine.Kind.BENEFIT, MoneyLine.Kind.COST)
        for block, (series, forecast) in _BLOCKS.items()
        for line in lines
        if line.line.kind == kind
        and line.amounts.get(series)
        and (forecast is None or line.is_forecast == forecast)
    ]


def _entered_rows(rows: Sequence[_Row], top: int) -> dict[str, tuple[int, int]]:
    """First and last row of actual amounts, by kind."""
    found: dict[str, tuple[int, int]] = {}
    for number, row in enumerate(rows, top):
        if row.block == "actual":
            found[row.kind] = (found.get(row.kind, (number, 0))[0], number)
    return found


def _write_names(sheet: Sheet, number: int, row: _Row) -> None:
    sheet.text(number, 0, MoneyLine.Kind(row.kind).label)
    sheet.text(number, 1, row.flows.line.name)
    sheet.text(number, 2, CashFlow.Series(row.series).label)


def _write_entered(sheet: Sheet, number: int, row: _Row, first: int, width: int) -> None:
    line = row.flows.line
    _write_names(sheet, number, row)
    sheet.text(number, 3, line.currency)
    sheet.number(number, 4, row.flows.rate, "rate")
    risk = 0.0 if row.series == CashFlow.Series.ACTUAL else float(line.risk_adjustment)
    sheet.number(number, 5, -risk if row.kind == MoneyLine.Kind.BENEFIT and risk else risk, "percent")
    sheet.number(number, 6, row.flows.share, "percent")
    for month, amount in row.flows.amounts[row.series].items():
        if 0 <= month - first < width:
            sheet.number(number, FIRST + month - first, amount, "money")


def _write_converted(layout: FlowsLayout, number: int, entered: int, row: _Row) -> None:
    sheet = layout.sheet
    start, _last = layout.blocks.get((row.kind, row.block), (number, number))
    layout.blocks[row.kind, row.block] = (start, number)
    _write_names(sheet, number, row)
    for place in range(layout.width):
        amount = cell(entered, FIRST + place)
        terms = f"$E${entered + 1}*(1+$F${entered + 1})*$G${entered + 1}"
        sheet.formula(number, FIRST + place, f"{amount}*{terms}", "money")


def _write_booked(layout: FlowsLayout, row: int, as_of: str, entered: dict[str, tuple[int, int]]) -> None:
    """Up to which month money is booked: the outlook goes on behind it."""
    sheet = layout.sheet
    sheet.text(row, 0, _("Booked until"), "strong")
    last: dict[str, str] = {}
    kinds: dict[str, str] = {
        MoneyLine.Kind.BENEFIT: _("Months with booked benefits"),
        MoneyLine.Kind.COST: _("Months with booked costs"),
    }
    for number, (kind, name) in enumerate(kinds.items(), row + 1):
        sheet.text(number, 1, name)
        span = sheet.span(number, FIRST, FIRST + layout.width - 1)
        for place in range(layout.width):
            month = layout.month(place)
            booked = f"COUNT({sheet.block(*entered[kind], FIRST + place)})" if kind in entered else "0"
            sheet.formula(number, FIRST + place, f'IF(AND({booked}>0,{month}<={as_of}),{month},"")', "month")
        sheet.formula(number, 4, f"IF(COUNT({span})=0,0,MAX({span}))", "until")
        last[kind] = sheet.place(number, 4)
    newest = f"MAX({','.join(last.values())})"
    for below, (key, spot) in enumerate(last.items(), row + 3):
        sheet.text(below, 1, _("%(kind)s count as booked until") % {"kind": MoneyLine.Kind(key).label})
        held = f"MAX(IF({spot}=0,{newest},{spot}),EDATE({newest},-{_LATE}))"
        sheet.formula(below, 4, f"IF({newest}=0,0,{held})", "until")
        layout.cuts[key] = sheet.place(below, 4)
    sheet.text(row + 5, 1, _("To date means up to"))
    behind = f"EDATE(DATE(YEAR({as_of}),MONTH({as_of}),1),-{1 + _LATE})"
    until = f"MIN(MAX({layout.cuts[MoneyLine.Kind.BENEFIT]},{behind}),{layout.month(layout.width - 1)})"
    sheet.formula(row + 5, 4, until, "until")
    layout.to_date = sheet.place(row + 5, 4)
