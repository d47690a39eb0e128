"""The audit trail of a project in words."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.models import AuditEvent
from organizations.querysets import AuditEventQuerySet
from projects.models import Module, MoneyLine, Project
from projects.periods import Frequency, label

_MODELS: dict[str, type[models.Model]] = {"project": Project, "module": Module, "moneyline": MoneyLine}
#: what happened; %(name)s is the module or line, where the page is about its project
_WORDS: dict[str, str | Promise] = {
    "project.created": gettext_lazy("created the project"),
    "project.updated": gettext_lazy("changed the project"),
    "project.archived": gettext_lazy("archived the project"),
    "project.restored": gettext_lazy("restored the project"),
    "gate.decided": gettext_lazy("decided the stage gate"),
    "plan.frozen": gettext_lazy("froze the plan"),
    "module.created": gettext_lazy("added the module %(name)s"),
    "module.updated": gettext_lazy("changed the module %(name)s"),
    "module.deleted": gettext_lazy("removed a module"),
    "money_line.created": gettext_lazy("added the line %(name)s"),
    "money_line.updated": gettext_lazy("changed the line %(name)s"),
    "money_line.archived": gettext_lazy("archived the line %(name)s"),
    "cash_flows.plan": gettext_lazy("changed planned amounts of %(name)s"),
    "cash_flows.forecast": gettext_lazy("changed forecast amounts of %(name)s"),
    "cash_flows.actual": gettext_lazy("changed actual amounts of %(name)s"),
    "kpi.created": gettext_lazy("defined the KPI %(name)s"),
    "kpi.updated": gettext_lazy("changed the KPI %(name)s"),
    "kpi.archived": gettext_lazy("archived the KPI %(name)s"),
    "kpi.restored": gettext_lazy("restored the KPI %(name)s"),
    "targets.set": gettext_lazy("set targets of %(name)s"),
    "kpi.targets_set": gettext_lazy("set targets of %(name)s"),
}
_MOST_CHANGES = 12


def events_of(project: Project) -> AuditEventQuerySet:
    """Events of the project, its modules and its lines, newest first, in one query."""
    return AuditEvent.objects.filter(
        models.Q(target_type="project", target_id=project.pk)
        | models.Q(target_type="module", target_id__in=project.modules.order_by().values("pk"))
        | models.Q(target_type="moneyline", target_id__in=project.money_lines.order_by().values("pk"))
    ).listed()


def history_entries(events: Iterable[AuditEvent]) -> list[dict[str, Any]]:
    """Entries for `components/history.html`."""
    return [
        {
            "who": event.actor or _("The system"),
            "when": event.at,
            "what": _what(event),
            "changes": _changes(event),
            "why": event.reason,
        }
        for event in events
    ]


def _what(event: AuditEvent) -> str:
    words = _WORDS.get(event.action)
    if words is None:
        return f"{event.action} {event.target_label}"
    return str(words) % {"name": event.target_label}


def _changes(event: AuditEvent) -> list[dict[str, str]]:
    if event.action.endswith(".created"):
        return []
    names = list(dict.fromkeys([*event.before, *event.after]))
    found = [
        {
            "field": _field(event, name),
            "old": _value(event, name, event.before.get(name)),
            "new": _value(event, name, event.after.get(name)),
        }
        for name in names[:_MOST_CHANGES]
    ]
    if len(names) > _MOST_CHANGES:
        more = _("and %(count)d more") % {"count": len(names) - _MOST_CHANGES}
        found.append({"field": more, "old": "…", "new": "…"})
    return found


def _model_field(event: AuditEvent, name: str) -> Any:
    model = Module if event.action == "module.deleted" else _MODELS.get(event.target_type)
    fields = {field.name: field for field in model._meta.concrete_fields} if model else {}
    return fields.get(name)


def _field(event: AuditEvent, name: str) -> str:
    if event.action.startswith("cash_flows."):
        return label(datetime.date.fromisoformat(f"{name}-01"), Frequency.MONTH)
    if name == "departments":
        return _("departments")
    if name == "lines":
        return _("frozen lines")
    field = _model_field(event, name)
    return str(field.verbose_name) if field is not None else name


def _value(event: AuditEvent, name: str, value: Any) -> str:
    """A stored value as a person reads it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    field = _model_field(event, name)
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateField) and isinstance(value, str):
        return formats.date_format(datetime.date.fromisoformat(value[:10]), "DATE_FORMAT")
    return str(value)
