"""From inputs to scores: arrays over KPIs, then over projects; every formula is the method's."""

import datetime
import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.method import METHOD_VERSION
from assessments.method.attainment import (
    attainment_batch,
    maintain_attainment_batch,
    on_plan_batch,
    range_attainment_batch,
)
from assessments.method.scoring import (
    DROPPED_AFTER,
    STALE_AFTER,
    Scores,
    capped_status,
    next_status,
    status_word,
    status_words,
    value_indices,
    weighted_scores,
)
from assessments.services.inputs import KPI_COLUMNS, PERIODS, Inputs
from projects.periods import MEAN_DAYS, Frequency, last_complete, shift

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
TIERS = ["functional", "operational", "strategic"]
#: a missing value is late this many days after its period ended
GRACE_DAYS = 7
FAR = datetime.date.max


@dataclass(frozen=True, slots=True)
class KpiScores:
    """One entry per KPI, in the order of the inputs. NaN = cannot be said."""

    columns: dict[str, list[Any]]
    attainment: Floats
    #: on-plan ratio of the newest period and of the two before
    on_plan: list[Floats]
    has_value: list[Flags]
    weight: Floats
    due: Flags
    stale: Flags
    dropped: Flags
    is_in: Flags
    late: Flags
    words: list[str]
    hashes: list[bytes]
    #: first day on which time alone changes the KPI's flags
    valid_until: list[datetime.date]


def score_kpis(inputs: Inputs) -> KpiScores:
    """Attainment, on-plan ratio, freshness and status of every KPI."""
    columns = {name: [row[place] for row in inputs.kpis] for place, name in enumerate(KPI_COLUMNS)}
    number = {
        name: _floats(columns[name])
        for name in [
            "baseline",
            "low",
            "high",
            "tolerance",
            "target",
            "weight",
            "value",
            "planned",
            "value_1",
            "planned_1",
            "value_2",
            "planned_2",
        ]
    }
    number["tolerance"][number["tolerance"] <= 0] = np.nan
    direction = np.array(columns["direction"], dtype=np.str_)
    ratios = [_ratios(number, direction, number[name]) for name in ("value", "value_1", "value_2")]
    plans = [
        _plan_ratios(number, direction, ratio, number[value], number[planned])
        for ratio, value, planned in zip(
            ratios, ("value", "value_1", "value_2"), ("planned", "planned_1", "planned_2"), strict=True
        )
    ]
    calendar = _calendar(columns, inputs.as_of)
    words = _words(plans, ratios[0], calendar, number["value"])
    return KpiScores(
        columns=columns,
        attainment=ratios[0],
        on_plan=plans,
        has_value=[~np.isnan(ratio) for ratio in ratios],
        weight=number["weight"],
        words=words,
        hashes=_hashes(inputs, calendar),
        **calendar,
    )


def _floats(values: list[Any]) -> Floats:
    return np.array(values, dtype=np.float64)


def _ratios(number: dict[str, Floats], direction: NDArray[np.str_], value: Floats) -> Floats:
    """Attainment by direction; the maintain rule where target = baseline."""
    result = attainment_batch(number["baseline"], value, number["target"])
    flat = (number["baseline"] == number["target"]) & np.isin(direction, ["higher", "lower"])
    if flat.any():
        result[flat] = maintain_attainment_batch(
            value[flat],
            number["target"][flat],
            direction=direction[flat],
            tolerance=number["tolerance"][flat],
        )
    ranged = direction == "range"
    if ranged.any():
        result[ranged] = range_attainment_batch(
            value[ranged],
            number["low"][ranged],
            number["high"][ranged],
            baseline=number["baseline"][ranged],
            tolerance=number["tolerance"][ranged],
        )
    held = direction == "maintain"
    if held.any():
        # Held from both sides: a range of one point. Without a target the baseline is what is held.
        goal = np.where(np.isnan(number["target"][held]), number["baseline"][held], number["target"][held])
        result[held] = range_attainment_batch(value[held], goal, goal, tolerance=number["tolerance"][held])
    return result


def _plan_ratios(
    number: dict[str, Floats], direction: NDArray[np.str_], ratio: Floats, value: Floats, planned: Floats
) -> Floats:
    """Against the period's plan; where there is no way to go (range, maintain) the attainment itself."""
    result = on_plan_batch(number["baseline"], value, planned, number["target"])
    standing = (number["baseline"] == number["target"]) | np.isin(direction, ["range", "maintain"])
    return np.where(standing, ratio, result)


def _calendar(columns: dict[str, list[Any]], as_of: datetime.date) -> dict[str, Any]:
    """Flags that depend on the day, by KPI, and the day on which they change."""
    complete = {word: last_complete(as_of, word) for word in Frequency.values}
    ends = {word: shift(complete[word], word, 1) for word in Frequency.values}
    due, stale, dropped, is_in, late, until = [], [], [], [], [], []
    day = datetime.timedelta(days=1)
    for frequency, start, period in zip(
        columns["frequency"], columns["expected_start"], columns["period"], strict=True
    ):
        is_due = start is None or start <= as_of
        arrived = period is not None and period >= complete[frequency]
        turns = [FAR if is_due else start, shift(ends[frequency], frequency, 1)]
        late_from = ends[frequency] + day * (GRACE_DAYS + 1)
        if late_from > as_of:
            turns.append(late_from)
        old = gone = False
        if period is not None:
            end = shift(period, frequency, 1)
            old_from, gone_from = (
                end + day * (int(limit * MEAN_DAYS[frequency]) + 1) for limit in (STALE_AFTER, DROPPED_AFTER)
            )
            old, gone = as_of >= old_from, as_of >= gone_from
            turns += [turn for turn in (old_from, gone_from) if turn > as_of]
        due.append(is_due)
        stale.append(old)
        dropped.append(gone)
        is_in.append(is_due and arrived)
        late.append(is_due and not arrived and as_of >= late_from)
        until.append(min(turns))
    flags = {"due": due, "stale": stale, "dropped": dropped, "is_in": is_in, "late": late}
    return {**{name: np.array(values, dtype=bool) for name, values in flags.items()}, "valid_until": until}


def _words(plans: list[Floats], ratio: Floats, calendar: dict[str, Any], value: Floats) -> list[str]:
    """The status of each KPI: three periods folded by the hysteresis rule."""
    by_period = [status_words(plan * 100).tolist() for plan in plans]
    known = (~np.isnan(value) & ~np.isnan(ratio)).tolist()
    result = []
    for place, (newest, middle, oldest) in enumerate(zip(*by_period, strict=True)):
        if not calendar["due"][place]:
            result.append("too_early")
        elif not known[place] or calendar["dropped"][place]:
            result.append("no_data")
        else:
            result.append(fold_status(newest or None, middle or None, oldest or None) or "too_early")
    return result


def fold_status(newest: Any, middle: Any, oldest: Any) -> str | None:
    """The status to show after three periods: it changes only after two periods the same."""
    shown = next_status(None, oldest, None)
    shown = next_status(shown, middle, oldest) if middle else shown
    return next_status(shown, newest, middle)


def _hashes(inputs: Inputs, calendar: dict[str, Any]) -> list[bytes]:
    """16 bytes over everything that decides a KPI's result."""
    head = f"{METHOD_VERSION}|{inputs.terms}".encode()
    flags = zip(
        *(calendar[name].tolist() for name in ("due", "stale", "dropped", "is_in", "late")), strict=True
    )
    return [
        hashlib.blake2b(
            repr((row[:-1], flag)).encode(),
            key=hashlib.blake2b(head, digest_size=16).digest(),
            digest_size=16,
        ).digest()
        for row, flag in zip(inputs.kpis, flags, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class ProjectScores:
    """One entry per project, in the order of the inputs."""

    tiers: list[Scores]
    value_index: Floats
    geometric: Floats
    plan_index: Floats
    gated: Flags
    words: list[str]
    counts: dict[str, list[int]]
    tier_counts: list[dict[str, list[int]]]


def score_projects(inputs: Inputs, kpis: KpiScores) -> ProjectScores:
    """Tier scores, value index and status of every project."""
    place = {project.id: position for position, project in enumerate(inputs.projects)}
    count = len(inputs.projects)
    owner = np.array([place[project] for project in kpis.columns["project_id"]], dtype=np.intp)
    tier = np.array([TIERS.index(word) for word in kpis.columns["tier"]], dtype=np.intp)
    counted = kpis.due & ~kpis.dropped
    scores = _tier_scores(inputs, kpis, kpis.attainment, counted, owner, tier, count)
    weights: Any = inputs.terms.weights
    index = value_indices(*(score.value for score in scores), weights=weights)
    by_period = [_plan_index(inputs, kpis, age, counted, owner, tier, count) for age in range(PERIODS)]
    # A dropped KPI leaves the score, not the duty to enter it.
    flags = {"due": kpis.due, "in": kpis.is_in, "late": kpis.late}
    return ProjectScores(
        tiers=scores,
        value_index=index.value,
        geometric=index.geometric,
        plan_index=by_period[0],
        gated=index.gated,
        words=_project_words(by_period, index.gated, kpis, owner, count),
        counts={name: np.bincount(owner[flag], minlength=count).tolist() for name, flag in flags.items()},
        tier_counts=[
            {
                name: np.bincount(owner[flag & (tier == step)], minlength=count).tolist()
                for name, flag in flags.items()
            }
            for step in range(len(TIERS))
        ],
    )


def _tier_scores(
    inputs: Inputs, kpis: KpiScores, ratios: Floats, chosen: Flags, owner: Any, tier: Any, count: int
) -> list[Scores]:
    groups = (tier * count + owner)[chosen]
    scores = weighted_scores(
        ratios[chosen], kpis.weight[chosen], groups, count * len(TIERS), cap=inputs.terms.score_cap
    )
    return [
        Scores(
            *(
                getattr(scores, name)[step * count : (step + 1) * count]
                for name in ("value", "coverage", "low", "high")
            )
        )
        for step in range(len(TIERS))
    ]


def _plan_index(
    inputs: Inputs, kpis: KpiScores, age: int, counted: Flags, owner: Any, tier: Any, count: int
) -> Floats:
    """The index over on-plan ratios `age` periods ago; KPIs for which it is too early are left out."""
    too_early = kpis.has_value[age] & np.isnan(kpis.on_plan[age])
    scores = _tier_scores(inputs, kpis, kpis.on_plan[age], counted & ~too_early, owner, tier, count)
    weights: Any = inputs.terms.weights
    return value_indices(*(score.value for score in scores), weights=weights).value


def _project_words(
    by_period: list[Floats], gated: Flags, kpis: KpiScores, owner: Any, count: int
) -> list[str]:
    early = kpis.has_value[0] & np.isnan(kpis.on_plan[0]) & ~kpis.dropped
    early_or_ahead = np.bincount(owner[early | ~kpis.due], minlength=count).tolist()
    waiting = np.bincount(owner[kpis.due & ~kpis.has_value[0]], minlength=count).tolist()
    result = []
    for place, points in enumerate(zip(*(period.tolist() for period in by_period), strict=True)):
        newest, middle, oldest = (status_word(None if np.isnan(point) else point) for point in points)
        word = capped_status(fold_status(newest, middle, oldest), gated=bool(gated[place]))  # type: ignore[arg-type]
        nothing = (
            "too_early" if early_or_ahead[place] and early_or_ahead[place] >= waiting[place] else "no_data"
        )
        result.append(word or nothing)
    return result
