"""What stands in a cell of the entry grid: the newest version, and the newest that is no draft."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from assessments.models import Measurement
from kpis.figures import typed

Cell = tuple[int, datetime.date]
#: The note of a draft that was emptied again. Versions are never taken away, and one without a value needs a note.
EMPTIED = "—"
_COLUMNS = (
    "kpi_id",
    "period",
    "version",
    "value",
    "status",
    "note",
    "recorded_at",
    "recorded_by__name",
    "recorded_by__email",
    "source",
)
_Status = Measurement.Status
_DRAFT = _Status.DRAFT.value
_COUNTED = frozenset({_Status.SUBMITTED.value, _Status.VERIFIED.value})


def is_emptied(status: str, note: str) -> bool:
    """Whether a newest version of this status and note is a draft that was emptied: nothing waits there."""
    return status == _DRAFT and note == EMPTIED


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one value, as the grid needs it; `who` is "" where the product itself wrote it."""

    kpi_id: int
    period: datetime.date
    version: int
    value: float | None
    status: str
    note: str
    recorded_at: datetime.datetime
    who: str
    source: str

    @property
    def cell(self) -> Cell:
        return self.kpi_id, self.period

    @property
    def is_draft(self) -> bool:
        return self.status == _DRAFT

    @property
    def counts(self) -> bool:
        return self.status in _COUNTED

    def says(self, value: float | None, note: str) -> bool:
        """Whether it is this answer; an empty note says nothing new."""
        return self.value == value and note in ("", self.note)


class CellState:
    """The versions of a cell: all of them, or at least the newest draft and the newest that is none.

    `newest` and `number` (0 for an empty cell) are what a page shows that has seen this. `decided`, the newest
    version that is no draft, alone counts. `draft` waits to be submitted; it is None where the newest draft was
    emptied again or says what counts anyway. `shown` is what the input holds: the draft, else what counts; a
    returned value is an empty cell.
    """

    __slots__ = ("decided", "draft", "newest", "number", "shown", "versions")

    def __init__(self, versions: Iterable[Version] = ()) -> None:
        self.versions = sorted(versions, key=lambda version: -version.version)
        self.newest = self.versions[0] if self.versions else None
        self.number = self.newest.version if self.newest else 0
        self.decided = next((version for version in self.versions if not version.is_draft), None)
        counted = self.decided if self.decided is not None and self.decided.counts else None
        newest = self.newest
        draft = newest if newest and newest.is_draft and not is_emptied(newest.status, newest.note) else None
        is_known = draft is not None and counted is not None and counted.says(draft.value, draft.note)
        self.draft = None if is_known else draft
        self.shown = self.draft or counted

    @property
    def text(self) -> str:
        return "" if self.shown is None else typed(self.shown.value)

    @property
    def is_returned(self) -> bool:
        """Whether it was sent back and nothing new was typed since."""
        return self.draft is None and self.decided is not None and self.decided.status == _Status.RETURNED

    def as_seen(self, version: int) -> "CellState":
        """The state that a page showing `version` had."""
        return CellState([row for row in self.versions if row.version <= version])


def newest_states(kpi_ids: Iterable[int], periods: Iterable[datetime.date]) -> dict[Cell, CellState]:
    """The newest draft and the newest version that is none of each cell, in one query."""
    rows = _rows(kpi_ids, periods)
    drafts = rows.filter(status=_Status.DRAFT).newest().values_list(*_COLUMNS)
    others = rows.exclude(status=_Status.DRAFT).newest().values_list(*_COLUMNS)
    return _by_cell(others.union(drafts, all=True))


def whole_states(kpi_ids: Iterable[int], periods: Iterable[datetime.date]) -> dict[Cell, CellState]:
    """All versions of each cell, in one query."""
    return _by_cell(_rows(kpi_ids, periods).order_by().values_list(*_COLUMNS))


def _rows(kpi_ids: Iterable[int], periods: Iterable[datetime.date]) -> Any:
    return Measurement.objects.filter(kpi__in=list(kpi_ids), period__in=list(periods))


def _by_cell(rows: Iterable[Sequence[Any]]) -> dict[Cell, CellState]:
    found: dict[Cell, list[Version]] = defaultdict(list)
    for kpi_id, period, number, value, status, note, at, name, email, source in rows:
        version = Version(kpi_id, period, number, value, status, note, at, name or email or "", source)
        found[kpi_id, period].append(version)
    return {cell: CellState(versions) for cell, versions in found.items()}
