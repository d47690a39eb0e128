"""A list as an XLSX workbook, row by row: memory does not grow with the list.

XlsxWriter makes the workbook; the rows themselves are written here. Its own cells carry 16 digits of a number,
one too few to give the same number back, take a text `<r>…</r>` for markup, and cost five times as much.
"""

import datetime
import math
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from organizations.errors import InvalidInputError

from .csv_files import exact_number, local_moment
from .tables import Column, ExportTable, Kind, type_of_row

#: rows of a sheet below its headings
MOST_ROWS = 1_048_575
#: Excel calls a file damaged that has a longer cell
LONGEST_TEXT = 32_767
#: day 0 of Excel, whose moments know no time zone
_EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001
#: before, Excel's calendar has a day that never was
_FIRST_DAY = datetime.date(1900, 3, 1)

_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "_": "_x005F_"}
_DATE_FORMAT, _MOMENT_FORMAT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"


class _Sheet(Worksheet):  # type: ignore[misc]
    """A sheet that takes finished rows."""

    def append(self, columns: Sequence[Column], styles: Sequence[int], rows: Iterable[type_of_row]) -> int:
        """Write rows below the headings; how many there were.

        Raises:
            InvalidInputError: there are more than a sheet holds.
        """
        cells = [
            (_WRITERS[column.kind], xl_col_to_name(place), style)
            for (place, column), style in zip(enumerate(columns), styles, strict=True)
        ]
        self._write_single_row(1)
        write = self.fh.write
        number = 1
        for number, row in zip(count(2), rows, strict=False):
            line = [
                writer(cell, f"{letter}{number}", style)
                for cell, (writer, letter, style) in zip(row, cells, strict=True)
                if cell is not None and cell != ""
            ]
            write(f'<row r="{number}">{"".join(line)}</row>')
            if number > MOST_ROWS + 1:
                _refuse_length()
        self.dim_rowmax, self.dim_colmax = number - 1, len(columns) - 1
        return number - 1


def write_workbook(path: Path, table: ExportTable, about: Sequence[tuple[str, str]]) -> int:
    """Write the list and a sheet that says what it is; the number of rows.

    Raises:
        InvalidInputError: the list has more rows than a sheet.
    """
    options = {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), {**options, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        styles = {
            Kind.DATE: book.add_format({"num_format": _DATE_FORMAT})._get_xf_index(),
            Kind.MOMENT: book.add_format({"num_format": _MOMENT_FORMAT})._get_xf_index(),
        }
        sheet = book.add_worksheet(_sheet_name(table.title), _Sheet)
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.heading, bold)
        sheet.freeze_panes(1, 1)
        rows: int = sheet.append(
            table.columns, [styles.get(column.kind, 0) for column in table.columns], table.rows
        )
        sheet.autofilter(0, 0, rows, len(table.columns) - 1)
        _write_about(book, [*about, (_("Rows"), str(rows))], bold)
    return rows


def _write_about(book: Any, lines: Sequence[tuple[str, str]], bold: Any) -> None:
    sheet = book.add_worksheet(_("About"))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 60)
    for number, (label, text) in enumerate(lines):
        sheet.write_string(number, 0, label, bold)
        sheet.write_string(number, 1, text[:LONGEST_TEXT])


def _sheet_name(title: str) -> str:
    """A name that Excel allows."""
    return re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or "1"


def _refuse_length() -> None:
    raise InvalidInputError(
        _("A sheet holds %(most)d rows, and this list is longer. Narrow it, or export it as CSV.")
        % {"most": MOST_ROWS}
    )


def _escaped(found: "re.Match[str]") -> str:
    character = found[0]
    return _MARKUP.get(character) or f"_x{ord(character):04X}_"


def _text(cell: Any, place: str, _style: int) -> str:
    text = str(cell)
    if len(text) > LONGEST_TEXT // 2:
        text = _shortened(text)
    if _SPECIAL.search(text):
        text = _SPECIAL.sub(_escaped, text)
    # Spaces at the ends, and line breaks, only stay where this is said.
    space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f'<c r="{place}" t="inlineStr"><is><t{space}>{text}</t></is></c>'


def _shortened(text: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST_TEXT:
        return text
    return units[: 2 * LONGEST_TEXT - 2].decode("utf-16-le", "ignore") + "…"


def _number(cell: Any, place: str, _style: int) -> str:
    if isinstance(cell, float) and not math.isfinite(cell):
        return _text(cell, place, 0)
    return f'<c r="{place}"><v>{exact_number(cell)}</v></c>'


def _date(cell: Any, place: str, style: int) -> str:
    if cell < _FIRST_DAY:
        return _text(cell.isoformat(), place, style)
    return f'<c r="{place}" s="{style}"><v>{cell.toordinal() - _EPOCH.toordinal()}</v></c>'


def _moment(cell: Any, place: str, style: int) -> str:
    local = local_moment(cell)
    if local.date() < _FIRST_DAY:
        return _text(local, place, style)
    days = (local - _EPOCH).total_seconds() / 86400
    return f'<c r="{place}" s="{style}"><v>{days!r}</v></c>'


_WRITERS: dict[Kind, Callable[[Any, str, int], str]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.MOMENT: _moment,
}
