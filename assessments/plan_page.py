"""What the page of a frozen plan shows: its figures, its lines by year and month, and its signatures."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.services.plan_value import PlanValue, fiscal_year_of, month_range
from charts.numbers import MISSING, compact_money, percent, write
from organizations.models import Organization
from projects.frozen_plan import Side
from projects.models import MoneyLine, PlanBaseline, PlanSignature, Project
from projects.numbers import write_amount
from projects.periods import Frequency, label

Flows = dict[datetime.date, Decimal]


def signature_rows(project: Project, signatures: Sequence[PlanSignature]) -> list[dict[str, Any]]:
    """Both sides: who signed when, or who is asked."""
    by_side = {one.side: one for one in signatures}
    asked = {Side.BUSINESS: str(project.business_owner or MISSING), Side.FINANCE: _("members of finance")}
    return [
        {"label": side.label, "signature": by_side.get(side.value), "asked": asked[side]} for side in Side
    ]


def value_stats(value: PlanValue, currency: str) -> list[dict[str, Any]]:
    """Figures for `components/stats.html`."""
    origin = _("from go-live") if value.from_go_live else _("from first spend")
    return [
        {"label": _("Costs"), "value": compact_money(value.costs, currency)},
        {"label": _("Benefits"), "value": compact_money(value.benefits, currency)},
        {"label": _("Net present value"), "value": compact_money(value.npv, currency)},
        {"label": _("Return on investment"), "value": percent(value.roi, 0)},
        {"label": _("Payback"), "value": in_months(value.payback), "note": origin},
    ]


def in_months(count: float | None) -> str:
    """A payback in words."""
    return MISSING if count is None else _("%(count)s months") % {"count": write(Decimal(round(count)), 0)}


def year_table(content: Sequence[Mapping[str, Any]], organization: Organization) -> dict[str, Any]:
    """Lines by fiscal year in their own currency, with sums in the reporting currency at the plan's rates."""
    lines = [(line, read_flows(line)) for line in content]
    first_month = organization.fiscal_year_start
    years = sorted({fiscal_year_of(month, first_month) for _line, flows in lines for month in flows})
    by_year = [_by_year(flows, first_month) for _line, flows in lines]
    groups = []
    for kind in MoneyLine.Kind:
        places = [place for place, (line, _flows) in enumerate(lines) if line["kind"] == kind]
        if not places:
            continue
        sums = [
            sum(
                (by_year[place].get(year, Decimal(0)) * _rate(lines[place][0]) for place in places),
                Decimal(0),
            )
            for year in years
        ]
        groups.append(
            {
                "label": kind.label,
                "rows": [_row(lines[place][0], by_year[place], years) for place in places],
                "sums": [_whole(amount) for amount in [*sums, sum(sums, Decimal(0))]],
            }
        )
    return {"years": [_fiscal_name(year, first_month) for year in years], "groups": groups}


def month_tables(content: Sequence[Mapping[str, Any]], organization: Organization) -> list[dict[str, Any]]:
    """One table of lines by month for each fiscal year."""
    lines = [(line, read_flows(line)) for line in content]
    months = sorted({month for _line, flows in lines for month in flows})
    if not months:
        return []
    first_month = organization.fiscal_year_start
    tables: dict[int, list[datetime.date]] = {}
    for month in month_range(months[0], months[-1]):
        tables.setdefault(fiscal_year_of(month, first_month), []).append(month)
    return [
        {
            "name": _fiscal_name(year, first_month),
            "months": [label(month, Frequency.MONTH) for month in shown],
            "rows": [
                {
                    "name": line["name"],
                    "currency": line["currency"],
                    "cells": [_cell(flows.get(month)) for month in shown],
                    "total": _cell(sum((flows.get(month, Decimal(0)) for month in shown), Decimal(0))),
                }
                for line, flows in lines
                if any(month in flows for month in shown)
            ],
        }
        for year, shown in tables.items()
    ]


def version_rows(baselines: Sequence[PlanBaseline]) -> list[dict[str, Any]]:
    """All versions, the newest first: which is in force, which is the original."""
    return [
        {"baseline": one, "is_current": place == 0, "is_original": len(baselines) > 1 and one.version == 1}
        for place, one in enumerate(baselines)
    ]


def read_flows(line: Mapping[str, Any]) -> Flows:
    """Amounts of a line of a frozen plan by month."""
    return {
        datetime.date.fromisoformat(f"{month}-01"): Decimal(amount) for month, amount in line["flows"].items()
    }


def _by_year(flows: Flows, first_month: int) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for month, amount in flows.items():
        year = fiscal_year_of(month, first_month)
        sums[year] = sums.get(year, Decimal(0)) + amount
    return sums


def _row(line: Mapping[str, Any], sums: Mapping[int, Decimal], years: Sequence[int]) -> dict[str, Any]:
    cells = [_cell(sums.get(year)) for year in years]
    risk = float(line.get("risk_adjustment", 0))
    return {
        "name": line["name"],
        "currency": line["currency"],
        "rate": line["fx_rate"] if Decimal(line["fx_rate"]) != 1 else "",
        "risk": percent(risk, 0) if risk else "",
        "cells": [*cells, _cell(sum(sums.values(), Decimal(0)))],
    }


def _rate(line: Mapping[str, Any]) -> Decimal:
    sign = 1 if line["kind"] == MoneyLine.Kind.COST else -1
    return Decimal(line["fx_rate"]) * (1 + sign * Decimal(str(line.get("risk_adjustment", 0))))


def _cell(amount: Decimal | None) -> str:
    return MISSING if amount is None else write_amount(amount)


def _whole(amount: Decimal) -> str:
    return write_amount(amount.quantize(Decimal("0.01")))


def _fiscal_name(year: int, first_month: int) -> str:
    if first_month == 1:
        return _("%(year)d") % {"year": year}
    return _("Fiscal year %(year)d") % {"year": year}


def effect_rows(effect: Mapping[str, Any], currency: str) -> list[dict[str, str]]:
    """Figures of the original plan, of the plan as it was, and as it would be."""
    if "before" not in effect:
        return []
    rows = (
        (_("Costs"), "costs"),
        (_("Benefits"), "benefits"),
        (_("Net present value"), "npv"),
        (_("Return on investment"), "roi"),
        (_("Payback"), "payback"),
    )
    return [
        {
            "label": name,
            **{
                plan: _figure(effect.get(plan, {}).get(field), field, currency)
                for plan in ("original", "before", "after")
            },
        }
        for name, field in rows
    ]


def lateness_note(effect: Mapping[str, Any]) -> str:
    """By how much the payback would be later than the ORIGINAL plan said; a newer plan hides no lateness."""
    first = effect.get("original", {}).get("payback")
    after = effect.get("after", {}).get("payback")
    if first is None or after is None or round(after) <= round(first):
        return ""
    count = round(after) - round(first)
    return ngettext(
        "Payback would be %(count)d month later than in the original plan.",
        "Payback would be %(count)d months later than in the original plan.",
        count,
    ) % {"count": count}


def _figure(value: float | None, field: str, currency: str) -> str:
    if field == "payback":
        return in_months(value)
    return percent(value, 0) if field == "roi" else compact_money(value, currency)
