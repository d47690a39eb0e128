"""From series to verdicts: the method's batch functions over all KPIs of a frequency. No clock, no database."""

import dataclasses
import datetime
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from assessments.method import METHOD_VERSION
from assessments.method.attribution import Verdicts, interrupted_time_series_batch, verdict_batch
from assessments.method.attribution.interrupted import TERMS
from assessments.method.control_chart import assurance, xmr
from assessments.method.errors import MethodError
from assessments.method.evidence import Design, Source, grade, is_stable
from assessments.method.forecasting import Forecasts, forecast_batch
from assessments.models import Comparison
from assessments.services.verdicts.courses import (
    SEASONS,
    Course,
    Floats,
    course_of,
    left_aligned,
    right_aligned,
)
from assessments.services.verdicts.loading import KpiSeries
from kpis.models import Kpi
from projects.periods import Frequency, periods_between, start_of

#: fewer points before the change freeze no limits (METHOD §4)
FEWEST_POINTS = 5
#: periods that a forecast looks ahead
HORIZONS: dict[str, int] = {
    Frequency.WEEK: 26,
    Frequency.MONTH: 12,
    Frequency.QUARTER: 4,
    Frequency.YEAR: 2,
}
#: newest periods a forecast is made from: what lies further back no longer says what comes next
_MEMORY: dict[str, int] = {
    Frequency.WEEK: 130,
    Frequency.MONTH: 60,
    Frequency.QUARTER: 40,
    Frequency.YEAR: 30,
}
#: of the interrupted time series: what pages tell
_TOLD = ("level_change", "trend_change")
_DESIGNS: dict[str, Design] = {
    Comparison.Design.LOT: "quasi_random",
    Comparison.Design.RANDOMISED: "randomised",
}
# What people type is read off somewhere and looked at by a second person; all else comes from a system.
_SOURCES: dict[str, Source] = {Kpi.Source.MANUAL: "audited_sample", Kpi.Source.SURVEY: "survey"}
#: values since the go-live from which a forecast goes on from these alone
FEWEST_TO_CHOOSE = 8
type_of_row = dict[str, Any]


def assess(
    series: Sequence[KpiSeries], controls: Mapping[int, KpiSeries], *, known_at: datetime.datetime
) -> list[type_of_row]:
    """One row of `KpiVerdict` per KPI; `controls` are the series of KPIs that any of them is compared with."""
    rows = [_row(one, controls, known_at) for one in series]
    by_frequency: dict[str, list[tuple[type_of_row, Course]]] = defaultdict(list)
    for row, one in zip(rows, series, strict=True):
        course = course_of(one)
        if course is not None:
            row["newest"] = one.periods[-1].isoformat()
            by_frequency[one.frequency].append((row, course))
    for frequency, members in by_frequency.items():
        _judge(members, SEASONS[frequency])
        _foresee(members, frequency)
        _interrupt(members, SEASONS[frequency])
        _compare(members, controls, SEASONS[frequency])
        for row, course in members:
            row |= _limits(course)
            if row["word"]:
                row |= _graded(row, course)
    return rows


def _row(one: KpiSeries, controls: Mapping[int, KpiSeries], known_at: datetime.datetime) -> type_of_row:
    digest = hashlib.blake2b(f"{METHOD_VERSION}|{one}".encode(), digest_size=16)
    for kpi_id in one.controls:
        digest.update(str(controls.get(kpi_id)).encode())
    return {
        **dict.fromkeys(_NULLS),
        **dict.fromkeys(("word", "rule", "grade", "limits", "signal_rule", "signal_side", "assurance"), ""),
        "kpi_id": one.kpi_id,
        "method_version": METHOD_VERSION,
        "known_at": known_at.isoformat(),
        "inputs_hash": digest.hexdigest(),
        "definition_hash": one.definition_hash,
        "before": 0,
        "after": 0,
        "reasons": [],
        "raising": [],
        "figures": {},
        "forecast": {},
    }


_NULLS = (
    *("changed_on", "newest", "effect", "effect_low", "effect_high", "p_value", "months_needed"),
    *("centre", "lower", "upper", "signal_on"),
)


def _judge(members: list[tuple[type_of_row, Course]], season: int | None) -> None:
    """Word, effect and interval of those that have gone live."""
    changed = [(row, course) for row, course in members if course.change is not None]
    if not changed:
        return
    sides = [course.sides(course.judged()) for _row, course in changed]
    found = _verdicts(sides, [course for _row, course in changed], season)
    for place, (row, course) in enumerate(changed):
        before, after = sides[place]
        row["changed_on"] = course.day(cast(int, course.change)).isoformat()
        row["before"], row["after"] = int((~np.isnan(before)).sum()), int((~np.isnan(after)).sum())
        row |= _said(found, place)


def _verdicts(sides: list[tuple[Floats, Floats]], courses: list[Course], season: int | None) -> Verdicts:
    return verdict_batch(
        right_aligned([before for before, _after in sides]),
        left_aligned([after for _before, after in sides]),
        direction=[course.direction for course in courses],
        season=season,
    )


def _said(found: Verdicts, place: int) -> type_of_row:
    months = _number(found.months_needed[place])
    return {
        "word": str(found.word[place]),
        "rule": str(found.rule[place]),
        "effect": _number(found.effect[place]),
        "effect_low": _number(found.low[place]),
        "effect_high": _number(found.high[place]),
        "p_value": _number(found.p_value[place]),
        "months_needed": None if months is None else int(months),
    }


def _foresee(members: list[tuple[type_of_row, Course]], frequency: str) -> None:
    """What the next periods bring if everything goes on as it did."""
    horizon = HORIZONS[frequency]
    newest = [_settled(course)[-_MEMORY[frequency] :] for _row, course in members]
    found: Forecasts = forecast_batch(right_aligned(newest), horizon, season=SEASONS[frequency])
    for place, (row, course) in enumerate(members):
        one = found[place]
        row["forecast"] = {
            "first": course.day(len(course.values)).isoformat(),
            "mean": list(one.mean),
            "low": list(one.low),
            "high": list(one.high),
            "method": one.method,
            "mase": one.mase,
        }


def _settled(course: Course) -> Floats:
    """What is worth going on from: since the go-live, once there is enough of it. No method knows of the break."""
    after = course.values[course.change or 0 :]
    return after if (~np.isnan(after)).sum() >= FEWEST_TO_CHOOSE else course.values


def _interrupt(members: list[tuple[type_of_row, Course]], season: int | None) -> None:
    """Change of level and of trend, where there are enough values on both sides."""
    changed = [(row, course) for row, course in members if course.change is not None]
    if not changed:
        return
    found = interrupted_time_series_batch(
        left_aligned([course.judged() for _row, course in changed]),
        [cast(int, course.change) for _row, course in changed],
        season=season,
    )
    for place, (row, _course) in enumerate(changed):
        for term, name in enumerate(TERMS):
            estimate = found.estimates.at(place, term)
            if name in _TOLD and estimate.p_value is not None:
                row["figures"][name] = dataclasses.asdict(estimate)


def _graded(row: type_of_row, course: Course) -> type_of_row:
    """The grade by what was done, never by how large the effect is."""
    before = course.sides(course.judged())[0]
    comparison = row["figures"].get("comparison", {})
    signal_on = row["signal_on"]
    found = grade(
        stable_baseline=is_stable(before[~np.isnan(before)]),
        signal=row["word"] in ("real", "worse") or bool(signal_on and signal_on >= row["changed_on"]),
        adjusted=row["rule"].startswith("same_months"),
        interrupted="level_change" in row["figures"],
        control=comparison.get("word") in ("real", "worse", "not_yet"),
        design=_DESIGNS.get(course.series.design, "none"),
        source=_SOURCES.get(course.series.source, "system_log"),
        # The charter stands beside the grade on the page and does not move it.
        signed_definition=False,
        values=row["before"] + row["after"],
    )
    return {"grade": found.grade, "reasons": list(found.reasons), "raising": list(found.how_to_raise)}


def _compare(
    members: list[tuple[type_of_row, Course]], controls: Mapping[int, KpiSeries], season: int | None
) -> None:
    """The same question about the difference to the mean of the control group: what moved both is no effect."""
    compared = []
    for row, course in members:
        against = _mean_of_controls(course, controls) if course.change is not None else None
        if against is not None:
            compared.append((row, course, course.sides(course.judged() - against)))
    if not compared:
        return
    found = _verdicts(
        [sides for _row, _course, sides in compared], [course for _row, course, _sides in compared], season
    )
    for place, (row, course, _sides) in enumerate(compared):
        row["figures"]["comparison"] = {**_said(found, place), "controls": len(course.series.controls)}


def _mean_of_controls(course: Course, controls: Mapping[int, KpiSeries]) -> Floats | None:
    """Mean of the control KPIs in each period of `course`; NaN where one of them has none."""
    rows = []
    for kpi_id in course.series.controls:
        other = course_of(controls[kpi_id]) if kpi_id in controls else None
        if other is None or other.series.frequency != course.series.frequency:
            continue
        row = np.full(len(course.values), np.nan)
        shift_by = periods_between(course.first, other.first, course.series.frequency)
        for place, value in enumerate(other.judged()):
            if 0 <= place + shift_by < len(row):
                row[place + shift_by] = value
        rows.append(row)
    return np.mean(rows, axis=0) if rows else None


def _limits(course: Course) -> type_of_row:
    """Natural limits in force, their newest signal, and whether chance lets the target be met."""
    start = max((course_place(course, day) for day in course.series.rebased), default=0)
    places = [place for place in range(start, len(course.values)) if not np.isnan(course.values[place])]
    before = sum(place < course.change for place in places) if course.change is not None and not start else 0
    try:
        chart = xmr(
            [float(course.values[place]) for place in places],
            baseline=before if before >= FEWEST_POINTS else None,
        )
    except MethodError:  # limits that fit no float
        return {}
    if chart.lower is None or chart.upper is None:
        return {"limits": chart.status}
    newest = chart.signals[-1] if chart.signals else None
    return {
        "limits": chart.status,
        "centre": chart.centre,
        "lower": chart.lower,
        "upper": chart.upper,
        "signal_on": course.day(places[newest.index]).isoformat() if newest else None,
        "signal_rule": newest.rule if newest else "",
        "signal_side": newest.side if newest else "",
        "assurance": _assurance(course, [place for place in places if place >= (course.change or 0)]),
    }


def course_place(course: Course, day: datetime.date) -> int:
    """Place of the period of `day`, from 0 to the length of the course."""
    frequency = course.series.frequency
    place = periods_between(course.first, start_of(day, frequency), frequency)
    return min(max(place, 0), len(course.values))


def _assurance(course: Course, places: list[int]) -> str:
    """Whether what runs since the go-live meets the target by chance: from its own limits, not those of before."""
    series = course.series
    if series.target is None or series.direction not in (Kpi.Direction.HIGHER, Kpi.Direction.LOWER):
        return ""
    try:
        now = xmr([float(course.values[place]) for place in places])
    except MethodError:
        return ""
    if now.lower is None or now.upper is None:
        return ""
    return assurance(now.lower, now.upper, series.target, direction=course.direction) or ""


def _number(value: Any) -> float | None:
    return None if value is None or np.isnan(value) else float(value)
