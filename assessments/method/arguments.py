"""Reading arguments: what is not a finite number is refused, by the argument's name."""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, Literal, SupportsFloat, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assessments.method.errors import MethodError

FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]
WordArray: TypeAlias = NDArray[np.str_]
Numbers: TypeAlias = Iterable[SupportsFloat] | FloatArray
Column: TypeAlias = SupportsFloat | Iterable[SupportsFloat | None] | FloatArray | None
"""Batch input: one value for all rows, or one a row; NaN or None where there is none."""
Direction: TypeAlias = Literal["higher", "lower"]
DirectionColumn: TypeAlias = Direction | Sequence[str] | WordArray

DIRECTIONS: Final = ("higher", "lower")


def is_number(value: object) -> bool:
    """Whether a single value counts as a number here: bools and text do not, Decimals do."""
    if isinstance(value, (bool, np.bool_, str, bytes)):
        return False
    return isinstance(value, (int, float, Decimal, np.integer, np.floating))


def number(name: str, value: SupportsFloat) -> float:
    """One finite number as a Python float."""
    if not is_number(value):
        raise MethodError(name, f"a number is expected, not {value!r}")
    try:
        result = float(value)
    except (OverflowError, ValueError) as problem:
        raise MethodError(name, "the number does not fit a float") from problem
    if not math.isfinite(result):
        raise MethodError(name, f"a finite number is expected, not {value!r}")
    return result


def positive(name: str, value: SupportsFloat) -> float:
    result = number(name, value)
    if result <= 0:
        raise MethodError(name, f"a number above 0 is expected, not {value!r}")
    return result


def whole_number(name: str, value: int, least: int, most: int) -> int:
    """One whole number within bounds, both included."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not least <= value <= most:
        raise MethodError(name, f"a whole number of {least} to {most} is expected, not {value!r}")
    return int(value)


def optional_number(name: str, value: SupportsFloat | None) -> float:
    """NaN for None, else one finite number."""
    return math.nan if value is None else number(name, value)


def rate_above_minus_one(name: str, value: SupportsFloat) -> float:
    rate = number(name, value)
    if rate <= -1:
        raise MethodError(name, "a rate must be above -1 (-100 %)")
    return rate


def _as_floats(name: str, values: object) -> FloatArray:
    if isinstance(values, (str, bytes)):
        raise MethodError(name, "numbers are expected, not text")
    if isinstance(values, Iterable) and not isinstance(values, (np.ndarray, list, tuple)):
        values = list(values)
    try:
        raw = np.asarray(values)
        if raw.dtype.kind == "O":
            wrong = [item for item in raw.flat if item is not None and not is_number(item)]
            if wrong:
                raise MethodError(name, f"a number is expected, not {wrong[0]!r}")
        elif raw.dtype.kind not in "iuf":
            raise MethodError(name, f"numbers are expected, not {raw.dtype}")
        return raw.astype(np.float64, copy=False)
    except MethodError:
        raise
    except (TypeError, ValueError, OverflowError) as problem:
        raise MethodError(name, "a plain list of numbers is expected") from problem


def numbers(name: str, values: Numbers) -> FloatArray:
    """A one-dimensional array of finite numbers; empty is allowed."""
    result = _as_floats(name, values)
    if result.ndim != 1:
        raise MethodError(name, f"a plain list of numbers is expected, not {result.ndim} dimensions")
    if not np.isfinite(result).all():
        raise MethodError(name, "every number must be finite")
    return result


def table(name: str, values: Iterable[Numbers] | FloatArray) -> FloatArray:
    """A two-dimensional array of finite numbers, rows × periods."""
    result = _as_floats(name, values)
    if result.ndim != 2:
        raise MethodError(name, f"a table of rows x periods is expected, not {result.ndim} dimensions")
    if not np.isfinite(result).all():
        raise MethodError(name, "every number must be finite")
    return result


def gapped(name: str, values: Iterable[SupportsFloat | None] | FloatArray) -> FloatArray:
    """A one-dimensional array in which NaN (or None) keeps the place of a missing value."""
    return _gapped(name, values, 1)


def gapped_table(name: str, values: Iterable[Iterable[SupportsFloat | None]] | FloatArray) -> FloatArray:
    """A two-dimensional array, rows × periods, in which NaN (or None) keeps the place of a missing value."""
    return _gapped(name, values, 2)


def _gapped(name: str, values: object, dimensions: int) -> FloatArray:
    result = _as_floats(name, values)
    if result.ndim != dimensions:
        raise MethodError(name, f"{dimensions} dimension(s) are expected, not {result.ndim}")
    if np.isinf(result).any():
        raise MethodError(name, "a number must be finite (or NaN where it is missing)")
    return result


def _column(name: str, values: Column) -> FloatArray:
    result = _as_floats(name, math.nan if values is None else values)
    if result.ndim > 1:
        raise MethodError(name, f"one value a row is expected, not {result.ndim} dimensions")
    if np.isinf(result).any():
        raise MethodError(name, "a number must be finite (or NaN where it is missing)")
    return result


def columns(**values: Column) -> list[FloatArray]:
    """Batch arguments as arrays of one common length, in the order given; NaN means missing."""
    arrays = {name: np.atleast_1d(_column(name, value)) for name, value in values.items()}
    length = max((array.size for array in arrays.values() if array.size != 1), default=1)
    for name, array in arrays.items():
        if array.size not in (1, length):
            raise MethodError(name, f"{array.size} values where the others have {length}")
    return [np.broadcast_to(array, (length,)) for array in arrays.values()]


def wants_higher(direction: DirectionColumn) -> BoolArray:
    """True where higher is better; anything but "higher" and "lower" is refused."""
    words = np.atleast_1d(np.asarray(direction))
    higher: BoolArray = words == "higher"
    if words.dtype.kind not in "UO" or not np.all(higher | (words == "lower")):
        raise MethodError("direction", f'"higher" or "lower" is expected, not {direction!r}')
    return higher


def only(values: FloatArray) -> float | None:
    """The single value of a batch of one, None for NaN."""
    value = float(values[0])
    return None if math.isnan(value) else value
