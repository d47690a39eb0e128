"""Reading series with gaps: where each begins and ends, what is filled, and to which scale."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from assessments.method.arguments import BoolArray, Column, FloatArray, columns
from assessments.method.errors import MethodError
from assessments.method.forecasting.projection import IntArray

LARGEST: Final = 1e300
_DUST: Final = 64 * sys.float_info.epsilon


@dataclass(frozen=True, slots=True)
class Histories:
    """Series of one length from their first to their last value, filled between and scaled.

    `rows`: their places in the table; `values` = (raw − centre) / scale, within ±1; `known`: not filled;
    `behind`: empty periods of the table after the last value.
    """

    rows: IntArray
    values: FloatArray
    known: BoolArray
    centre: FloatArray
    scale: FloatArray
    behind: IntArray


def table_with_gaps(name: str, values: Iterable[Column]) -> FloatArray:
    """Series × periods as floats, NaN where a value is missing (None or NaN)."""
    if isinstance(values, np.ndarray) and values.ndim == 2 and values.dtype.kind in "iuf":
        found = values.astype(np.float64, copy=False)
    else:
        found = _from_rows(name, values)
    if np.isinf(found).any() or np.any(np.abs(found) > LARGEST):
        raise MethodError(name, "every value must be finite and at most 1e300 (or NaN where it is missing)")
    return found


def _from_rows(name: str, rows: Iterable[Column]) -> FloatArray:
    if isinstance(rows, (str, bytes)):
        raise MethodError(name, "numbers are expected, not text")
    read = []
    for row in rows:
        if not isinstance(row, Iterable):
            raise MethodError(name, f"a table of series x periods is expected, not {row!r} for a series")
        read += columns(**{name: row})
    if len({row.size for row in read}) > 1:
        raise MethodError(name, "every series needs as many periods as the others")
    return np.stack(read) if read else np.empty((0, 0))


def histories(table: FloatArray) -> Iterator[Histories]:
    """The series with any value, those of one length together; what lies before the first value is no gap."""
    known = ~np.isnan(table)
    if not known.size:
        return
    first = known.argmax(axis=1)
    last = table.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    lengths = np.where(known.any(axis=1), last - first + 1, 0)
    for length in np.unique(lengths[lengths > 0]).tolist():
        rows = np.flatnonzero(lengths == length)
        places = first[rows, None] + np.arange(length)
        values, there = table[rows[:, None], places], known[rows[:, None], places]
        _fill(values, there)
        centre, scale = _measure(values)
        values = (values - centre[:, None]) / scale[:, None]
        yield Histories(rows, values, there, centre, scale, table.shape[1] - 1 - last[rows])


def _fill(values: FloatArray, known: BoolArray) -> None:
    """Gaps between values become the line from one to the next."""
    places = np.arange(values.shape[1])
    for row in np.flatnonzero(~known.all(axis=1)).tolist():
        here = known[row]
        values[row, ~here] = np.interp(places[~here], places[here], values[row, here])


def _measure(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    centre = values[:, 0] + (values - values[:, :1]).mean(axis=1)
    scale = np.abs(values - centre[:, None]).max(axis=1)
    # Values that differ in their last digits only do not differ.
    constant = scale <= _DUST * np.abs(values).max(axis=1)
    return centre, np.where(constant, 1.0, scale)
