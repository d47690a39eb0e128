"""Exponential smoothing with additive errors as linear state space, for many series at once.

Forms: level, with or without an additive (damped) trend, with or without an additive season. Additive because
KPI values may be zero or negative, and because then everything below is linear in the values: for given
parameters the best initial states are a least-squares fit, so only the parameters are searched.

State x = (level, slope?, next m seasonal effects?); yₜ = w·xₜ₋₁ + eₜ, xₜ = F·xₜ₋₁ + g·eₜ.
Source: Hyndman, Koehler, Ord & Snyder 2008; Hyndman & Athanasopoulos, fpp3 ch. 8.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from assessments.method.arguments import FloatArray

LEAST, MOST = 1e-4, 1.0 - 1e-4
LEAST_DAMPING, MOST_DAMPING = 0.8, 0.98
_CHUNK: Final = 1 << 17
"""Floats in one intermediate array of the search: what fits the processor's cache best."""
_SINGLE_THREAD: Final = 1 << 18
"""Multiplications up to which OpenBLAS stays on one core; more threads on small products only get in the way."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Arrays of one length: α, β (not β/α), φ and γ as in fpp3; what a form lacks is 0 (φ: 1)."""

    alpha: FloatArray
    beta: FloatArray
    phi: FloatArray
    gamma: FloatArray

    def at(self, rows: slice) -> "Parameters":
        return Parameters(self.alpha[rows], self.beta[rows], self.phi[rows], self.gamma[rows])


@dataclass(frozen=True, slots=True)
class Form:
    """`season` is the number of periods of a cycle, 0 without."""

    trend: bool = False
    damped: bool = False
    season: int = 0

    @property
    def states(self) -> int:
        return 1 + self.trend + self.season

    @property
    def parameters(self) -> int:
        """All that is estimated: smoothing parameters, free initial states and the variance."""
        free_states = self.states - (1 if self.season else 0)
        return 1 + self.trend + self.damped + (1 if self.season else 0) + free_states + 1

    def parameters_of(self, points: FloatArray) -> Parameters:
        """From points × axes of the unit cube: α, β/α, φ over its range, γ/(1 − α)."""
        axes = iter(np.moveaxis(points, -1, 0))
        alpha = LEAST + (MOST - LEAST) * next(axes)
        none = np.zeros_like(alpha)
        beta = alpha * (LEAST + (MOST - LEAST) * next(axes)) if self.trend else none
        phi = LEAST_DAMPING + (MOST_DAMPING - LEAST_DAMPING) * next(axes) if self.damped else none + 1.0
        gamma = (1.0 - alpha) * (LEAST + (MOST - LEAST) * next(axes)) if self.season else none
        return Parameters(alpha, beta, phi, gamma)

    def gains(self, parameters: Parameters) -> FloatArray:
        """g, sets × states."""
        gains = np.zeros((parameters.alpha.size, self.states))
        gains[:, 0] = parameters.alpha
        if self.trend:
            gains[:, 1] = parameters.beta
        if self.season:
            gains[:, -1] = parameters.gamma
        return gains

    def observe(self, state: FloatArray, phi: FloatArray) -> FloatArray:
        """w·x."""
        seen = state[:, 0]
        if self.trend:
            seen = seen + phi * state[:, 1]
        return seen + state[:, 1 + self.trend] if self.season else seen

    def advance(self, state: FloatArray, phi: FloatArray) -> FloatArray:
        """F·x."""
        later = state.copy()
        if self.trend:
            later[:, 1] = phi * state[:, 1]
            later[:, 0] += later[:, 1]
        if self.season:
            later[:, 1 + self.trend :] = np.roll(state[:, 1 + self.trend :], -1, axis=1)
        return later

    def retreat(self, row: FloatArray, phi: FloatArray) -> FloatArray:
        """a·F of a row a."""
        earlier = row.copy()
        if self.trend:
            earlier[:, 1] = phi * (row[:, 0] + row[:, 1])
        if self.season:
            earlier[:, 1 + self.trend :] = np.roll(row[:, 1 + self.trend :], 1, axis=1)
        return earlier


@dataclass(frozen=True, slots=True)
class _Design:
    """How errors follow from values and initial states: e = filter(y) − rows · x₀.

    `echoes` sets × length: how much of yₜ₋ⱼ is in the forecast of yₜ; `q` and `r`: the rows of the free initial
    states (seasonal effects sum to 0) by QR, well conditioned all over the unit cube.
    """

    echoes: FloatArray
    q: FloatArray
    r: FloatArray


def _design(form: Form, parameters: Parameters, length: int) -> _Design:
    gains = form.gains(parameters)
    row = np.zeros_like(gains)
    row[:, 0] = 1.0
    if form.trend:
        row[:, 1] = parameters.phi
    if form.season:
        row[:, 1 + form.trend] = 1.0
    weights = row
    rows = np.empty((length, *row.shape))
    echoes = np.zeros((length, row.shape[0]))
    for step in range(length):
        rows[step] = row
        echo = np.einsum("ik,ik->i", row, gains)
        if step + 1 < length:
            echoes[step + 1] = echo
        row = form.retreat(row, parameters.phi) - echo[:, None] * weights
    free = rows.transpose(1, 0, 2)
    if form.season:
        free = np.concatenate(
            [free[:, :, : 1 + form.trend], free[:, :, 1 + form.trend : -1] - free[:, :, -1:]], 2
        )
    q, r = np.linalg.qr(free)
    return _Design(echoes.T, q, r)


def _embedded(form: Form, free: FloatArray) -> FloatArray:
    """Initial states from the free ones: the last seasonal effect makes the sum 0."""
    if not form.season:
        return free
    return np.concatenate([free, -free[:, 1 + form.trend :].sum(axis=1, keepdims=True)], axis=1)


def run(
    form: Form, parameters: Parameters, start: FloatArray, values: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(one-step errors rows × periods, final states rows × states) of each series under its own parameters."""
    gains, state = form.gains(parameters), start
    errors = np.empty_like(values)
    for period in range(values.shape[1]):
        error = values[:, period] - form.observe(state, parameters.phi)
        state = form.advance(state, parameters.phi) + gains * error[:, None]
        errors[:, period] = error
    return errors, state


def path(form: Form, parameters: Parameters, state: FloatArray, horizon: int) -> FloatArray:
    """Forecast means rows × horizon."""
    means = np.empty((state.shape[0], horizon))
    for step in range(horizon):
        means[:, step] = form.observe(state, parameters.phi)
        state = form.advance(state, parameters.phi)
    return means


def relative_variance(form: Form, parameters: Parameters, horizon: int) -> FloatArray:
    """Variance of the h-step error over that of one step: 1 + Σⱼ₌₁ʰ⁻¹ (w·Fʲ⁻¹·g)², rows × horizon."""
    response = form.gains(parameters)
    variance = np.ones((response.shape[0], horizon))
    for step in range(1, horizon):
        variance[:, step] = variance[:, step - 1] + form.observe(response, parameters.phi) ** 2
        response = form.advance(response, parameters.phi)
    return variance


def best_start(form: Form, parameters: Parameters, values: FloatArray) -> FloatArray:
    """The initial states with the least squared errors, for each series under its own parameters."""
    starts = []
    block = max(1, _CHUNK // (values.shape[1] * form.states))
    for first in range(0, values.shape[0], block):
        rows = slice(first, first + block)
        own = parameters.at(rows)
        design = _design(form, own, values.shape[1])
        nothing = np.zeros((own.alpha.size, form.states))
        errors, _state = run(form, own, nothing, values[rows])
        seen = np.einsum("ntk,nt->nk", design.q, errors)
        starts.append(_embedded(form, np.linalg.solve(design.r, seen[:, :, None])[:, :, 0]))
    return np.concatenate(starts) if starts else np.zeros((0, form.states))


_LATTICE: Final[dict[tuple[bool, bool, bool], tuple[int, ...]]] = {
    # (trend, damped, season): points an axis, in the order of `Form.parameters_of`
    (False, False, False): (24,),
    (True, False, False): (10, 7),
    (True, True, False): (9, 5, 3),
    (False, False, True): (9, 6),
    (True, False, True): (7, 4, 4),
    (True, True, True): (6, 4, 3, 4),
}


def lattice(form: Form) -> FloatArray:
    """Points × axes of the unit cube that the search visits, closer together near the ends."""
    counts = _LATTICE[form.trend, form.damped, bool(form.season)]
    axes = [np.sin(np.pi / 2 * (np.arange(count) + 0.5) / count) ** 2 for count in counts]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(counts))


# As many as the back-tests of one length need: under 20 MB for two years of months, 60 MB for five.
@lru_cache(maxsize=96)
def _lattice_design(form: Form, length: int) -> _Design:
    return _design(form, form.parameters_of(lattice(form)), length)


def lattice_errors(form: Form, values: FloatArray) -> FloatArray:
    """Least squared-error sum of each series (rows) at each point of the lattice (columns)."""
    rows, length = values.shape
    design = _lattice_design(form, length)
    lags = np.arange(length)[:, None] - np.arange(length)[None, :]
    width = min(max(1, rows), max(16, _SINGLE_THREAD // length**2))
    depth = max(1, _CHUNK // (width * length))
    columns = np.ascontiguousarray(values.T)
    sums = np.empty((design.echoes.shape[0], rows))
    for first in range(0, sums.shape[0], depth):
        chosen = slice(first, first + depth)
        echoes = design.echoes[chosen]
        filters = np.eye(length) - np.where(lags > 0, echoes[:, np.maximum(lags, 0)], 0.0)
        starts = design.q[chosen].transpose(0, 2, 1)
        for left in range(0, rows, width):
            errors = filters @ columns[:, left : left + width]
            fitted = starts @ errors
            # What is orthogonal to the initial states remains (Pythagoras).
            part = np.einsum("gtn,gtn->gn", errors, errors) - np.einsum("gkn,gkn->gn", fitted, fitted)
            sums[chosen, left : left + width] = part
    return sums.T
