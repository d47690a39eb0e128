"""What every page's frame shows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organizations.permissions import Right, allows
from organizations.sections import sections_for

# (label, URL name, right, prefixes of the addresses under which the entry is current)
_NAVIGATION = [
    (_("Committee"), "committee:committee", Right.SEE_COMMITTEE, "committee/"),
    (_("Projects"), "projects:list", Right.SEE, ("projects/", "pipeline/")),
    (_("KPIs"), "kpis:list", Right.SEE, ("kpis/", "library/", "drivers/")),
    (_("My entries"), "assessments:entries", Right.ENTER, "entries/"),
    (_("Verification"), "assessments:verification", Right.VERIFY, "verification/"),
    (_("Confirmations"), "assessments:confirmations", Right.CONFIRM, "confirmations/"),
    (_("Import"), "assessments:import", Right.IMPORT, "import/"),
    (_("Outbox"), "committee:outbox", Right.SEE_OUTBOX, "outbox/"),
]

# which count stands beside an entry
_SHOWS = {Right.ENTER: "due", Right.VERIFY: "waiting"}


def shell(request: HttpRequest) -> dict[str, Any]:
    """`organization`, `membership`, `navigation` and the reader's theme and palette."""
    user = getattr(request, "user", None)
    membership = getattr(request, "membership", None)
    return {
        "organization": membership.organization if membership else None,
        "membership": membership,
        "navigation": _navigation(request) if membership else [],
        "theme": getattr(user, "theme", "auto"),
        "palette": getattr(user, "palette", "blue-orange"),
        "local_mode": settings.LOCAL,
    }


def _navigation(request: Any) -> list[dict[str, Any]]:
    base = f"/o/{request.organization.slug}/"
    entries = []
    for label, name, right, prefix in _NAVIGATION:
        if not allows(request.membership, right) or (right is Right.SEE_OUTBOX and not settings.LOCAL):
            continue
        url = reverse(name, args=[request.organization.slug])
        current = request.path.removeprefix(base).startswith(prefix)
        entries.append({"label": label, "url": url, "current": current, "shows": _SHOWS.get(right, "")})
    sections = sections_for(request)
    if sections:
        # One entry for all pages about the organization itself: it opens the first one the role allows.
        current = any(section["current"] for section in sections)
        entries.append({"label": sections[0]["label"], "url": sections[0]["url"], "current": current})
    return entries
