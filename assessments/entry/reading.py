"""What the entry grid reads: a fixed number of queries, however many rows it has."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce

from assessments.due import ENTERED, late_from, own_kpis, with_due
from assessments.entry.locks import Locks, locks_in, with_locks
from assessments.entry.states import Cell, CellState, newest_states
from assessments.entry.window import Choice, Window
from assessments.models import Comment, Evidence, Measurement
from assessments.plausibility import doubts_by_cell
from kpis.models import Kpi
from organizations.models import Department, Membership
from organizations.permissions import Right, allows
from projects.models import Project
from projects.periods import shift

#: order of the rows in a project
RETURNED, LATE, DUE, REST = range(4)


@dataclass(frozen=True, slots=True)
class Listed:
    """A KPI before its values are fetched: enough to sort all and to count what is due."""

    pk: int
    frequency: str
    project_id: int
    project: str
    name: str
    is_expected: bool
    has_value: bool
    #: the newest period before the last complete one with a value, and the first day on which values are expected
    newest: datetime.date | None
    start: datetime.date
    #: the oldest period that was returned and not answered
    returned: datetime.date | None
    #: whether the member answers for it
    is_own: bool

    @property
    def is_owed(self) -> bool:
        return self.is_expected and not self.has_value

    def rank(self, today: datetime.date) -> int:
        if self.returned is not None:
            return RETURNED
        if not self.is_owed:
            return REST
        return LATE if self.is_late(today) else DUE

    @property
    def late_from(self) -> datetime.date:
        """Where a value is owed, the day from which it is late; the rule of the results."""
        return late_from(self.newest, self.start, self.frequency)

    def is_late(self, today: datetime.date) -> bool:
        return today >= self.late_from


@dataclass(frozen=True, slots=True)
class Remarks:
    """How many comments and files belong to a cell."""

    comments: int = 0
    files: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the cells of some KPIs need."""

    window: Window
    kpis: Mapping[int, Kpi]
    listed: Mapping[int, Listed]
    states: Mapping[Cell, CellState]
    locks: Locks
    remarks: Mapping[Cell, Remarks]
    doubts: Mapping[Cell, list[str]]


def listed_kpis(membership: Membership, choice: Choice, today: datetime.date) -> list[Listed]:
    """The chosen KPIs, in the order of the grid: by frequency, projects with late values first. One query."""
    kpis: Any = chosen_kpis(membership, choice)
    rows = with_due(kpis, today).annotate(_returned=_oldest_returned(), _own=_is_own(membership.user_id))
    fields = (
        "pk",
        "frequency",
        "project_id",
        "project__name",
        "name",
        "is_expected",
        "has_value",
        "newest",
        "start",
        "_returned",
        "_own",
    )
    found = [Listed(*row) for row in rows.values_list(*fields)]
    ranks = {kpi.pk: kpi.rank(today) for kpi in found}
    worst: dict[tuple[str, int], int] = {}
    for kpi in found:
        place = (kpi.frequency, kpi.project_id)
        worst[place] = min(worst.get(place, REST), ranks[kpi.pk])
    frequencies = {"week": 1, "month": 0, "quarter": 2, "year": 3}

    def order(kpi: Listed) -> tuple[Any, ...]:
        project = worst[kpi.frequency, kpi.project_id]
        rank = ranks[kpi.pk]
        return frequencies[kpi.frequency], project, kpi.project, kpi.project_id, rank, kpi.name, kpi.pk

    return sorted(found, key=order)


def chosen_kpis(membership: Membership, choice: Choice) -> "models.QuerySet[Kpi]":
    """The KPIs that the member may enter and asked for."""
    wide = choice.is_wide and allows(membership, Right.ENTER_ANY)
    kpis: Any = (
        Kpi.objects.enterable_by(membership).filter(source__in=ENTERED) if wide else own_kpis(membership)
    )
    if choice.project:
        kpis = kpis.filter(project__code=choice.project)
    if choice.kpi:
        kpis = kpis.filter(code=choice.kpi)
    if choice.department:
        owners = Membership.objects.filter(department__in=_with_parts(choice.department)).values("user")
        kpis = kpis.alias(_who=Coalesce("data_owner", "business_owner", "it_owner")).filter(_who__in=owners)
    return kpis.order_by()  # type: ignore[no-any-return]


def read_sheet(listed: Sequence[Listed], window: Window) -> Sheet:
    """The KPIs, their values, locks, remarks and doubted drafts."""
    rows: Any = with_locks(Kpi.objects.filter(pk__in=[row.pk for row in listed]))
    kpis = {kpi.pk: kpi for kpi in rows.select_related("project")}
    periods = {
        period
        for frequency in {row.frequency for row in listed}
        for period in _with_one_before(window, frequency)
    }
    states = newest_states(kpis, periods)
    drafts = {cell: draft.value for cell, state in states.items() if (draft := state.draft) is not None}
    return Sheet(
        window=window,
        kpis=kpis,
        listed={row.pk: row for row in listed},
        states=states,
        locks=locks_in(kpis.values()),
        remarks=_remarks(kpis, periods),
        doubts=doubts_by_cell(kpis, drafts),
    )


def scopes_of() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(scope, name) of every project and of every department, in one query."""
    projects: Any = Project.objects.active().order_by()
    departments: Any = Department.objects.order_by()
    kind = models.CharField()
    rows = projects.values_list(models.Value("project", kind), "code", "name").union(
        departments.values_list(models.Value("department", kind), _text("pk"), "name"), all=True
    )
    found = sorted(rows, key=lambda row: str(row[2]))
    return (
        [(f"{word}:{code}", name) for word, code, name in found if word == "project"],
        [(f"{word}:{code}", name) for word, code, name in found if word == "department"],
    )


def _text(field: str) -> Any:
    return models.functions.Cast(field, models.CharField())


def _with_one_before(window: Window, frequency: str) -> list[datetime.date]:
    periods = window.periods(frequency)
    return [shift(periods[0], frequency, -1), *periods]


def _is_own(user_id: int) -> models.Case:
    owners = ("data_owner", "business_owner", "it_owner")
    own = [models.When(**{owner: user_id}, then=True) for owner in owners]
    return models.Case(*own, default=False, output_field=models.BooleanField())


def _oldest_returned() -> models.Subquery:
    """The oldest period whose newest version that is no draft was returned."""
    later = (
        Measurement.objects.filter(
            kpi=models.OuterRef("kpi"),
            period=models.OuterRef("period"),
            version__gt=models.OuterRef("version"),
        )
        .exclude(status=Measurement.Status.DRAFT)
        .order_by()
    )
    rows = Measurement.objects.filter(kpi=models.OuterRef("pk"), status=Measurement.Status.RETURNED)
    return models.Subquery(rows.exclude(models.Exists(later)).order_by("period").values("period")[:1])


def _with_parts(department_id: int) -> set[int]:
    """The department and all below it."""
    children: dict[int | None, list[int]] = {}
    for pk, parent in Department.objects.order_by().values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)
    found: set[int] = set()
    waiting = [department_id]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += children.get(current, [])
    return found


def _remarks(kpi_ids: Iterable[int], periods: Iterable[datetime.date]) -> dict[Cell, Remarks]:
    """Comments and files of each cell, in one query."""
    cells = {"kpi__in": list(kpi_ids), "period__in": list(periods)}
    zero = models.Value(0)
    count = models.Count("pk")
    comments: Any = Comment.objects.filter(**cells).order_by().values("kpi_id", "period")
    files: Any = (
        Evidence.objects.filter(removed_at__isnull=True, **cells).order_by().values("kpi_id", "period")
    )
    rows = comments.annotate(_comments=count, _files=zero).union(
        files.annotate(_comments=zero, _files=count), all=True
    )
    found: dict[Cell, Remarks] = {}
    for row in rows:
        cell = (row["kpi_id"], row["period"])
        known = found.get(cell, Remarks())
        found[cell] = Remarks(known.comments + row["_comments"], known.files + row["_files"])
    return found
