"""Realised ÷ planned: what the organization's closed benefits say, and what this project's actuals add."""

import math
import statistics
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from assessments.method.arguments import Column, FloatArray, Numbers, columns, number, numbers, only
from assessments.method.attribution.student_t import margin
from assessments.method.errors import MethodError
from assessments.method.simulation.distributions import Realisation

STATED_PRIOR: Final = Realisation(mean=0.8, sd=0.35)
"""What is assumed before the organization has closed benefits of its own. Own choice: most
promises are kept in part, few in full, and hardly any twice over."""
PRIOR_WEIGHT: Final = 4
"""Closed benefits that the stated prior counts as."""
FEWEST_FOR_INTERVAL: Final = 3

Group = TypeVar("Group", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Calibration:
    """`ratio`: all realised over all planned; `median` of the single ratios; None where it cannot be said.

    `low` and `high`: the 95 % interval of the ratio, from three closed benefits on.
    """

    ratio: float | None
    low: float | None
    high: float | None
    median: float | None
    n: int


def realisation_prior(history: Numbers) -> Realisation:
    """From the ratios realised ÷ planned of the organization's closed benefits of one class.

    Mean and standard deviation over these and the stated prior, which counts as four benefits: with none it is
    the stated prior itself, with many it hardly matters. `n` tells how many there were.
    """
    ratios = _not_negative("history", history)
    count = PRIOR_WEIGHT + ratios.size
    mean = (PRIOR_WEIGHT * STATED_PRIOR.mean + math.fsum(ratios)) / count
    squares = PRIOR_WEIGHT * (STATED_PRIOR.sd**2 + (STATED_PRIOR.mean - mean) ** 2)
    squares += math.fsum((ratio - mean) ** 2 for ratio in ratios.tolist())
    return Realisation(mean, math.sqrt(squares / count), ratios.size)


def realisation_posterior(
    prior: Realisation, realised: Numbers, planned: Numbers, *, noise: float
) -> Realisation:
    """The ratio after the months of this project that are actual already (amounts a month, of one length).

    Normal prior on the ratio and a normal observation of it, so the means are weighted by their precision:
    what was observed is Σ realised ÷ Σ planned, uncertain by the noise of its months. `noise`: standard
    deviation of a month as a share of its amount. Without a planned amount the prior stays.
    """
    gained, promised = numbers("realised", realised), _not_negative("planned", planned)
    spread = number("noise", noise)
    if spread < 0:
        raise MethodError("noise", "a standard deviation is not negative")
    if gained.size != promised.size:
        raise MethodError("realised", f"{gained.size} months for {promised.size} planned ones")
    total = math.fsum(promised)
    if total == 0 or prior.sd == 0:
        return prior
    observed = max(0.0, math.fsum(gained) / total)
    # The noise of a month is a share of what really comes, of which the prior is the best guess.
    uncertain = (spread * prior.mean) ** 2 * math.fsum((promised / total) ** 2)
    weight = prior.sd**2 / (prior.sd**2 + uncertain)
    mean = prior.mean + weight * (observed - prior.mean)
    return Realisation(mean, prior.sd * math.sqrt(1 - weight) if mean else 0.0, prior.n)


def calibration(realised: Numbers, planned: Numbers) -> Calibration:
    """How much of what was promised came true, over closed benefits (one amount each, planned above 0).

    The ratio is weighted by money; its interval at 95 % is that of a ratio estimator with n − 1 degrees of
    freedom (Cochran 1977, ch. 6).
    """
    gained, promised = numbers("realised", realised), _not_negative("planned", planned)
    if gained.size != promised.size:
        raise MethodError("realised", f"{gained.size} amounts for {promised.size} planned ones")
    if np.any(promised == 0):
        raise MethodError("planned", "every planned amount must be above 0")
    count = promised.size
    if not count:
        return Calibration(None, None, None, None, 0)
    total = math.fsum(promised)
    ratio = math.fsum(gained) / total
    median = statistics.median((gained / promised).tolist())
    if count < FEWEST_FOR_INTERVAL:
        return Calibration(ratio, None, None, median, count)
    misses = math.fsum((gained - ratio * promised) ** 2)
    error = math.sqrt(count / (count - 1) * misses) / total
    reach = float(margin(np.array([count - 1.0]))[0]) * error
    return Calibration(ratio, ratio - reach, ratio + reach, median, count)


def calibrations(groups: Sequence[Group], realised: Numbers, planned: Numbers) -> dict[Group, Calibration]:
    """`calibration` of each group (category, owner), in the order in which they first appear."""
    gained, promised = numbers("realised", realised), numbers("planned", planned)
    if not len(groups) == gained.size == promised.size:
        raise MethodError("groups", f"{len(groups)} given for {gained.size} amounts")
    places: dict[Group, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group, []).append(place)
    return {group: calibration(gained[own], promised[own]) for group, own in places.items()}


def adoption_value_at_risk(
    planned: float, dependent_share: float, usage: float | None, proficiency: float | None
) -> float | None:
    """planned × people-dependent share × (1 − usage × proficiency); shares 0–1, of now against the expected
    ramp. None while usage or proficiency is not known. Source: Prosci's adoption factors."""
    number("planned", planned)
    number("dependent_share", dependent_share)
    return only(adoption_value_at_risk_batch(planned, dependent_share, usage, proficiency))


def adoption_value_at_risk_batch(
    planned: Column, dependent_share: Column, usage: Column, proficiency: Column
) -> FloatArray:
    """`adoption_value_at_risk` a row; NaN where something is missing."""
    amounts, shares, used, able = columns(
        planned=planned, dependent_share=dependent_share, usage=usage, proficiency=proficiency
    )
    for name, given in (("dependent_share", shares), ("usage", used), ("proficiency", able)):
        if np.any((given < 0) | (given > 1)):
            raise MethodError(name, "a share of 0 to 1 is expected")
    return amounts * shares * (1 - used * able)


def _not_negative(name: str, values: Numbers) -> FloatArray:
    found = numbers(name, values)
    if np.any(found < 0):
        raise MethodError(name, "a negative number makes no sense here")
    return found
