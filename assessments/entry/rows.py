"""The tables of My entries: one for each frequency, its rows by project, what is late first."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils import formats, timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.entry.cells import EntryCell, Message, Unsaved, build_cells, when
from assessments.entry.markup import cells_markup, options_markup
from assessments.entry.reading import Listed, Sheet
from assessments.entry.states import CellState
from assessments.entry.window import position
from assessments.forms.entries import ABSENCES, absence_name
from assessments.models import Measurement
from kpis.figures import planned_at, written
from kpis.models import Kpi
from projects.models import Project
from projects.periods import Frequency, label, last_complete


@dataclass(frozen=True, slots=True)
class Badge:
    """A word in a frame, with a line beside it."""

    label: str
    tone: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """The fields by which a row says "not available because …"."""

    period_name: str
    periods: SafeString
    reason_name: str
    reasons: SafeString
    text_name: str
    text: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One KPI of a table."""

    kpi: Kpi
    planned: str
    cells: list[EntryCell]
    badges: list[Badge]
    #: cells with something to submit
    drafts: int
    #: a returned period that the table does not show: its name and first day
    returned: tuple[str, str] | None
    #: the periods for which a person may say that there is no value, the reasons, and the text typed
    absence: Absence | None

    @property
    def cells_markup(self) -> SafeString:
        return cells_markup(self.cells)

    @property
    def messages(self) -> list[Message]:
        return [cell.message for cell in self.cells if cell.message is not None]

    @property
    def is_bad(self) -> bool:
        return any(message.is_bad for message in self.messages)


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one project in a table."""

    project: Project
    rows: list[EntryRow]


@dataclass(frozen=True, slots=True)
class Table:
    """The KPIs of one frequency. `columns` are the names of the periods, `due` the column that is due."""

    name: str
    planned: str
    columns: list[str]
    due: int
    groups: list[Group]


def build_tables(sheet: Sheet, listed: Sequence[Listed], unsaved: Unsaved, base: str) -> list[Table]:
    """The tables of a page. `base`: the address of the grid, below which each cell has its page."""
    tables = []
    for frequency, members in groupby(listed, lambda row: row.frequency):
        periods = sheet.window.periods(frequency)
        names = [label(period, frequency) for period in periods]
        due = position(sheet.window, frequency)
        groups = [
            Group(
                sheet.kpis[rows[0].pk].project,
                [_row(row, sheet, list(zip(periods, names, strict=True)), unsaved, base) for row in rows],
            )
            for _project, found in groupby(members, lambda row: row.project_id)
            if (rows := list(found))
        ]
        planned = _("Plan %(period)s") % {"period": names[due]}
        tables.append(Table(str(Frequency(frequency).label), planned, names, due, groups))
    return tables


def build_rows(sheet: Sheet, unsaved: Unsaved, base: str) -> dict[int, tuple[EntryRow, Table]]:
    """Single rows, each with the table it belongs to, for an answer to a script."""
    listed = list(sheet.listed.values())
    return {
        row.kpi.pk: (row, table)
        for one in listed
        for table in build_tables(sheet, [one], unsaved, base)
        for row in table.groups[0].rows
    }


def _row(
    listed: Listed, sheet: Sheet, periods: list[tuple[datetime.date, str]], unsaved: Unsaved, base: str
) -> EntryRow:
    kpi = sheet.kpis[listed.pk]
    cells = build_cells(kpi, periods, sheet, unsaved, base)
    states = [sheet.states.get((kpi.pk, period)) for period, _name in periods]
    due = position(sheet.window, kpi.frequency)
    return EntryRow(
        kpi=kpi,
        planned=_planned(kpi, periods[due][0]),
        cells=cells,
        badges=_badges(listed, kpi, states, sheet),
        drafts=sum(state is not None and state.draft is not None for state in states),
        returned=_returned(listed, periods),
        absence=_absence(kpi, cells, periods, periods[due][0], unsaved),
    )


def _absence(
    kpi: Kpi,
    cells: Sequence[EntryCell],
    periods: Sequence[tuple[datetime.date, str]],
    due: datetime.date,
    unsaved: Unsaved,
) -> Absence | None:
    """The fields for "not available"; filled in and open where such an answer was not taken."""
    free = [
        (str(period), name) for cell, (period, name) in zip(cells, periods, strict=True) if not cell.readonly
    ]
    if not free:
        return None
    wrong = [period for period, _name in periods if (kpi.pk, period) in unsaved.absences]
    reason, text = unsaved.absences[kpi.pk, wrong[0]] if wrong else ("", "")
    return Absence(
        period_name=absence_name(kpi.pk, "period"),
        periods=options_markup(free, str(wrong[0] if wrong else due)),
        reason_name=absence_name(kpi.pk, "reason"),
        reasons=options_markup([("", "—"), *ABSENCES.items()], reason),  # type: ignore[list-item]
        text_name=absence_name(kpi.pk, "text"),
        text=text,
        is_open=bool(wrong),
    )


def _planned(kpi: Kpi, period: datetime.date) -> str:
    if kpi.direction == Kpi.Direction.RANGE:
        return f"{written(kpi.range_low, kpi)} – {written(kpi.range_high, kpi)}"
    return written(planned_at(kpi, period), kpi)


def _returned(listed: Listed, periods: list[tuple[datetime.date, str]]) -> tuple[str, str] | None:
    period = listed.returned
    if period is None or any(period == shown for shown, _name in periods):
        return None
    return label(period, listed.frequency), str(period)


def _badges(listed: Listed, kpi: Kpi, states: Sequence[CellState | None], sheet: Sheet) -> list[Badge]:
    """What is the case in the last complete period, and whether drafts wait."""
    today = sheet.window.today
    known = sheet.states.get((kpi.pk, last_complete(today, kpi.frequency)))
    badges = [_due_badge(listed, kpi, known, today)]
    drafts = [state.draft for state in states if state is not None and state.draft is not None]
    if drafts:
        newest = max(drafts, key=lambda draft: draft.recorded_at)
        names = {"count": len(drafts), "when": when(newest.recorded_at)}
        text = ngettext("draft saved %(when)s", "%(count)d drafts saved %(when)s", len(drafts)) % names
        badges.append(Badge(text, "open"))
    return badges


def _due_badge(listed: Listed, kpi: Kpi, known: CellState | None, today: datetime.date) -> Badge:
    if listed.returned is not None:
        return Badge(_("returned"), "bad")
    decided = known.decided if known else None
    if decided is not None and decided.counts:
        if decided.value is None:
            return Badge(_("not available"), "open", decided.note)
        word = str(Measurement.Status(decided.status).label)
        who = decided.who or str(Kpi.Source(decided.source).label)
        return Badge(f"{word} {when(decided.recorded_at)}", "good", who)
    if not listed.is_expected:
        start = kpi.expected_start or timezone.localdate(kpi.created_at)
        return Badge(_("not due before %(period)s") % {"period": label(start, kpi.frequency)}, "open")
    deadline = listed.late_from - datetime.timedelta(days=1)
    days = (today - deadline).days
    if listed.is_late(today):
        return Badge(ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days}, "bad")
    if not days:
        return Badge(_("due today"), "")
    return Badge(_("due by %(day)s") % {"day": formats.date_format(deadline, "MONTH_DAY_FORMAT")}, "")


def heading(listed: Sequence[Listed], today: datetime.date) -> str:
    """ "7 values due, 2 late. 33 of 40 in for October 2026." """
    expected = [kpi for kpi in listed if kpi.is_expected]
    owed = [kpi for kpi in expected if not kpi.has_value]
    if not listed:
        return _("Nothing to enter")
    if not expected:
        return _("Nothing is due yet")
    names: dict[str, Any] = {"in": len(expected) - len(owed), "all": len(expected)}
    frequencies = {kpi.frequency for kpi in expected}
    if len(frequencies) == 1:
        frequency = frequencies.pop()
        names["period"] = label(last_complete(today, frequency), frequency)
        done = _("%(in)d of %(all)d in for %(period)s.") % names
    else:
        done = _("%(in)d of %(all)d in for their last complete period.") % names
    return _("%(first)s %(second)s") % {"first": _owed(owed, today), "second": done}


def _owed(owed: Sequence[Listed], today: datetime.date) -> str:
    if not owed:
        return _("Nothing is due.")
    names = {"due": len(owed), "late": sum(kpi.is_late(today) for kpi in owed)}
    if not names["late"]:
        return ngettext("%(due)d value due.", "%(due)d values due.", len(owed)) % names
    return (
        ngettext("%(due)d value due, %(late)d late.", "%(due)d values due, %(late)d late.", len(owed)) % names
    )
