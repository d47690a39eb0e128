"""The audit trail in words a person reads."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from organizations.models import AuditEvent
from organizations.tenancy.models import OrganizationModel

#: first part of an action → what it is about, as offered by the filter
KINDS: dict[str, Promise | str] = {
    "organization": gettext_lazy("Settings"),
    "member": gettext_lazy("Members"),
    "department": gettext_lazy("Departments"),
    "token": gettext_lazy("Keys for programs"),
    "project": gettext_lazy("Projects"),
    "module": gettext_lazy("Modules"),
    "gate": gettext_lazy("Stage gates"),
    "line": gettext_lazy("Cost and benefit lines"),
    "plan": gettext_lazy("Frozen plans"),
    "change": gettext_lazy("Changes of plans"),
    "rate": gettext_lazy("Currency rates"),
    "benefit": gettext_lazy("Confirmed benefits"),
    "kpi": gettext_lazy("KPIs"),
    "driver": gettext_lazy("Drivers"),
    "charter": gettext_lazy("Charters"),
    "template": gettext_lazy("KPI templates"),
    "values": gettext_lazy("Values"),
    "comment": gettext_lazy("Comments"),
    "evidence": gettext_lazy("Evidence"),
    "reminders": gettext_lazy("Reminders"),
    "month": gettext_lazy("Locked months"),
    "import": gettext_lazy("Imports"),
    "sample": gettext_lazy("Sample data"),
    "subscription": gettext_lazy("Subscriptions"),
}

#: action → what the person did; the sentence begins with the person's name
WORDS: dict[str, Promise | str] = {
    "organization.created": gettext_lazy("created the organization"),
    "organization.updated": gettext_lazy("changed the settings"),
    "organization.deleted": gettext_lazy("deleted the organization"),
    "member.added": gettext_lazy("added the member %(target)s"),
    "member.joined": gettext_lazy("joined"),
    "member.invited": gettext_lazy("invited %(target)s"),
    "member.invitation_revoked": gettext_lazy("withdrew the invitation of %(target)s"),
    "member.changed": gettext_lazy("changed the member %(target)s"),
    "member.removed": gettext_lazy("removed the member %(target)s"),
    "department.created": gettext_lazy("created the department %(target)s"),
    "department.updated": gettext_lazy("changed the department %(target)s"),
    "token.created": gettext_lazy("created the key %(target)s"),
    "token.revoked": gettext_lazy("revoked the key %(target)s"),
    "project.created": gettext_lazy("created the project %(target)s"),
    "project.updated": gettext_lazy("changed the project %(target)s"),
    "project.archived": gettext_lazy("archived the project %(target)s"),
    "project.restored": gettext_lazy("restored the project %(target)s"),
    "module.created": gettext_lazy("added the module %(target)s"),
    "module.updated": gettext_lazy("changed the module %(target)s"),
    "module.deleted": gettext_lazy("removed a module of %(target)s"),
    "gate.decided": gettext_lazy("decided the stage gate of %(target)s"),
    "gate.refused": gettext_lazy("refused the stage gate of %(target)s"),
    "gate.rule_changed": gettext_lazy("changed what the stage gate %(target)s asks"),
    "plan.frozen": gettext_lazy("froze the plan of %(target)s"),
    "plan.signed": gettext_lazy("signed the plan of %(target)s"),
    "change.requested": gettext_lazy("asked for the change of plan %(target)s"),
    "change.edited": gettext_lazy("changed the request %(target)s"),
    "change.withdrawn": gettext_lazy("withdrew the change of plan %(target)s"),
    "change.approved": gettext_lazy("approved the change of plan %(target)s"),
    "change.refused": gettext_lazy("refused the change of plan %(target)s"),
    "line.shared": gettext_lazy("changed the sharing of %(target)s"),
    "rate.added": gettext_lazy("added the rate %(target)s"),
    "line.created": gettext_lazy("added the line %(target)s"),
    "line.updated": gettext_lazy("changed the line %(target)s"),
    "line.archived": gettext_lazy("archived the line %(target)s"),
    "line.plan_changed": gettext_lazy("changed planned amounts of %(target)s"),
    "line.forecast_changed": gettext_lazy("changed forecast amounts of %(target)s"),
    "line.actual_changed": gettext_lazy("changed actual amounts of %(target)s"),
    "benefit.confirmed": gettext_lazy("confirmed benefits of %(target)s"),
    "benefit.refused": gettext_lazy("did not confirm benefits of %(target)s"),
    "benefit.reopened": gettext_lazy("reopened the confirmation of benefits of %(target)s"),
    "benefit.corrected": gettext_lazy("corrected and confirmed a benefit of %(target)s"),
    "line.restored": gettext_lazy("restored the line %(target)s"),
    "line.monetised": gettext_lazy("had the line %(target)s follow from a KPI"),
    "line.monetisation_removed": gettext_lazy("had the amounts of %(target)s typed again"),
    "line.actual_computed": gettext_lazy("computed actual amounts of %(target)s from its KPI"),
    "kpi.created": gettext_lazy("created the KPI %(target)s"),
    "kpi.updated": gettext_lazy("changed the KPI %(target)s"),
    "kpi.archived": gettext_lazy("archived the KPI %(target)s"),
    "kpi.rebased": gettext_lazy("computed the limits of %(target)s anew"),
    "kpi.rebase_removed": gettext_lazy("took back the new limits of %(target)s"),
    "kpi.compared": gettext_lazy("chose the control group of %(target)s"),
    "kpi.comparison_removed": gettext_lazy("ended the comparison of %(target)s"),
    "kpi.restored": gettext_lazy("restored the KPI %(target)s"),
    "kpi.baseline_set": gettext_lazy("set the baseline of %(target)s"),
    "kpi.formula_set": gettext_lazy("set the formula of %(target)s"),
    "kpi.formula_removed": gettext_lazy("removed the formula of %(target)s"),
    "kpi.shared": gettext_lazy("changed the sharing of %(target)s"),
    "kpi.targets_changed": gettext_lazy("changed the targets of %(target)s"),
    "driver.created": gettext_lazy("added the driver %(target)s"),
    "driver.updated": gettext_lazy("changed the driver %(target)s"),
    "driver.archived": gettext_lazy("archived the driver %(target)s"),
    "driver.restored": gettext_lazy("restored the driver %(target)s"),
    "driver.value_added": gettext_lazy("gave the driver %(target)s a value"),
    "charter.handed_out": gettext_lazy("handed out the charter %(target)s for signature"),
    "charter.signed": gettext_lazy("signed the charter %(target)s"),
    "charter.returned": gettext_lazy("sent back the charter %(target)s"),
    "charter.in_force": gettext_lazy("put the charter %(target)s in force: both sides have signed"),
    "charter.outdated": gettext_lazy("marked the charter %(target)s as outdated: the definition has changed"),
    "charter.fits_again": gettext_lazy(
        "took the mark from the charter %(target)s: the definition is as it says"
    ),
    "template.created": gettext_lazy("kept the KPI template %(target)s"),
    "template.updated": gettext_lazy("changed the KPI template %(target)s"),
    "template.archived": gettext_lazy("archived the KPI template %(target)s"),
    "template.restored": gettext_lazy("restored the KPI template %(target)s"),
    "values.recorded": gettext_lazy("recorded values"),
    "comment.written": gettext_lazy("commented on %(target)s"),
    "evidence.attached": gettext_lazy("attached evidence to %(target)s"),
    "evidence.removed": gettext_lazy("removed evidence from %(target)s"),
    "reminders.changed": gettext_lazy("changed the reminders"),
    "reminders.paused": gettext_lazy("paused the reminders to %(target)s"),
    "reminders.resumed": gettext_lazy("let reminders reach %(target)s again"),
    "values.submitted": gettext_lazy("submitted values of %(target)s"),
    "values.verified": gettext_lazy("verified values of %(target)s"),
    "values.returned": gettext_lazy("returned values of %(target)s"),
    "month.locked": gettext_lazy("locked months of %(target)s"),
    "month.reopened": gettext_lazy("reopened months of %(target)s"),
    "import.queued": gettext_lazy("uploaded the file %(target)s"),
    "import.started": gettext_lazy("started the import of %(target)s"),
    "import.checked": gettext_lazy("checked the file %(target)s"),
    "import.finished": gettext_lazy("imported the file %(target)s"),
    "import.uploaded": gettext_lazy("uploaded the file %(target)s to look into it"),
    "import.check_started": gettext_lazy("had the file %(target)s checked"),
    "import.discarded": gettext_lazy("discarded the file %(target)s"),
    "import.undone": gettext_lazy("undid the import of %(target)s"),
    "sample.loaded": gettext_lazy("loaded sample data"),
    "sample.removed": gettext_lazy("removed the sample data"),
    "subscription.changed": gettext_lazy("changed the subscription of %(target)s"),
}

#: fields of events that no model names in words
FIELDS: dict[str, Promise | str] = {
    "new": gettext_lazy("new values"),
    "changed": gettext_lazy("changed values"),
    "batch": gettext_lazy("import"),
    "count": gettext_lazy("number of values"),
    "values": gettext_lazy("values"),
    "months": gettext_lazy("months"),
    "departments": gettext_lazy("departments"),
    "lines": gettext_lazy("cost and benefit lines"),
    "file": gettext_lazy("file"),
    "files": gettext_lazy("files"),
    "period": gettext_lazy("period"),
    "text": gettext_lazy("text"),
    "dry_run": gettext_lazy("only check"),
    "rows": gettext_lazy("rows"),
    "kpis": gettext_lazy("KPIs"),
    "projects": gettext_lazy("projects"),
    "same": gettext_lazy("same values"),
    "with_target": gettext_lazy("values with a target"),
    "met": gettext_lazy("values that meet their target"),
    "rejected": gettext_lazy("rejected cells"),
    "version": gettext_lazy("version"),
    "amounts": gettext_lazy("amounts"),
    "share": gettext_lazy("share"),
    "content_hash": gettext_lazy("fingerprint"),
    "side": gettext_lazy("side"),
    "evidence": gettext_lazy("evidence"),
    "formula": gettext_lazy("formula"),
    "kpi": gettext_lazy("KPI"),
    "source": gettext_lazy("source"),
    "template": gettext_lazy("template"),
}


def history_entries(events: Iterable[AuditEvent], *, shown: int | None = None) -> list[dict[str, Any]]:
    """Events as `components/history.html` shows them: who, when, what, changes, why.

    With `shown`, further changes of one event are counted and not listed.
    """
    tenant_models = {model._meta.model_name: model for model in apps.get_models() if _is_audited(model)}
    entries = [_entry(event, tenant_models.get(event.target_type)) for event in events]
    for entry in entries:
        hidden = len(entry["changes"]) - shown if shown else 0
        if hidden > 0:
            more = _("%(count)d more changes") % {"count": hidden}
            entry["changes"] = [*entry["changes"][:shown], {"field": more, "old": "…", "new": "…"}]
    return entries


def _is_audited(model: type[models.Model]) -> bool:
    return issubclass(model, OrganizationModel) or model._meta.label_lower == "organizations.organization"


def _entry(event: AuditEvent, model: type[models.Model] | None) -> dict[str, Any]:
    names = list(dict.fromkeys([*event.before, *event.after]))
    changes = [
        {
            "field": _field_label(model, name),
            "old": _value(model, name, event.before.get(name)),
            "new": _value(model, name, event.after.get(name)),
        }
        for name in names
    ]
    return {
        "who": str(event.actor) if event.actor else _("ValueTrack"),
        "when": event.at,
        "what": what_happened(event),
        "changes": [change for change in changes if change["old"] or change["new"]],
        "why": event.reason,
    }


def what_happened(event: AuditEvent) -> str:
    """The event's verb and object in the language in force."""
    words = WORDS.get(event.action)
    if words is None:
        return f"{event.action.replace('.', ' ').replace('_', ' ')}: {event.target_label}"
    return str(words) % {"target": event.target_label}


def _field(model: type[models.Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _field_label(model: type[models.Model] | None, name: str) -> str:
    label = FIELDS.get(name) or getattr(_field(model, name), "verbose_name", None) or name.replace("_", " ")
    return str(label)


def _value(model: type[models.Model] | None, name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return pgettext("between names", ", ").join(str(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {item}" for key, item in value.items())
    field = _field(model, name)
    choices = dict(getattr(field, "flatchoices", None) or [])
    if value in choices:
        return str(choices[value])
    if isinstance(field, models.DateField) and isinstance(value, str):
        return formats.date_format(datetime.datetime.fromisoformat(value), "DATE_FORMAT")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return formats.localize(value) if isinstance(value, int | float) else str(value)
