"""CSV files as they come: any of the usual encodings, delimiters and quoted line breaks."""

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError
from organizations.exporting import original

DELIMITERS = (",", ";", "\t", "|")
#: Names that a mapping may give.
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "cp1252")
_CHUNK = 1 << 20
_SAMPLE = 1 << 16
#: Longest cell; the limit also ends the search for a quote that is never closed.
_LONGEST_CELL = 1_000_000
#: Of the characters beyond ASCII in a Chinese text nearly all are in the basic set of 1980; Western text that
#: happens to decode as GB18030 gives rare characters.
_CHINESE_SHARE = 0.7
#: at the beginning of a cell, in any encoding, the byte order mark included
_APOSTROPHE = re.compile(rb"[,;\t|\r\n\"\xbf\xff]\x00?'|\x00'")


@contextmanager
def open_records(
    path: Path, *, encoding: str | None = None, delimiter: str | None = None
) -> Iterator[tuple[Iterator[list[str]], int]]:
    """The records of a CSV file and about how many there are."""
    name = encoding or sniff_encoding(path)
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding=name, newline="", errors="replace" if name == "cp1252" else "strict") as file:
        sample = file.read(_SAMPLE)
        file.seek(0)
        stated = _stated_delimiter(sample)
        if stated:
            file.readline()
        records = _records(file, delimiter or stated or sniff_delimiter(sample))
        lines, has_apostrophes = _look_through(path)
        yield (map(_as_exported, records) if has_apostrophes else records), lines


def sniff_encoding(path: Path) -> str:
    """The encoding by byte order mark, by validity, and between GB18030 and cp1252 by what they give."""
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    marked = _marked_encoding(start)
    if marked:
        return marked
    if b"\x00" in start:
        return _utf_16_without_mark(start)
    if _decodes(path, "utf-8"):
        return "utf-8"
    if _decodes(path, "gb18030") and _reads_as_chinese(path):
        return "gb18030"
    return "cp1252"


def sniff_delimiter(sample: str) -> str:
    """The delimiter that cuts the first records into the most columns, the same number nearly everywhere."""
    best, most = ",", 1
    for delimiter in DELIMITERS:
        try:
            records = [
                record
                for record in islice(csv.reader(sample.splitlines(keepends=True), delimiter=delimiter), 60)
                if record
            ]
        except csv.Error:
            continue
        records = records[:-1] if len(records) > 2 else records  # the sample may end inside the last one
        widths = [len(record) for record in records]
        usual = max(set(widths), key=widths.count, default=1)
        if usual > most and widths.count(usual) >= 0.8 * len(widths):
            best, most = delimiter, usual
    return best


def _stated_delimiter(sample: str) -> str | None:
    """Excel's own hint: a first line `sep=;`, which it does not show as a row."""
    first = sample.split("\n", 1)[0].strip().strip('"').lower()
    return first[4] if first.startswith("sep=") and len(first) == 5 else None


def _records(file: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(file, delimiter=delimiter)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InvalidInputError(
                _(
                    "The file cannot be read from line %(line)d on: a quotation mark is probably not closed. "
                    "Open it in a spreadsheet and save it as CSV or XLSX again."
                )
                % {"line": reader.line_num}
            ) from error
        except UnicodeDecodeError as error:
            raise InvalidInputError(
                _("The file is not %(encoding)s throughout. Save it as “CSV UTF-8” and try again.")
                % {"encoding": error.encoding}
            ) from error
        yield record


def _marked_encoding(start: bytes) -> str | None:
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return None


def _utf_16_without_mark(start: bytes) -> str:
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd > 0.3 * len(start) / 2 and even < odd / 10:
        return "utf-16-le"
    if even > 0.3 * len(start) / 2 and odd < even / 10:
        return "utf-16-be"
    raise InvalidInputError(_("This is not a text file. Choose a CSV or an XLSX file."))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _reads_as_chinese(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("gb18030")()
    foreign = ""
    for chunk in _chunks(path):
        foreign += "".join(character for character in decoder.decode(chunk) if ord(character) > 127)
        if len(foreign) > 20_000:
            break
    basic = len(foreign.encode("gb2312", "ignore")) / 2
    return basic >= _CHINESE_SHARE * len(foreign)


def _look_through(path: Path) -> tuple[int, bool]:
    """About how many lines there are, and whether a cell may begin with an apostrophe."""
    lines, found, last = 1, False, b"\n"
    for chunk in _chunks(path):
        lines += chunk.count(b"\n")
        found = found or _APOSTROPHE.search(last + chunk) is not None
        last = chunk[-4:]
    return lines, found


def _as_exported(record: list[str]) -> list[str]:
    """Without the apostrophes that keep a spreadsheet from running texts (see `organizations.exporting`)."""
    return [original(cell) if cell[:1] == "'" else cell for cell in record]
