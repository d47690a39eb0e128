"""Rounding so that the numbers shown add up as well."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from assessments.changes.figures import Cause, Walk


def shown_changes(walk: Walk) -> dict[Cause, Decimal]:
    """The changes in the decimals of the figure, adding up to the difference of the rounded ends.

    By the largest remainder: every change is cut down to its decimals, and what is missing to the sum goes, one
    unit each, to those that lost most. A change of exactly 0 stays 0.
    """
    unit = Fraction(1, 10**walk.kind.decimals)
    scaled = {cause: Fraction(change) / unit for cause, change in walk.changes.items() if change}
    counts = {cause: change.__floor__() for cause, change in scaled.items()}
    ends = (shown(walk.start, walk.kind.decimals), shown(walk.end, walk.kind.decimals))
    if None in ends:
        # Without two ends there is no sum to meet but the rounded one of the changes.
        wanted = round(sum(scaled.values()))
    else:
        wanted = int((Decimal(ends[1] or 0) - Decimal(ends[0] or 0)) * 10**walk.kind.decimals)
    missing = wanted - sum(counts.values())
    for cause in sorted(scaled, key=lambda cause: counts[cause] - scaled[cause])[:missing]:
        counts[cause] += 1
    return {cause: Decimal(counts.get(cause, 0)).scaleb(-walk.kind.decimals) for cause in walk.changes}


def shown(value: float | None, decimals: int) -> Decimal | None:
    """The value rounded half up, as it is written."""
    if value is None:
        return None
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def total_of(changes: Mapping[Cause, Decimal]) -> Decimal:
    """What the shown changes add up to."""
    return sum(changes.values(), Decimal(0))
