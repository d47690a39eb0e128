"""From inputs to scores: arrays over KPIs, then over projects; every formula is the method's."""

import datetime
import functools
import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.due import late_from
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
    status_words,
    value_indices,
    weighted_scores,
)
from assessments.services.inputs import KPI_COLUMNS, PERIODS, Inputs
from kpis.models import Kpi
from projects.periods import MEAN_DAYS, Frequency, last_complete, shift

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
TIERS = ["functional", "operational", "strategic"]
FAR = datetime.date.max


@dataclass(frozen=True, slots=True)
class KpiScores:
    """One entry per KPI, in the order of the inputs. NaN = cannot be said."""

    columns: dict[str, list[Any]]
    attainment: Floats
    #: on-plan ratio of the newest period and of the two before
    on_plan: list[Floats]
    has_value: list[Flags]
    #: whether a value counts at all, and whether nobody has verified the newest
    valued: Flags
    preliminary: Flags
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
    turned: list[Any] = list(zip(*inputs.kpis, strict=True)) or [()] * len(KPI_COLUMNS)
    columns = {name: list(values) for name, values in zip(KPI_COLUMNS, turned, strict=True)}
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
    ratios, plans = _by_period(number, direction)
    calendar = _calendar(columns, inputs.as_of)
    words = _words(plans, ratios[0], calendar, number["value"])
    return KpiScores(
        columns=columns,
        attainment=ratios[0],
        on_plan=plans,
        has_value=[~np.isnan(ratio) for ratio in ratios],
        valued=~np.isnan(number["value"]),
        preliminary=np.array(columns["preliminary"], dtype=np.bool_),
        weight=number["weight"],
        words=words,
        hashes=_hashes(inputs, columns, calendar),
        **calendar,
    )


def _by_period(number: dict[str, Floats], direction: NDArray[np.str_]) -> tuple[list[Floats], list[Floats]]:
    """Attainment and on-plan ratio of the newest period and of the two before, in one pass over all three."""
    threefold = {
        name: np.tile(number[name], PERIODS) for name in ("baseline", "low", "high", "tolerance", "target")
    }
    directions = np.tile(direction, PERIODS)
    value = np.concatenate([number[name] for name in ("value", "value_1", "value_2")])
    planned = np.concatenate([number[name] for name in ("planned", "planned_1", "planned_2")])
    ratios = _ratios(threefold, directions, value)
    plans = _plan_ratios(threefold, directions, ratios, value, planned)
    return np.split(ratios, PERIODS), np.split(plans, PERIODS)


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


@dataclass(frozen=True, slots=True)
class _Day:
    """Flags of a KPI on one day, and the day on which they change."""

    due: bool
    stale: bool
    dropped: bool
    is_in: bool
    late: bool
    valid_until: datetime.date


def _calendar(columns: dict[str, list[Any]], as_of: datetime.date) -> dict[str, Any]:
    """Flags that depend on the day, by KPI, and the day on which they change."""
    rows = list(
        zip(
            columns["frequency"],
            columns["expected_start"],
            columns["created_on"],
            columns["period"],
            columns["answered"],
            strict=True,
        )
    )
    # A thousand KPIs share a dozen combinations.
    known = {row: _day(*row, as_of) for row in set(rows)}
    days = [known[row] for row in rows]
    flags = {
        name: [getattr(day, name) for day in days] for name in ("due", "stale", "dropped", "is_in", "late")
    }
    return {
        **{name: np.array(values, dtype=bool) for name, values in flags.items()},
        "valid_until": [day.valid_until for day in days],
    }


def _day(
    frequency: str,
    start: datetime.date | None,
    created_on: datetime.date,
    period: datetime.date | None,
    answered: datetime.date | None,
    as_of: datetime.date,
) -> _Day:
    complete = last_complete(as_of, frequency)
    complete_end = shift(complete, frequency, 1)
    is_due = start is None or start <= as_of
    arrived = period is not None and period >= complete
    turns = [start if start is not None and not is_due else FAR, shift(complete_end, frequency, 1)]
    late = late_from(answered, start or created_on, frequency)
    old = gone = False
    if period is not None:
        end = shift(period, frequency, 1)
        old_from, gone_from = (
            end + datetime.timedelta(days=int(limit * MEAN_DAYS[Frequency(frequency)]) + 1)
            for limit in (STALE_AFTER, DROPPED_AFTER)
        )
        old, gone = as_of >= old_from, as_of >= gone_from
        turns += [turn for turn in (old_from, gone_from) if turn > as_of]
    turns += [late] if late > as_of else []
    return _Day(
        due=is_due,
        stale=old,
        dropped=gone,
        is_in=is_due and arrived,
        late=is_due and as_of >= late and (answered is None or answered < complete),
        valid_until=min(turns),
    )


def _words(plans: list[Floats], ratio: Floats, calendar: dict[str, Any], value: Floats) -> list[str]:
    """The status of each KPI: three periods folded by the hysteresis rule."""
    said = np.split(status_words(np.concatenate(plans) * 100), len(plans))
    by_period = [part.tolist() for part in said]
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


@functools.cache
def fold_status(newest: Any, middle: Any, oldest: Any) -> str | None:
    """The status to show after three periods: it changes only after two periods the same."""
    shown = next_status(None, oldest, None)
    shown = next_status(shown, middle, oldest) if middle else shown
    return next_status(shown, newest, middle)


_WORDS = {word: number for number, word in enumerate([*Frequency.values, *Kpi.Direction.values, *TIERS])}


def _hashes(inputs: Inputs, columns: dict[str, list[Any]], calendar: dict[str, Any]) -> list[bytes]:
    """16 bytes over everything that decides a KPI's result.

    Each KPI is a row of floats: words by their number, dates by their ordinal, NaN for None.
    """
    head = f"{METHOD_VERSION}|{inputs.terms}|{sorted(_WORDS.items())}".encode()
    key = hashlib.blake2b(head, digest_size=16).digest()
    table = np.empty((len(inputs.kpis), len(KPI_COLUMNS) + 4), dtype="<f8")
    for place, name in enumerate(KPI_COLUMNS[:-1]):
        values = columns[name]
        if name in ("tier", "direction", "frequency"):
            values = [_WORDS[word] for word in values]
        elif name in ("expected_start", "created_on", "period", "answered"):
            values = [day and day.toordinal() for day in values]
        table[:, place] = values
    for place, name in enumerate(("due", "stale", "dropped", "is_in", "late"), len(KPI_COLUMNS) - 1):
        table[:, place] = calendar[name]
    return [hashlib.blake2b(row.tobytes(), key=key, digest_size=16).digest() for row in table]


@dataclass(frozen=True, slots=True)
class ProjectScores:
    """One entry per project, in the order of the inputs."""

    tiers: list[Scores]
    value_index: Floats
    geometric: Floats
    plan_index: Floats
    gated: Flags
    words: list[str]
    #: KPIs "due", "in", "late", "valued", "preliminary"
    counts: dict[str, list[int]]
    tier_counts: list[dict[str, list[int]]]


def score_projects(inputs: Inputs, kpis: KpiScores) -> ProjectScores:
    """Tier scores, value index and status of every project."""
    place = {project.id: position for position, project in enumerate(inputs.projects)}
    count = len(inputs.projects)
    owner = np.array([place[project] for project in kpis.columns["project_id"]], dtype=np.intp)
    tier = np.array([TIERS.index(word) for word in kpis.columns["tier"]], dtype=np.intp)
    group = tier * count + owner
    counted = kpis.due & ~kpis.dropped
    # First the attainment, then the on-plan ratios of each period: four tables of tiers × projects at once.
    # KPIs for which it is too early are left out of the plan.
    ratios = [kpis.attainment, *kpis.on_plan]
    chosen = [counted]
    chosen += [
        counted & ~(known & np.isnan(ratio))
        for known, ratio in zip(kpis.has_value, kpis.on_plan, strict=True)
    ]
    tables = _tier_scores(inputs, kpis, ratios, chosen, group, count * len(TIERS))
    weights: Any = inputs.terms.weights
    by_tier = tables.value.reshape(len(ratios), len(TIERS), count).swapaxes(0, 1).reshape(len(TIERS), -1)
    index = value_indices(*by_tier, weights=weights)
    by_period = np.split(index.value, len(ratios))[1:]
    gated = index.gated[:count]
    # A dropped KPI leaves the score, not the duty to enter it.
    flags = {"due": kpis.due, "in": kpis.is_in, "late": kpis.late}
    counts = {
        name: np.bincount(group[flag], minlength=len(TIERS) * count).reshape(len(TIERS), count)
        for name, flag in flags.items()
    }
    return ProjectScores(
        tiers=[_part(tables, step, count) for step in range(len(TIERS))],
        value_index=index.value[:count],
        geometric=index.geometric[:count],
        plan_index=by_period[0],
        gated=gated,
        words=_project_words(by_period, gated, kpis, owner, count),
        counts={name: table.sum(axis=0).tolist() for name, table in counts.items()}
        | {
            name: np.bincount(owner[flag], minlength=count).tolist()
            for name, flag in (("valued", kpis.valued), ("preliminary", kpis.valued & kpis.preliminary))
        },
        tier_counts=[
            {name: table[step].tolist() for name, table in counts.items()} for step in range(len(TIERS))
        ],
    )


def _tier_scores(
    inputs: Inputs, kpis: KpiScores, ratios: list[Floats], chosen: list[Flags], group: Any, groups: int
) -> Scores:
    """Scores of every table of `ratios`, one after the other, each over its `chosen` KPIs."""
    return weighted_scores(
        np.concatenate([ratio[flag] for ratio, flag in zip(ratios, chosen, strict=True)]),
        np.concatenate([kpis.weight[flag] for flag in chosen]),
        np.concatenate([group[flag] + place * groups for place, flag in enumerate(chosen)]),
        groups * len(ratios),
        cap=inputs.terms.score_cap,
    )


def _part(scores: Scores, step: int, count: int) -> Scores:
    """The `step`-th piece of `count` scores."""
    part = slice(step * count, (step + 1) * count)
    return Scores(scores.value[part], scores.coverage[part], scores.low[part], scores.high[part])


def _project_words(
    by_period: list[Floats], gated: Flags, kpis: KpiScores, owner: Any, count: int
) -> list[str]:
    early = kpis.has_value[0] & np.isnan(kpis.on_plan[0]) & ~kpis.dropped
    early_or_ahead = np.bincount(owner[early | ~kpis.due], minlength=count).tolist()
    waiting = np.bincount(owner[kpis.due & ~kpis.has_value[0]], minlength=count).tolist()
    result = []
    said = np.split(status_words(np.concatenate(by_period)), len(by_period))
    for place, words in enumerate(zip(*(part.tolist() for part in said), strict=True)):
        word: Any = fold_status(*(word or None for word in words))
        word = capped_status(word, gated=bool(gated[place]))
        nothing = (
            "too_early" if early_or_ahead[place] and early_or_ahead[place] >= waiting[place] else "no_data"
        )
        result.append(word or nothing)
    return result
