"""The page of one project: what it is worth, how sure that is, and what is wrong."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.models import ProjectResult
from assessments.project_page.cash import cash_chart
from assessments.project_page.money_notes import more_money
from assessments.project_page.reading import read_events, read_facts, read_kpis, read_lines
from assessments.project_page.rows import (
    coverage_stats,
    index_notes,
    kpi_groups,
    line_groups,
    money_rows,
    status_badge,
    tier_rows,
)
from assessments.project_page.sentences import months, project_message
from assessments.restatements import newest_restatements
from assessments.worth import worth_of
from assessments.worth_words import worth_stats
from charts.numbers import MISSING, compact_money, percent
from kpis.charters.states import charter_state_of
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.access import get_project_for
from projects.history import project_history_entries
from projects.navigation import project_page as page_of

#: newest corrections of reported amounts that the page shows
RESTATEMENTS = 10


@requires(Right.SEE)
@require_safe
def project_page(request: MemberRequest, code: str) -> HttpResponse:
    """Message, tiers, KPIs, money, modules and the newest changes."""
    project = get_project_for(request, code)
    result = ProjectResult.objects.filter(project=project).first()
    kpis, lines, facts = read_kpis(project), read_lines(project), read_facts(project)
    today, currency = request.organization.today(), request.organization.currency
    context = page_of(
        request,
        project,
        "assessments:project",
        message=project_message(project, result, kpis, currency),
        result=result,
        status=status_badge(result.status) if result else None,
        notes=index_notes(result) if result else [],
        tiers=tier_rows(result, kpis),
        kpi_count=len(kpis),
        groups=kpi_groups(kpis, today),
        facts=facts,
        coverage=coverage_stats(facts),
        lines=line_groups([line for line in lines if line.project_id == project.pk]),
        entries=project_history_entries(read_events(project)),
        charter=charter_state_of(project.pk),
        restatements=newest_restatements(project.code, limit=RESTATEMENTS),
        **_money(project, result, currency),
        more=more_money(project, lines, result, request.organization, has_parts=facts.has_parts),
    )
    return render(request, "assessments/project.html", context)


def _money(project: Any, result: ProjectResult | None, currency: str) -> dict[str, Any]:
    if result is None or not result.series.get("months"):
        return {"money": None}
    return {
        "money": money_rows(result),
        "returns": _returns(result, currency),
        "chart": cash_chart(project, result, currency),
        "currency": currency,
        "worth": worth_stats(worth_of(result), currency),
    }


def _returns(result: ProjectResult, currency: str) -> list[dict[str, str]]:
    """ROI, NPV and payback as planned and as they look now."""
    origin = _("from go-live") if result.payback_origin == "go_live" else _("from first spend")
    return [
        {
            "label": _("Return on investment"),
            "figure": "roi",
            "note": _("whole life, discounted"),
            "plan": percent(result.roi_plan, 0),
            "now": percent(result.roi_outlook, 0),
        },
        {
            "label": _("Net present value"),
            "figure": "npv",
            "note": _("whole life, discounted"),
            "plan": compact_money(result.npv_plan, currency),
            "now": compact_money(result.npv_outlook, currency),
        },
        {
            "label": _("Payback"),
            "figure": "payback",
            "note": origin,
            "plan": _in_months(result.payback_plan),
            "now": _in_months(result.payback_outlook),
        },
    ]


def _in_months(count: float | None) -> str:
    return MISSING if count is None else _("%(count)s months") % {"count": months(count)}
