"""The rows of a file with values, packed: a million of them take 40 MB instead of 400."""

import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assessments.models import Measurement

from .cells import Period
from .project_rows import ProjectDraft
from .report import Rejection

#: states of values by the small number they are packed as; 0 where the file does not say it
STATUSES = ("", *Measurement.Status.values)
_CODES = {status: code for code, status in enumerate(STATUSES)}
_NONE = math.nan


@dataclass(slots=True)
class KpiDraft:
    """A KPI of the file; `values` are what `create_kpis` takes, as far as the file says them.

    `fault` is why it cannot be created from this file; it may still name a KPI that exists.
    """

    project: ProjectDraft
    code: str
    name: str
    cell: str
    column: str
    values: dict[str, Any]
    fault: Rejection | None = None


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One KPI in one period: `value` and `target` None where the file has none."""

    row: int
    kpi: KpiDraft
    period: Period
    value: float | None
    target: float | None
    note: str = ""
    #: as the file says it, "" where it does not
    status: str = ""

    @property
    def period_column(self) -> str:
        return self.period.column


class ValueRows:
    """Rows by their place; a packed number stands for each KPI and each period, NaN for "none"."""

    def __init__(self) -> None:
        self.kpis: list[KpiDraft] = []
        self.periods: list[Period] = []
        self.row_numbers = array("I")
        self.kpi_places = array("I")
        self.period_places = array("I")
        self.values = array("d")
        self.targets = array("d")
        self.notes: dict[int, str] = {}
        self.statuses = array("B")
        self._place_of_kpi: dict[int, int] = {}
        self._place_of_period: dict[int, int] = {}

    def add(
        self,
        row: int,
        kpi: KpiDraft,
        period: Period,
        value: float | None,
        target: float | None,
        note: str = "",
        status: str = "",
    ) -> None:
        """Append a row; the same KPI and the same period must come as the same objects."""
        known = self._place_of_kpi.get(id(kpi))
        if known is None:
            known = self._place_of_kpi[id(kpi)] = len(self.kpis)
            self.kpis.append(kpi)
        when = self._place_of_period.get(id(period))
        if when is None:
            when = self._place_of_period[id(period)] = len(self.periods)
            self.periods.append(period)
        if note:
            self.notes[len(self.values)] = note
        self.row_numbers.append(row)
        self.kpi_places.append(known)
        self.period_places.append(when)
        self.values.append(_NONE if value is None else value)
        self.targets.append(_NONE if target is None else target)
        self.statuses.append(_CODES[status])

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[ValueRow]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, place: int) -> ValueRow:
        value, target = self.values[place], self.targets[place]
        return ValueRow(
            row=self.row_numbers[place],
            kpi=self.kpis[self.kpi_places[place]],
            period=self.periods[self.period_places[place]],
            value=None if math.isnan(value) else value,
            target=None if math.isnan(target) else target,
            note=self.notes.get(place, ""),
            status=STATUSES[self.statuses[place]],
        )

    def complete(self, place: int, other: int) -> bool:
        """Let a row take over what another, of the same KPI and period, says where it says nothing itself.

        A value and its target may stand in rows of their own.
        """
        mine, theirs = self[place], self[other]
        if mine.target is None and theirs.value is None and not theirs.note:
            self.targets[place] = self.targets[other]
        elif mine.value is None and not mine.note and theirs.target is None:
            self.values[place] = self.values[other]
            if theirs.note:
                self.notes[place] = theirs.note
        else:
            return False
        return True

    def say_the_same(self, place: int, other: int) -> bool:
        mine, theirs = self[place], self[other]
        return (mine.value, mine.target, mine.note) == (theirs.value, theirs.target, theirs.note)
