"""Definitions that changed: every field that decides a figure, old → new, with who changed it and why."""

import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.changes.points import Point
from charts.numbers import exact
from kpis.models import Kpi
from organizations.models import AuditEvent, Organization
from projects.models import MoneyLine, Project

#: by model, the columns that decide figures → their names where the model's own says too little
FIELDS: dict[str, dict[str, Promise | str]] = {
    "organizations.Organization": {
        "discount_rate": "",
        "weight_functional": "",
        "weight_operational": "",
        "weight_strategic": "",
        "score_cap": "",
        "currency": "",
        "zone": "",
    },
    "projects.Project": {"go_live_planned": "", "go_live_actual": "", "archived_at": _("archived")},
    "projects.MoneyLine": {
        "kind": "",
        "risk_adjustment": "",
        "fx_rate": "",
        "archived_at": _("archived"),
    },
    "projects.LineShare": {"share": ""},
    "kpis.Kpi": {
        "tier": "",
        "direction": "",
        "weight": "",
        "frequency": "",
        "baseline_value": "",
        "range_low": "",
        "range_high": "",
        "tolerance": "",
        "expected_start": "",
        "plan_path": _("targets"),
        "plan_start": _("start of the targets"),
        "archived_at": _("archived"),
    },
    "kpis.Attribution": {"weight": "", "project_id": _("project")},
}

KINDS: dict[str, Promise | str] = {
    "organization": _("Organization"),
    "project": _("Project"),
    "moneyline": _("Line"),
    "lineshare": _("Sharing of a line"),
    "kpi": _("KPI"),
    "attribution": _("Sharing of a KPI"),
}

_VERSIONS = """
SELECT table_name, row_id,
    (array_agg(data) FILTER (WHERE recorded_at <= %(before)s))[1],
    (array_agg(data) FILTER (WHERE superseded_at IS NULL OR superseded_at > %(known_at)s))[1],
    max(greatest(recorded_at, CASE WHEN superseded_at <= %(known_at)s THEN superseded_at END))
FROM organizations_rowversion
WHERE organization_id = %(organization)s AND table_name = ANY(%(tables)s) AND recorded_at <= %(known_at)s
    AND (recorded_at > %(before)s OR superseded_at > %(before)s AND superseded_at <= %(known_at)s)
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, as it is stored and as people read it; None: there was none."""

    field: str
    label: str
    old: Any
    new: Any
    old_text: str
    new_text: str


@dataclass(frozen=True, slots=True)
class DefinitionChange:
    """One thing that was defined otherwise."""

    #: "organization", "project", "moneyline", "lineshare", "kpi" or "attribution"
    model: str
    id: int
    #: of the thing, or of the line or KPI that is shared; `code` of a KPI or project
    name: str
    code: str
    #: None for the organization
    project_id: int | None
    #: "added", "changed" or "removed"
    what: str
    fields: Sequence[FieldChange]
    at: datetime.datetime
    who: str = ""
    why: str = ""

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.model])

    @property
    def what_label(self) -> str:
        return str(_("added") if self.what == "added" else _("removed"))


def load_definitions(
    organization: Organization, start: Point, end: Point, *, project_id: int | None = None
) -> list[DefinitionChange]:
    """What was defined otherwise between the two moments, newest first; the terms of the organization always."""
    tables = {apps.get_model(name)._meta.db_table: name for name in FIELDS}
    names: dict[str, Any] = {
        "organization": organization.pk,
        "tables": list(tables),
        "before": start.known_at,
        "known_at": end.known_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS, names)
        found = [
            (tables[table], row_id, old and json.loads(old), new and json.loads(new), at)
            for table, row_id, old, new, at in cursor.fetchall()
        ]
    rows = [row for row in found if _is_telling(row[0], row[2], row[3])]
    subjects = {(name, row_id): _subject(name, row_id, new or old) for name, row_id, old, new, _at in rows}
    known = _read_subjects(subjects.values())
    events = _events(subjects.values(), start, end)
    changes = []
    for name, row_id, old, new, at in rows:
        subject = subjects[name, row_id]
        label, code, project = known.get(subject, ("", "", None))
        event = events.get(subject)
        change = DefinitionChange(
            model=name.rpartition(".")[2].lower(),
            id=row_id,
            name=label,
            code=code,
            project_id=project,
            what="added" if old is None else "removed" if new is None else "changed",
            fields=_fields(name, old, new),
            at=at,
            who=str(event.actor) if event and event.actor else "",
            why=event.reason if event else "",
        )
        if project_id is None or project in (None, project_id):
            changes.append(change)
    return sorted(changes, key=lambda change: (change.at, change.id), reverse=True)


def _is_telling(name: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> bool:
    """Whether anything that decides a figure differs; what came and went in between does not."""
    if old is None or new is None:
        return old is not new
    return any(old.get(field) != new.get(field) for field in FIELDS[name])


def _fields(name: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> list[FieldChange]:
    if old is None or new is None:
        return []
    model = apps.get_model(name)
    changes = []
    for column, label in FIELDS[name].items():
        was, now = old.get(column), new.get(column)
        if was != now:
            field = model._meta.get_field(column.removesuffix("_id"))
            texts = _text(field, was), _text(field, now)
            changes.append(FieldChange(column, str(label or field.verbose_name), was, now, *texts))
    return changes


def _text(field: Any, value: Any) -> str:
    if field.name == "archived_at":
        return str(_("no") if value is None else _("yes"))
    if isinstance(value, list):  # the path of targets, told by where it leads
        return _text(field, value[-1] if value else None)
    if value is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, str) and isinstance(field, models.DateField):
        return date_format(datetime.date.fromisoformat(value))
    return exact(value) if value is None or isinstance(value, int | float) else str(value)


Subject = tuple[str, int]


def _subject(name: str, row_id: int, data: dict[str, Any]) -> Subject:
    """What a person calls it by, and what the audit trail tells of: a share belongs to its line or KPI."""
    shared = {"projects.LineShare": ("moneyline", "line_id"), "kpis.Attribution": ("kpi", "kpi_id")}
    if name in shared:
        model, column = shared[name]
        return model, int(data[column])
    return name.rpartition(".")[2].lower(), row_id


def _read_subjects(subjects: Iterable[Subject]) -> dict[Subject, tuple[str, str, int | None]]:
    """Name, code and project of each."""
    wanted: dict[str, set[int]] = {}
    for model, pk in subjects:
        wanted.setdefault(model, set()).add(pk)
    found: dict[Subject, tuple[str, str, int | None]] = {}
    for pk, name, code in Project.objects.filter(pk__in=wanted.get("project", ())).values_list(
        "pk", "name", "code"
    ):
        found["project", pk] = (name, code, pk)
    for pk, name, code, project in MoneyLine.objects.filter(pk__in=wanted.get("moneyline", ())).values_list(
        "pk", "name", "project__code", "project"
    ):
        found["moneyline", pk] = (name, code, project)
    for pk, name, code, project in Kpi.objects.filter(pk__in=wanted.get("kpi", ())).values_list(
        "pk", "name", "code", "project"
    ):
        found["kpi", pk] = (name, code, project)
    return found


def _events(subjects: Iterable[Subject], start: Point, end: Point) -> dict[Subject, AuditEvent]:
    """The newest event about each."""
    pairs = set(subjects)
    found = AuditEvent.objects.filter(
        target_type__in={model for model, _pk in pairs},
        target_id__in={pk for _model, pk in pairs},
        at__gt=start.known_at,
        at__lte=end.known_at,
    ).select_related("actor")
    return {
        (event.target_type, event.target_id or 0): event
        for event in found.order_by("at", "pk")
        # Amounts of a line are told with the amounts.
        if not event.action.endswith(("plan_changed", "forecast_changed", "actual_changed"))
    }
