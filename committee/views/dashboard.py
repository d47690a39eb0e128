"""The committee page."""

from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

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
        f"committee:{organization.pk}:{organization.generation}:{organization.today()}:{get_language()}"
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
    dashboard = build(organization, read_results(kind, gate))
    context = {
        "dashboard": dashboard,
        "organization": organization,
        "kinds": _chips(request, "kind", Project.SystemKind.choices, kind, gate),
        "gates": _chips(request, "gate", Project.Gate.choices, gate, kind),
        "is_filtered": bool(kind or gate),
    }
    return {
        "message": dashboard.message,
        "is_empty": not dashboard.rows and not (kind or gate),
        "facts": render_to_string("committee/committee_facts.html", context),
        "body": render_to_string("committee/committee_body.html", context),
        "provenance": render_to_string("committee/committee_provenance.html", context),
    }


def _chips(
    request: MemberRequest, name: str, choices: list[tuple[str, Any]], chosen: str, other: str
) -> list[dict[str, Any]]:
    """Filters as links; each keeps the other one's state."""
    kept = {"kind": "gate", "gate": "kind"}[name]
    rest = f"&{kept}={other}" if other else ""
    everything = {"label": _ALL[name], "url": f"?{rest.lstrip('&')}" if rest else "?", "current": not chosen}
    return [
        everything,
        *(
            {"label": label, "url": f"?{name}={value}{rest}", "current": value == chosen}
            for value, label in choices
        ),
    ]
