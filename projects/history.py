"""The audit trail of a project."""

import datetime
import re
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from organizations.models import AuditEvent
from organizations.querysets import AuditEventQuerySet
from organizations.trail import history_entries
from projects.models import Project
from projects.periods import Frequency, label

#: how amounts (`2025-01`) and targets (`2025-01-01`) name their period
_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])(-\d{2})?")
#: more changes than these are counted, not listed
SHOWN_CHANGES = 12


def events_of(project: Project) -> AuditEventQuerySet:
    """Events of the project, its modules, lines and charters, newest first, in one query."""
    events: AuditEventQuerySet = AuditEvent.objects.filter(
        models.Q(target_type="project", target_id=project.pk)
        | models.Q(target_type="module", target_id__in=project.modules.order_by().values("pk"))
        | models.Q(target_type="moneyline", target_id__in=project.money_lines.order_by().values("pk"))
        # Rows of a later layer, asked for through the relation.
        | models.Q(target_type="charter", target_id__in=project.charters.order_by().values("pk"))
    ).listed()
    return events


def project_history_entries(events: Iterable[AuditEvent]) -> list[dict[str, Any]]:
    """Entries for `components/history.html`; amounts are named by their month."""
    events = list(events)
    entries = history_entries(events)
    for entry, event in zip(entries, events, strict=True):
        entry["changes"] = [] if event.action.endswith(".created") else _shortened(entry["changes"])
    return entries


def _shortened(changes: list[dict[str, str]]) -> list[dict[str, str]]:
    for change in changes:
        if found := _MONTH.fullmatch(change["field"]):
            day = datetime.date(int(found["year"]), int(found["month"]), 1)
            change["field"] = label(day, Frequency.MONTH)
    hidden = len(changes) - SHOWN_CHANGES
    if hidden > 0:
        more = _("%(count)d more changes") % {"count": hidden}
        changes = [*changes[:SHOWN_CHANGES], {"field": more, "old": "…", "new": "…"}]
    return changes
