"""Values typed by people: before the one door, a look at whether somebody else was faster."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.entry.locks import locks_of, why_locked
from assessments.entry.states import EMPTIED, Cell, CellState, Version, newest_states, whole_states
from assessments.models import Measurement
from assessments.plausibility import doubts_by_cell
from assessments.services.record import MeasurementInput, record_measurements
from kpis.models import Kpi
from organizations.errors import ForbiddenError
from organizations.models import Membership


@dataclass(frozen=True, slots=True)
class EnteredValue:
    """A typed value, and the version its writer had on the screen (0 for none).

    `value` None with a `note` says why there is none; without a note the cell was left, or made, empty.
    With `submit` it is handed in, the draft that stood there included; else it is kept as a draft.
    """

    kpi_id: int
    period: datetime.date
    value: float | None
    seen_version: int = 0
    note: str = ""
    submit: bool = False

    @property
    def cell(self) -> Cell:
        return self.kpi_id, self.period


@dataclass(frozen=True, slots=True)
class EntryReport:
    """What became of the values, by cell."""

    saved: set[Cell] = field(default_factory=set)
    submitted: set[Cell] = field(default_factory=set)
    #: known already
    same: set[Cell] = field(default_factory=set)
    #: left, because somebody else was faster: what they wrote
    conflicts: dict[Cell, Version] = field(default_factory=dict)
    #: refused, with the reason
    refused: dict[Cell, str] = field(default_factory=dict)
    #: kept as drafts: what asks for a word of explanation before they can be submitted
    unexplained: dict[Cell, list[str]] = field(default_factory=dict)


@transaction.atomic
def enter_values(*, membership: Membership, values: Sequence[EnteredValue]) -> EntryReport:
    """Record what a member typed.

    A newer version that says something else than the member saw is a conflict and stays; a value left as it was
    on their screen never overwrites a newer one. A value that is not plausible (`assessments.plausibility`) or
    changes a verified one is submitted only with a note; without it is kept as a draft.

    Raises:
        ForbiddenError: a KPI is not theirs to enter; nothing is saved.
        InvalidInputError: as `record_measurements`; nothing is saved.
    """
    kpis = _lock_own(membership, {value.kpi_id for value in values})
    states = whole_states(kpis, {value.period for value in values})
    report = EntryReport()
    wanted = _wanted(values, states, kpis, report)
    report.unexplained.update(_unexplained(kpis, [value for value in wanted if value.submit], states))
    rows = []
    for value in wanted:
        state = states.get(value.cell, CellState())
        handed_in = value.submit and value.cell not in report.unexplained
        if handed_in or not _is_known_draft(value, state):
            rows.append(_row(value, Measurement.Status.SUBMITTED if handed_in else Measurement.Status.DRAFT))
        (report.submitted if handed_in else report.saved).add(value.cell)
    if rows:
        record_measurements(membership.user, membership.organization, rows)
    return report


def _unexplained(
    kpis: Mapping[int, Kpi], values: Sequence[EnteredValue], states: Mapping[Cell, CellState]
) -> dict[Cell, list[str]]:
    """What asks for a word of explanation, by cell; values that bring one are left out."""
    silent = {value.cell: value for value in values if not value.note}
    found = doubts_by_cell(kpis, {cell: value.value for cell, value in silent.items()})
    for cell, value in silent.items():
        if changes_verified(states.get(cell), value.value):
            found.setdefault(cell, []).insert(0, _("This changes a verified value."))
    return found


def changes_verified(state: CellState | None, value: float | None) -> bool:
    """Whether a value differs from the verified one of its cell."""
    decided = state.decided if state else None
    return decided is not None and decided.status == Measurement.Status.VERIFIED and decided.value != value


def _wanted(
    values: Sequence[EnteredValue],
    states: Mapping[Cell, CellState],
    kpis: Mapping[int, Kpi],
    report: EntryReport,
) -> list[EnteredValue]:
    """The values to write; what is not written is said in the report."""
    locks = locks_of({kpi.project_id for kpi in kpis.values()})
    wanted = []
    for value in values:
        changed = _changed(value, states.get(value.cell, CellState()), report)
        locked = changed and why_locked(locks, kpis[value.kpi_id], value.period)
        if locked:
            report.refused[value.cell] = locked
        elif changed:
            wanted.append(changed)
    return wanted


def _changed(value: EnteredValue, state: CellState, report: EntryReport) -> EnteredValue | None:
    """What to write for one cell; None, with a word in the report, where there is nothing to write."""
    newest, decided, draft = state.newest, state.decided, state.draft
    seen = state.as_seen(value.seen_version)
    untouched = value.value == _value(seen.shown) and value.note in ("", _note(seen.shown))
    known = draft is None and decided is not None and decided.counts and decided.says(value.value, value.note)
    if known or (untouched and (draft is None or not value.submit)):
        report.same.add(value.cell)
    elif newest is not None and newest.version > value.seen_version and not _same_draft(draft, value):
        report.conflicts[value.cell] = state.shown or newest
    elif value.value is None and not value.note:
        return _emptied(value, state, report)
    else:
        return _with_note(value, draft)
    return None


def _emptied(value: EnteredValue, state: CellState, report: EntryReport) -> EnteredValue | None:
    """An emptied cell: a draft goes back to what stood before it; what counts is corrected or explained."""
    draft = state.draft
    if draft is not None and draft.value is None and value.submit:
        return replace(value, note=draft.note)
    if draft is None or (state.decided is not None and state.decided.counts):
        report.refused[value.cell] = _(
            "A value that was handed in cannot be emptied. Type the right one, or say why there is none."
        )
        return None
    return replace(value, note=EMPTIED, submit=False)


def _with_note(value: EnteredValue, draft: Version | None) -> EnteredValue:
    """A draft handed in as it stands keeps its word of explanation."""
    if value.note or draft is None or draft.value != value.value:
        return value
    return replace(value, note=draft.note)


def _same_draft(draft: Version | None, value: EnteredValue) -> bool:
    return draft is not None and draft.says(value.value, value.note)


def _is_known_draft(value: EnteredValue, state: CellState) -> bool:
    return state.draft is not None and state.draft.says(value.value, value.note)


@dataclass(frozen=True, slots=True)
class EntryPreview:
    """What would become of values: refused ones with the reason, and what would ask for a word of explanation."""

    refused: dict[Cell, str]
    unexplained: dict[Cell, list[str]]


def preview_values(*, membership: Membership, values: Sequence[EnteredValue]) -> EntryPreview:
    """Look at values before they are entered; writes nothing. Four queries, however many values."""
    own = Kpi.objects.enterable_by(membership).filter(pk__in={value.kpi_id for value in values})
    kpis = {kpi.pk: kpi for kpi in own}
    locks = locks_of({kpi.project_id for kpi in kpis.values()})
    known = [value for value in values if value.kpi_id in kpis]
    refused = {
        value.cell: reason
        for value in known
        if (reason := why_locked(locks, kpis[value.kpi_id], value.period))
    }
    refused |= {
        value.cell: _("You may enter the values of the KPIs you answer for. This is not one of them.")
        for value in values
        if value.kpi_id not in kpis
    }
    states = newest_states(kpis, {value.period for value in known})
    left = [value for value in known if value.cell not in refused]
    return EntryPreview(refused, _unexplained(kpis, left, states))


def _row(value: EnteredValue, status: str) -> MeasurementInput:
    return MeasurementInput(value.kpi_id, value.period, value.value, value.note, status=status)


def _value(version: Version | None) -> float | None:
    return version.value if version else None


def _note(version: Version | None) -> str:
    return version.note if version else ""


def _lock_own(membership: Membership, kpi_ids: set[int]) -> dict[int, Kpi]:
    """The KPIs, locked, so that nobody else writes between the look and the record; refuses foreign ones."""
    allowed = (
        Kpi.objects.enterable_by(membership)
        .filter(pk__in=kpi_ids)
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    )
    kpis = {kpi.pk: kpi for kpi in allowed}
    if set(kpis) != kpi_ids:
        raise ForbiddenError
    return kpis
