"""The chips above a list of KPIs or templates."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from kpis.models import Kpi


def tier_chips(query: QueryDict, current: str) -> list[dict[str, Any]]:
    """One for each tier and one for all; each keeps the rest of the filter and begins at the first page."""
    chips = []
    for value, name in [("", _("All tiers")), *Kpi.Tier.choices]:
        address = query.copy()
        address.pop("page", None)
        address["tier"] = value
        chips.append({"label": name, "url": f"?{address.urlencode()}", "current": value == current})
    return chips
