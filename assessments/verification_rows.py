"""The rows of the verification page: each value with what helps to judge it."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Count, Value

from assessments.locks import month_of
from assessments.models import Comment, Evidence
from assessments.plausibility import doubts, histories_of
from assessments.services.deciding import Cell, Decidable, SeenCell, read_states
from assessments.services.verifying import Why, why_not
from charts.numbers import percent
from kpis.figures import planned_at, written
from kpis.models import Kpi
from organizations.models import Organization, User
from projects.periods import Frequency, label


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One value of the table."""

    kpi: Kpi
    period: datetime.date
    period_label: str
    #: what the checkbox sends: KPI, period and the version that is shown
    token: str
    value: str
    last: str
    change: str
    planned: str
    doubts: list[str]
    note: str
    who: str
    when: datetime.datetime | None
    source: str
    evidence: int
    comments: int
    #: why it cannot be verified by this person, or why a try just now failed
    blocked: str
    problem: str
    #: whether it can be returned although it cannot be verified
    only_return: bool


def token_of(cell: SeenCell) -> str:
    """A cell and the version seen, as a form carries them."""
    return f"{cell.kpi_id}.{cell.period}.{cell.version}"


def read_token(text: str) -> SeenCell | None:
    """The cell of a token; None for anything else."""
    kpi_id, _dot, rest = text.partition(".")
    day, _dot, version = rest.partition(".")
    try:
        cell = SeenCell(int(kpi_id), datetime.date.fromisoformat(day), int(version))
    except ValueError:
        return None
    return cell if 0 < cell.kpi_id < 2**63 and 0 <= cell.version < 2**31 else None


def build_groups(
    organization: Organization, reader: User, cells: Sequence[SeenCell], problems: Mapping[Cell, str]
) -> list[dict[str, Any]]:
    """Rows by project and month in the order of `cells`; four statements, however many they are."""
    if not cells:
        return []
    kpis = Kpi.objects.select_related("project").in_bulk({cell.kpi_id for cell in cells})
    states = {state.cell: state for state in read_states(organization, cells)}
    histories = histories_of(kpis)
    attached = _attached(kpis)
    rows = [
        _row(
            kpis[cell.kpi_id],
            states[cell.cell],
            cell,
            history=histories.get(cell.kpi_id, []),
            counts=attached.get(cell.cell, (0, 0)),
            blocked=why_not(states[cell.cell], reader, organization),
            problem=problems.get(cell.cell, ""),
        )
        for cell in cells
        if cell.cell in states
    ]
    return [
        {"project": project, "month": label(month, Frequency.MONTH), "rows": list(found)}
        for (project, month), found in groupby(
            rows, lambda row: (row.kpi.project, month_of(row.period, row.kpi.frequency))
        )
    ]


def _attached(kpis: Iterable[int]) -> dict[Cell, tuple[int, int]]:
    """How many files and comments each value of these KPIs has, in one query."""
    files, said = (
        rows.filter(kpi__in=list(kpis))
        .order_by()
        .values_list("kpi_id", "period")
        .annotate(number=Count("pk"), what=Value(what))
        for rows, what in (
            (Evidence.objects.filter(removed_at__isnull=True), "files"),
            (Comment.objects.all(), "comments"),
        )
    )
    found: dict[Cell, tuple[int, int]] = {}
    for kpi_id, period, number, what in files.union(said, all=True):
        former = found.get((kpi_id, period), (0, 0))
        found[kpi_id, period] = (number, former[1]) if what == "files" else (former[0], number)
    return found


def _row(
    kpi: Kpi,
    state: Decidable,
    cell: SeenCell,
    *,
    history: Sequence[tuple[datetime.date, float]],
    counts: tuple[int, int],
    blocked: tuple[Why, str] | None,
    problem: str,
) -> WaitingRow:
    before = [value for period, value in history if period < state.period]
    last = before[-1] if before else None
    return WaitingRow(
        kpi=kpi,
        period=state.period,
        period_label=label(state.period, kpi.frequency),
        token=token_of(cell),
        value=written(state.value, kpi),
        last=written(last, kpi),
        change=_change(state.value, last, kpi),
        planned=_planned(kpi, state.period),
        doubts=doubts(kpi, state.period, state.value, history),
        note=state.note,
        who=state.submitted_name,
        when=state.submitted_at,
        source=str(Kpi.Source(state.source).label) if state.source else "",
        evidence=counts[0],
        comments=counts[1],
        blocked=blocked[1] if blocked else "",
        problem=problem,
        only_return=blocked is not None and blocked[0] is Why.DRAFT,
    )


def _change(value: float | None, last: float | None, kpi: Kpi) -> str:
    """Against the last value: in per cent, or where that says nothing, in the unit."""
    if value is None or last is None:
        return ""
    if last and kpi.unit != "%":
        return percent(value / last - 1, sign=True)
    return written(value - last, kpi, sign=True)


def _planned(kpi: Kpi, period: datetime.date) -> str:
    if kpi.direction == Kpi.Direction.RANGE:
        return f"{written(kpi.range_low, kpi)} – {written(kpi.range_high, kpi)}"
    return written(planned_at(kpi, period), kpi)
