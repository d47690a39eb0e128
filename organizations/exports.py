"""The organization's own lists as files."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from organizations.exporting import Column, ExportTable, Kind, stream
from organizations.exporting.tables import type_of_row
from organizations.models import AuditEvent, Membership
from organizations.trail import KINDS, history_entries


def members_table() -> ExportTable:
    """Who belongs to the organization."""
    return ExportTable(
        name="members",
        title=_("Members"),
        columns=[
            Column(_("Name"), width=28),
            Column(_("E-mail address"), width=32),
            Column(_("Role")),
            Column(_("Department"), width=24),
            Column(_("Last log-in"), Kind.MOMENT, 20),
        ],
        rows=(
            (
                member.user.name,
                member.user.email,
                member.get_role_display(),
                str(member.department or ""),
                member.user.last_login,
            )
            for member in stream(Membership.objects.listed())
        ),
    )


def audit_table(chosen: Mapping[str, Any]) -> ExportTable:
    """Who changed what, newest first, a row for each field; `chosen` as `HistoryFilterForm` cleans it."""
    person, kind = chosen.get("person"), chosen.get("kind") or ""
    return ExportTable(
        name="history",
        title=_("History"),
        columns=[
            Column(_("When"), Kind.MOMENT, 20),
            Column(_("Who"), width=28),
            Column(_("What"), width=44),
            Column(_("Field"), width=24),
            Column(_("Before"), width=24),
            Column(_("After"), width=24),
            Column(_("Reason"), width=40),
        ],
        rows=_audit_rows(stream(AuditEvent.objects.listed().chosen(person=person, kind=kind))),
        chosen=[
            (_("Person"), str(person) if person else ""),
            (_("About"), str(KINDS.get(kind, ""))),
        ],
    )


def _audit_rows(events: Iterable[AuditEvent]) -> Iterator[type_of_row]:
    for event in events:
        (entry,) = history_entries([event])
        for change in entry["changes"] or [{"field": "", "old": "", "new": ""}]:
            yield (
                entry["when"],
                entry["who"],
                entry["what"],
                change["field"],
                change["old"],
                change["new"],
                entry["why"],
            )
