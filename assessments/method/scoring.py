"""Scores, the value index, status words and freshness (METHOD §2).

Source: OECD/JRC handbook on composite indicators (weights, coverage, bounds); SAP goal plans (cap of 120).
Scores run from 0 to 100 × cap. In batches NaN means "none"; rows carry the number of their group.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, SupportsFloat, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from assessments.method.arguments import (
    BoolArray,
    Column,
    FloatArray,
    Numbers,
    WordArray,
    columns,
    number,
    numbers,
    only,
    optional_number,
    positive,
)
from assessments.method.errors import MethodError

Tier: TypeAlias = Literal["functional", "operational", "strategic"]
TIERS: Final[tuple[Tier, ...]] = ("functional", "operational", "strategic")
DEFAULT_CAP: Final = 1.2
DEFAULT_TIER_WEIGHTS: Final[Mapping[Tier, float]] = {"functional": 30, "operational": 30, "strategic": 40}
MINIMUM_COVERAGE: Final = 0.6
GATE: Final = 40.0
"""Strategic score below which the value status is capped at amber."""
GEOMETRIC_GAP: Final = 10.0
_DUST: Final = 1e-12
StatusWord: TypeAlias = Literal["on_track", "at_risk", "off_track"]
FreshnessWord: TypeAlias = Literal["fresh", "stale", "dropped"]
STATUS_WORDS: Final[tuple[StatusWord, ...]] = ("on_track", "at_risk", "off_track")
ON_TRACK: Final = 90.0
AT_RISK: Final = 70.0
STALE_AFTER: Final = 1.5
DROPPED_AFTER: Final = 3.0


@dataclass(frozen=True, slots=True)
class Score:
    """value, low, high in points (100 = target reached); coverage 0–1.

    `value` is None under 60 % coverage; all are None when nothing is due. `low` and `high` count missing KPIs
    as 0 and as 1; since a KPI with data may score up to the cap, `value` may lie above `high` where it is
    over 100.
    """

    value: float | None
    coverage: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Scores:
    """`Score` for many groups: four arrays of one length, NaN for None."""

    value: FloatArray
    coverage: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True)
class ValueIndex:
    """The index over the tiers in points.

    `geometric` is its geometric form, `show_geometric` whether the two differ by more than 10, and `gated`
    whether strategic evidence is missing or under 40, which caps the status at amber.
    """

    value: float | None
    geometric: float | None
    show_geometric: bool
    gated: bool


@dataclass(frozen=True, slots=True)
class ValueIndices:
    """`ValueIndex` for many projects: arrays of one length, NaN for None."""

    value: FloatArray
    geometric: FloatArray
    show_geometric: BoolArray
    gated: BoolArray


def weighted_score(
    attainments: Iterable[SupportsFloat | None], weights: Numbers, *, cap: SupportsFloat = DEFAULT_CAP
) -> Score:
    """Σ wᵢ·min(cap, max(0, aᵢ)) / Σ wᵢ over KPIs with data, × 100, with its coverage and bounds.

    `attainments` (ratios) holds None for a KPI that is due but has no data; KPIs not yet due are left out.
    Weights are ≥ 0, one a KPI. Nothing due, or only weights of 0: every field None.
    """
    given = [None if one is None else number("attainments", one) for one in attainments]
    heavy = numbers("weights", weights)
    if heavy.size != len(given):
        raise MethodError("weights", f"{heavy.size} weights for {len(given)} attainments")
    scores = weighted_scores(given, heavy, np.zeros(len(given), dtype=np.intp), 1, cap=number("cap", cap))
    return Score(only(scores.value), only(scores.coverage), only(scores.low), only(scores.high))


def weighted_scores(
    attainments: Column,
    weights: Column,
    groups: NDArray[np.integer],
    group_count: int,
    *,
    cap: Column = DEFAULT_CAP,
) -> Scores:
    """`weighted_score` of many groups at once (a group = one tier of one project).

    `attainments` (NaN = due without data), `weights`, `groups` (0 … group_count − 1) and, if it differs by
    organization, `cap` hold one value a KPI, in any order. → arrays of `group_count`.
    """
    reached, heavy, ceiling = columns(attainments=attainments, weights=weights, cap=cap)
    group = np.asarray(groups)
    if not np.all(heavy >= 0):
        raise MethodError("weights", "a weight is 0 or more")
    if not np.all(ceiling > 0):
        raise MethodError("cap", "it must be above 0")
    if group.shape != reached.shape or group.dtype.kind not in "iu":
        raise MethodError("groups", "one whole number a row is expected")
    if np.any((group < 0) | (group >= group_count)):
        raise MethodError("groups", "every number must lie in 0 ... group_count - 1")
    missing = np.isnan(reached)
    scored = np.where(missing, 0.0, np.minimum(ceiling, np.maximum(0.0, reached)))
    due = np.bincount(group, heavy, group_count)
    absent = np.bincount(group, np.where(missing, heavy, 0.0), group_count)
    known = np.bincount(group, np.where(missing, 0.0, heavy), group_count)
    points = np.bincount(group, heavy * scored, group_count)
    if not np.isfinite(due).all() or not np.isfinite(points).all():
        raise MethodError("weights", "too large to be added up")
    with np.errstate(all="ignore"):
        coverage = known / due
        value = np.where(coverage >= MINIMUM_COVERAGE - _DUST, 100.0 * (points / known), np.nan)
        low, high = 100.0 * (points / due), 100.0 * ((points + absent) / due)
    return Scores(value, coverage, low, high)


def value_index(
    tiers: Mapping[Tier, SupportsFloat | None],
    *,
    weights: Mapping[Tier, SupportsFloat] = DEFAULT_TIER_WEIGHTS,
) -> ValueIndex:
    """The tiers' scores by weight, re-weighted over the published tiers, with the gate rule.

    `tiers` maps functional, operational, strategic to a published score in points; None or absent = not
    published. No published tier with weight: value and geometric None.
    """
    _refuse_unknown_tiers("tiers", tiers)
    scores = [optional_number("tiers", tiers.get(tier)) for tier in TIERS]
    indices = value_indices(*scores, weights=weights)
    return ValueIndex(
        only(indices.value), only(indices.geometric), bool(indices.show_geometric[0]), bool(indices.gated[0])
    )


def value_indices(
    functional: Column,
    operational: Column,
    strategic: Column,
    *,
    weights: Mapping[Tier, SupportsFloat] = DEFAULT_TIER_WEIGHTS,
) -> ValueIndices:
    """`value_index` for many projects of one organization: three arrays of scores, NaN = not published."""
    _refuse_unknown_tiers("weights", weights)
    share = np.array([number("weights", weights.get(tier, 0.0)) for tier in TIERS])
    if np.any(share < 0) or not 0 < share.sum() < np.inf:
        raise MethodError("weights", "tier weights are 0 or more, and not all 0")
    scores = np.vstack(columns(functional=functional, operational=operational, strategic=strategic))
    if np.any(scores < 0):
        raise MethodError("tiers", "a score is 0 or more")
    heavy = np.where(np.isnan(scores), 0.0, share[:, None])
    total = heavy.sum(axis=0)
    with np.errstate(all="ignore"):
        part = heavy / total
        value = (part * np.nan_to_num(scores)).sum(axis=0)
        # log 0 = −∞ makes the product 0 as it should; a tier without weight must not (0 · −∞ is NaN).
        logs = np.where(part > 0, part * np.log(scores), 0.0)
        geometric = np.where(total > 0, np.exp(logs.sum(axis=0)), np.nan)
    return ValueIndices(value, geometric, np.abs(value - geometric) > GEOMETRIC_GAP, ~(scores[2] >= GATE))


def _refuse_unknown_tiers(argument: str, tiers: Mapping[Tier, object]) -> None:
    unknown = [tier for tier in tiers if tier not in TIERS]
    if unknown:
        raise MethodError(argument, f"{unknown[0]!r} is no tier")


@dataclass(frozen=True, slots=True)
class Freshness:
    """Age in periods of the KPI, and the word for it."""

    periods: float
    word: FreshnessWord


def status_word(percent_of_plan: SupportsFloat | None) -> StatusWord | None:
    """on_track from 90 of plan, at_risk from 70, else off_track, on the unrounded value; None for None."""
    if percent_of_plan is None:
        return None
    return cast(StatusWord, str(status_words(number("percent_of_plan", percent_of_plan))[0]))


def status_words(percent_of_plan: Column) -> WordArray:
    """`status_word` for many; "" where there is no value (NaN)."""
    (percent,) = columns(percent_of_plan=percent_of_plan)
    chosen = np.select(
        [percent >= ON_TRACK, percent >= AT_RISK, percent < AT_RISK], ["on_track", "at_risk", "off_track"], ""
    )
    return chosen.astype(np.str_)


def capped_status(word: StatusWord | None, *, gated: bool) -> StatusWord | None:
    """The gate rule: without strategic evidence a status is at best at_risk (amber)."""
    return "at_risk" if gated and word == "on_track" else word


def next_status(
    shown: StatusWord | None,
    proposed: StatusWord | None,
    previous_proposed: StatusWord | None,
    *,
    signal: bool = False,
) -> StatusWord | None:
    """The status to show: it changes only on a control-chart signal or after two periods the same.

    `shown` is the status shown so far, `proposed` what this period's value says, `previous_proposed` what the
    period before said. A first status is shown at once; without a value (proposed None) there is no status.
    """
    for name, word in (("shown", shown), ("proposed", proposed), ("previous_proposed", previous_proposed)):
        if word is not None and word not in STATUS_WORDS:
            raise MethodError(name, f"{word!r} is no status")
    changes = shown is None or proposed is None or signal or proposed == previous_proposed
    return proposed if changes else shown


def freshness(age: SupportsFloat, period: SupportsFloat) -> Freshness:
    """Age of the newest value over the length of the KPI's period, both in the same unit (days).

    stale after 1.5 periods, dropped (from the score and from coverage) after 3. A value dated ahead is fresh.
    """
    ratio = float(freshness_batch(number("age", age), positive("period", period))[0])
    return Freshness(ratio, cast(FreshnessWord, str(freshness_words(ratio)[0])))


def freshness_batch(age: Column, period: Column) -> FloatArray:
    """Ages in periods for many KPIs; NaN where there is no value yet."""
    old, length = columns(age=age, period=period)
    if np.any(length <= 0):
        raise MethodError("period", "it must be above 0")
    return old / length


def freshness_words(periods: Column) -> WordArray:
    """fresh, stale or dropped for ages in periods; "" for NaN (never measured)."""
    (old,) = columns(periods=periods)
    conditions = [old > DROPPED_AFTER, old > STALE_AFTER, old <= STALE_AFTER]
    return np.select(conditions, ["dropped", "stale", "fresh"], "").astype(np.str_)
