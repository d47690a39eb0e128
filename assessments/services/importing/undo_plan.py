"""What an undo may take away: whatever the import brought and nobody has built on since."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Model

from assessments.models import (
    ImportBatch,
    KpiResult,
    KpiVerdict,
    Measurement,
    PendingVerdict,
    PeriodLock,
    ProjectOutlook,
    ProjectResult,
)
from kpis.models import Baseline, Charter, Kpi, Target
from organizations.models import Department, RowVersion
from projects.models import CashFlow, MoneyLine, PendingValuation, PlanBaseline, Project, ProjectDepartment

Points = dict[datetime.date, float | None]
Amounts = dict[str, dict[datetime.date, Decimal | None]]


@dataclass(slots=True)
class UndoPlan:
    """Ids and former values. `…_kept` counts what stays because somebody built on it."""

    values: int = 0
    values_kept: int = 0
    #: of KPIs that stood before: what each changed target said
    targets: dict[int, Points] = field(default_factory=dict)
    targets_kept: int = 0
    kpis: list[int] = field(default_factory=list)
    kpis_kept: int = 0
    #: line → series → month → what it said; of lines that stay
    flows: dict[int, Amounts] = field(default_factory=dict)
    flows_kept: int = 0
    #: line → what its basis said
    notes: dict[int, str] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    lines_kept: int = 0
    projects: list[int] = field(default_factory=list)
    projects_kept: int = 0
    departments: list[int] = field(default_factory=list)
    #: projects whose figures change
    touched: set[int] = field(default_factory=set)
    #: (project's name, month) of closed months that hold values of the import
    locked: list[tuple[str, datetime.date]] = field(default_factory=list)

    @property
    def amounts(self) -> int:
        """How many changed amounts go back."""
        return sum(len(months) for series in self.flows.values() for months in series.values())

    @property
    def points(self) -> int:
        """How many changed targets go back."""
        return sum(map(len, self.targets.values()))

    @property
    def kept(self) -> int:
        """How many things stay in all."""
        return sum(
            (
                self.values_kept,
                self.targets_kept,
                self.kpis_kept,
                self.flows_kept,
                self.lines_kept,
                self.projects_kept,
            )
        )


def plan_undo(batch: ImportBatch) -> UndoPlan:
    """Inside the scope: what an undo of `batch` would do now."""
    plan = UndoPlan()
    made: dict[str, Any] = batch.made
    until = datetime.datetime.fromisoformat(made["until"])
    _plan_values(batch, plan)
    _plan_targets(made, plan)
    _plan_kpis(batch, made, until, plan)
    _plan_lines(made, until, plan)
    _plan_flows(made, plan)
    _plan_projects(made, until, plan)
    plan.departments = _unreferenced(
        Department, made["departments"], {ProjectDepartment: {"project__in": plan.projects}}
    )
    return plan


# The batch of the newest version of a value: somebody else's where somebody built on it. A probe of the covering
# index for each value, whatever the planner believes of the table.
NEWEST_BATCH = """(SELECT n.batch_id FROM assessments_measurement n
        WHERE n.organization_id = m.organization_id AND n.kpi_id = m.kpi_id AND n.period = m.period
        ORDER BY n.version DESC LIMIT 1)"""
_VALUES = """
SELECT count(*) FILTER (WHERE newest = %(batch)s), count(*) FILTER (WHERE newest IS DISTINCT FROM %(batch)s),
    array_agg(DISTINCT project_id)
FROM (
    SELECT k.project_id, {newest_batch} AS newest
    FROM assessments_measurement m
    JOIN kpis_kpi k ON k.organization_id = m.organization_id AND k.id = m.kpi_id
    WHERE m.organization_id = %(organization)s AND m.kpi_id = ANY(%(kpis)s) AND m.batch_id = %(batch)s
    OFFSET 0) found
"""

# A period belongs to the month in which its last day lies.
_LOCKED = """
SELECT DISTINCT p.name, l.month
FROM assessments_measurement m
JOIN kpis_kpi k ON k.organization_id = m.organization_id AND k.id = m.kpi_id
JOIN projects_project p ON p.organization_id = k.organization_id AND p.id = k.project_id
JOIN assessments_periodlock l ON l.organization_id = k.organization_id AND l.project_id = k.project_id
    AND l.reopened_at IS NULL AND l.month = date_trunc('month', m.period + (CASE k.frequency
        WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || k.frequency)::interval END) - interval '1 day')
WHERE m.organization_id = %(organization)s AND m.kpi_id = ANY(%(kpis)s) AND m.batch_id = %(batch)s
ORDER BY l.month, p.name LIMIT 20
"""


def _plan_values(batch: ImportBatch, plan: UndoPlan) -> None:
    values: dict[str, Any] = {
        "organization": batch.organization_id,
        "batch": batch.pk,
        "kpis": kpis_of(batch),
    }
    with connection.cursor() as cursor:
        cursor.execute(_VALUES.format(newest_batch=NEWEST_BATCH), values)
        plan.values, plan.values_kept, projects = cursor.fetchone()
        plan.touched |= set(projects or [])
        if PeriodLock.objects.filter(reopened_at__isnull=True).exists():
            cursor.execute(_LOCKED, values)
            plan.locked = cursor.fetchall()


def kpis_of(batch: ImportBatch) -> list[int]:
    """KPIs that may have got values by the import: the index leads to them, and none leads to batches."""
    return sorted({*batch.made.get("valued", []), *batch.made.get("kpis", [])})


def _plan_targets(made: dict[str, Any], plan: UndoPlan) -> None:
    wanted = {int(kpi): points for kpi, points in made["targets"].items()}
    current: dict[int, Points] = defaultdict(dict)
    for kpi, period, value in Target.objects.filter(kpi__in=wanted).values_list("kpi_id", "period", "value"):
        current[kpi][period] = value
    projects = dict(Kpi.objects.filter(pk__in=wanted).values_list("pk", "project_id"))
    for kpi, points in wanted.items():
        for day, (former, new) in points.items():
            period = datetime.date.fromisoformat(day)
            if current[kpi].get(period) == new:
                plan.targets.setdefault(kpi, {})[period] = former
            else:
                plan.targets_kept += 1
    plan.touched |= {projects[kpi] for kpi in plan.targets}


def _plan_kpis(batch: ImportBatch, made: dict[str, Any], until: datetime.datetime, plan: UndoPlan) -> None:
    standing = set(Kpi.objects.filter(pk__in=made["kpis"]).values_list("pk", flat=True))
    # A charter names its KPIs in its text: what was handed out for signature since is built on.
    handed_out = Charter.objects.filter(created_at__gt=until).values("project_id")
    chartered = set(Kpi.objects.filter(pk__in=standing, project__in=handed_out).values_list("pk", flat=True))
    untouched = standing - chartered - _changed_since(Kpi, standing, until)
    plan.kpis = _unreferenced(
        Kpi,
        untouched,
        {
            Target: {},
            KpiResult: {},
            KpiVerdict: {},
            PendingVerdict: {},
            Measurement: {"batch_id": batch.pk},
            # The first baseline comes with the definition.
            Baseline: {"set_at__lte": until},
        },
    )
    plan.kpis_kept = len(standing) - len(plan.kpis)
    plan.touched |= set(Kpi.objects.filter(pk__in=plan.kpis).values_list("project_id", flat=True))


def _plan_lines(made: dict[str, Any], until: datetime.datetime, plan: UndoPlan) -> None:
    lines = MoneyLine.objects.filter(pk__in=made["lines"]).values_list("pk", "project_id")
    frozen = _frozen({project for _line, project in lines})
    standing = {line for line, _project in lines}
    free = {line for line, project in lines if project not in frozen}
    free -= _changed_since(MoneyLine, free, until)
    ours = {int(line): _amounts(series, 1) for line, series in made["flows"].items()}
    stored: dict[int, Amounts] = defaultdict(lambda: defaultdict(dict))
    flows = CashFlow.objects.filter(line__in=free)
    for line, series, month, amount in flows.values_list("line_id", "series", "month", "amount"):
        stored[line][series][month] = amount
    same = {line for line in free if stored[line] == ours.get(line, {})}
    plan.lines = _unreferenced(MoneyLine, same, {CashFlow: {}})
    plan.lines_kept = len(standing) - len(plan.lines)
    plan.touched |= {project for line, project in lines if line in plan.lines}


def _plan_flows(made: dict[str, Any], plan: UndoPlan) -> None:
    """Of lines that stood before: amounts that are still what the import wrote, where none is frozen."""
    gone, kept_new = set(plan.lines), set(made["lines"])
    wanted = {int(line): series for line, series in made["flows"].items() if int(line) not in gone}
    notes = {int(line): pair for line, pair in made["notes"].items() if int(line) not in gone}
    found = MoneyLine.objects.filter(pk__in={*wanted, *notes}).select_related("project")
    lines = {line.pk: line for line in found if line.pk not in kept_new and not _is_closed(line)}
    frozen = _frozen({line.project_id for line in lines.values()})
    flows = CashFlow.objects.filter(line__in=lines)
    current: dict[tuple[int, str, datetime.date], Decimal] = {
        (line, series, month): amount
        for line, series, month, amount in flows.values_list("line_id", "series", "month", "amount")
    }
    for line, series, month, former, new in _changes(wanted):
        fixed = line not in lines or (series == CashFlow.Series.PLAN and lines[line].project_id in frozen)
        if fixed or current.get((line, series, month)) != new:
            plan.flows_kept += 1
        else:
            plan.flows.setdefault(line, {}).setdefault(series, {})[month] = former
    plan.notes = {
        line: former for line, (former, new) in notes.items() if line in lines and lines[line].note == new
    }
    plan.touched |= {lines[line].project_id for line in plan.flows}


def _changes(
    wanted: dict[int, dict[str, dict[str, list[str | None]]]],
) -> Iterator[tuple[int, str, datetime.date, Decimal | None, Decimal | None]]:
    """Line, series, month, former and new amount of each recorded change."""
    for line, series_of in wanted.items():
        former, new = _amounts(series_of, 0), _amounts(series_of, 1)
        for series, months in new.items():
            for month, amount in months.items():
                yield line, series, month, former[series][month], amount


def _frozen(projects: set[int]) -> set[int]:
    baselines = PlanBaseline.objects.filter(project__in=projects)
    return set(baselines.values_list("project_id", flat=True))


def _is_closed(line: MoneyLine) -> bool:
    return line.archived_at is not None or line.project.archived_at is not None


def _plan_projects(made: dict[str, Any], until: datetime.datetime, plan: UndoPlan) -> None:
    standing = set(Project.objects.filter(pk__in=made["projects"]).values_list("pk", flat=True))
    untouched = standing - _changed_since(Project, standing, until)
    plan.projects = _unreferenced(
        Project,
        untouched,
        {
            PendingValuation: {},
            ProjectResult: {},
            ProjectOutlook: {},
            KpiResult: {},
            ProjectDepartment: {},
            Kpi: {"pk__in": plan.kpis},
            MoneyLine: {"pk__in": plan.lines},
        },
    )
    plan.projects_kept = len(standing) - len(plan.projects)
    plan.touched -= set(plan.projects)


def _changed_since(model: type[Model], ids: Collection[int], until: datetime.datetime) -> set[int]:
    """Rows with a version that is younger than the import."""
    versions = RowVersion.objects.filter(
        table_name=model._meta.db_table, row_id__in=ids, recorded_at__gt=until
    )
    return set(versions.values_list("row_id", flat=True))


def _unreferenced(
    model: type[Model], ids: Collection[int], harmless: dict[type[Model], dict[str, Any]]
) -> list[int]:
    """Those of `ids` that nothing refers to, whatever the kind; of `harmless` kinds, rows that fit its filter
    do not count: they came with the import or are made from what it brought."""
    free = set(ids)
    for relation in model._meta.related_objects:
        other: Any = relation.related_model
        if not free or other is model:
            continue
        name = relation.field.name
        found = other._base_manager.filter(**{f"{name}__in": free})
        if other in harmless:
            if not harmless[other]:
                continue
            # Positive and then subtracted: in a NOT, null would make a row vanish.
            fitting = found.filter(**harmless[other]).values("pk")
            found = found.exclude(pk__in=fitting)
        free -= set(found.values_list(f"{name}_id", flat=True))
    return sorted(free)


def _amounts(series: dict[str, dict[str, list[str | None]]], place: int) -> Amounts:
    """Former (0) or new (1) amounts of one line."""
    return {
        name: {
            datetime.date.fromisoformat(day): None if (text := pair[place]) is None else Decimal(text)
            for day, pair in months.items()
        }
        for name, months in series.items()
    }
