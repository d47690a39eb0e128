"""Availability against the service level (METHOD §6). One unit of time throughout, real calendar months."""

from fractions import Fraction
from typing import Final, SupportsFloat

import numpy as np

from assessments.method.arguments import BoolArray, Column, FloatArray, columns, number, only
from assessments.method.errors import MethodError

_DUST: Final = 1e-12


def availability(
    total: SupportsFloat,
    unplanned: SupportsFloat,
    scheduled: SupportsFloat = 0,
    unplanned_inside_scheduled: SupportsFloat = 0,
) -> float | None:
    """(total − scheduled − unplanned outside windows) / (total − scheduled), a ratio 0–1.

    `scheduled` is maintenance inside the period; `unplanned_inside_scheduled` is the part of `unplanned` that
    fell into it and does not count. None when the whole period was maintenance.
    """
    return only(
        availability_batch(
            number("total", total),
            number("unplanned", unplanned),
            number("scheduled", scheduled),
            number("unplanned_inside_scheduled", unplanned_inside_scheduled),
        )
    )


def availability_batch(
    total: Column, unplanned: Column, scheduled: Column = 0, unplanned_inside_scheduled: Column = 0
) -> FloatArray:
    """`availability` for many KPIs: arrays of one length, NaN for missing and for "cannot be said"."""
    whole, down, planned, inside = columns(
        total=total,
        unplanned=unplanned,
        scheduled=scheduled,
        unplanned_inside_scheduled=unplanned_inside_scheduled,
    )
    _refuse("total", whole <= 0, "it must be above 0")
    _refuse("unplanned", down < 0, "it must not be negative")
    _refuse("scheduled", (planned < 0) | (planned > whole), "it must lie between 0 and the total")
    _refuse(
        "unplanned_inside_scheduled",
        (inside < 0) | (inside > down) | (inside > planned),
        "it must lie between 0 and both unplanned and scheduled",
    )
    service = whole - planned
    outside = down - inside
    _refuse("unplanned", outside > service + _DUST * whole, "it is longer than the period outside windows")
    with np.errstate(all="ignore"):
        ratio = np.maximum(0.0, (service - outside) / service)
    return np.where(service > 0, ratio, np.nan)


def allowed_downtime(target_percent: SupportsFloat, seconds: SupportsFloat) -> float:
    """Seconds a period of `seconds` may be down at a target of `target_percent` (0–100): 99.9 → 0.1 %.

    Computed on the written decimals, so that 30 days at 99.9 % are 2592 s to the digit.
    """
    percent, length = number("target_percent", target_percent), number("seconds", seconds)
    if not 0 <= percent <= 100:
        raise MethodError("target_percent", "it must lie between 0 and 100")
    if length < 0:
        raise MethodError("seconds", "it must not be negative")
    return float((100 - Fraction(repr(percent))) / 100 * Fraction(repr(length)))


def _refuse(name: str, wrong: BoolArray, problem: str) -> None:
    if np.any(wrong):
        raise MethodError(name, problem)
