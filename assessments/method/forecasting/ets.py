"""Exponential smoothing: the form with the least AICc, its forecasts and their standard deviations."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from assessments.method.arguments import FloatArray
from assessments.method.forecasting.projection import (
    EXACT,
    IntArray,
    Projection,
    nothing,
    residual_squares,
    squares_of,
)
from assessments.method.forecasting.smoothing import (
    Form,
    best_start,
    lattice,
    lattice_errors,
    path,
    relative_variance,
    run,
)

LONGEST_SEASON: Final = 24
"""As in R's ets: the initial states of longer seasons are too many to estimate."""
_REFINEMENTS: Final = 8
_FIRST_STEP: Final = 0.1


@dataclass(frozen=True, slots=True)
class Fitted:
    """Of rows × axes: where each series has its optimum in the unit cube, and the squared errors there."""

    points: FloatArray
    squares: FloatArray


def forms(length: int, season: int) -> list[Form]:
    """The forms that so many values can tell apart, the simplest first; seasonal from two cycles on."""
    kinds = [(False, False), (True, False), (True, True)]
    found = [Form(trend, damped) for trend, damped in kinds]
    if 0 < season <= LONGEST_SEASON and length >= 2 * season:
        found += [Form(trend, damped, season) for trend, damped in kinds]
    return [form for form in found if length >= form.parameters + 2]


def ets(values: FloatArray, horizon: int, season: int, *, refined: bool = True) -> Projection:
    """Rows × horizon. Not `refined`: parameters only to the lattice's points, for the back-test."""
    rows, length = values.shape
    candidates = forms(length, season)
    if not candidates or not rows:
        return nothing(rows, horizon)
    fits = [fit(form, values, refined=False) for form in candidates]
    chosen = _least_aicc(candidates, [one.squares for one in fits], length)
    result = nothing(rows, horizon)
    for place, form in enumerate(candidates):
        members = np.flatnonzero(chosen == place)
        if members.size:
            own = values[members]
            start = fits[place].points[members]
            points = _refined(form, own, start) if refined else start
            result.put(members, _projection(form, own, points, horizon))
    return result


def fit(form: Form, values: FloatArray, *, refined: bool = True) -> Fitted:
    """Smoothing parameters and initial states with the least squared one-step errors."""
    sums = np.maximum(lattice_errors(form, values), EXACT * values.shape[1])
    nearly = sums <= sums.min(axis=1, keepdims=True) * (1 + 1e-9)
    best = nearly.argmax(axis=1)
    points = lattice(form)[best]
    if not refined:
        return Fitted(points, np.take_along_axis(sums, best[:, None], axis=1)[:, 0])
    points = _refined(form, values, points)
    return Fitted(points, _squares(form, values, points))


def _least_aicc(candidates: list[Form], squares: list[FloatArray], length: int) -> IntArray:
    scores = []
    for form, sums in zip(candidates, squares, strict=True):
        count = form.parameters
        penalty = 2 * count + 2 * count * (count + 1) / (length - count - 1)
        scores.append(length * np.log(sums / length) + penalty)
    table = np.stack(scores)
    best: IntArray = (table <= table.min(axis=0) + 1e-7).argmax(axis=0)
    return best


def _projection(form: Form, values: FloatArray, points: FloatArray, horizon: int) -> Projection:
    parameters = form.parameters_of(points)
    errors, state = run(form, parameters, best_start(form, parameters, values), values)
    # The variance itself is no parameter that costs a degree of freedom.
    variance = squares_of(errors) / (values.shape[1] - form.parameters + 1)
    spread = np.sqrt(variance[:, None] * relative_variance(form, parameters, horizon))
    return Projection(path(form, parameters, state, horizon), spread)


def _squares(form: Form, values: FloatArray, points: FloatArray) -> FloatArray:
    parameters = form.parameters_of(points)
    errors, _state = run(form, parameters, best_start(form, parameters, values), values)
    return residual_squares(errors)


def _refined(form: Form, values: FloatArray, points: FloatArray) -> FloatArray:
    """Pattern search from the best lattice point: a step along each axis, halved where none helps."""
    best = _squares(form, values, points)
    points, step = points.copy(), np.full(values.shape[0], _FIRST_STEP)
    for _round in range(_REFINEMENTS):
        before = best
        for axis in range(points.shape[1]):
            for sign in (-1.0, 1.0):
                trial = points.copy()
                trial[:, axis] = np.clip(trial[:, axis] + sign * step, 0.0, 1.0)
                squares = _squares(form, values, trial)
                better = squares < best * (1 - 1e-7)
                points[better], best = trial[better], np.where(better, squares, best)
        step = np.where(best < before, step, step / 2)
    return points
