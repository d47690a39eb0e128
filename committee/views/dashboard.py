"""The committee page."""

from collections import Counter
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assessments.models import ProjectResult
from committee.dashboard import build, read_results
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, requires
from projects.models import Project

Fragment = dict[str, Any]
_ALL = {"kind": _("All systems"), "gate": _("All gates")}


@requires(Right.SEE_COMMITTEE)
def committee(request: MemberRequest) -> HttpResponse:
    """One screen: what is worth what, against plan, and what is wrong."""
    kind, gate = request.GET.get("kind", ""), request.GET.get("gate", "")
    fragment = _cached(request, kind, gate)
    context = {**fragment, "may_define": allows(request.membership, Right.DEFINE)}
    return render(request, "committee/committee.html", context)


def _cached(request: MemberRequest, kind: str, gate: str) -> Fragment:
    """The page below its frame, the same for every reader of one language and zone until results change."""
    organization = request.organization
    # A kind or gate nobody offers must not fill the cache.
    kind = kind if kind in Project.SystemKind.values else ""
    gate = gate if gate in Project.Gate.values else ""
    key = (
        f"committee:{settings.RELEASE}:{organization.pk}:{organization.generation}:{organization.today()}:{get_language()}"
        f":{timezone.get_current_timezone_name()}:{kind}:{gate}"
    ).replace(" ", "")
    if settings.PAGE_CACHE_SECONDS and (found := cache.get(key)):
        return cast(Fragment, found)
    made = _make(request, kind, gate)
    if settings.PAGE_CACHE_SECONDS:
        cache.set(key, made, settings.PAGE_CACHE_SECONDS)
    return made


def _make(request: MemberRequest, kind: str, gate: str) -> Fragment:
    organization = request.organization
    everything = read_results()
    shown = [
        result
        for result in everything
        if (not kind or result.project.system_kind == kind) and (not gate or result.project.gate == gate)
    ]
    dashboard = build(organization, shown)
    context = {
        "dashboard": dashboard,
        "organization": organization,
        "kinds": _chips("kind", Project.SystemKind.choices, kind, f"gate={gate}" if gate else "", everything),
        "gates": _chips("gate", Project.Gate.choices, gate, f"kind={kind}" if kind else "", everything),
    }
    return {
        "message": dashboard.message,
        "is_empty": not everything,
        "facts": render_to_string("committee/committee_facts.html", context),
        "body": render_to_string("committee/committee_body.html", context),
        "provenance": render_to_string("committee/committee_provenance.html", context),
    }


def _chips(
    name: str, choices: list[tuple[str, Any]], chosen: str, kept: str, results: list[ProjectResult]
) -> list[dict[str, Any]]:
    """Filters as links: what occurs among the projects; each keeps the other filter (`kept`)."""
    attribute = {"kind": "system_kind", "gate": "gate"}[name]
    counts = Counter(getattr(result.project, attribute) for result in results)
    chips = [{"label": _ALL[name], "url": f"?{kept}", "current": not chosen}]
    for value, label in choices:
        if counts[value] or value == chosen:
            url = "?" + "&".join(filter(None, [f"{name}={value}", kept]))
            chips.append({"label": label, "url": url, "current": value == chosen, "count": counts[value]})
    return chips
