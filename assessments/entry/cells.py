"""One cell of the entry grid: its text, its state in words, and what is to be said about it."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from assessments.entry.locks import why_locked
from assessments.entry.reading import Sheet
from assessments.entry.states import Cell, CellState, Version
from assessments.forms.entries import TypedCell, note_name, value_id, value_name
from assessments.models import Measurement
from kpis.figures import planned_at, written
from kpis.models import Kpi
from projects.periods import shift


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What stands in a request and is not saved, by cell: texts, problems, conflicts, missing explanations."""

    texts: Mapping[Cell, TypedCell] = field(default_factory=dict)
    problems: Mapping[Cell, str] = field(default_factory=dict)
    conflicts: Mapping[Cell, Version] = field(default_factory=dict)
    unexplained: Mapping[Cell, list[str]] = field(default_factory=dict)
    #: reason and text of answers "not available" that were not taken
    absences: Mapping[Cell, tuple[str, str]] = field(default_factory=dict)

    @property
    def left(self) -> set[Cell]:
        """The cells whose text was not saved."""
        return {*self.problems, *self.conflicts}

    @property
    def count(self) -> int:
        return len({*self.problems, *self.conflicts, *self.unexplained})


@dataclass(slots=True)
class EntryCell:
    """One input. `facts` is everything known about it in one line."""

    id: str
    name: str
    text: str
    period: str
    label: str
    facts: str
    state: str
    address: str
    remarks: int
    remarks_label: str
    readonly: bool
    placeholder: str
    message: "Message | None"


@dataclass(frozen=True, slots=True)
class Message:
    """What a cell asks of the person. `note_name`: a field for a word of explanation; `choice`: after a conflict,
    the values of the buttons that keep one's own or take the other; `is_bad`: it stands in the way of saving."""

    id: str
    period: str
    text: str
    is_bad: bool
    note_name: str = ""
    note: str = ""
    choice: tuple[str, str] | None = None


def build_cells(
    kpi: Kpi, periods: Iterable[tuple[datetime.date, str]], sheet: Sheet, unsaved: Unsaved, base: str
) -> list[EntryCell]:
    """The cells of a KPI, in periods (first day, name) oldest first; `base` is the address of the grid."""
    periods = list(periods)
    before = sheet.states.get((kpi.pk, shift(periods[0][0], kpi.frequency, -1)))
    last = _number_of(before)
    cells = []
    for period, name in periods:
        cells.append(_build_cell(kpi, period, name, last, sheet, unsaved, base))
        number = _number_of(sheet.states.get((kpi.pk, period)))
        last = last if number is None else number
    return cells


def _number_of(state: CellState | None) -> float | None:
    return state.shown.value if state is not None and state.shown is not None else None


def _build_cell(
    kpi: Kpi,
    period: datetime.date,
    name: str,
    last: float | None,
    sheet: Sheet,
    unsaved: Unsaved,
    base: str,
) -> EntryCell:
    cell = (kpi.pk, period)
    state = sheet.states.get(cell) or _EMPTY
    locked = why_locked(sheet.locks, kpi, period) if sheet.locks else ""
    word, text, seen = _word(state), state.text, state.number
    typed = unsaved.texts.get(cell)
    if typed is not None:
        text, seen = typed.text, typed.seen
    message = _message(kpi, period, name, sheet, unsaved, state)
    remarks = sheet.remarks.get(cell)
    if message is not None and message.is_bad:
        word = f"{word} bad"
    elif message is not None and message.note_name:
        word = f"{word} check"
    return EntryCell(
        id=value_id(kpi.pk, period),
        name=value_name(kpi.pk, period, seen),
        text=text,
        period=name,
        label=f"{kpi.name}, {name}",
        facts=_facts(kpi, period, last, state, locked),
        state=f"{word} locked" if locked else word,
        address=f"{base}{kpi.code}/{period}/",
        remarks=remarks.comments + remarks.files if remarks else 0,
        remarks_label=_remarks_label(remarks.comments, remarks.files) if remarks else "",
        readonly=bool(locked) or period > sheet.window.today,
        placeholder=_placeholder(kpi, state),
        message=message,
    )


_EMPTY = CellState()


def _word(state: CellState) -> str:
    """The state as a class of the cell."""
    if state.is_returned:
        return "returned"
    shown = state.shown
    if shown is None:
        return "empty"
    return shown.status if shown.value is not None else f"{shown.status} absent"


def _placeholder(kpi: Kpi, state: CellState) -> str:
    if state.is_returned and state.decided is not None:
        return written(state.decided.value, kpi)
    shown = state.shown
    return _("n/a") if shown is not None and shown.value is None else ""


def _facts(kpi: Kpi, period: datetime.date, last: float | None, state: CellState, locked: str) -> str:
    parts = []
    if kpi.direction == Kpi.Direction.RANGE:
        parts.append(_("range %(range)s") % {"range": _range(kpi.range_low, kpi.range_high, kpi)})
    elif (planned := planned_at(kpi, period)) is not None:
        parts.append(_("plan %(value)s") % {"value": written(planned, kpi)})
    if last is not None:
        parts.append(_("last %(value)s") % {"value": written(last, kpi)})
    if kpi.minimum is not None or kpi.maximum is not None:
        parts.append(_("plausible %(range)s") % {"range": _range(kpi.minimum, kpi.maximum, kpi)})
    if state.versions:
        parts.append(state_in_words(state))
    if locked:
        parts.append(locked)
    return " · ".join(parts)


def _range(low: float | None, high: float | None, kpi: Kpi) -> str:
    if low is None:
        return f"≤ {written(high, kpi)}"
    return f"≥ {written(low, kpi)}" if high is None else f"{written(low, kpi)} – {written(high, kpi)}"


def state_in_words(state: CellState) -> str:
    """ "submitted, Dora 10:42"; for what was returned or is not available, why."""
    version = state.decided if state.is_returned else state.shown
    if version is None:
        return _("draft emptied")
    word = str(Measurement.Status(version.status).label)
    if version.value is None and not state.is_returned:
        word = _("%(state)s, not available: %(reason)s") % {"state": word, "reason": version.note}
    elif version.note:
        word = _("%(state)s: %(reason)s") % {"state": word, "reason": version.note}
    who = version.who or str(Kpi.Source(version.source).label)
    return _("%(state)s, %(who)s %(when)s") % {"state": word, "who": who, "when": when(version.recorded_at)}


def _message(
    kpi: Kpi, period: datetime.date, name: str, sheet: Sheet, unsaved: Unsaved, state: CellState
) -> Message | None:
    """The one most important thing to say about the cell."""
    cell = (kpi.pk, period)
    key = f"{value_id(kpi.pk, period)}-message"
    if cell in unsaved.problems:
        return Message(key, name, unsaved.problems[cell], is_bad=True)
    if cell in unsaved.conflicts:
        return _conflict(kpi, cell, name, unsaved, state)
    missing = unsaved.unexplained.get(cell)
    doubts = missing or sheet.doubts.get(cell)
    draft = state.draft
    if doubts or (draft is not None and draft.note and draft.value is not None):
        note = draft.note if draft is not None else ""
        ask = (
            _("A word why? It is needed before the value can be submitted.") if missing else _("A word why?")
        )
        text = pgettext("between sentences", " ").join([*(doubts or []), *([] if note else [ask])])
        return Message(key, name, text, bool(missing), note_name(*cell), note)
    if state.is_returned and state.decided is not None:
        names = {"who": state.decided.who or _("Somebody"), "reason": state.decided.note}
        return Message(key, name, _("returned by %(who)s: %(reason)s") % names, is_bad=False)
    return None


def _conflict(kpi: Kpi, cell: Cell, name: str, unsaved: Unsaved, state: CellState) -> Message:
    other = unsaved.conflicts[cell]
    mine = unsaved.texts[cell].text if cell in unsaved.texts else ""
    names = {
        "who": other.who or _("Somebody"),
        "theirs": written(other.value, kpi) if other.value is not None else other.note,
        "when": when(other.recorded_at),
        "yours": mine or "—",
    }
    text = _("%(who)s entered %(theirs)s (%(when)s) after you opened this page; you typed %(yours)s.") % names
    address = f"{cell[0]}:{cell[1]}:{state.number}"
    key = f"{value_id(*cell)}-message"
    return Message(key, name, text, is_bad=True, choice=(f"mine:{address}", f"theirs:{address}"))


def _remarks_label(comments: int, files: int) -> str:
    parts = []
    if comments:
        parts.append(ngettext("%(count)d comment", "%(count)d comments", comments) % {"count": comments})
    if files:
        parts.append(ngettext("%(count)d file", "%(count)d files", files) % {"count": files})
    return pgettext("between names", ", ").join(parts)


def when(moment: datetime.datetime) -> str:
    """The time of today, the day of this year, else the whole date, in the reader's zone."""
    local = timezone.localtime(moment)
    today = timezone.localdate()
    if local.date() == today:
        return formats.time_format(local, "TIME_FORMAT")
    return _day(local.date(), local.year == today.year, get_language() or "")


@lru_cache(maxsize=2000)
def _day(day: datetime.date, this_year: bool, _language: str) -> str:
    # A page has hundreds of cells, written on a few days: formatting each would take a tenth of its time.
    return formats.date_format(day, "MONTH_DAY_FORMAT" if this_year else "SHORT_DATE_FORMAT")
