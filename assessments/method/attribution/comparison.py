"""What before and after say about a change, for one calendar of values: a mean, its season and its noise.

The comparison is linear (effect = Σ weight × value), so that a spreadsheet repeats it: the difference of two
means, or of the means of same months weighted by how many pairs each month gives. What neighbouring months
have in common is taken from the residuals, whose own correlation is known exactly for every correlation of
the noise (it is lower than that of the noise, the more so in a short series).
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assessments.method.arguments import FloatArray
from assessments.method.attribution.calendars import Places

CORRELATIONS: Final = np.linspace(0.0, 0.9, 10)
"""Lag-1 correlations of the noise that are looked at; a lower one counts as 0 and narrows nothing."""
USUAL_CORRELATION: Final = 0.3
USUAL_WEIGHT: Final = 48.0
"""Business figures of neighbouring months usually resemble each other: this is assumed with the weight of
four years of values, so that a short series neither denies nor exaggerates it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The calendar of one or more series: which places hold a value, 0 being the first after the change.

    `gap`: how far the means could lie apart by a season that stays within ±1, where it is not removed.
    """

    weights: FloatArray
    residuals: FloatArray
    neighbours: NDArray[np.bool_]
    similarity: FloatArray
    variance: FloatArray
    freedom: FloatArray
    spread: FloatArray
    information: float
    gap: float
    same_months: bool


@dataclass(frozen=True, slots=True)
class Readings:
    """Per series: effect and its standard error, standard deviation of the noise, freedom, correlation."""

    effect: FloatArray
    error: FloatArray
    noise: FloatArray
    freedom: FloatArray
    correlation: FloatArray


def comparison(places: Places, season: int | None) -> Comparison:
    """`places` rise, negative before the change; the comparison is by same months where enough have both."""
    after = (places >= 0).astype(np.float64)
    same = season is not None and compares_same_months(places[places < 0], places[places >= 0], season)
    month = places % season if same and season is not None else np.zeros_like(places)
    member = (month[:, None] == np.unique(month)).astype(np.float64)
    averaging = (member / member.sum(axis=0)) @ member.T
    contrast = after - averaging @ after
    information = float(contrast @ contrast)
    weights = contrast / information
    residuals = np.eye(places.size) - averaging - np.outer(contrast, weights)
    gap = 0.0 if season is None or same else float(np.abs(np.bincount(places % season, weights)).sum())
    return _with_noise(places, weights, residuals, information, gap, same)


def compares_same_months(before: Places, after: Places, season: int) -> bool:
    """Whether at least half of the months of the year have values before and after.

    With six values a side or more that is sure from two full years of values on.
    """
    both = np.intersect1d(before % season, after % season)
    return both.size >= math.ceil(season / 2)


def _with_noise(
    places: Places, weights: FloatArray, residuals: FloatArray, information: float, gap: float, same: bool
) -> Comparison:
    apart = np.abs(places[:, None] - places)
    powers = CORRELATIONS[:, None] ** np.arange(int(apart.max()) + 1)
    between = residuals @ np.where(apart == 1, 0.5, 0.0) @ residuals
    lags = [
        np.bincount(apart.ravel(), matrix.ravel())
        for matrix in (np.outer(weights, weights), residuals, between)
    ]
    variance, spread, together = (powers @ lag for lag in lags)
    likeness = np.array([_likeness(residuals, power[apart]) for power in powers])
    return Comparison(
        weights=weights,
        residuals=residuals,
        neighbours=np.diff(places) == 1,
        similarity=np.maximum.accumulate(together / spread),
        variance=variance,
        freedom=np.maximum(spread**2 / likeness, 1.0),
        spread=spread,
        information=information,
        gap=gap,
        same_months=same,
    )


def _likeness(residuals: FloatArray, correlation: FloatArray) -> float:
    """tr(MΣMΣ): with tr(MΣ) the degrees of freedom (Satterthwaite) of correlated residuals."""
    product = residuals @ correlation
    return float(np.sum(product * product.T))


def readings(values: FloatArray, design: Comparison, dust: float) -> Readings:
    """Series of this calendar, rows × places, without gaps; differences within `dust` are rounding."""
    effect = values @ design.weights
    rest = values @ design.residuals
    squares = np.einsum("ij,ij->i", rest, rest)
    still = squares <= values.shape[1] * dust**2
    squares = np.where(still, 0.0, squares)
    products = np.einsum("ij,ij->i", rest[:, 1:] * design.neighbours, rest[:, :-1])
    seen = np.divide(products, squares, out=np.full(squares.size, np.nan), where=~still)
    correlation = _correlation(seen, design)
    weight = design.freedom[0] / (design.freedom[0] + USUAL_WEIGHT)
    used = weight * correlation + (1 - weight) * USUAL_CORRELATION

    def at(curve: FloatArray) -> FloatArray:
        return np.asarray(np.interp(used, CORRELATIONS, curve))

    variance = squares / at(design.spread)
    return Readings(
        effect=np.where(np.abs(effect) <= dust, 0.0, effect),
        error=np.sqrt(variance * at(design.variance)),
        noise=np.sqrt(variance),
        freedom=at(design.freedom),
        correlation=correlation,
    )


def _correlation(seen: FloatArray, design: Comparison) -> FloatArray:
    """The correlation of noise whose residuals would show the correlation seen; the usual one without any."""
    if design.similarity[-1] - design.similarity[0] < 1e-6:
        return np.full(seen.size, USUAL_CORRELATION)
    found = np.interp(seen, design.similarity, CORRELATIONS)
    return np.where(np.isnan(seen), USUAL_CORRELATION, found)
