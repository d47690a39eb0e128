"""Targets pasted from a spreadsheet: one column of values, or periods and values."""

import datetime
import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError
from projects.numbers import parse_number
from projects.period_texts import aligned, read_span
from projects.periods import Frequency, label, shift, start_of

MOST_LINES = 500
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that says nothing usable, with the reason."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was read: value (None for an empty cell beside a period) by the first day of its period."""

    points: dict[datetime.date, float | None] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)


def read_pasted(text: str, frequency: str, first: datetime.date | None = None) -> Pasted:
    """Read lines of `period <tab> value`, or of a value alone, which count from the period of `first`.

    Two cells are split by a tab, a semicolon or several spaces. An empty cell beside a period removes its target; in a
    column of values it leaves the period as it is. Two lines that name one period are both told.
    """
    pasted = Pasted()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    step = 0
    for number, line in enumerate(lines[:MOST_LINES], start=1):
        cells = _cells(line)
        try:
            if len(cells) > 2:
                raise InvalidInputError(_("More than two columns. Paste the period and the value only."))
            if len(cells) == 2:
                period = _period(cells[0], frequency)
            else:
                period = _counted(first, frequency, step)
                step += 1
                if not cells[0]:
                    continue
            _add(pasted, period, _value(cells[-1]), frequency)
        except InvalidInputError as error:
            if not (number == 1 and _is_heading(cells)):
                pasted.rejects.append(Reject(number, line.strip()[:_SHOWN], str(error)))
            elif len(cells) == 1:
                step = 0
    if len(lines) > MOST_LINES:
        reason = _("Only the first %(count)d lines are read.") % {"count": MOST_LINES}
        pasted.rejects.append(Reject(MOST_LINES + 1, lines[MOST_LINES][:_SHOWN], reason))
    return pasted


def _cells(line: str) -> list[str]:
    parts = line.rstrip().split("\t") if "\t" in line.rstrip() else re.split(r";| {2,}", line.strip())
    if "\t" in line and len(parts) == 1:  # a period whose cell is empty
        parts.append("")
    return [part.strip().strip('"').strip() for part in parts]


def _is_heading(cells: list[str]) -> bool:
    """A first line of words, without a digit."""
    return any(cells) and not any(character.isdigit() for character in "".join(cells))


def _period(text: str, frequency: str) -> datetime.date:
    return aligned(read_span(text), frequency)


def _counted(first: datetime.date | None, frequency: str, step: int) -> datetime.date:
    if first is None:
        raise InvalidInputError(
            _("Which period is this? Say where the column begins, or paste the periods too.")
        )
    return shift(start_of(first, frequency), frequency, step)


def _value(text: str) -> float | None:
    return float(parse_number(text)) if text else None


def _add(pasted: Pasted, period: datetime.date, value: float | None, frequency: str) -> None:
    if period in pasted.points and pasted.points[period] != value:
        names = {"period": label(period, Frequency(frequency))}
        raise InvalidInputError(
            _("%(period)s stands twice with different values. The first one is kept.") % names
        )
    pasted.points[period] = value
