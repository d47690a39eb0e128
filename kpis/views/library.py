"""Pages of the library: browse, read a template, keep own ones."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kpis.access import get_kpi_for
from kpis.forms.library import LibraryFilterForm, TemplateForm, values_of_kpi, values_of_template
from kpis.library.catalogue import Entry, archived_templates, catalogue, find_entry
from kpis.library.choosing import narrowed
from kpis.models import Kpi, KpiTemplate
from kpis.navigation import kpi_tabs
from kpis.services import templates as services
from kpis.vagueness import text_warnings
from kpis.views.answers import status_of
from kpis.views.chips import tier_chips
from organizations.errors import NotFoundError
from organizations.forms import service_errors
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, requires
from projects.models import Project

PER_PAGE = 50
#: KPIs and projects that a template's page names
MOST_NAMED = 50


@requires(Right.SEE)
@require_safe
def library(request: MemberRequest) -> HttpResponse:
    """Every template, narrowed by where it fits."""
    form = LibraryFilterForm(request.GET)
    chosen = form.chosen
    found = narrowed(archived_templates() if chosen.get("archived") else catalogue(), chosen)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": page.object_list,
        "tier_chips": tier_chips(request.GET, chosen.get("tier") or ""),
        "is_narrowed": any(chosen.values()),
        "archived": chosen.get("archived"),
        "may_define": allows(request.membership, Right.DEFINE),
        "tabs": kpi_tabs(request.organization, "kpis:library"),
    }
    return render(request, "kpis/library.html", context)


@requires(Right.SEE)
@require_safe
def template(request: MemberRequest, code: str) -> HttpResponse:
    """What a template says, who uses it, and where it can be used."""
    entry = _entry(code)
    may_define = allows(request.membership, Right.DEFINE)
    kpis = Kpi.objects.active().filter(template=entry.shown.code).listed().order_by("project__name", "name")
    context = {
        "template": entry.shown,
        "own": entry.own,
        "is_replaced": bool(entry.own and entry.own.archived_at is None and entry.product),
        "kpis": list(kpis[:MOST_NAMED]),
        "projects": list(Project.objects.active().order_by("name")[:MOST_NAMED]) if may_define else [],
        "warnings": text_warnings(entry.shown.name, entry.shown.definition) if entry.shown.is_own else [],
        "may_define": may_define,
    }
    return render(request, "kpis/template.html", context)


@requires(Right.DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def template_create(request: MemberRequest) -> HttpResponse:
    """An own template: from nothing, from a KPI (`?kpi=`) or from one of the product's (`?template=`)."""
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=_first_values(request))
    if form.is_bound and form.is_valid():
        with service_errors(form):
            made = services.create_template(
                actor=request.user, organization=request.organization, values=form.values
            )
            messages.success(request, _("The template “%(name)s” is kept.") % {"name": made.name})
            return _to_template(request, made.code)
    return render(request, "kpis/template_create.html", {"form": form}, status=status_of(form))


@requires(Right.DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def template_edit(request: MemberRequest, code: str) -> HttpResponse:
    """Change an own template."""
    own = _own(code)
    form = TemplateForm(request.POST if request.method == "POST" else None, instance=own)
    if form.is_bound and form.is_valid():
        with service_errors(form):
            # A fresh row: the form has written into its own.
            services.update_template(actor=request.user, template=_own(code), values=form.values)
            messages.success(request, _("The template is saved. KPIs made from it stay as they are."))
            return _to_template(request, code)
    context = {"form": form, "own": own}
    return render(request, "kpis/template_edit.html", context, status=status_of(form))


@requires(Right.DEFINE)
@require_POST
def template_archive(request: MemberRequest, code: str) -> HttpResponse:
    """Put an own template away, or bring it back with `restore`."""
    own = _own(code)
    if "restore" in request.POST:
        services.restore_template(actor=request.user, template=own)
        messages.success(request, _("The template “%(name)s” can be used again.") % {"name": own.name})
    else:
        services.archive_template(actor=request.user, template=own)
        messages.success(
            request, _("The template “%(name)s” is archived. Restore it at any time.") % {"name": own.name}
        )
    return _to_template(request, code)


def _entry(code: str) -> Entry:
    entry = find_entry(code)
    if entry is None:
        raise NotFoundError
    return entry


def _own(code: str) -> KpiTemplate:
    entry = _entry(code)
    if entry.own is None:
        raise NotFoundError
    return entry.own


def _first_values(request: MemberRequest) -> dict[str, Any]:
    if code := request.GET.get("kpi"):
        return values_of_kpi(get_kpi_for(request, code)) | {"code": services.next_template_code()}
    if code := request.GET.get("template"):
        return values_of_template(_entry(code).shown)
    return {"code": services.next_template_code()}


def _to_template(request: MemberRequest, code: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("kpis:template", args=[request.organization.slug, code]))
