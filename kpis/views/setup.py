"""A project's KPIs from the library, on one page: pick, fill in, define."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from kpis.forms.library import LibraryFilterForm
from kpis.forms.setup import SetupForms
from kpis.library import Template
from kpis.library.catalogue import catalogue
from kpis.library.choosing import industry_of, narrowed, ranked, suggested, system_of
from kpis.models import Kpi
from kpis.services.setup import set_up_kpis
from organizations.errors import ConflictError, InvalidInputError, NotFoundError
from organizations.http import MemberRequest
from organizations.models import Membership
from organizations.permissions import Right, requires
from projects.access import get_project_for
from projects.models import Project
from projects.navigation import project_page, project_url

#: KPIs that are defined in one go
MOST_PICKED = 60


@requires(Right.DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def kpi_setup(request: MemberRequest, code: str) -> HttpResponse:
    """The library beside what is picked of it; `?block=` answers with the fields of one template, for the script."""
    project = get_project_for(request, code, Right.DEFINE)
    known = {one.code: one for one in catalogue()}
    if "block" in request.GET:
        return _block(request, project, known.get(request.GET["block"]))
    taken = _taken(project)
    narrowing = _narrowing(request, project)
    picked = _picked(request, project, known, taken)
    is_draft = "narrow" in request.POST
    forms = SetupForms(
        project,
        picked,
        members=_members(),
        data=request.POST if request.method == "POST" else None,
        is_draft=is_draft,
    )
    refused, status = "", 200
    if request.method == "POST" and not is_draft:
        answer, refused, status = _define(request, project, forms)
        if answer:
            return answer
    shown = _shown(known.values(), picked, narrowing)
    context = {
        "forms": forms,
        "narrowing": narrowing,
        "tiers": _by_tier(shown, {one.code for one in picked}, taken),
        "refused": refused,
        "is_suggestion": request.method != "POST" and "pick" not in request.GET,
    }
    return render(
        request, "kpis/setup.html", project_page(request, project, "kpis:setup", **context), status=status
    )


def _define(
    request: MemberRequest, project: Project, forms: SetupForms
) -> tuple[HttpResponse | None, str, int]:
    """The way on, or why not and with which status. What is vague is said once before it is defined."""
    if not forms.picks:
        return None, _("Pick at least one KPI."), 422
    if not forms.is_valid() or (forms.vague_count and "as_is" not in request.POST):
        return None, "", 422
    try:
        kpis = set_up_kpis(actor=request.user, project=project, definitions=forms.definitions())
    except (InvalidInputError, ConflictError) as error:
        return None, str(error), 409 if isinstance(error, ConflictError) else 422
    said = ngettext(
        "%(count)d KPI is defined. Hand out the charter when the definition is whole.",
        "%(count)d KPIs are defined. Hand out the charter when the definition is whole.",
        len(kpis),
    )
    messages.success(request, said % {"count": len(kpis)})
    return HttpResponseRedirect(project_url(project)), "", 302


def _block(request: MemberRequest, project: Project, one: Template | None) -> HttpResponse:
    if one is None:
        raise NotFoundError
    (pick,) = SetupForms(project, [one], members=_members()).picks
    return render(request, "kpis/setup_pick.html", {"pick": pick})


def _narrowing(request: MemberRequest, project: Project) -> LibraryFilterForm:
    """As the person chose; else by what the project is."""
    names = ("q", "system", "industry")
    chosen = request.POST if request.method == "POST" else request.GET
    if not any(name in chosen for name in names):
        first = {"system": system_of(project.system_kind), "industry": industry_of(project.industry)}
        return LibraryFilterForm(first)
    return LibraryFilterForm({name: chosen.get(name, "") for name in names})


def _picked(
    request: MemberRequest, project: Project, known: dict[str, Template], taken: set[str]
) -> list[Template]:
    sent = request.POST if request.method == "POST" else request.GET
    if request.method == "POST" or "pick" in sent:
        codes = dict.fromkeys(sent.getlist("pick"))
        return [known[code] for code in codes if code in known][:MOST_PICKED]
    return suggested(
        list(known.values()),
        system=system_of(project.system_kind),
        industry=industry_of(project.industry),
        taken=taken,
    )


def _shown(
    known: Iterable[Template], picked: Sequence[Template], narrowing: LibraryFilterForm
) -> list[Template]:
    """What is picked, then what fits, the closest first."""
    chosen = narrowing.chosen
    fitting = narrowed(known, chosen)
    codes = {one.code for one in picked}
    rest = [one for one in fitting if one.code not in codes]
    return [*picked, *ranked(rest, chosen.get("system") or "", chosen.get("industry") or "")]


def _by_tier(shown: Sequence[Template], picked: set[str], taken: set[str]) -> list[dict[str, Any]]:
    groups = []
    for tier, label in Kpi.Tier.choices:
        rows = [
            {"template": one, "is_picked": one.code in picked, "is_taken": one.code in taken}
            for one in shown
            if one.tier == tier
        ]
        groups.append({"label": label, "rows": rows})
    return groups


def _taken(project: Project) -> set[str]:
    """Templates that the project's KPIs are made from."""
    used = Kpi.objects.filter(project=project, archived_at__isnull=True).exclude(template="")
    return set(used.values_list("template", flat=True))


def _members() -> list[Membership]:
    return list(Membership.objects.listed())
