"""How many months a change of a given size needs until it stands out from the noise."""

import functools
import math
from typing import Final

import numpy as np

from assessments.method.arguments import BoolArray, FloatArray
from assessments.method.attribution.calendars import Places
from assessments.method.attribution.comparison import Comparison, Readings
from assessments.method.attribution.student_t import margin

LONGEST: Final = 120
_TABLED: Final = 400


def months_until_seen(
    places: Places, design: Comparison, found: Readings, *, season: int | None, swing: float, fewest: int
) -> FloatArray:
    """Values after the change from which on the effect found exceeds its margin; NaN when 120 are too few.

    Noise, correlation and the values before stay as they are; months after come without gaps.
    """
    counts = np.arange(fewest, LONGEST + 1)
    before = places[places < 0]
    information, freedom, same = _growing(before, counts, season)
    gap = np.where(same, 0.0, _gaps(before, counts, season))
    # The margins of now, by what the further months add.
    errors = found.error[:, None] * np.sqrt(design.information / information)
    freedoms = found.freedom[:, None] * freedom / design.freedom[0]
    reach = np.interp(freedoms, *_margins()) * errors + swing * gap * found.noise[:, None]
    seen = np.abs(found.effect)[:, None] > reach
    return np.where(seen.any(axis=1), counts[np.argmax(seen, axis=1)], np.nan)


def _growing(before: Places, counts: Places, season: int | None) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Per count of months after: information (1 / variance of the difference), freedom, whether same months."""
    plain: FloatArray = before.size * counts / (before.size + counts)
    free = np.asarray(before.size + counts - 2.0)
    if season is None:
        return plain, free, np.zeros(counts.size, dtype=np.bool_)
    earlier = np.bincount(before % season, minlength=season)
    later = _by_month(counts, season)
    total = earlier + later
    paired = np.sum(earlier * later / np.maximum(total, 1), axis=1)
    same: BoolArray = np.sum((earlier > 0) & (later > 0), axis=1) >= math.ceil(season / 2)
    free_paired = before.size + counts - np.sum(total > 0, axis=1) - 1.0
    return np.where(same, paired, plain), np.where(same, free_paired, free), same


def _gaps(before: Places, counts: Places, season: int | None) -> FloatArray:
    if season is None:
        return np.zeros(counts.size)
    gaps: FloatArray = np.abs(
        _by_month(counts, season) / counts[:, None]
        - np.bincount(before % season, minlength=season) / before.size
    ).sum(axis=1)
    return gaps


def _by_month(counts: Places, season: int) -> Places:
    """How often each month of the year is among the first months after, per count of months."""
    return (counts[:, None] + season - 1 - np.arange(season)) // season


@functools.cache
def _margins() -> tuple[FloatArray, FloatArray]:
    freedom = np.arange(1.0, _TABLED + 1)
    return freedom, margin(freedom)
