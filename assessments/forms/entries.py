"""What a person typed into the entry grid, read from the fields of a request."""

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from assessments.entry.states import Cell
from assessments.services.entering import EnteredValue
from kpis.models import Kpi
from organizations.errors import InvalidInputError, ProductError
from projects.numbers import parse_number
from projects.periods import start_of

LONGEST_NOTE = 1000
#: the short list of reasons why there is no value
ABSENCES = {
    "no_data": gettext_lazy("The source has nothing for this period"),
    "system": gettext_lazy("The source system was down"),
    "open": gettext_lazy("The books of the period are not closed"),
    "unmeasured": gettext_lazy("It was not measured"),
    "changed": gettext_lazy("The process changed; old and new do not compare"),
    "other": gettext_lazy("Another reason"),
}
_VALUE = re.compile(r"c-(\d{1,18})-(\d{4}-\d\d-\d\d)-(\d{1,9})")
_NOTE = re.compile(r"e-(\d{1,18})-(\d{4}-\d\d-\d\d)")
_ABSENCE = re.compile(r"na-(\d{1,18})-period")


def value_id(kpi_id: int, period: datetime.date) -> str:
    """The id of the input of one cell."""
    return f"c-{kpi_id}-{period}"


def value_name(kpi_id: int, period: datetime.date, version: int) -> str:
    """The name of that input, which says what its writer had on the screen."""
    return f"c-{kpi_id}-{period}-{version}"


def note_name(kpi_id: int, period: datetime.date) -> str:
    """The field for the word of explanation of one cell."""
    return f"e-{kpi_id}-{period}"


def absence_name(kpi_id: int, part: str) -> str:
    """The fields by which a row says "not available": part = period | reason | text."""
    return f"na-{kpi_id}-{part}"


@dataclass(frozen=True, slots=True)
class TypedCell:
    """The text of one input, and the version its writer saw."""

    text: str
    seen: int


@dataclass(slots=True)
class EntryForm:
    """All cells of a request. `read` gives the values, and says what is wrong with the others."""

    cells: dict[Cell, TypedCell] = field(default_factory=dict)
    notes: dict[Cell, str] = field(default_factory=dict)
    absences: dict[Cell, tuple[str, str]] = field(default_factory=dict)
    problems: dict[Cell, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, str]) -> "EntryForm":
        """Read the fields; names that are none of the grid's are left out."""
        form = cls()
        for name, text in data.items():
            if found := _VALUE.fullmatch(name):
                if cell := _cell(found[1], found[2]):
                    form.cells[cell] = TypedCell(text.strip(), int(found[3]))
            elif found := _NOTE.fullmatch(name):
                if cell := _cell(found[1], found[2]):
                    form.notes[cell] = text.strip()[:LONGEST_NOTE]
            elif found := _ABSENCE.fullmatch(name):
                form._add_absence(int(found[1]), text, data)
        return form

    @property
    def kpi_ids(self) -> set[int]:
        return {kpi_id for kpi_id, _period in (*self.cells, *self.absences)}

    def take_theirs(self, cell: Cell) -> None:
        """After a conflict: leave what was typed in favour of what the other person wrote."""
        self.cells.pop(cell, None)
        self.absences.pop(cell, None)

    def keep_mine(self, cell: Cell, version: int) -> None:
        """After a conflict: what was typed replaces `version`, which its writer has seen by now."""
        if cell in self.cells:
            self.cells[cell] = TypedCell(self.cells[cell].text, version)

    def read(self, kpis: Mapping[int, Kpi], today: datetime.date) -> list[EnteredValue]:
        """The values of `kpis`; cells of other KPIs, and periods that are none or still to come, are left out."""
        values = []
        for cell in {**self.cells, **self.absences}:
            kpi = kpis.get(cell[0])
            if kpi is None or cell[1] > today or cell[1] != start_of(cell[1], kpi.frequency):
                continue
            try:
                values.append(self._value(cell))
            except (ProductError, OverflowError) as error:
                self.problems[cell] = str(error)
        return values

    def _value(self, cell: Cell) -> EnteredValue:
        typed = self.cells.get(cell, TypedCell("", 0))
        if cell in self.absences:
            return EnteredValue(*cell, None, typed.seen, _absence(*self.absences[cell]))
        return EnteredValue(*cell, read_value(typed.text), typed.seen, self.notes.get(cell, ""))

    def _add_absence(self, kpi_id: int, period: str, data: Mapping[str, str]) -> None:
        reason = data.get(absence_name(kpi_id, "reason"), "")
        cell = _cell(str(kpi_id), period)
        if reason and cell:
            text = data.get(absence_name(kpi_id, "text"), "").strip()[: LONGEST_NOTE - 100]
            self.absences[cell] = (reason, text)


def read_value(text: str) -> float | None:
    """The number of a cell's text; None for an empty one.

    Raises:
        InvalidInputError: it is no number, or none that can be kept.
    """
    if not text:
        return None
    value = float(parse_number(text))
    if not math.isfinite(value):
        raise InvalidInputError(_("This number is too large."))
    return value


def _absence(reason: str, text: str) -> str:
    """The reason in words."""
    if reason not in ABSENCES:
        raise InvalidInputError(_("Choose one of the reasons."))
    if reason == "other":
        if not text:
            raise InvalidInputError(_("Say in a few words why there is no value."))
        return text
    colon = pgettext("between parts", ": ")
    return f"{ABSENCES[reason]}{colon}{text}" if text else str(ABSENCES[reason])


def _cell(kpi_id: str, period: str) -> Cell | None:
    try:
        return int(kpi_id), datetime.date.fromisoformat(period)
    except ValueError:
        return None
