"""XLSX files, read by a child process with little memory and little time (see `workbook_child`)."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO, Any

from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError

_CHILD = Path(__file__).with_name("workbook_child.py")
#: Wall-clock limit; the child limits its own processor time as well.
_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, with its size as the file states it; None where it does not."""

    name: str
    rows: int | None
    columns: int | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """The rows of the sheet `name`, about how many there are, and all sheets of the workbook."""

    rows: Iterator[tuple[int, list[Any]]]
    expected: int
    name: str
    sheets: list[Sheet]


@contextmanager
def open_sheet(path: Path, *, sheet: str | None = None, most: int = 0) -> Iterator[OpenSheet]:
    """One sheet (the first visible one where none is named), up to row `most` unless that is 0."""
    command = [sys.executable, "-I", str(_CHILD), str(path), sheet or "", str(most)]
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        alarm = Timer(_SECONDS, child.kill)
        alarm.start()
        try:
            stream: IO[bytes] = child.stdout  # type: ignore[assignment]
            opening = _next(stream)
            sheets = [Sheet(**described) for described in opening["sheets"]]
            yield OpenSheet(_rows(stream), int(opening["rows"]), opening["sheet"], sheets)
        finally:
            alarm.cancel()
            child.kill()


def _next(stream: IO[bytes]) -> Any:
    line = stream.readline()
    # A child that ended without its last word was stopped by a limit.
    document = json.loads(line) if line.endswith(b"\n") else {"error": "too_large"}
    if isinstance(document, dict) and "error" in document:
        raise InvalidInputError(_explain(document))
    return document


def _rows(stream: IO[bytes]) -> Iterator[tuple[int, list[Any]]]:
    while True:
        document = _next(stream)
        if isinstance(document, dict):
            return
        yield from document


def _explain(document: dict[str, Any]) -> str:
    code = document["error"]
    if code == "no_such_sheet":
        return _("The workbook has no sheet of the name in the mapping. It has: %(sheets)s.") % {
            "sheets": ", ".join(document["sheets"])
        }
    if code == "too_many_columns":
        return (
            _("Row %(row)d of the sheet has more than %(most)d columns. Remove those that are not needed.")
            % document
        )
    if code == "too_many_cells":
        return _("The sheet has more than %(most)d cells. Split it into smaller files.") % document
    return {
        "macros": _("The workbook contains macros. Save it as XLSX, without macros, and try again."),
        "bomb": _(
            "The workbook unpacks to far more than its size allows and is refused. Save the table alone "
            "as CSV or XLSX."
        ),
        "too_large": _("The workbook is too large to read. Save the table alone as CSV, or split it."),
        "entities": _(
            "The workbook holds definitions that no spreadsheet writes, and is refused. Save the table "
            "alone as CSV or XLSX."
        ),
        "other_workbook": _(
            "This is a binary or an OpenDocument workbook. Save it as XLSX or CSV and try again."
        ),
        "not_a_workbook": _("This archive is not an Excel workbook. Choose a CSV or an XLSX file."),
        "no_sheet": _("The workbook has no visible sheet with cells."),
    }.get(code, _("The workbook is damaged. Open it in a spreadsheet and save it as XLSX again."))
