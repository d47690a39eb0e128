"""Values typed by people: before the one door, a look at whether somebody else was faster."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from assessments.models import Measurement
from assessments.services.record import MeasurementInput, record_measurements
from kpis.models import Kpi
from organizations.errors import ForbiddenError
from organizations.models import Membership

Cell = tuple[int, datetime.date]


@dataclass(frozen=True, slots=True)
class EnteredValue:
    """A typed value, and the version its writer had on the screen (0 for none).

    `value` None with a `note` says why there is none; without a note the cell was left, or made, empty.
    """

    kpi_id: int
    period: datetime.date
    value: float | None
    seen_version: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class EntryReport:
    """What became of the values: written anew, known already, or left because somebody else was faster."""

    saved: set[Cell] = field(default_factory=set)
    same: set[Cell] = field(default_factory=set)
    conflicts: dict[Cell, Measurement] = field(default_factory=dict)
    #: cells made empty: a value is corrected or explained, never removed
    emptied: set[Cell] = field(default_factory=set)


@transaction.atomic
def enter_values(*, membership: Membership, values: Sequence[EnteredValue]) -> EntryReport:
    """Record what a member typed, unless a newer version says something else than they saw.

    A value the member left as it was on their screen never overwrites a newer one.

    Raises:
        ForbiddenError: a KPI is not theirs to enter; nothing is saved.
        InvalidInputError: as `record_measurements`; nothing is saved.
    """
    _refuse_foreign(membership, {value.kpi_id for value in values})
    versions = _versions_of(values)
    report = EntryReport()
    wanted = [value for value in values if _is_wanted(value, versions, report)]
    rows = [MeasurementInput(value.kpi_id, value.period, value.value, value.note) for value in wanted]
    if rows:
        record_measurements(membership.user, membership.organization, rows)
    report.saved.update((value.kpi_id, value.period) for value in wanted)
    return report


def _is_wanted(value: EnteredValue, versions: dict[Cell, list[Measurement]], report: EntryReport) -> bool:
    """Whether to write it; what is not written is said in the report."""
    cell = (value.kpi_id, value.period)
    known = versions.get(cell, [])
    newest = known[0] if known else None
    untouched = any(row.version == value.seen_version and _left_alone(row, value) for row in known)
    if untouched or (newest is not None and _says(newest, value)):
        report.same.add(cell)
    elif newest is not None and newest.version > value.seen_version:
        report.conflicts[cell] = newest
    elif value.value is None and not value.note:
        report.emptied.add(cell)
    else:
        return True
    return False


def _refuse_foreign(membership: Membership, kpi_ids: set[int]) -> None:
    """Lock the KPIs, so that nobody else writes between the look and the record, and check whose they are."""
    allowed = (
        Kpi.objects.enterable_by(membership)
        .filter(pk__in=kpi_ids)
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    )
    if {kpi.pk for kpi in allowed} != kpi_ids:
        raise ForbiddenError


def _versions_of(values: Iterable[EnteredValue]) -> dict[Cell, list[Measurement]]:
    """All versions of the cells, newest first."""
    values = list(values)
    rows = (
        Measurement.objects.filter(
            kpi__in={value.kpi_id for value in values}, period__in={value.period for value in values}
        )
        .select_related("recorded_by")
        .order_by("-version")
    )
    found: dict[Cell, list[Measurement]] = {}
    for row in rows:
        found.setdefault((row.kpi_id, row.period), []).append(row)
    return found


def _says(version: Measurement, value: EnteredValue) -> bool:
    """Whether a version that counts and a typed value are one answer."""
    answers = version.status in (Measurement.Status.SUBMITTED, Measurement.Status.VERIFIED)
    return answers and version.value == value.value and value.note in ("", version.note)


def _left_alone(seen: Measurement, value: EnteredValue) -> bool:
    """Whether the person left the cell as it stood on their screen, where a returned value is an empty cell.

    A draft is handed in by saving it as it stands.
    """
    if seen.status == Measurement.Status.DRAFT:
        return False
    shown = None if seen.status == Measurement.Status.RETURNED else seen.value
    return value.value == shown and value.note in ("", seen.note)
