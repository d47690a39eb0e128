"""A file as a table: headings, then rows with the number a person sees beside them in a spreadsheet.

One record is one row: the headings stand in row 1 (or the mapping's `header_row`), a cell with line breaks
inside stays in one row, and an empty line counts as a row, all as in Excel.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError

from . import text_files, workbooks

#: A workbook's numbers stay numbers; everything else is text.
type_of_cell = str | float | int | None
Row = tuple[int, list[type_of_cell]]

MAX_COLUMNS = 1_000
MAX_ROWS = 1_100_000


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How to read the file; what is left out is found out."""

    header_row: int = 1
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`headings` are unique labels (see `label_headings`); `rows` can be read once.

    `done` tells about how many of `expected_rows` have gone by, for a progress bar only.
    """

    headings: tuple[str, ...]
    rows: Iterator[Row]
    expected_rows: int


@contextmanager
def open_table(path: Path, options: FileOptions) -> Iterator[Table]:
    """Read a CSV or XLSX file, recognised by its content and not by its name.

    Raises:
        InvalidInputError: it cannot be read as a table; the message says why and what to do. A fault further
            down is raised while `rows` are read.
    """
    source = _open_workbook if is_workbook(path) else _open_text
    with source(path, options) as (records, expected):
        headings = _read_headings(records, options.header_row)
        yield Table(headings, _data_rows(records, len(headings)), max(0, expected - options.header_row))


def is_workbook(path: Path) -> bool:
    """Whether the file is an XLSX by its first bytes; the alternative is text.

    Raises:
        InvalidInputError: it is empty, or known to be something else.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise InvalidInputError(
            _("The file is empty. Choose a file with a heading row and at least one row of values.")
        )
    _refuse_known_formats(start)
    return start.startswith(b"PK\x03\x04")


def label_headings(headings: list[type_of_cell]) -> tuple[str, ...]:
    """One label per column: the heading with its spaces tidied; the second of a name gets "#2", and so on.

    A column without heading is called by its letter, "column C".
    """
    seen: dict[str, int] = {}
    labels = []
    for position, heading in enumerate(headings):
        label = tidy(heading) or f"column {column_letter(position)}"
        seen[label] = seen.get(label, 0) + 1
        labels.append(label if seen[label] == 1 else f"{label}#{seen[label]}")
    return tuple(labels)


def column_letter(position: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def tidy(cell: type_of_cell) -> str:
    """A cell as one line of text: every kind of space, line breaks too, becomes one plain space."""
    if cell is None:
        return ""
    return " ".join(plain_text(cell).split())


def plain_text(cell: type_of_cell) -> str:
    """A cell as text; a whole number without a decimal point; NUL cannot be stored and goes."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).replace("\x00", "") if cell is not None else ""


def _refuse_known_formats(start: bytes) -> None:
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise InvalidInputError(
            _(
                "This is an old or a password-protected Excel file. Save it as XLSX without a password and "
                "try again."
            )
        )
    if start.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
        raise InvalidInputError(_("This is not a table. Choose a CSV or an XLSX file."))


@contextmanager
def _open_text(path: Path, options: FileOptions) -> Iterator[tuple[Iterator[Row], int]]:
    with text_files.open_records(path, encoding=options.encoding, delimiter=options.delimiter) as (
        records,
        expected,
    ):
        numbered: Iterator[Any] = enumerate(records, start=1)
        yield numbered, expected


@contextmanager
def _open_workbook(path: Path, options: FileOptions) -> Iterator[tuple[Iterator[Row], int]]:
    with workbooks.open_sheet(path, sheet=options.sheet) as sheet:
        yield sheet.rows, sheet.expected


def _read_headings(records: Iterator[Row], header_row: int) -> tuple[str, ...]:
    for number, cells in records:
        if number < header_row:
            continue
        while cells and not tidy(cells[-1]):
            cells.pop()
        if number > header_row or not cells:
            break
        if len(cells) > MAX_COLUMNS:
            raise InvalidInputError(
                _(
                    "The file has %(count)d columns; at most %(most)d can be read. Remove those that are not "
                    "needed."
                )
                % {"count": len(cells), "most": MAX_COLUMNS}
            )
        return label_headings(cells)
    raise InvalidInputError(
        _("Row %(row)d has no headings. Put the headings there, or name their row in the mapping.")
        % {"row": header_row}
    )


def _data_rows(records: Iterator[Row], width: int) -> Iterator[Row]:
    """Rows with at least one cell filled in, none shorter than the headings."""
    for number, cells in records:
        if number > MAX_ROWS:
            raise InvalidInputError(
                _("The file has more than %(most)d rows. Split it into smaller files.") % {"most": MAX_ROWS}
            )
        if not any(cells) and all(cell is None or cell == "" for cell in cells):
            continue
        if len(cells) < width:
            cells.extend([""] * (width - len(cells)))
        yield number, cells


def no_progress(_done: int, _total: int) -> None:
    """The listener of an import that nobody watches."""


Listener = Callable[[int, int], None]
