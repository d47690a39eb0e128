"""A workbook whose figures are formulas: a thin hand over XlsxWriter.

Formulas are written without a result, so that Excel computes them on opening and LibreOffice too, which would
otherwise believe whatever stands beside the formula. Texts are written as texts: what a person typed is never a formula.
"""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from organizations.exporting.workbooks import LONGEST_TEXT

#: formats of cells by name
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "heading": {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1},
    "strong": {"bold": True},
    "note": {"text_wrap": True, "valign": "top", "font_color": "#595959"},
    "month": {"num_format": "yyyy-mm", "bold": True, "bottom": 1},
    "date": {"num_format": "yyyy-mm-dd"},
    # a month that may be none
    "until": {"num_format": 'yyyy-mm;;"—"'},
    "money": {"num_format": "#,##0.00"},
    "total": {"num_format": "#,##0.00", "bold": True},
    "factor": {"num_format": "0.000000"},
    "rate": {"num_format": "0.00000000"},
    "percent": {"num_format": "0.00%"},
    "input": {"num_format": "0.00%", "bg_color": "#FFF8E1", "border": 1},
    "number": {"num_format": "General"},
    "months": {"num_format": "0.0"},
    "good": {"bold": True, "font_color": "#005EA8"},
    "bad": {"bold": True, "font_color": "#B84A00"},
}


class Book:
    """The workbook and its formats; used as a context."""

    def __init__(self, file: IO[bytes]) -> None:
        self._book = xlsxwriter.Workbook(
            file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.styles = {name: self._book.add_format(style) for name, style in _STYLES.items()}

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, *problem: object) -> None:
        self._book.close()

    def sheet(self, name: str) -> "Sheet":
        return Sheet(self, self._book.add_worksheet(name), name)

    def name(self, name: str, place: str) -> None:
        """A name by which formulas call a cell."""
        self._book.define_name(name, f"={place}")


class Sheet:
    """One sheet; rows and columns count from 0."""

    def __init__(self, book: Book, sheet: Any, name: str) -> None:
        self._book, self._sheet, self.name = book, sheet, name

    def text(self, row: int, column: int, text: object, style: str = "") -> None:
        """A text, whatever it begins with; a cell holds only so much."""
        plain = str(text)[:LONGEST_TEXT]
        # XlsxWriter takes a text between <r> and </r> for its own markup.
        self._sheet.write_string(
            row, column, f" {plain}" if plain.startswith("<r>") else plain, self._style(style)
        )

    def number(self, row: int, column: int, number: float | Decimal | None, style: str = "") -> None:
        """A number; None leaves the cell empty."""
        if number is not None:
            self._sheet.write_number(row, column, number, self._style(style))

    def date(self, row: int, column: int, day: datetime.date | None, style: str = "date") -> None:
        if day is not None:
            self._sheet.write_datetime(
                row, column, datetime.datetime.combine(day, datetime.time()), self._style(style)
            )

    def formula(self, row: int, column: int, formula: str, style: str = "") -> None:
        """A formula without its result."""
        self._sheet.write_formula(row, column, f"={formula}", self._style(style), "")

    def headings(self, row: int, headings: Sequence[str]) -> None:
        for column, heading in enumerate(headings):
            self.text(row, column, heading, "heading")

    def widths(self, *widths: float) -> None:
        for column, width in enumerate(widths):
            self._sheet.set_column(column, column, width)

    def width(self, first: int, last: int, width: float) -> None:
        self._sheet.set_column(first, last, width)

    def freeze(self, row: int, column: int) -> None:
        self._sheet.freeze_panes(row, column)

    def fold(self, row: int) -> None:
        """Put the row into an outline that opens by a click."""
        self._sheet.set_row(row, None, None, {"level": 1})

    def mark(self, row: int, column: int, last_row: int, word: str, style: str) -> None:
        """Cells that say the word get the format."""
        self._sheet.conditional_format(
            row, column, last_row, column,
            {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": self._style(style)},
        )  # fmt: skip

    def place(self, row: int, column: int) -> str:
        """The cell as any sheet's formula names it."""
        return f"{self.quoted}!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"

    def span(self, row: int, first: int, last: int) -> str:
        """Cells of one row."""
        return f"{self.quoted}!{cell(row, first, True)}:{cell(row, last, True)}"

    def block(self, first_row: int, last_row: int, column: int) -> str:
        """Cells of one column."""
        return f"{self.quoted}!{cell(first_row, column)}:{cell(last_row, column)}"

    @property
    def quoted(self) -> str:
        """The name as formulas write it."""
        return "'" + self.name.replace("'", "''") + "'"

    def _style(self, name: str) -> Any:
        return self._book.styles[name] if name else None


def cell(row: int, column: int, fixed: bool = False) -> str:
    """`B5`, or `$B$5`."""
    return str(xl_rowcol_to_cell(row, column, row_abs=fixed, col_abs=fixed))


def letter(column: int) -> str:
    return str(xl_col_to_name(column))
