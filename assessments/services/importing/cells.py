"""Readers of cells: built once per file, called for every row."""

import datetime
import math
import re
from decimal import Decimal
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError
from projects.numbers import parse_number
from projects.period_texts import Span, aligned, joined, read_day, read_span

from .fields import DateField, NumberField, PeriodField, TextField
from .report import ImportReport
from .tables import plain_text, tidy, type_of_cell

Cells = list[type_of_cell]
#: Shapes that mean the same to everybody; `parse_number` gives the same for them (a property test holds it to
#: that), ten times slower.
_PLAIN = re.compile(r"-?[0-9]{1,17}(?:\.[0-9]{1,17})?(?:e[-+]?[0-9]{1,3})?")
_PLAIN_WHOLE = re.compile(r"-?[0-9]{1,15}")
_REMEMBERED = 50_000


class Columns:
    """Where each heading of the mapping stands in the file."""

    def __init__(self, headings: tuple[str, ...], wanted: list[str]) -> None:
        exact = {label: position for position, label in enumerate(headings)}
        relaxed: dict[str, int] = {}
        for position, label in enumerate(headings):
            relaxed.setdefault(label.casefold(), position)
        self._found: dict[str, int] = {}
        missing: list[str] = []
        for name in wanted:
            found = exact.get(tidy(name), relaxed.get(tidy(name).casefold()))
            if found is None:
                missing.append(name)
            else:
                self._found[name] = found
        self.labels = headings
        if missing:
            raise InvalidInputError(
                _(
                    "The mapping names columns that the file does not have: %(missing)s. The file has: "
                    "%(headings)s."
                )
                % {"missing": ", ".join(missing), "headings": ", ".join(headings)},
                code="mapping",
                missing=missing,
                headings=list(headings),
            )

    def position(self, column: str) -> int:
        return self._found[column]

    def label(self, column: str) -> str:
        return self.labels[self._found[column]]


class TextReader:
    """Reads one attribute as one line of text (`lines` keeps line breaks, `exact` every character)."""

    def __init__(
        self, field: TextField, columns: Columns, *, lines: bool = False, exact: bool = False
    ) -> None:
        self.field = field
        self.positions = [columns.position(column) for column in field.columns]
        self.labels = columns.labels
        self.lines = lines
        self.exact = exact

    def __call__(self, cells: Cells) -> str:
        """The text; a cell that the mapping's `map` does not know is an `InvalidInputError`."""
        field = self.field
        if not self.positions:
            return field.constant
        text = self._text(cells[self._filled(cells)])
        if not text:
            return field.default
        if field.values is not None:
            return self._translated(text)
        return field.prefix + text

    def reject(self, report: ImportReport, row: int, cells: Cells, reason: str) -> None:
        """Report the cell this attribute was read from."""
        report.reject(row, *self.source(cells), reason)

    def source(self, cells: Cells) -> tuple[str, str]:
        """Column and text of that cell; a constant has no column."""
        if not self.positions:
            return "", self.field.constant
        position = self._filled(cells)
        return self.labels[position], plain_text(cells[position])

    def _filled(self, cells: Cells) -> int:
        return next((position for position in self.positions if tidy(cells[position])), self.positions[0])

    def _text(self, cell: type_of_cell) -> str:
        if self.exact:
            text = plain_text(cell)
            return text if text.strip() else ""
        if not self.lines:
            return tidy(cell)
        return "\n".join(tidy(line) for line in plain_text(cell).splitlines()).strip()

    def _translated(self, text: str) -> str:
        field = self.field
        found = (field.values or {}).get(text.casefold(), field.otherwise)
        if found is None:
            raise InvalidInputError(
                _("The mapping does not say what this means. It knows: %(known)s.")
                % {"known": ", ".join(field.known)}
            )
        return found


class NumberReader:
    """Reads one column of numbers, as floats or exactly as decimals. None is "no value"."""

    def __init__(self, field: NumberField, columns: Columns, *, at: int | None = None) -> None:
        """`at` is the column's position where the mapping does not name it."""
        self.field = field
        self.position = columns.position(field.column) if at is None else at
        self.label = columns.labels[self.position]
        self._shape = _PLAIN_WHOLE if field.decimal_comma else _PLAIN
        self._quick = field.multiply == 1
        self._known: dict[type_of_cell, float | None] = {}

    def __call__(self, cells: Cells) -> float | None:
        cell = cells[self.position]
        if self._quick and type(cell) is str and self._shape.fullmatch(cell):
            number = float(cell)
            if number and math.isfinite(number):
                return number
            if not number:
                return None if self.field.zero_is_blank else 0.0
        elif self._quick and type(cell) is float and cell and math.isfinite(cell):
            return cell
        if cell in self._known:
            return self._known[cell]
        exact = self.exact(cells)
        value = None if exact is None else float(exact)
        if value is not None and not math.isfinite(value):
            raise InvalidInputError(_("This number is too large."))
        if len(self._known) < _REMEMBERED:
            self._known[cell] = value
        return value

    def exact(self, cells: Cells) -> Decimal | None:
        """The number without any rounding."""
        cell = cells[self.position]
        text = tidy(cell)
        if not text or text.casefold() in self.field.blank:
            if self.field.required:
                raise InvalidInputError(_("The cell is empty; a number is expected."))
            return None
        comma = self.field.decimal_comma
        number = parse_number(text, decimal_comma=comma) if isinstance(cell, str) else Decimal(repr(cell))
        if self.field.zero_is_blank and not number:
            return None
        return number * self.field.multiply

    def reject(self, report: ImportReport, row: int, cells: Cells, reason: str) -> None:
        report.reject(row, self.label, cells[self.position], reason)


class Period:
    """What the period cells of a row say. One object for each distinct text, however many rows have it."""

    __slots__ = ("_aligned", "column", "span", "text")

    def __init__(self, column: str, text: str, span: Span) -> None:
        #: the heading it stands under; in a wide file the heading itself
        self.column = column
        self.text = text
        self.span = span
        self._aligned: dict[str, datetime.date] = {}

    def start(self, frequency: str) -> datetime.date:
        """The first day of the period of `frequency`, or `InvalidInputError`."""
        day = self._aligned.get(frequency)
        if day is None:
            day = self._aligned[frequency] = aligned(self.span, frequency)
        return day


class PeriodReader:
    """Reads the period of a row."""

    def __init__(self, field: PeriodField, columns: Columns) -> None:
        self.field = field
        self.positions = [columns.position(column) for column in field.columns]
        self.label = ", ".join(columns.label(column) for column in field.columns)
        self._key_of = itemgetter(*self.positions)
        self._known: dict[Any, Period] = {}

    def __call__(self, cells: Cells) -> Period:
        key = self._key_of(cells)
        period = self._known.get(key)
        if period is None:
            texts = [tidy(cells[position]) for position in self.positions]
            period = self._known[key] = Period(self.label, " ".join(texts), self._read(texts))
        return period

    def reject(self, report: ImportReport, row: int, cells: Cells, reason: str) -> None:
        report.reject(row, self.label, " ".join(tidy(cells[position]) for position in self.positions), reason)

    def _read(self, texts: list[str]) -> Span:
        if not all(texts):
            raise InvalidInputError(_("The period is missing."))
        if self.field.column:
            return read_span(texts[0], self.field.formats)
        part = texts[1] if len(texts) > 1 else ""
        field = self.field
        return joined(
            texts[0], *(part if column else "" for column in (field.quarter, field.month, field.week))
        )


class DateReader:
    """Reads a date; blank is None."""

    def __init__(self, field: DateField, columns: Columns) -> None:
        self.field = field
        self.positions = [columns.position(column) for column in field.columns]
        self.labels = columns.labels

    def __call__(self, cells: Cells) -> datetime.date | None:
        text = tidy(cells[self._filled(cells)])
        return read_day(text, self.field.formats) if text else None

    def reject(self, report: ImportReport, row: int, cells: Cells, reason: str) -> None:
        report.reject(row, *self.source(cells), reason)

    def source(self, cells: Cells) -> tuple[str, str]:
        """Column and text of the cell the date was read from."""
        position = self._filled(cells)
        return self.labels[position], plain_text(cells[position])

    def _filled(self, cells: Cells) -> int:
        return next((position for position in self.positions if tidy(cells[position])), self.positions[0])
