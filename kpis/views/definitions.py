"""Pages of KPI definitions."""

import copy

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis import services
from kpis.access import get_kpi_for
from kpis.forms import KpiFilterForm, KpiForm, initial_of, show_refusal
from kpis.history import kpi_history_entries
from kpis.models import Kpi
from kpis.navigation import kpi_tabs
from kpis.views.answers import status_of
from kpis.views.chips import tier_chips
from organizations.errors import ConflictError, InvalidInputError
from organizations.http import MemberRequest
from organizations.models import AuditEvent, Membership
from organizations.permissions import Right, allows, requires
from projects.access import get_project_for
from projects.models import Project

PER_PAGE = 50


@requires(Right.SEE)
def kpi_list(request: MemberRequest) -> HttpResponse:
    """All KPIs with what they are to achieve."""
    projects = list(Project.objects.active().values_list("code", "name"))
    form = KpiFilterForm(request.GET, projects=projects)
    chosen = form.chosen
    page = Paginator(Kpi.objects.narrowed(chosen), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": page.object_list,
        "chips": tier_chips(request.GET, chosen.get("tier") or ""),
        "is_narrowed": any(chosen.values()),
        "archived": chosen.get("archived"),
        "may_define": allows(request.membership, Right.DEFINE),
        "projects": projects,
        "tabs": kpi_tabs(request.organization, "kpis:list"),
    }
    return render(request, "kpis/list.html", context)


@requires(Right.DEFINE)
def kpi_create(request: MemberRequest, code: str) -> HttpResponse:
    """Define a KPI of a project."""
    project = get_project_for(request, code, Right.DEFINE)
    # The next code is shown and sent, so that a form sent twice is known to be the same KPI.
    initial = {"code": services.next_code(project), "decimals": 1, "expected_start": project.go_live}
    form = KpiForm(request.POST or None, members=_members(), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            kpi = services.create_kpi(actor=request.user, project=project, values=form.definition())
        except (InvalidInputError, ConflictError) as error:
            show_refusal(form, error)
        else:
            messages.success(
                request, _("%(name)s is defined. Its first values can be entered.") % {"name": kpi.name}
            )
            return _to_kpi(request, kpi)
    return render(request, "kpis/create.html", {"form": form, "project": project}, status=status_of(form))


@requires(Right.DEFINE)
def kpi_edit(request: MemberRequest, code: str) -> HttpResponse:
    """Change a definition."""
    kpi = get_kpi_for(request, code, Right.DEFINE)
    form = KpiForm(request.POST or None, members=_members(), kpi=kpi, initial=initial_of(kpi))
    if request.method == "POST" and form.is_valid():
        try:
            services.update_kpi(
                actor=request.user,
                # The page shows the stored KPI, also after a refused change.
                kpi=copy.copy(kpi),
                values=form.definition(),
                reason=form.cleaned_data["reason"],
            )
        except (InvalidInputError, ConflictError) as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("The definition is saved. Figures follow in a moment."))
            return _to_kpi(request, kpi)
    return render(request, "kpis/edit.html", {"form": form, "kpi": kpi}, status=status_of(form))


@requires(Right.DEFINE)
@require_POST
def kpi_archive(request: MemberRequest, code: str) -> HttpResponse:
    """Archive a KPI, or bring it back with `restore`."""
    kpi = get_kpi_for(request, code, Right.DEFINE)
    if "restore" in request.POST:
        services.restore_kpi(actor=request.user, kpi=kpi)
        messages.success(request, _("%(name)s counts again.") % {"name": kpi.name})
    else:
        services.archive_kpi(actor=request.user, kpi=kpi, reason=request.POST.get("reason", "")[:500])
        messages.success(
            request,
            _("%(name)s is archived: it no longer counts. Restore it at any time.") % {"name": kpi.name},
        )
    return _to_kpi(request, kpi)


@requires(Right.SEE)
def kpi_history(request: MemberRequest, code: str) -> HttpResponse:
    """Who changed the definition or a target, when and why."""
    kpi = get_kpi_for(request, code)
    events = AuditEvent.objects.about("kpi", kpi.pk)
    page: Page[AuditEvent] = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    context = {"kpi": kpi, "page": page, "entries": kpi_history_entries(page.object_list, kpi)}
    return render(request, "kpis/history.html", context)


def _members() -> list[Membership]:
    return list(Membership.objects.listed())


def _to_kpi(request: MemberRequest, kpi: Kpi) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("assessments:kpi", args=[request.organization.slug, kpi.code]))
