"""Reads one sheet of a workbook, as a process of its own: `python -I workbook_child.py PATH SHEET MOST`.

It imports nothing of the product, so that it starts fast and holds nothing worth stealing. Its memory, its
time and what it may inflate are limited here, before openpyxl sees a byte. Standard output: a JSON document
per line, first `{"rows": n, "sheet": name, "sheets": [{"name", "rows", "columns", "hidden"}]}` (sizes as the file
states them), then some `[[row number, [cells]], …]` at a time up to row MOST (0: all), at the end
`{"end": true}`, or at any point `{"error": code, …}`.
"""

import datetime
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any, NoReturn
from xml.parsers import expat
from xml.sax.saxutils import unescape

MEMORY_BYTES = 768 << 20
SECONDS = 240
MAX_MEMBERS = 2_000
MAX_INFLATED = 400 << 20
#: Sheets of repeated rows really reach 100; a bomb has about 1,000. Only judged where it could hurt.
MAX_RATIO = 200
RATIO_FROM = 8 << 20
MAX_CELLS = 8_000_000
#: different texts; all of them are held in memory
MAX_STRINGS = 2_000_000
MAX_ROWS = 1_048_576
MAX_COLUMNS = 1_000
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
MAX_SHEETS = 200
CHUNK = 1 << 18
LONGEST_ROW = 1 << 20
UNPREFIXED = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ENCODING = re.compile(rb"encoding=[\"'](?!utf-8)", re.IGNORECASE)
NUMBER = re.compile(rb' r="([0-9]+)"')
CELL = re.compile(
    rb'<c r="([A-Z]{1,3})[0-9]+"(?: s="([0-9]+)")?(?: t="(n|s|b|e|str|inlineStr)")?'
    rb"(?:/>|>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?(?:<v>([^<]*)</v>)?"
    rb'(?:<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)'
)
ENCODE = json.JSONEncoder(separators=(",", ":")).encode


def say(document: Any) -> None:
    sys.stdout.write(ENCODE(document) + "\n")


def refuse(code: str, **details: Any) -> NoReturn:
    say({"error": code, **details})
    sys.stdout.flush()
    sys.exit(3)


def limit_process() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def check_archive(path: str) -> None:
    """Count what the archive says, then what really comes out of it."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        names = {member.filename.lower() for member in members}
        if any(
            name.endswith(("vbaproject.bin", "vbadata.xml")) or name.startswith("xl/macrosheets/")
            for name in names
        ):
            refuse("macros")
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_INFLATED:
            refuse("too_large")
        for member in members:
            if member.file_size > RATIO_FROM and member.file_size > MAX_RATIO * max(1, member.compress_size):
                refuse("bomb")
        if "xl/workbook.bin" in names or "mimetype" in names:
            refuse("other_workbook")
        if "xl/workbook.xml" not in names and "[content_types].xml" not in names:
            refuse("not_a_workbook")
        inflated = 0
        for member in members:
            inflated = look_through(archive, member, inflated)


def look_through(archive: zipfile.ZipFile, member: zipfile.ZipInfo, inflated: int) -> int:
    """Inflate one member and count what openpyxl would make of it; bytes inflated so far."""
    name = member.filename.lower()
    is_sheet, is_markup = name.startswith("xl/worksheets/"), name.endswith((".xml", ".rels"))
    cells = strings = 0
    last = b""
    with archive.open(member) as stream:
        while chunk := stream.read(1 << 20):
            inflated += len(chunk)
            if inflated > MAX_INFLATED:
                refuse("too_large")
            if is_markup and (b"<!DOCTYPE" in last + chunk[:16] or b"<!DOCTYPE" in chunk):
                # Entities can unfold to any size; no spreadsheet writes them.
                refuse("entities")
            # Tags cut in two are too few to matter; a few other tags begin alike.
            cells += chunk.count(b"<c") + chunk.count(b":c ") if is_sheet else 0
            strings += chunk.count(b"<si") if name == "xl/sharedstrings.xml" else 0
            if cells > MAX_CELLS:
                refuse("too_many_cells", most=MAX_CELLS)
            if strings > MAX_STRINGS:
                refuse("too_large")
            last = chunk[-16:]
    return inflated


def plain(value: Any) -> Any:
    """A cell as JSON: numbers as numbers, dates as ISO text, everything else as text."""
    if value is None:
        return None
    if isinstance(value, str):
        # A character that XML cannot carry is written as _xHHHH_.
        return ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if "_x" in value else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return value if abs(value) <= sys.float_info.max else str(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(sep=" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def choose_sheet(book: Any, name: str) -> Any:
    if name:
        if name not in book.sheetnames:
            refuse("no_such_sheet", sheets=book.sheetnames[:50])
        return book[name]
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        refuse("no_sheet")
    return visible[0]


def describe(sheet: Any) -> dict[str, Any]:
    return {
        "name": sheet.title,
        "rows": sheet.max_row and min(sheet.max_row, MAX_ROWS),
        "columns": sheet.max_column,
        "hidden": sheet.sheet_state != "visible",
    }


class SheetReader:
    """Rows out of a sheet's XML: what openpyxl does with five times the work, for everything is a value here.

    The workbook, its texts and its formats are openpyxl's. `ready` collects `[row number, [cells]]`.
    """

    def __init__(self, book: Any, sheet: Any) -> None:
        from openpyxl.utils.datetime import from_excel

        self.strings = [plain(text) for text in sheet._shared_strings]
        self.from_excel, self.epoch = from_excel, book.epoch
        self.dates, self.spans = book._date_formats, book._timedelta_formats
        self.ready: list[list[Any]] = []
        self.row, self.seen, self.total = 0, 0, 0
        self.cells: list[Any] = []
        self.column = 0
        self.columns: dict[str | bytes, int] = {}
        self.kind, self.style, self.text = "n", "", ""
        self.collects, self.is_aside = False, False
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.first
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    def first(self, name: str, _attributes: dict[str, str]) -> None:
        """The root says in which namespace the rest is."""
        space = name.rpartition(" ")[0]
        self.c, self.v, self.t, self.r, self.aside = (
            f"{space} {tag}" for tag in ("c", "v", "t", "row", "rPh")
        )
        self.parser.StartElementHandler = self.start

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self.c:
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
            self.text = ""
            place = attributes.get("r")
            self.column = self.column + 1 if place is None else self.column_of(place)
        elif name == self.v:
            self.collects = self.kind != "inlineStr"
        elif name == self.t:
            self.collects = self.kind == "inlineStr" and not self.is_aside
        elif name == self.r:
            number = attributes.get("r")
            self.row = self.row + 1 if number is None else int(number)
            self.cells, self.column = [], 0
        elif name == self.aside:
            self.is_aside = True

    def characters(self, text: str) -> None:
        if self.collects:
            self.text += text

    def end(self, name: str) -> None:
        if name == self.v or name == self.t:
            self.collects = False
        elif name == self.c:
            if self.text:
                self.keep(self.value(self.text), self.column)
        elif name == self.r:
            self.end_row()
        elif name == self.aside:
            self.is_aside = False

    def end_row(self) -> None:
        self.total += len(self.cells)
        if self.total > MAX_CELLS:
            refuse("too_many_cells", most=MAX_CELLS)
        if self.cells and self.row > self.seen:
            self.ready.append([self.row, self.cells])
        self.seen = max(self.seen, self.row)

    def column_of(self, place: Any) -> int:
        letters = place.rstrip("0123456789") if isinstance(place, str) else place
        column: int | None = self.columns.get(letters)
        if column is None:
            column = 0
            for letter in letters if isinstance(letters, bytes) else letters.encode():
                column = 26 * column + letter - 64
            self.columns[letters] = column
        return column

    def keep(self, value: Any, column: int) -> None:
        cells = self.cells
        missing = column - len(cells)
        if not 0 < column <= MAX_COLUMNS:
            refuse("too_many_columns", row=self.row, most=MAX_COLUMNS)
        if missing == 1:
            cells.append(value)
        else:
            cells.extend([None] * missing)
            cells[column - 1] = value

    def value(self, text: str) -> Any:
        kind = self.kind
        # Nearly every cell is a number without a format or a shared text.
        if kind == "n":
            return self.number(text) if self.style else int(text) if text.isdecimal() else float(text)
        if kind == "s":
            return self.strings[int(text)]
        if kind == "b":
            return "TRUE" if int(text) else "FALSE"
        if kind == "d":
            return text.removesuffix("T00:00:00").replace("T", " ")
        return plain(text)

    def number(self, text: str) -> Any:
        number = int(text) if text.isdecimal() else float(text)
        style = int(self.style)
        if style not in self.dates:
            return plain(number)
        try:
            return plain(self.from_excel(number, self.epoch, timedelta=style in self.spans))
        except (OverflowError, ValueError):
            return "#VALUE!"


class IrregularError(Exception):
    """The sheet is written in a way that only a whole XML parser should read."""


class QuickReader(SheetReader):
    """The same rows by one search per row, for sheets written as nearly every program writes them.

    Whatever it does not know in full makes it give up (`IrregularError`); then the parser reads from the start.
    """

    def read(self, source: Any) -> Iterator[list[list[Any]]]:
        """Some rows at a time."""
        rest = source.read(CHUNK)
        head, found, rest = rest.partition(b"<sheetData>")
        if not found or UNPREFIXED not in head or ENCODING.search(head):
            raise IrregularError
        while True:
            whole, ended, tail = rest.partition(b"</sheetData>")
            if not ended:
                whole, _row, tail = rest.rpartition(b"</row>")
            self.ready = []
            for row in whole.split(b"</row>"):
                self.add(row)
            yield self.ready
            if ended:
                break
            more = source.read(CHUNK)
            if not more or len(tail) > LONGEST_ROW:
                raise IrregularError
            rest = tail + more
        while more := source.read(CHUNK):
            tail = tail[-64:] + more
        if not tail.rstrip().endswith(b"</worksheet>"):
            raise IrregularError

    def add(self, row: bytes) -> None:
        tag, _end, inner = row.partition(b">")
        while tag.endswith(b"/"):  # a row without cells
            tag, _end, inner = inner.partition(b">")
        if not tag:
            return
        number = NUMBER.search(tag)
        found = CELL.findall(inner)
        if number is None or not tag.lstrip().startswith(b"<row ") or len(found) != inner.count(b"<c"):
            raise IrregularError
        columns, strings = self.columns, self.strings
        self.row, self.cells = int(number[1]), []
        cells = self.cells
        for letters, style, kind, value, text in found:
            if kind == b"s" and value:
                cell = strings[int(value)]
            elif value and not kind and not style:
                cell = int(value) if value.isdigit() else float(value)
            elif value or text:
                self.kind, self.style = kind.decode() or "n", style.decode()
                cell = self.value(characters(value or text))
            else:
                continue
            column = columns.get(letters) or self.column_of(letters)
            if column == len(cells) + 1 <= MAX_COLUMNS:
                cells.append(cell)
            else:
                self.keep(cell, column)
        self.end_row()


def characters(text: bytes) -> str:
    """Character data of XML as its text."""
    if b"\r" in text or b"&#" in text:
        raise IrregularError
    return unescape(text.decode(), {"&quot;": '"', "&apos;": "'"}) if b"&" in text else text.decode()


def parsed(reader: SheetReader, source: Any) -> Iterator[list[list[Any]]]:
    """Some rows at a time."""
    while chunk := source.read(CHUNK):
        reader.parser.Parse(chunk, False)
        yield reader.ready
        reader.ready = []
    reader.parser.Parse(b"", True)


def tell_rows(book: Any, sheet: Any, most: int) -> None:
    sheets = [describe(other) for other in book.worksheets[:MAX_SHEETS]]
    say({"rows": min(sheet.max_row or 0, MAX_ROWS), "sheet": sheet.title, "sheets": sheets})
    told = 0
    for quick in (True, False):
        try:
            with sheet._get_source() as source:
                reader = QuickReader(book, sheet) if quick else SheetReader(book, sheet)
                pieces = reader.read(source) if isinstance(reader, QuickReader) else parsed(reader, source)
                for rows in pieces:
                    wanted = [row for row in rows if told < row[0] <= (most or MAX_ROWS)]
                    if wanted:
                        say(wanted)
                        told = wanted[-1][0]
                    if most and rows and rows[-1][0] >= most:
                        break
        except IrregularError:
            continue
        break
    say({"end": True})


def read(path: str, name: str, most: int) -> None:
    # openpyxl asks for both and can do without: half of its start, and a picture of the file is never opened.
    sys.modules.update(dict.fromkeys(("numpy", "PIL")))  # type: ignore[arg-type]
    import openpyxl

    # As an open file: of a path openpyxl wants a known ending, and uploads are kept without their names.
    with open(path, "rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        tell_rows(book, choose_sheet(book, name), most)


def main() -> None:
    limit_process()
    try:
        check_archive(sys.argv[1])
        read(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    except MemoryError:
        refuse("too_large")
    except BrokenPipeError:
        sys.exit(0)
    # Whatever a damaged or hostile workbook does to the parser, the answer is one word; the process ends.
    except Exception as error:
        refuse("damaged", kind=type(error).__name__)


if __name__ == "__main__":
    main()
