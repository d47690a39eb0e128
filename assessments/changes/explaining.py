"""The explanation: one thing after the other is exchanged, and each step's difference is its cause's share.

The order is fixed: the method first, then time passes with what was known at the start, then definitions as they
are known at the end, then corrections of what had been known, then new values. The first valuation is the report
of the start to the digit, the last one that of the end. Nothing is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from assessments.changes.figures import KINDS, Cause, FigureKind, Walk, add, walk
from assessments.changes.points import Point, Span
from assessments.changes.reported import Reported, reported_at
from assessments.changes.stages import Stage, load_point, load_stage
from assessments.services.inputs import Inputs
from assessments.services.recompute import project_row, value_projects
from organizations.models import Organization, RowVersion
from organizations.tenancy import organization_scope
from projects.models import Project

#: project → figure → value
Valued = Mapping[int, Mapping[str, float | None]]


@dataclass(frozen=True, slots=True)
class ProjectWalks:
    """The figures of one project."""

    id: int
    code: str
    name: str
    walks: Mapping[str, Walk]

    @property
    def is_changed(self) -> bool:
        return any(one.is_changed for one in self.walks.values())


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the report of `end` differs from that of `start`."""

    start: Point
    end: Point
    currency: str
    #: by which the figures of the start were made, where that is not today's method and they were kept
    former_method: str
    #: an earlier method was in force at the start, and what it said was not kept
    method_unknown: bool
    projects: Sequence[ProjectWalks]

    @property
    def portfolio(self) -> dict[str, Walk]:
        """The sums over all projects of what can be added."""
        return {
            name: add(kind, [project.walks[name] for project in self.projects])
            for name, kind in KINDS.items()
            if kind.is_additive
        }


def explain(organization: Organization, span: Span) -> Explanation:
    """Explain the way from the first report of `span` to the second, of all projects that either of them has."""
    with organization_scope(organization):
        reported = reported_at(span.start)
        start = _known(organization.pk, _point(reported) or span.start)
        end = _known(organization.pk, span.end)
        stages = _stages(organization.pk, start, end)
        names = dict(Project.objects.values_list("pk", "name"))
        codes = dict(Project.objects.values_list("pk", "code"))
    former = _former(reported, stages[0][1])
    ids = sorted({*former, *(pk for _cause, valued, _currency in stages for pk in valued)})
    projects = [
        ProjectWalks(
            id=pk,
            code=codes.get(pk, ""),
            name=names.get(pk, ""),
            walks={name: _walk(kind, former, stages, pk) for name, kind in KINDS.items()},
        )
        for pk in ids
        if pk in codes
    ]
    return Explanation(
        start=start,
        end=end,
        currency=stages[-1][2],
        former_method=reported.method_version if reported and reported.figures is not None else "",
        method_unknown=bool(reported and reported.figures is None),
        projects=sorted(projects, key=lambda project: (project.name, project.id)),
    )


def _point(reported: Reported | None) -> Point | None:
    return reported.point if reported and reported.figures is not None else None


def _known(organization_id: int, point: Point) -> Point:
    """The point, but not before the organization itself was known: then there was nothing to report."""
    first = RowVersion.objects.filter(
        organization_id=organization_id, table_name=Organization._meta.db_table, row_id=organization_id
    ).aggregate(first=models.Min("recorded_at"))["first"]
    return Point(point.as_of, max(point.known_at, first)) if first else point


def _former(reported: Reported | None, today: Valued) -> Valued:
    """What was reported at the start: by today's method unless an earlier one was in force and is kept."""
    if reported is None or reported.figures is None:
        return today
    return reported.figures


def _walk(
    kind: FigureKind, former: Valued, stages: Sequence[tuple[Cause, Valued, str]], project_id: int
) -> Walk:
    def of(valued: Valued) -> float | None:
        return valued.get(project_id, {}).get(kind.name)

    return walk(kind, of(former), [(cause, of(valued)) for cause, valued, _currency in stages])


def _stages(organization_id: int, start: Point, end: Point) -> list[tuple[Cause, Valued, str]]:
    """All projects valued after each cause, with the reporting currency."""

    def staged(stage: Stage) -> tuple[Valued, str]:
        inputs = load_stage(
            organization_id, as_of=end.as_of, known_at=end.known_at, before=start.known_at, stage=stage
        )
        return value(inputs)

    first = value(load_point(organization_id, as_of=start.as_of, known_at=start.known_at))
    later = first
    if end.as_of != start.as_of:
        later = value(load_point(organization_id, as_of=end.as_of, known_at=start.known_at))
    defined = corrected = full = later
    if end.known_at != start.known_at:
        defined = staged(Stage.DEFINITIONS)
        corrected = staged(Stage.CORRECTIONS)
        full = value(load_point(organization_id, as_of=end.as_of, known_at=end.known_at))
    valued = [first, later, defined, corrected, full]
    return [(cause, figures, currency) for cause, (figures, currency) in zip(Cause, valued, strict=True)]


def value(inputs: Inputs) -> tuple[Valued, str]:
    """The explained figures of every project by today's method, and the reporting currency."""
    valuation = value_projects(inputs)
    figures = {}
    for place, project in enumerate(inputs.projects):
        row: dict[str, Any] = project_row(valuation, place)
        figures[project.id] = {name: row.get(name) for name in KINDS}
    return figures, inputs.terms.currency
