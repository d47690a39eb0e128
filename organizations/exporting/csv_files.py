"""A list as a CSV file for spreadsheets: UTF-8 with a byte order mark, formulas made harmless."""

import csv
import datetime
import io
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils import timezone

from .neutral import harmless
from .tables import ExportTable, Kind, type_of_value

_ROWS_AT_ONCE = 500


def csv_pieces(table: ExportTable) -> Iterator[str]:
    """The file, some hundred rows at a time."""
    yield "\ufeff" + _lines([[harmless(column.heading) for column in table.columns]])
    writers = [_WRITERS[column.kind] for column in table.columns]
    rows = iter(table.rows)
    while piece := list(islice(rows, _ROWS_AT_ONCE)):
        yield _lines([[write(cell) for write, cell in zip(writers, row, strict=True)] for row in piece])


def _lines(rows: Iterable[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()


def exact_number(number: float | int | Decimal) -> str:
    """All digits, with a point, and none of a whole number's."""
    text = repr(number) if isinstance(number, float) else str(number)
    return text.removesuffix(".0")


def local_moment(moment: datetime.datetime) -> datetime.datetime:
    """As the clock of the zone in force showed it, to the second."""
    return timezone.make_naive(moment).replace(microsecond=0)


def _text(cell: Any) -> str:
    return "" if cell is None else harmless(str(cell))


def _number(cell: Any) -> str:
    return "" if cell is None else exact_number(cell)


def _date(cell: Any) -> str:
    return "" if cell is None else str(cell)


def _moment(cell: Any) -> str:
    return "" if cell is None else str(local_moment(cell))


_WRITERS: dict[Kind, Callable[[type_of_value], str]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.MOMENT: _moment,
}
