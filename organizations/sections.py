"""The pages about the organization itself, as tabs; each member sees those their role allows."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organizations.http import MemberRequest
from organizations.permissions import Right, allows

# (label, URL name, right, the address below the organization's own)
SECTIONS = [
    (_("Settings"), "organizations:settings", Right.MANAGE_SETTINGS, "settings/"),
    (_("Members"), "organizations:members", Right.MANAGE_MEMBERS, "members/"),
    (_("Departments"), "organizations:departments", Right.DEFINE, "departments/"),
    (_("Stage gates"), "projects:gate_rules", Right.MANAGE_SETTINGS, "gates/"),
    (_("Reminders"), "assessments:reminders", Right.DEFINE, "reminders/"),
    (_("Timeliness"), "assessments:timeliness", Right.DEFINE, "timeliness/"),
    (_("Rates"), "projects:rates", Right.MONEY, "rates/"),
    (_("Keys"), "organizations:tokens", Right.MANAGE_TOKENS, "keys/"),
    (_("History"), "organizations:audit", Right.SEE_AUDIT, "audit/"),
    (_("Sign-offs"), "organizations:ledger", Right.SEE_AUDIT, "ledger/"),
    (_("First steps"), "committee:start", Right.DEFINE, "start/"),
]


def sections_for(request: MemberRequest) -> list[dict[str, Any]]:
    """Tabs as `components/tabs.html` takes them."""
    base = f"/o/{request.organization.slug}/"
    return [
        {
            "label": label,
            "url": reverse(name, args=[request.organization.slug]),
            "current": request.path.startswith(base + address),
        }
        for label, name, right, address in SECTIONS
        if allows(request.membership, right)
    ]
