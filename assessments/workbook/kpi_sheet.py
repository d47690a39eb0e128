"""The KPIs of a project with attainment, weights and scores as formulas (METHOD §1, §2)."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from assessments.formula_cards.facts import ProjectFigures
from assessments.method.scoring import MINIMUM_COVERAGE
from assessments.services.scores import TIERS
from assessments.workbook.book import Sheet, cell
from assessments.workbook.view_sheet import DASH
from kpis.models import Kpi
from projects.periods import label

_HEADINGS_ROW, _TOP = 3, 4
(
    _CODE, _NAME, _TIER, _DIRECTION, _UNIT, _BASELINE, _TARGET, _LOW, _HIGH, _TOLERANCE, _PERIOD, _ACTUAL, _PLANNED,
    _ATTAINMENT, _ON_PLAN, _WEIGHT, _COUNTS, _SCORED,
) = range(18)  # fmt: skip


@dataclass(slots=True)
class KpiLayout:
    """Where figures stand, by tier and "value-index", and each KPI's attainment and on-plan ratio by its id."""

    figures: dict[str, str] = field(default_factory=dict)
    coverages: dict[str, str] = field(default_factory=dict)
    attainments: dict[int, str] = field(default_factory=dict)
    on_plans: dict[int, str] = field(default_factory=dict)


def write_kpis(sheet: Sheet, facts: ProjectFigures) -> KpiLayout:
    """Fill the sheet."""
    layout = KpiLayout()
    sheet.text(0, 0, _("KPIs and scores"), "title")
    sheet.text(1, 0, _("A KPI counts when it is due and its newest value is not too old."), "note")
    sheet.widths(14, 34, 14, 18, 10, *[12] * 13)
    sheet.headings(_HEADINGS_ROW, _headings())
    sheet.freeze(_TOP, 2)
    columns = facts.valuation.kpis.columns
    order = sorted(range(len(columns["id"])), key=lambda place: (TIERS.index(columns["tier"][place]), place))
    stretches: dict[str, tuple[int, int]] = {}
    for row, place in enumerate(order, _TOP):
        tier = columns["tier"][place]
        stretches[tier] = (stretches.get(tier, (row, row))[0], row)
        _write_kpi(sheet, row, facts, place)
        layout.attainments[columns["id"][place]] = sheet.place(row, _ATTAINMENT)
        layout.on_plans[columns["id"][place]] = sheet.place(row, _ON_PLAN)
    _write_scores(sheet, _TOP + len(order) + 1, facts, stretches, layout)
    return layout


def _headings() -> list[str]:
    return [
        _("Code"), _("KPI"), _("Tier"), _("Direction"), _("Unit"), _("Baseline"), _("Target"), _("Low"), _("High"),
        _("Tolerance"), _("Period"), _("Actual"), _("Planned"), _("Attainment"), _("On plan"), _("Weight"), _("Counts"),
        _("Scored"),
    ]  # fmt: skip


def _write_kpi(sheet: Sheet, row: int, facts: ProjectFigures, place: int) -> None:
    scores = facts.valuation.kpis
    known = {name: values[place] for name, values in scores.columns.items()}
    kpi = facts.kpis[known["id"]]
    for column, text in (
        (_CODE, kpi.code),
        (_NAME, kpi.name),
        (_TIER, kpi.get_tier_display()),
        (_DIRECTION, kpi.get_direction_display()),
        (_UNIT, kpi.unit),
    ):
        sheet.text(row, column, text)
    numbers = {
        _BASELINE: known["baseline"],
        _TARGET: known["target"],
        _LOW: known["low"],
        _HIGH: known["high"],
        _TOLERANCE: known["tolerance"] or None,
        _ACTUAL: known["value"],
        _PLANNED: known["planned"],
        _WEIGHT: float(scores.weight[place]),
        _COUNTS: int(scores.due[place] and not scores.dropped[place]),
    }
    for column, number in numbers.items():
        sheet.number(row, column, number)
    if known["period"]:
        sheet.text(row, _PERIOD, label(known["period"], kpi.frequency))
    sheet.formula(row, _ATTAINMENT, _attainment(kpi, known, row), "percent")
    sheet.formula(row, _ON_PLAN, _on_plan(kpi, known, row), "percent")
    reached, cap = cell(row, _ATTAINMENT), "score_cap"
    scored = f"MIN({cap},MAX(0,{reached}))"
    sheet.formula(row, _SCORED, f'IF(AND({cell(row, _COUNTS)}=1,ISNUMBER({reached})),{scored},"")', "percent")


def _attainment(kpi: Kpi, known: dict[str, Any], row: int) -> str:
    """The rule that applies to the KPI, over the cells of its row."""
    start, now, end = cell(row, _BASELINE), cell(row, _ACTUAL), cell(row, _TARGET)
    low, high = cell(row, _LOW), cell(row, _HIGH)
    if kpi.direction == Kpi.Direction.RANGE:
        nearest = f"IF({now}>{high},{high},{low})"
        outside = f"AND(ISNUMBER({start}),OR({start}<{low},{start}>{high}))"
        by_start = f"1-ABS({now}-{nearest})/ABS({start}-{nearest})"
        missed = f"IF({outside},{by_start},{_missed(row, now, nearest)})"
        return f"IF(COUNT({now},{low},{high})<3,{DASH},IF(AND({now}>={low},{now}<={high}),1,IFERROR({missed},{DASH})))"
    if kpi.direction == Kpi.Direction.MAINTAIN:
        goal = end if known["target"] is not None else start
        missed = f"IFERROR({_missed(row, now, goal)},{DASH})"
        return f"IF(COUNT({now},{goal})<2,{DASH},IF({now}={goal},1,{missed}))"
    if known["baseline"] is not None and known["baseline"] == known["target"]:
        comparison = ">=" if kpi.direction == Kpi.Direction.HIGHER else "<="
        held = f"IF({now}{comparison}{end},1,{_missed(row, now, end)})"
        tolerated = f"OR({cell(row, _TOLERANCE)}>0,{end}<>0)"
        return f"IF(AND(COUNT({now},{end})=2,{tolerated}),{held},{DASH})"
    return f"IF(COUNT({start},{now},{end})<3,{DASH},({now}-{start})/({end}-{start}))"


def _missed(row: int, now: str, goal: str) -> str:
    """The miss over the tolerance, which is 5 % of the goal where none is stated."""
    stated = cell(row, _TOLERANCE)
    return f"MAX(0,1-ABS({now}-{goal})/IF({stated}>0,{stated},0.05*ABS({goal})))"


def _on_plan(kpi: Kpi, known: dict[str, Any], row: int) -> str:
    standing = kpi.direction in (Kpi.Direction.RANGE, Kpi.Direction.MAINTAIN)
    if standing or (known["baseline"] is not None and known["baseline"] == known["target"]):
        return cell(row, _ATTAINMENT)
    start, now, end, planned = (cell(row, one) for one in (_BASELINE, _ACTUAL, _TARGET, _PLANNED))
    early = f"IF(ISNUMBER({end}),ABS(({planned}-{start})/({end}-{start}))<0.05*(1-1E-12),{planned}={start})"
    ratio = f"IFERROR(({now}-{start})/({planned}-{start}),{DASH})"
    return f"IF(COUNT({start},{now},{planned})<3,{DASH},IF({early},{DASH},{ratio}))"


def _write_scores(
    sheet: Sheet, row: int, facts: ProjectFigures, stretches: dict[str, tuple[int, int]], layout: KpiLayout
) -> None:
    sheet.headings(
        row,
        ["", _("Tier"), _("Weight"), _("Coverage"), _("Score"), _("Lowest possible"), _("Highest possible")],
    )
    for number, tier in enumerate(TIERS, row + 1):
        sheet.text(number, 1, Kpi.Tier(tier).label)
        sheet.number(number, 2, facts.valuation.inputs.terms.weights[tier])
        if tier not in stretches:
            for column in (3, 4, 5, 6):
                sheet.text(number, column, "—")
        else:
            _write_tier(sheet, number, *stretches[tier])
        layout.coverages[tier], layout.figures[tier] = sheet.place(number, 3), sheet.place(number, 4)
    weights, scores = f"{cell(row + 1, 2)}:{cell(row + 3, 2)}", f"{cell(row + 1, 4)}:{cell(row + 3, 4)}"
    said = f"SUMPRODUCT(ISNUMBER({scores})*{weights})"
    points = "+".join(
        f"IF(ISNUMBER({cell(one, 4)}),{cell(one, 2)}*{cell(one, 4)},0)" for one in range(row + 1, row + 4)
    )
    sheet.text(row + 5, 1, _("Value index"), "strong")
    sheet.formula(row + 5, 4, f"IF({said}>0,({points})/{said},{DASH})", "months")
    layout.figures["value-index"] = sheet.place(row + 5, 4)


def _write_tier(sheet: Sheet, row: int, first: int, last: int) -> None:
    def span(column: int) -> str:
        return f"{cell(first, column, True)}:{cell(last, column, True)}"

    due = f"SUMPRODUCT({span(_WEIGHT)}*{span(_COUNTS)})"
    known = f"SUMPRODUCT({span(_WEIGHT)}*{span(_COUNTS)}*ISNUMBER({span(_SCORED)}))"
    points = f"SUMPRODUCT({span(_WEIGHT)},{span(_SCORED)})"
    coverage = cell(row, 3)
    sheet.formula(row, 3, f"IF({due}>0,{known}/{due},{DASH})", "percent")
    enough = f"AND(ISNUMBER({coverage}),N({coverage})>={MINIMUM_COVERAGE}-1E-12)"
    sheet.formula(row, 4, f"IF({enough},100*{points}/{known},{DASH})", "months")
    sheet.formula(row, 5, f"IF({due}>0,100*{points}/{due},{DASH})", "months")
    sheet.formula(row, 6, f"IF({due}>0,100*({points}+{due}-{known})/{due},{DASH})", "months")
