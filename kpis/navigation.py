"""Sister pages of the KPIs."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization

_TABS = [(_("KPIs in use"), "kpis:list"), (_("Library"), "kpis:library"), (_("Drivers"), "kpis:drivers")]


def kpi_tabs(organization: Organization, current: str) -> list[dict[str, Any]]:
    """Tabs for `components/tabs.html`; `current` is the name of the page's address."""
    return [
        {"label": label, "url": reverse(name, args=[organization.slug]), "current": name == current}
        for label, name in _TABS
    ]
