"""How a number is written, in one place for charts, tables, pages and mails.

English counts in k, m and b, Chinese in 万 and 亿. A compact number has at most three significant
digits; an exact one has all of them. A missing value is a dash, never a zero.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from django.utils.translation import get_language

Number = int | float | Decimal

MINUS = "\u2212"
MISSING = "\u2014"
HARD_SPACE = "\u00a0"
SIGNIFICANT = 3
# Past this the names k, m, b and 万, 亿 no longer help anybody; it is written as a power of ten.
LARGEST_NAMED = Decimal(10) ** 15
#: room for every digit that a float or a typed number has
_WIDE = Context(prec=400)


@dataclass(frozen=True, slots=True)
class Magnitude:
    """What numbers are divided by, and what that is called: (1_000_000, "m")."""

    factor: Decimal
    name: str


ONE = Magnitude(Decimal(1), "")
_ENGLISH = (
    Magnitude(Decimal(10) ** 9, "b"),
    Magnitude(Decimal(10) ** 6, "m"),
    Magnitude(Decimal(10) ** 3, "k"),
)
_CHINESE = (
    Magnitude(Decimal(10) ** 12, "万亿"),
    Magnitude(Decimal(10) ** 8, "亿"),
    Magnitude(Decimal(10) ** 4, "万"),
)


def is_chinese(language: str | None = None) -> bool:
    return (language or get_language() or "en").lower().startswith("zh")


def as_decimal(value: Number | str | None) -> Decimal | None:
    """The value as a Decimal; None for None, an empty string, NaN and the infinities.

    A float is read by its shortest form, so that 0.1 is a tenth. Raises decimal.InvalidOperation
    for a string that is no number.
    """
    if value is None or value == "":
        return None
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    return number if number.is_finite() else None


def as_float(value: Number | None) -> float | None:
    """The value for geometry and JSON; None where there is none (None, NaN, infinities, overflow)."""
    if value is None:
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def magnitude_of(value: Decimal, language: str | None = None) -> Magnitude:
    """The magnitude in which the value, rounded to three digits, is written."""
    rounded = abs(round_significant(value))
    if rounded >= LARGEST_NAMED:
        return ONE
    names = _CHINESE if is_chinese(language) else _ENGLISH
    return next((name for name in names if rounded >= name.factor), ONE)


def round_significant(value: Decimal, digits: int = SIGNIFICANT) -> Decimal:
    """Rounded half up, as a spreadsheet does, to so many significant digits."""
    if not value:
        return Decimal(0)
    with localcontext(rounding=ROUND_HALF_UP, prec=digits):
        return +value


def compact(value: Number | str | None, *, language: str | None = None, sign: bool = False) -> str:
    """At most three significant digits with the magnitude: 18 436 000 → "18.4 m" or "1,840万"."""
    number = as_decimal(value)
    if number is None:
        return MISSING
    magnitude = magnitude_of(number, language)
    scaled = round_significant(number / magnitude.factor)
    return join_unit(write(scaled, places_of(scaled), sign=sign), magnitude.name)


def signed(value: Number | str | None, *, language: str | None = None) -> str:
    """A variance: compact, with + or − before everything but zero."""
    return compact(value, language=language, sign=True)


def compact_money(
    value: Number | str | None, currency: str, *, language: str | None = None, sign: bool = False
) -> str:
    """A compact amount with its ISO currency: "18.4 m CNY", "1,840万 CNY"."""
    written = compact(value, language=language, sign=sign)
    return written if written == MISSING else f"{written}{HARD_SPACE}{currency}"


def percent(
    ratio: Number | str | None, places: int | None = None, *, language: str | None = None, sign: bool = False
) -> str:
    """A ratio as per cent: 0.223 → "22 %" (Chinese "22%").

    Without `places`, one decimal under 10 % and none above; an availability wants its `places`.
    """
    number = as_decimal(ratio)
    if number is None:
        return MISSING
    hundredfold = number * 100
    if places is None:
        places = 1 if 0 < abs(hundredfold) < Decimal("9.95") and hundredfold % 1 else 0
    return join_unit(write(hundredfold, places, sign=sign), "%", tight=is_chinese(language))


def exact(value: Number | str | None, *, sign: bool = False) -> str:
    """Every digit, grouped by thousands: for tables and downloads."""
    number = as_decimal(value)
    if number is None:
        return MISSING
    if isinstance(value, float):
        # Sums of floats carry dust in the last digits (0.1 + 0.2); 12 digits hide it and nothing else.
        number = round_significant(number, 12).normalize()
    return write(number, max(0, -int(number.as_tuple().exponent)), sign=sign)


def write(number: Decimal, places: int, *, sign: bool = False) -> str:
    """Digits with so many decimals, grouped, a true minus, and + only where asked for."""
    size = number.copy_abs()
    if size >= LARGEST_NAMED:
        digits = f"{round_significant(size):.3g}".replace("e+", "e")
    else:
        # A page writes five hundred numbers: to round and then to write is twice as fast as a context around both.
        size = size.quantize(Decimal((0, (1,), -places)), ROUND_HALF_UP, _WIDE)
        digits = f"{size:,f}"
    if not size:
        return digits
    return (MINUS if number < 0 else "+" if sign else "") + digits


def places_of(number: Decimal) -> int:
    """Decimals left once trailing zeros are dropped."""
    return max(0, -int(number.normalize().as_tuple().exponent)) if number else 0


def join_unit(digits: str, unit: str, *, tight: bool = False) -> str:
    """Number and unit, with a hard space between Latin ones and none before 万 or 亿."""
    if not unit:
        return digits
    return digits + ("" if tight or not unit.isascii() else HARD_SPACE) + unit


@dataclass(frozen=True, slots=True)
class Figures:
    """The one way in which all numbers of one chart are written: same magnitude, same decimals."""

    magnitude: Magnitude
    places: int

    @classmethod
    def over(cls, values: Iterable[Number | None], *, language: str | None = None) -> "Figures":
        known: list[Number] = [value for value in values if value is not None]
        floats = [value for value in known if isinstance(value, float) and math.isfinite(value)]
        if len(floats) == len(known):
            # A float's Decimal costs ten times the comparison; of a sparkline only few are needed.
            largest = as_decimal(max(map(abs, floats), default=0.0)) or Decimal(0)
        else:
            decimals = [number for value in known if (number := as_decimal(value)) is not None]
            largest = max((abs(number) for number in decimals), default=Decimal(0))
            known = list(decimals)
        if not largest:
            return cls(ONE, 0)
        magnitude = magnitude_of(largest, language)
        allowed = max(0, SIGNIFICANT - 1 - round_significant(largest / magnitude.factor).adjusted())
        return cls(magnitude, min(allowed, cls._needed(known, magnitude, allowed)))

    @staticmethod
    def _needed(values: Iterable[Number], magnitude: Magnitude, allowed: int) -> int:
        most = 0
        for value in values:
            number = as_decimal(value) or Decimal(0)
            most = max(most, places_of(Decimal(f"{number / magnitude.factor:.{allowed}f}")))
            if most == allowed:  # usually after a number or two, and a page has fifty sparklines
                break
        return most

    def with_places_for(self, numbers: Iterable[float]) -> "Figures":
        """The same magnitude with as many decimals as round places of a scale need."""
        # Six digits: a multiple of a round step carries the dust of its multiplication.
        scaled = [
            round_significant((as_decimal(number) or Decimal(0)) / self.magnitude.factor, 6)
            for number in numbers
        ]
        return Figures(self.magnitude, max((places_of(number) for number in scaled), default=0))

    def value(self, number: Number | None, *, sign: bool = False) -> str:
        decimal = as_decimal(number)
        if decimal is None:
            return MISSING
        scaled = decimal / self.magnitude.factor
        if abs(scaled) >= 1000:
            scaled = round_significant(scaled)
        return write(scaled, self.places, sign=sign)

    def change(self, number: Number | None) -> str:
        return self.value(number, sign=True)

    def unit(self, unit: str) -> str:
        """The unit with the magnitude before it: "m CNY", "万 CNY", "hours"."""
        name = self.magnitude.name
        if not name or not unit:
            return unit or name
        return name + (HARD_SPACE if unit[0].isascii() else "") + unit
