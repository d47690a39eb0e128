"""CSV files as they come: any of the usual encodings, delimiters and quoted line breaks."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, NoReturn

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
#: so many characters beyond ASCII for each that is broken make a text UTF-8
_VALID_PER_BROKEN = 4
#: bytes; a line is in memory as a whole, with all its cells
_LONGEST_LINE = 4 << 20
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
        sample = _read_sample(file)
        stated = _stated_delimiter(sample)
        if stated:
            file.readline()
        lines, has_apostrophes = _look_through(path, name)
        records = _records(file, delimiter or stated or sniff_delimiter(sample))
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
    _refuse_mixed(path)
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


def _read_sample(file: IO[str]) -> str:
    try:
        sample = file.read(_SAMPLE)
    except UnicodeDecodeError as error:
        _refuse_encoding(error)
    file.seek(0)
    return sample


def _records(file: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            _refuse_quotes(line)
        except UnicodeDecodeError as error:
            _refuse_encoding(error)
        if lines.ended:
            # A whole record ends with its line; this one looked for more.
            _refuse_quotes(line)
        yield record


class _Lines:
    """The lines of a file; `ended` once somebody asked for one more than there are."""

    def __init__(self, file: Iterable[str]) -> None:
        self._lines = iter(file)
        self.ended = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        for line in self._lines:
            return line
        self.ended = True
        raise StopIteration


def _refuse_quotes(line: int) -> NoReturn:
    raise InvalidInputError(
        _(
            "The file cannot be read from line %(line)d on: a quotation mark is probably not closed. "
            "Open it in a spreadsheet and save it as CSV or XLSX again."
        )
        % {"line": line}
    )


def _refuse_encoding(error: UnicodeDecodeError) -> NoReturn:
    raise InvalidInputError(
        _("The file is not %(encoding)s throughout. Save it as “CSV UTF-8” and try again.")
        % {"encoding": error.encoding}
    ) from error


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


def _refuse_mixed(path: Path) -> None:
    """A text that is nearly all UTF-8 was pasted together: read as anything else its words would be garbled.

    Bytes of other encodings hardly ever form a valid sequence by chance.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    line, first, foreign, broken = 1, 0, 0, 0
    for chunk in _chunks(path):
        text = decoder.decode(chunk)
        wrong = text.count("\ufffd")
        if wrong and not first:
            first = line + text[: text.index("\ufffd")].count("\n")
        line += text.count("\n")
        broken += wrong
        foreign += len(text) - len(text.encode("ascii", "ignore"))
    if foreign - broken >= _VALID_PER_BROKEN * broken > 0:
        raise InvalidInputError(
            _(
                "Line %(line)d is not written in UTF-8 as the lines around it are. Save the file as “CSV "
                "UTF-8” and try again."
            )
            % {"line": first}
        )


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


def _look_through(path: Path, encoding: str) -> tuple[int, bool]:
    """About how many lines there are, and whether a cell may begin with an apostrophe.

    Raises:
        InvalidInputError: the file holds zero bytes, or a line that no table has and that would fill the memory.
    """
    is_wide = encoding.startswith("utf-16")
    lines, found, last, length = 1, False, b"\n", 0
    for chunk in _chunks(path):
        if not is_wide and b"\x00" in chunk:
            line = lines + chunk.partition(b"\x00")[0].count(b"\n")
            raise InvalidInputError(
                _("Line %(line)d holds zero bytes, which no text has. Save the file as CSV or XLSX again.")
                % {"line": line}
            )
        lines += chunk.count(b"\n")
        ending = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        length = length + len(chunk) if ending < 0 else len(chunk) - ending - 1
        if length > _LONGEST_LINE:
            raise InvalidInputError(
                _("Line %(line)d is longer than any line of a table. Save the file as CSV or XLSX again.")
                % {"line": lines}
            )
        if not found and b"'" in chunk:
            found = _APOSTROPHE.search(last + chunk) is not None
        last = chunk[-4:]
    return lines, found


def _as_exported(record: list[str]) -> list[str]:
    """Without the apostrophes that keep a spreadsheet from running texts (see `organizations.exporting`)."""
    return [original(cell) if cell[:1] == "'" else cell for cell in record]
