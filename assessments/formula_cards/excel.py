"""Formulas of Excel with actual numbers, as they stand in a cell of any language's file.

Numbers carry every digit of the float; arrays are constants in braces, which Excel and LibreOffice read alike.
"""

import datetime
from collections.abc import Iterable

from organizations.exporting.csv_files import exact_number


def number(value: float) -> str:
    """All digits, in brackets where negative, so that it can stand behind a sign."""
    text = plain(value)
    return f"({text})" if text.startswith("-") else text


def plain(value: float) -> str:
    """All digits, for a place of its own: an argument or an array."""
    return exact_number(float(value) + 0.0).upper()


def array(values: Iterable[float]) -> str:
    """`{1,2,3}`."""
    return "{" + ",".join(plain(value) for value in values) + "}"


def date(day: datetime.date) -> str:
    return f"DATE({day.year},{day.month},{day.day})"


def present_value(rate: str, flows: list[float]) -> str:
    """The first flow as it is, the rest discounted at period end."""
    if len(flows) < 2:
        return plain(sum(flows))
    return f"{plain(flows[0])}+NPV({rate},{array(flows[1:])})"
