"""Booked benefits and what finance said about them, as a file."""

from collections.abc import Iterator
from dataclasses import replace

from django.utils.translation import gettext as _

from assessments.confirmations import Booked, Choice, State, list_booked
from organizations.exporting import Column, ExportTable, Kind
from organizations.exporting.tables import type_of_row
from organizations.models import Organization
from projects.models import MoneyLine

#: rows read at once
_CHUNK = 1000


def confirmations_table(organization: Organization, choice: Choice) -> ExportTable:
    """Booked benefits by project, line and month, in the line's currency."""
    wide = choice if choice.state else replace(choice, state="all")
    return ExportTable(
        name="confirmations",
        title=_("Confirmations"),
        columns=[
            Column(_("Project code")),
            Column(_("Project"), width=36),
            Column(_("Line"), width=36),
            Column(_("Kind of money"), width=16),
            Column(_("Month"), Kind.DATE, 12),
            Column(_("Currency"), width=10),
            Column(_("Booked amount"), Kind.NUMBER),
            Column(_("Plan"), Kind.NUMBER),
            Column(_("State"), width=20),
            Column(_("Confirmed or refused amount"), Kind.NUMBER),
            Column(_("Answered by"), width=24),
            Column(_("Answered at"), Kind.MOMENT, 20),
            Column(_("Reason"), width=40),
            Column(_("Booked by"), width=24),
            Column(_("KPI")),
            Column(_("Values of the KPI"), Kind.NUMBER, 10),
            Column(_("Verified values"), Kind.NUMBER, 10),
            Column(_("Files"), Kind.NUMBER, 10),
        ],
        rows=_rows(organization, wide),
        chosen=[
            (_("Project"), choice.project),
            (_("Month"), f"{choice.month:%Y-%m}" if choice.month else ""),
            (_("State"), str(dict(State.choices).get(choice.state, ""))),
        ],
    )


def _rows(organization: Organization, choice: Choice) -> Iterator[type_of_row]:
    offset = 0
    while found := list_booked(organization, choice, limit=_CHUNK, offset=offset).rows:
        yield from map(_row, found)
        offset += _CHUNK


def _row(row: Booked) -> type_of_row:
    return (
        row.project_code,
        row.project_name,
        row.line_name,
        str(MoneyLine.Cashability(row.cashability).label),
        row.month,
        row.currency,
        row.amount,
        row.planned,
        str(State(row.state).label),
        row.answer_amount,
        row.answer_name,
        row.answered_at,
        row.answer_reason,
        row.booked_name,
        row.kpi_code,
        row.kpi_values,
        row.kpi_verified,
        row.evidence,
    )
