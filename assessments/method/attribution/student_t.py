"""Student's t for arrays. Sources: NIST/SEMATECH 1.3.6.6.4 and 1.3.6.7.2; Numerical Recipes 6.4 (continued
fraction of the incomplete beta function, modified Lentz)."""

import math
from typing import Final

import numpy as np

from assessments.method.arguments import FloatArray

_TINY: Final = 1e-300
_NORMAL_975: Final = 1.959963984540054
_log_gamma: Final = np.frompyfunc(math.lgamma, 1, 1)


def two_sided(t: FloatArray, freedom: FloatArray) -> FloatArray:
    """The probability of a distance of |t| or more, for any freedom above 0; NaN stays NaN."""
    distance, degrees = np.broadcast_arrays(np.abs(t), freedom)
    result = np.full(distance.shape, np.nan)
    known = ~(np.isnan(distance) | np.isnan(degrees))
    with np.errstate(all="ignore"):
        share = degrees[known] / (degrees[known] + distance[known] ** 2)
    result[known] = _incomplete_beta(degrees[known] / 2, share)
    return result


def margin(freedom: FloatArray) -> FloatArray:
    """How many standard errors an interval of 95 % reaches to each side; freedom of 1 or more."""
    degrees = np.maximum(freedom, 1.0)
    z = _NORMAL_975
    # Cornish-Fisher, then Newton's steps: from the left on a convex curve they cannot overshoot.
    reach = z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
    norm = np.exp(_logs((degrees + 1) / 2) - _logs(degrees / 2)) / np.sqrt(math.pi * degrees)
    for _step in range(20):
        density = 2 * norm * (1 + reach**2 / degrees) ** (-(degrees + 1) / 2)
        change = (two_sided(reach, degrees) - 0.05) / density
        reach = reach + change
        if not np.any(np.abs(change) > 1e-13 * reach):
            break
    return reach


def _logs(values: FloatArray) -> FloatArray:
    result: FloatArray = np.asarray(_log_gamma(values), dtype=np.float64)
    return result


def _incomplete_beta(a: FloatArray, x: FloatArray) -> FloatArray:
    """I_x(a, ½), by the continued fraction on the side where it converges quickly."""
    half = np.full_like(a, 0.5)
    turned = x > (a + 1) / (a + 2.5)
    first, second = np.where(turned, half, a), np.where(turned, a, half)
    at = np.where(turned, 1 - x, x)
    with np.errstate(all="ignore"):
        front = np.exp(
            _logs(a + 0.5) - _logs(a) - math.lgamma(0.5) + first * np.log(at) + second * np.log1p(-at)
        )
    part = np.where(at > 0, front * _continued_fraction(first, second, at) / first, 0.0)
    return np.where(turned, 1 - part, part)


def _continued_fraction(a: FloatArray, b: FloatArray, x: FloatArray) -> FloatArray:
    c = np.ones_like(x)
    d = 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d.copy()
    for m in range(1, 300):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            value = value * (step := c * d)
        if not np.any(np.abs(step - 1) > 1e-15):
            break
    return value


def _away_from_zero(values: FloatArray) -> FloatArray:
    return np.where(np.abs(values) < _TINY, _TINY, values)
