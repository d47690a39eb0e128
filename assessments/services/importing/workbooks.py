"""XLSX files, read by a child process with little memory and little time (see `workbook_child`)."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import IO, Any

from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError

_CHILD = Path(__file__).with_name("workbook_child.py")
#: Wall-clock limit; the child limits its own processor time as well.
_SECONDS = 300.0


@contextmanager
def open_records(
    path: Path, *, sheet: str | None = None
) -> Iterator[tuple[Iterator[tuple[int, list[Any]]], int]]:
    """The rows of one sheet (the first visible one where none is named) and about how many there are."""
    command = [sys.executable, "-I", str(_CHILD), str(path), sheet or ""]
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        alarm = Timer(_SECONDS, child.kill)
        alarm.start()
        try:
            stream: IO[bytes] = child.stdout  # type: ignore[assignment]
            opening = _next(stream)
            yield _rows(stream), int(opening["rows"])
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
        yield document[0], document[1]


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
        "not_a_workbook": _("This archive is not an Excel workbook. Choose a CSV or an XLSX file."),
        "no_sheet": _("The workbook has no visible sheet with cells."),
    }.get(code, _("The workbook is damaged. Open it in a spreadsheet and save it as XLSX again."))
