"""The audit trail of a KPI in a reader's words."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from kpis.models import Kpi
from organizations.models import AuditEvent
from organizations.trail import history_entries
from projects.periods import label


def kpi_history_entries(events: Iterable[AuditEvent], kpi: Kpi) -> list[dict[str, Any]]:
    """Entries for `components/history.html`; a target is named by its period."""
    entries = history_entries(events)
    for entry in entries:
        for change in entry["changes"]:
            if period := _period(change["field"]):
                change["field"] = _("target %(period)s") % {"period": label(period, kpi.frequency)}
    return entries


def _period(name: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(name)
    except ValueError:
        return None
