"""Sister pages of verification, as tabs."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organizations.http import MemberRequest
from organizations.permissions import Right, allows

_TABS = [
    (_("Verification"), "assessments:verification", Right.VERIFY),
    (_("Locked months"), "assessments:locks", Right.SEE),
]


def trust_tabs(request: MemberRequest) -> list[dict[str, Any]]:
    """Tabs for `components/tabs.html`; each member sees those their role allows."""
    return [
        {"label": label, "url": url, "current": request.path == url}
        for label, name, right in _TABS
        if allows(request.membership, right)
        for url in [reverse(name, args=[request.organization.slug])]
    ]
