"""What is exported: columns, rows, and what the reader had chosen."""

import datetime
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

#: A number stays a number and a date a date; None is an empty cell.
type_of_value = str | float | int | Decimal | datetime.date | datetime.datetime | None
type_of_row = Sequence[type_of_value]


class Kind(enum.Enum):
    """What the cells of a column hold."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    #: a moment, written as the clock of the time zone in force showed it
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, what stands below it, and how many characters wide it is."""

    heading: str
    kind: Kind = Kind.TEXT
    width: int = 16


@dataclass(frozen=True, slots=True)
class ExportTable:
    """One list. `rows` is read once; `chosen` is the filter in words, as (label, choice)."""

    #: part of the file's name, ASCII
    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[type_of_row]
    chosen: Sequence[tuple[str, str]] = ()
