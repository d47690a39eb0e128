"""A first look into a file: its sheets, its first rows, and where its headings probably stand."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from organizations.errors import InvalidInputError
from projects.numbers import parse_number
from projects.period_texts import read_span

from . import text_files, workbooks
from .measurement_rows import period_headings
from .tables import (
    FileOptions,
    Row,
    column_letter,
    is_workbook,
    label_headings,
    open_table,
    plain_text,
    tidy,
    type_of_cell,
)
from .workbooks import Sheet

SHOWN_ROWS = 20
#: rows looked through for the texts of a column
SCANNED_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Look:
    """`rows` are the first ones as they stand, by number; `sheets` is empty for text files."""

    rows: list[tuple[int, list[str]]]
    sheets: list[Sheet]
    #: the sheet that is shown, or ""
    sheet: str
    #: of a text file, or ""
    encoding: str

    @property
    def letters(self) -> list[str]:
        """Names of the columns that are shown, as a spreadsheet calls them."""
        width = max((len(cells) for _number, cells in self.rows), default=0)
        return [column_letter(position) for position in range(width)]


def look_into(path: Path, sheet: str = "") -> Look:
    """The first rows of the file, of the sheet named where it is a workbook.

    Raises:
        InvalidInputError: it cannot be read as a table, with the reason and advice.
    """
    if is_workbook(path):
        with workbooks.open_sheet(path, sheet=sheet or None, most=SHOWN_ROWS) as opened:
            rows = list(opened.rows)
            return Look(_shown(rows), opened.sheets, opened.name, "")
    encoding = text_files.sniff_encoding(path)
    with text_files.open_records(path, encoding=encoding) as (records, _expected):
        first: list[Row] = [
            (number, list(record)) for number, record in enumerate(islice(records, SHOWN_ROWS), start=1)
        ]
    return Look(_shown(first), [], "", encoding)


def guess_header_row(rows: list[tuple[int, list[str]]]) -> int:
    """The first row that is nearly as wide as the widest and has no numbers: titles above a table are narrow."""
    widths = {number: sum(map(bool, cells)) for number, cells in rows}
    widest = max(widths.values(), default=0)
    for number, cells in rows:
        filled = [cell for cell in cells if cell]
        if len(filled) >= max(0.6 * widest, 1) and not any(_is_number(cell) for cell in filled):
            return number
    return next((number for number, width in widths.items() if width), 1)


def layout_of(headings: tuple[str, ...], rows: list[list[str]]) -> str:
    """`wide` (months as headings), `transposed` (a KPI per column) or `long` (a value per row)."""
    if len(period_headings(headings)) >= 2:
        return "wide"
    first = [cells[0] for cells in rows if cells and cells[0]]
    numbers = [
        position
        for position in range(1, len(headings))
        if (texts := [cells[position] for cells in rows if position < len(cells) and cells[position]])
        and all(_is_number(text) for text in texts)
    ]
    periods = bool(first) and all(_is_period(text) for text in first)
    if periods and len(set(first)) == len(first) and len(numbers) >= 2 and len(numbers) == len(headings) - 1:
        return "transposed"
    return "long"


def headings_below(look: Look, header_row: int) -> tuple[tuple[str, ...], list[list[str]]]:
    """The labels of the row `header_row` of what was looked at, and the rows below it."""
    cells = next((cells for number, cells in look.rows if number == header_row), [])
    width = max((place for place, cell in enumerate(cells, start=1) if cell), default=0)
    labels = label_headings(list(cells[:width]))
    return labels, [cells for number, cells in look.rows if number > header_row]


@dataclass(frozen=True, slots=True)
class Samples:
    """Of each column the different texts among the first rows, most at most, in the order of the file."""

    texts: dict[str, list[str]]
    rows: int


def sample_columns(path: Path, options: FileOptions, columns: list[str], *, most: int = 30) -> Samples:
    """What the columns hold, as the mapping would see it (spaces tidied)."""
    texts: dict[str, dict[str, None]] = {column: {} for column in columns}
    seen = 0
    with open_table(path, options) as table:
        places = [(texts[label], position) for position, label in enumerate(table.headings) if label in texts]
        for _number, cells in islice(table.rows, SCANNED_ROWS):
            seen += 1
            for found, position in places:
                if len(found) < most and (text := tidy(cells[position])):
                    found[text] = None
    return Samples({column: list(found) for column, found in texts.items()}, seen)


def headings_of(path: Path, options: FileOptions) -> tuple[str, ...]:
    """The labels of the heading row."""
    with open_table(path, options) as table:
        return table.headings


def _shown(rows: list[Row]) -> list[tuple[int, list[str]]]:
    shown = []
    for number, cells in rows:
        texts = [_short(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        shown.append((number, texts))
    return shown


def _short(cell: type_of_cell) -> str:
    return " ".join(plain_text(cell).split())


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except InvalidInputError:
        return False
    # 2025 over a column is a heading.
    return not _is_period(text)


def _is_period(text: str) -> bool:
    try:
        read_span(text)
    except InvalidInputError:
        return False
    return True


def number_columns(headings: tuple[str, ...], rows: list[list[str]]) -> list[str]:
    """Columns of which most filled cells are numbers."""
    found = []
    for position, heading in enumerate(headings):
        texts = [cells[position] for cells in rows if position < len(cells) and cells[position]]
        if texts and sum(map(_is_number, texts)) * 2 > len(texts):
            found.append(heading)
    return found
