"""The rows of My entries: what is due, what is there, what was typed."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.due import GRACE, due_from
from assessments.forms import note_name, seen_name, value_name
from assessments.models import Measurement
from kpis.figures import planned_at, typed, written
from kpis.models import Kpi
from projects.periods import label, last_complete, shift

Cell = tuple[int, datetime.date]
Newest = Mapping[Cell, Measurement]

#: order of the rows in a project
_RETURNED, _LATE, _DUE, _SAVED, _NOT_DUE = range(5)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in a request and is not saved: texts by field name, problems by cell."""

    texts: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[Cell, str] = field(default_factory=dict)
    conflicts: Mapping[Cell, Measurement] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntryCell:
    """One input."""

    name: str
    seen_name: str
    label: str
    text: str
    seen: int
    state: str
    problem: str
    placeholder: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One KPI of the table."""

    kpi: Kpi
    planned: str
    planned_label: str
    previous: list[tuple[str, str]]
    cells: list[EntryCell]
    state: dict[str, str]
    rank: int
    note_name: str
    note: str

    @property
    def has_problem(self) -> bool:
        return any(cell.problem for cell in self.cells)


def open_periods(kpi: Kpi, today: datetime.date) -> list[datetime.date]:
    """The periods that can be entered here: the last complete one and the running one."""
    last = last_complete(today, kpi.frequency)
    return [last, shift(last, kpi.frequency, 1)]


def newest_of(kpis: Iterable[Kpi], today: datetime.date) -> dict[Cell, Measurement]:
    """The newest version of the open periods and the two before, in one query."""
    kpis = list(kpis)
    periods = {period for kpi in kpis for period in (*_past(kpi, today), *open_periods(kpi, today))}
    rows = Measurement.objects.filter(kpi__in=kpis, period__in=periods).newest().select_related("recorded_by")
    return {(row.kpi_id, row.period): row for row in rows}


def build_row(kpi: Kpi, *, newest: Newest, today: datetime.date, typed_in: Typed) -> EntryRow:
    """The row of a KPI that `assessments.due.with_due` has annotated."""
    last = last_complete(today, kpi.frequency)
    state, rank = _state(kpi, newest.get((kpi.pk, last)), today)
    known = newest.get((kpi.pk, last))
    note = known.note if known and known.status != Measurement.Status.RETURNED else ""
    return EntryRow(
        kpi=kpi,
        planned=_planned(kpi, last),
        planned_label=_("Plan %(period)s") % {"period": label(last, kpi.frequency)},
        previous=[
            (label(period, kpi.frequency), _past_value(kpi, newest.get((kpi.pk, period))))
            for period in _past(kpi, today)
        ],
        cells=[_cell(kpi, period, newest, typed_in) for period in open_periods(kpi, today)],
        state=state,
        rank=rank,
        note_name=note_name(kpi),
        note=typed_in.texts.get(note_name(kpi), note),
    )


def rank_of(kpi: Kpi, today: datetime.date) -> int:
    """The order of a KPI before its values are fetched: late, due, the rest."""
    if not kpi.is_expected:  # type: ignore[attr-defined]
        return _NOT_DUE
    if kpi.has_value:  # type: ignore[attr-defined]
        return _SAVED
    return _LATE if is_late(kpi, today) else _DUE


def is_late(kpi: Kpi, today: datetime.date) -> bool:
    """Whether a due value is late: more than 7 days after the end of its period."""
    return today > due_from(today, kpi.frequency) + GRACE


def _past(kpi: Kpi, today: datetime.date) -> list[datetime.date]:
    last = last_complete(today, kpi.frequency)
    return [shift(last, kpi.frequency, -2), shift(last, kpi.frequency, -1)]


def _planned(kpi: Kpi, period: datetime.date) -> str:
    if kpi.direction == Kpi.Direction.RANGE:
        return f"{written(kpi.range_low, kpi)} – {written(kpi.range_high, kpi)}"
    return written(planned_at(kpi, period), kpi)


def _past_value(kpi: Kpi, version: Measurement | None) -> str:
    return written(version.value if version else None, kpi)


def _cell(kpi: Kpi, period: datetime.date, newest: Newest, typed_in: Typed) -> EntryCell:
    known = newest.get((kpi.pk, period))
    returned = known is not None and known.status == Measurement.Status.RETURNED
    name, seen = value_name(kpi, period), seen_name(kpi, period)
    stored = stored_text(known)
    problem = _problem(kpi, period, typed_in)
    version = known.version if known else 0
    # After a conflict the other value has been seen: saving again is a decision.
    if name in typed_in.texts and (kpi.pk, period) not in typed_in.conflicts:
        version = _number(typed_in.texts.get(seen), version)
    return EntryCell(
        name=name,
        seen_name=seen,
        label=label(period, kpi.frequency),
        text=typed_in.texts.get(name, stored),
        seen=version,
        state="check" if problem or returned else "saved" if stored else "",
        problem=problem,
        placeholder=written(known.value, kpi) if known and returned else "",
    )


def stored_text(known: Measurement | None) -> str:
    """What an untouched input holds: the newest value; nothing where it was returned."""
    return "" if known is None or known.status == Measurement.Status.RETURNED else typed(known.value)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else otherwise


def _problem(kpi: Kpi, period: datetime.date, typed_in: Typed) -> str:
    other = typed_in.conflicts.get((kpi.pk, period))
    if other is None:
        return typed_in.problems.get((kpi.pk, period), "")
    names = {
        "who": other.recorded_by or _("Somebody"),
        "theirs": written(other.value, kpi),
        "when": when(other.recorded_at),
        "yours": typed_in.texts.get(value_name(kpi, period)) or "—",
    }
    return (
        _(
            "%(who)s entered %(theirs)s (%(when)s) after you opened this page; you typed %(yours)s."
            " Save again to replace it, or type the other value."
        )
        % names
    )


def _state(kpi: Kpi, known: Measurement | None, today: datetime.date) -> tuple[dict[str, str], int]:
    """The badge of the last complete period and the row's rank."""
    if known is not None and known.status == Measurement.Status.RETURNED:
        return {"label": _("returned"), "tone": "bad", "detail": known.note}, _RETURNED
    if known is not None and known.status != Measurement.Status.DRAFT:
        return _saved(known), _SAVED
    if not kpi.is_expected:  # type: ignore[attr-defined]
        start = kpi.expected_start or timezone.localdate(kpi.created_at)
        names = {"period": label(start, kpi.frequency)}
        return {"label": _("not due before %(period)s") % names, "tone": "open", "detail": ""}, _NOT_DUE
    draft = _("A draft does not count yet.") if known is not None else ""
    deadline = due_from(today, kpi.frequency) + GRACE
    days = (today - deadline).days
    if days > 0:
        text = ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days}
        return {"label": text, "tone": "bad", "detail": draft}, _LATE
    text = _("due by %(day)s") % {"day": formats.date_format(deadline, "MONTH_DAY_FORMAT")}
    return {"label": text, "tone": "", "detail": draft}, _DUE


def _saved(known: Measurement) -> dict[str, str]:
    who = str(known.recorded_by) if known.recorded_by else known.get_source_display()
    if known.value is None:
        return {"label": _("not available"), "tone": "open", "detail": known.note}
    word = _("verified") if known.status == Measurement.Status.VERIFIED else _("saved")
    return {"label": f"{word} {when(known.recorded_at)}", "tone": "good", "detail": who}


def when(moment: datetime.datetime) -> str:
    """The time of today, the day of earlier, in the reader's zone."""
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate():
        return formats.time_format(local, "TIME_FORMAT")
    return formats.date_format(local, "MONTH_DAY_FORMAT")


def columns_of(rows: list[EntryRow]) -> dict[str, Any]:
    """Headings by the periods of the most common frequency; rows of another one name theirs themselves."""
    frequencies = Counter(row.kpi.frequency for row in rows)
    if not frequencies:
        return {}
    frequency = frequencies.most_common(1)[0][0]
    typical = next(row for row in rows if row.kpi.frequency == frequency)
    return {
        "frequency": frequency,
        "planned": typical.planned_label,
        "previous": [name for name, _text in typical.previous],
        "cells": [cell.label for cell in typical.cells],
    }
