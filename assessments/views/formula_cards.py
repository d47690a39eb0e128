"""The figures of a project or KPI, each with the card that explains it, and the workbook that computes them again."""

import tempfile
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assessments.formula_cards import catalogue  # noqa: F401  (it enters the figures)
from assessments.formula_cards.facts import read_kpi_figures, read_project_figures
from assessments.formula_cards.registry import Figure, Of, figures_of, find_figure
from assessments.method import METHOD_VERSION
from assessments.workbook import write_project_workbook
from kpis.access import get_kpi_for
from organizations.errors import NotFoundError
from organizations.exporting.answers import TYPES
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.access import get_project_for
from projects.navigation import project_page


@requires(Right.SEE)
@require_safe
def project_figures(request: MemberRequest, code: str) -> HttpResponse:
    """Every figure of a project, computed now."""
    project = get_project_for(request, code)
    facts = read_project_figures(project, request.organization)
    context = {
        "rows": _rows("project", facts, "assessments:project_figure", _args(request, code)),
        "facts": facts,
    }
    page = project_page(request, project, "assessments:project", **context)
    return render(request, "assessments/formula_cards_project.html", page)


@requires(Right.SEE)
@require_safe
def project_figure(request: MemberRequest, code: str, figure: str) -> HttpResponse:
    """The card of one figure of a project."""
    project, chosen = get_project_for(request, code), _figure("project", figure)
    facts = read_project_figures(project, request.organization)
    result = facts.result if facts else None
    context = project_page(
        request,
        project,
        "assessments:project",
        figure=chosen,
        card=chosen.make(facts) if facts else None,
        facts=facts,
        run=result,
        method=METHOD_VERSION,
    )
    return render(request, "assessments/formula_card_project.html", context)


@requires(Right.SEE)
@require_safe
def workbook(request: MemberRequest, code: str) -> FileResponse:
    """Every figure of a project as a workbook that computes it again."""
    project = get_project_for(request, code)
    facts = read_project_figures(project, request.organization)
    if facts is None:
        raise NotFoundError
    file = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115  (the answer closes it)
    write_project_workbook(file, facts, str(request.user))
    file.seek(0)
    name = f"{request.organization.slug}-{project.code}-{facts.today}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES["xlsx"])


@requires(Right.SEE)
@require_safe
def kpi_figures(request: MemberRequest, code: str) -> HttpResponse:
    """Every figure of a KPI, computed now."""
    kpi = get_kpi_for(request, code)
    facts = read_kpi_figures(kpi, request.organization)
    rows = _rows("kpi", facts, "assessments:kpi_figure", _args(request, code))
    return render(request, "assessments/formula_cards_kpi.html", {"kpi": kpi, "rows": rows, "facts": facts})


@requires(Right.SEE)
@require_safe
def kpi_figure(request: MemberRequest, code: str, figure: str) -> HttpResponse:
    """The card of one figure of a KPI."""
    kpi, chosen = get_kpi_for(request, code), _figure("kpi", figure)
    facts = read_kpi_figures(kpi, request.organization)
    context = {
        "kpi": kpi,
        "figure": chosen,
        "card": chosen.make(facts) if facts else None,
        "facts": facts,
        "run": facts.result.run if facts and facts.result else None,
        "method": METHOD_VERSION,
    }
    return render(request, "assessments/formula_card_kpi.html", context)


def _figure(of: Of, code: str) -> Figure:
    found = find_figure(of, code)
    if found is None:
        raise NotFoundError
    return found


def _rows(of: Of, facts: Any, page: str, args: list[str]) -> list[dict[str, Any]]:
    if facts is None:
        return []
    return [
        {
            "title": one.title,
            "url": reverse(page, args=[*args, one.code]),
            "readings": one.make(facts).readings,
        }
        for one in figures_of(of)
    ]


def _args(request: MemberRequest, code: str) -> list[str]:
    return [request.organization.slug, code]
