"""How likely is it that a project has paid back by the planned month? (METHOD §5)

Monte Carlo over the benefits still to come: one realisation ratio and one delay a draw, and noise of its own
for every month. What is already actual is certain. Costs are taken as planned: where they are uncertain, they
are risk-adjusted before, and never both for one uncertainty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from assessments.method.arguments import Column, FloatArray, Numbers, columns, numbers, table, whole_number
from assessments.method.errors import MethodError
from assessments.method.finance.discounting import FlowTable
from assessments.method.simulation.distributions import Delay, Realisation, lognormal

MOST_DRAWS: Final = 100_000
_PERCENTS: Final = (0.1, 0.5, 0.9)
_ENOUGH: Final = 1e-9
"""Share of the costs by which rounding may miss a payback."""


@dataclass(frozen=True, slots=True)
class PaybackProbability:
    """`probability` that the cumulative flow stands at 0 or more at the end of month `by`.

    NPVs in the unit of the amounts; 10 % of the draws lie below `npv_p10`.
    """

    probability: float
    standard_error: float
    npv_p10: float
    npv_p50: float
    npv_p90: float
    draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class PaybackProbabilities:
    """`PaybackProbability` of many projects, arrays of one length."""

    probability: FloatArray
    standard_error: FloatArray
    npv_p10: FloatArray
    npv_p50: FloatArray
    npv_p90: FloatArray
    draws: int
    seed: int

    def __getitem__(self, row: int) -> PaybackProbability:
        return PaybackProbability(
            float(self.probability[row]),
            float(self.standard_error[row]),
            float(self.npv_p10[row]),
            float(self.npv_p50[row]),
            float(self.npv_p90[row]),
            self.draws,
            self.seed,
        )


@dataclass(frozen=True, slots=True)
class _Draws:
    """Standard normal numbers, the same for every project: what differs between two is not their luck.

    `months`: one row a month; further months change no earlier row.
    """

    realisation: FloatArray
    delay: FloatArray
    months: FloatArray


@dataclass(frozen=True, slots=True)
class _Case:
    """One project: flows that are certain, benefits still to come, and what is uncertain about them."""

    certain: FloatArray
    open_benefits: FloatArray
    realisation: Realisation
    delay: Delay
    noise: float
    by: int
    growth: float
    tolerance: float


def payback_probability(
    costs: Numbers,
    benefits: Numbers,
    realisation: Realisation,
    *,
    delay: Delay,
    noise: float,
    by: int,
    draws: int = 10_000,
    seed: int,
    rate: float = 0.0,
    known: int = 0,
) -> PaybackProbability:
    """Costs and benefits are positive amounts a month, index 0 initial; the shorter is filled with 0.

    `known`: the first so many months are actual amounts, never drawn. Of the months after them each benefit is
    planned amount × realisation × noise, `delay` months late (fractions shared between two months; nothing
    comes in between, and what falls behind the last month is lost). `noise`: standard deviation of a month
    as a share of its amount, log-normal with mean 1. `by`: month index of the planned payback. `rate` a month
    discounts the NPV, not the payback. The same seed gives the same digits.
    """
    spent, gained = numbers("costs", costs), numbers("benefits", benefits)
    length = max(spent.size, gained.size)
    spent, gained = np.pad(spent, (0, length - spent.size)), np.pad(gained, (0, length - gained.size))
    return payback_probability_batch(
        spent[None, :],
        gained[None, :],
        [realisation],
        delays=[delay],
        noise=noise,
        by=by,
        draws=draws,
        seed=seed,
        rate=rate,
        known=known,
    )[0]


def payback_probability_batch(
    costs: FlowTable,
    benefits: FlowTable,
    realisations: Sequence[Realisation],
    *,
    delays: Sequence[Delay],
    noise: Column,
    by: Column,
    draws: int = 10_000,
    seed: int,
    rate: Column = 0.0,
    known: Column = 0,
) -> PaybackProbabilities:
    """`payback_probability` of every row of projects × months; the other arguments one for all or one a row."""
    spent, gained = table("costs", costs), table("benefits", benefits)
    if spent.shape != gained.shape:
        raise MethodError("benefits", f"the shape {spent.shape} of costs is expected, not {gained.shape}")
    count = whole_number("draws", draws, 1, MOST_DRAWS)
    settings = _columns(spent.shape[0], noise=noise, by=by, rate=rate, known=known)
    cases = _cases(spent, gained, realisations, delays, settings)
    luck = _drawn(whole_number("seed", seed, 0, 2**63 - 1), count, spent.shape[1])
    probability = np.empty(len(cases))
    percentiles = np.empty((len(cases), len(_PERCENTS)))
    for row, case in enumerate(cases):
        standing, values = _simulated(case, luck)
        probability[row] = np.count_nonzero(standing >= -case.tolerance) / count
        percentiles[row] = np.quantile(values, _PERCENTS)
    error = np.sqrt(probability * (1 - probability) / count)
    low, middle, high = percentiles.T
    return PaybackProbabilities(probability, error, low, middle, high, count, seed)


def _simulated(case: _Case, luck: _Draws) -> tuple[FloatArray, FloatArray]:
    """(cumulative flow at the end of month `by`, NPV) of every draw."""
    ratio = lognormal(case.realisation.mean, case.realisation.sd, luck.realisation)
    length = case.certain.size
    late = np.minimum(lognormal(case.delay.mean, case.delay.sd, luck.delay), length)
    whole = np.floor(late).astype(np.intp)
    part = late - whole
    # Before the first month there is nothing.
    padded = np.concatenate([np.zeros(length + 1), case.open_benefits])
    standing, value = np.zeros(ratio.size), np.zeros(ratio.size)
    discount = 1.0
    for month in range(length):
        places = month + length + 1 - whole
        come = (padded[places] * (1 - part) + padded[places - 1] * part) * ratio
        if case.noise:
            come *= lognormal(1.0, case.noise, luck.months[month])
        flow = case.certain[month] + come
        if month <= case.by:
            standing += flow
        value += flow * discount
        discount /= case.growth
    return standing, value


def _drawn(seed: int, draws: int, months: int) -> _Draws:
    generator = np.random.Generator(np.random.PCG64(seed))
    realisation, delay = generator.standard_normal(draws), generator.standard_normal(draws)
    return _Draws(realisation, delay, generator.standard_normal((months, draws)))


def _cases(
    costs: FloatArray,
    benefits: FloatArray,
    realisations: Sequence[Realisation],
    delays: Sequence[Delay],
    settings: list[FloatArray],
) -> list[_Case]:
    rows, months = costs.shape
    for name, given in (("realisations", realisations), ("delays", delays)):
        if len(given) not in (1, rows):
            raise MethodError(name, f"{len(given)} given for {rows} projects")
    ratios = list(realisations) * (rows if len(realisations) == 1 else 1)
    waits = list(delays) * (rows if len(delays) == 1 else 1)
    noises, bys, rates, knowns = (column.tolist() for column in settings)
    cases = []
    for row in range(rows):
        is_open = np.arange(months) >= knowns[row]
        certain = np.where(is_open, 0.0, benefits[row]) - costs[row]
        tolerance = _ENOUGH * float(np.abs(costs[row]).sum())
        cases.append(
            _Case(
                certain=certain,
                open_benefits=np.where(is_open, benefits[row], 0.0),
                realisation=ratios[row],
                delay=waits[row],
                noise=noises[row],
                by=int(bys[row]),
                growth=1.0 + rates[row],
                tolerance=tolerance,
            )
        )
    return cases


def _columns(rows: int, **settings: Column) -> list[FloatArray]:
    """Settings as arrays, one a project, in the order given."""
    found = []
    for name, setting in settings.items():
        (column,) = columns(**{name: setting})
        if column.size not in (1, rows):
            raise MethodError(name, f"{column.size} values for {rows} projects")
        if np.isnan(column).any():
            raise MethodError(name, "a number is expected for every project")
        if name == "rate" and np.any(column <= -1):
            raise MethodError(name, "a rate must be above -1 (-100 %)")
        if name != "rate" and np.any(column < 0):
            raise MethodError(name, "a negative number makes no sense here")
        if name in ("by", "known") and np.any(column != np.floor(column)):
            raise MethodError(name, "whole months are expected")
        found.append(np.broadcast_to(column, (rows,)))
    return found
