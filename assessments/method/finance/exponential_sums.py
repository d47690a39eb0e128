"""All real zeros of f(s) = Σ cᵢ·exp(−λᵢ·s), the present value as a function of s = ln(1 + rate).

Descartes' rule in its constructive form: multiply f by exp(μ·s), μ between two powers where the signs of the
coefficients change, and the derivative has one change of sign fewer; its zeros part the axis into pieces on
which f·exp(μ·s) is monotone, so each piece holds at most one zero of f. Going down to the sum without a
change of sign and back up again finds every zero, for whole periods and days alike, however long they run.
Coefficients are kept as sign and logarithm: no power overflows between −100 % and the largest float.
"""

import math
import sys
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from assessments.method.arguments import FloatArray

LOWEST: Final = math.log(2.0**-54)
"""ln(1 + rate) of the lowest rate a float can tell from −1."""
HIGHEST: Final = math.log(sys.float_info.max)
_EPSILON: Final = sys.float_info.epsilon
_NEGLIGIBLE: Final = 40.0


@dataclass(frozen=True, slots=True)
class ExponentialSum:
    """Terms sign·exp(log − power·s), powers rising, no coefficient 0."""

    sign: FloatArray
    log: FloatArray
    power: FloatArray

    @classmethod
    def of(cls, coefficients: FloatArray, powers: FloatArray) -> Self:
        kept = coefficients != 0
        coefficients, powers = coefficients[kept], powers[kept]
        logs = np.log(np.abs(coefficients))
        return cls(np.sign(coefficients), logs - logs.max(initial=-np.inf), powers - powers[:1])

    def changes(self) -> list[int]:
        """Positions after which the sign of the coefficients changes."""
        return np.flatnonzero(self.sign[1:] != self.sign[:-1]).tolist()

    def at(self, s: float) -> tuple[float, float]:
        """The sum at s over its largest term, and what rounding alone may make of it."""
        exponents = self.log - self.power * s
        top = float(exponents.max())
        terms = np.exp(exponents - top)
        counted = exponents > top - _NEGLIGIBLE
        depth = float(np.max(np.abs(self.log[counted]) + np.abs(self.power[counted] * s)))
        return float(self.sign @ terms), _EPSILON * (8.0 + 2.0 * depth) * float(terms.sum())

    def derivative(self, after: int) -> "ExponentialSum":
        """The derivative after multiplying with exp(μ·s), μ midway behind position `after`."""
        distance = (self.power[after] + self.power[after + 1]) / 2.0 - self.power
        logs = self.log + np.log(np.abs(distance))
        return ExponentialSum(self.sign * np.sign(distance), logs - logs.max(), self.power)


def zeros(sum_: ExponentialSum) -> list[float]:
    """Every s from LOWEST to HIGHEST with f(s) = 0, rising; a multiple zero is listed once."""
    chain = []
    while changes := sum_.changes():
        chain.append(sum_)
        sum_ = sum_.derivative(changes[len(changes) // 2])
    found: list[float] = []
    for member in reversed(chain):
        found = _between(member, found)
    return found


def _between(sum_: ExponentialSum, turning: list[float]) -> list[float]:
    """Zeros, given the points between which the sum crosses 0 at most once."""
    points = [LOWEST, *(point for point in turning if LOWEST < point < HIGHEST), HIGHEST]
    values = []
    found = []
    for point in points:
        value, noise = sum_.at(point)
        touches = abs(value) <= noise and LOWEST < point < HIGHEST
        # A turning point that rounding cannot tell from 0 is a zero itself (of even or higher order).
        values.append(0.0 if touches else value)
        if touches:
            found.append(point)
    for i in range(len(points) - 1):
        if values[i] * values[i + 1] < 0:
            found.append(_crossing(sum_, points[i], points[i + 1], values[i], values[i + 1]))
    return _distinct(sorted(found))


def _distinct(rising: list[float]) -> list[float]:
    return [s for i, s in enumerate(rising) if i == 0 or s - rising[i - 1] > 1e-13 * (1.0 + abs(s))]


def _crossing(sum_: ExponentialSum, a: float, b: float, value_a: float, value_b: float) -> float:
    """The one zero between a and b, whose values differ in sign: Chandrupatla's method."""
    c, value_c = a, value_a
    step = 0.5
    while True:
        middle = a + step * (b - a)
        value = sum_.at(middle)[0]
        if (value > 0) == (value_a > 0):
            c, value_c = a, value_a
        else:
            c, b, value_c, value_b = b, a, value_b, value_a
        a, value_a = middle, value
        best = a if abs(value_a) < abs(value_b) else b
        limit = (2.0 * _EPSILON * abs(best) + 1e-17) / abs(b - a) if a != b else 1.0
        if limit > 0.5 or value == 0:
            return best
        step = min(max(_step(a, b, c, value_a, value_b, value_c), limit), 1.0 - limit)


def _step(a: float, b: float, c: float, value_a: float, value_b: float, value_c: float) -> float:
    """Share of the way from a to b: inverse quadratic where it may be trusted, else half."""
    along = (a - b) / (c - b)
    rise = (value_a - value_b) / (value_c - value_b)
    if not (rise**2 < along and (1.0 - rise) ** 2 < 1.0 - along):
        return 0.5
    first = value_a / (value_b - value_a) * value_c / (value_b - value_c)
    second = (c - a) / (b - a) * value_a / (value_c - value_a) * value_b / (value_c - value_b)
    return first + second
