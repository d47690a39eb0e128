"""Series with gaps: which periods hold a value, and how long a year is."""

from collections.abc import Iterable, Iterator
from typing import SupportsFloat, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assessments.method.arguments import BoolArray, FloatArray
from assessments.method.errors import MethodError

Series: TypeAlias = Iterable[SupportsFloat | None] | FloatArray
SeriesTable: TypeAlias = Iterable[Iterable[SupportsFloat | None]] | FloatArray
Places: TypeAlias = NDArray[np.intp]

DUST = 2.0**-46
"""What rounding explains in values brought to a size of 1 (64 epsilon)."""


def by_calendar(present: BoolArray, changes: Places) -> Iterator[tuple[Places, Places]]:
    """Rows that have values in the same columns and the same change: (rows, columns), to compute together."""
    if not present.shape[0]:
        return
    marks = np.ascontiguousarray(changes, dtype=np.int64).view(np.uint8).reshape(changes.size, -1)
    keys = np.hstack([marks, np.packbits(present, axis=1)])
    kinds, kind = np.unique(keys, axis=0, return_inverse=True)
    order = np.argsort(kind.ravel(), kind="stable")
    bounds = np.searchsorted(kind.ravel()[order], np.arange(1, len(kinds)))
    for rows in np.split(order, bounds):
        yield rows, np.flatnonzero(present[rows[0]])


def at_size_one(values: FloatArray) -> tuple[FloatArray, FloatArray, NDArray[np.int32]]:
    """Rows as distances from their first value, divided by a power of two: (rows, first values, exponents).

    No sum overflows then, and no digit is lost; NaN stays.
    """
    present = ~np.isnan(values)
    if not values.size:
        return values, np.zeros(values.shape[0]), np.zeros(values.shape[0], dtype=np.int32)
    exponents = np.frexp(np.abs(np.where(present, values, 0.0)).max(axis=1))[1]
    scaled = np.ldexp(values, -exponents[:, None])
    first = np.nan_to_num(scaled[np.arange(len(scaled)), np.argmax(present, axis=1)])
    return scaled - first[:, None], first, exponents


def in_unit(values: FloatArray, exponents: NDArray[np.int32]) -> FloatArray:
    """Back from size 1; NaN where it fits no float."""
    with np.errstate(over="ignore"):
        restored = np.ldexp(values, exponents)
    return np.where(np.isfinite(restored), restored, np.nan)


def season_length(season: int | None) -> int | None:
    if season is None:
        return None
    if isinstance(season, bool) or not isinstance(season, (int, np.integer)) or season < 2:
        raise MethodError("season", f"a whole number of periods, 2 or more, is expected, not {season!r}")
    return int(season)
