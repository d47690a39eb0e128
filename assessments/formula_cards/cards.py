"""What a formula card says: definition, inputs, formula, convention, and the figure worked out once more."""

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.safestring import SafeString

#: what a figure is: a number, a word, or None where it cannot be said
Amount = float | str | None
#: relative distance within which two computations of one figure are the same
CLOSE: Final = 1e-9


class _NotStored:
    """A figure that pages compute on demand and no result keeps."""


NOT_STORED: Final = _NotStored()


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One input: what it is called in the formula, its value, where it comes from and who entered it when."""

    name: str
    value: str
    symbol: str = ""
    origin: str = ""
    url: str = ""
    who: str = ""
    when: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The figure, computed now from the inputs on the card, beside what is stored."""

    label: str
    amount: Amount
    #: as pages write it, and with every digit
    value: str
    exact: str
    #: a formula with the actual numbers that Excel evaluates to the amount; "" where there is none
    excel: str = ""
    stored: Amount | _NotStored = NOT_STORED
    stored_value: str = ""
    #: why it cannot be said
    missing: str = ""
    #: of money: "plan" or "outlook", and whether months are counted from go-live
    course: str = ""
    from_live: bool = False

    @property
    def is_stored(self) -> bool:
        return not isinstance(self.stored, _NotStored)

    @property
    def differs(self) -> bool:
        """Whether the stored figure is another one than the inputs give now."""
        return not isinstance(self.stored, _NotStored) and not same(self.amount, self.stored)


def same(one: Amount, other: Amount) -> bool:
    """Whether two computations say the same, but for the last digits of a float."""
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)
    return one == other


@dataclass(frozen=True, slots=True)
class WorkTable:
    """Numbers behind the figure, row by row."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Card:
    """One figure of one project or KPI, explained."""

    definition: str
    formula: SafeString
    readings: Sequence[Reading]
    ingredients: Sequence[Ingredient] = ()
    conventions: Sequence[str] = ()
    tables: Sequence[WorkTable] = field(default=())

    @property
    def differs(self) -> bool:
        return any(reading.differs for reading in self.readings)

    @property
    def has_excel(self) -> bool:
        return any(reading.excel for reading in self.readings)
