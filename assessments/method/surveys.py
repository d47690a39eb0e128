"""Survey figures (METHOD §6). Sources: Reichheld (NPS), Brooke 1996 (SUS)."""

import math
from collections.abc import Iterable
from statistics import NormalDist
from typing import SupportsFloat

from assessments.method.arguments import FloatArray, Numbers, number, numbers
from assessments.method.errors import MethodError


def nps(ratings: Numbers) -> float | None:
    """100 × (n(9–10) − n(0–6)) / n of whole ratings 0–10, from −100 to 100; None without ratings."""
    given = _whole("ratings", ratings, 0, 10)
    if given.size == 0:
        return None
    return 100.0 * (int((given >= 9).sum()) - int((given <= 6).sum())) / given.size


def nps_interval(ratings: Numbers, level: SupportsFloat = 0.95) -> tuple[float, float] | None:
    """NPS ± z·100·√((p + d − (p − d)²)/n), p and d the shares of promoters and detractors.

    Not cut at ±100. With unanimous ratings it has no width. None without ratings.
    """
    given = _whole("ratings", ratings, 0, 10)
    confidence = number("level", level)
    if not 0 < confidence < 1:
        raise MethodError("level", "it must lie between 0 and 1")
    if given.size == 0:
        return None
    promoters, detractors = float((given >= 9).mean()), float((given <= 6).mean())
    spread = max(0.0, promoters + detractors - (promoters - detractors) ** 2)
    score = 100.0 * (int((given >= 9).sum()) - int((given <= 6).sum())) / given.size
    half = NormalDist().inv_cdf((1.0 + confidence) / 2.0) * 100.0 * math.sqrt(spread / given.size)
    return score - half, score + half


def sus(rows: Iterable[Numbers]) -> float | None:
    """System usability, 0–100: 2.5 × (Σ odd (x−1) + Σ even (5−x)), mean over rows of ten answers 1–5.

    The first answer is odd. None without rows.
    """
    answers = [_whole("rows", row, 1, 5) for row in rows]
    if any(row.size != 10 for row in answers):
        raise MethodError("rows", "ten answers a row are expected")
    if not answers:
        return None
    points = [int((row[0::2] - 1).sum() + (5 - row[1::2]).sum()) for row in answers]
    return 2.5 * sum(points) / len(points)


def _whole(name: str, values: Numbers, least: int, most: int) -> FloatArray:
    given = numbers(name, values)
    if ((given < least) | (given > most) | (given % 1 != 0)).any():
        raise MethodError(name, f"whole numbers from {least} to {most} are expected")
    return given
