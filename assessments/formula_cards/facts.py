"""What the cards of one project or KPI are made of, read once: inputs, the figures computed from them now, what is stored."""

import dataclasses
import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import timezone

from assessments.formula_cards.flows import LineFlows, as_inputs, read_line_flows
from assessments.method.finance import monthly_rate
from assessments.models import KpiResult, ProjectResult
from assessments.series import KpiSeries, load_series
from assessments.services.inputs import Inputs, load_inputs
from assessments.services.money import Grid, _grid
from assessments.services.proving import rebased_periods
from assessments.services.recompute import Valuation, project_row, value_projects
from kpis.models import Baseline, Kpi
from organizations.models import AuditEvent, Organization
from projects.models import Module, Project


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed something last, and when."""

    who: str = ""
    when: datetime.datetime | None = None


UNKNOWN = Change()


@dataclass(frozen=True)
class ProjectFigures:
    """One project: its figures computed now, from inputs that are at hand."""

    project: Project
    organization: Organization
    result: ProjectResult | None
    valuation: Valuation
    lines: list[LineFlows]
    #: those that count in the project, its own and shared ones
    kpis: dict[int, Kpi]
    #: newest change by (type, id): of lines, and of the organization's settings under ("organization", …)
    changes: dict[tuple[str, int], Change]

    @property
    def today(self) -> datetime.date:
        return self.valuation.inputs.as_of

    @property
    def currency(self) -> str:
        return self.organization.currency

    @cached_property
    def row(self) -> dict[str, Any]:
        """The result as it would be stored now."""
        return project_row(self.valuation, 0)

    @cached_property
    def grid(self) -> Grid | None:
        """Costs and benefits by month; None while there is no amount."""
        flows = {
            (flow.kind, flow.series): dict(zip(flow.steps, flow.amounts, strict=True))
            for flow in self.valuation.inputs.flows
        }
        return _grid(flows, self.today)

    @property
    def rate(self) -> float:
        """Discount rate per month."""
        return monthly_rate(self.organization.discount_rate)

    @cached_property
    def modules(self) -> list[Module]:
        return list(Module.objects.filter(project=self.project, contracted=True).order_by("name"))

    def change_of(self, kind: str, number: int) -> Change:
        return self.changes.get((kind, number), UNKNOWN)


@dataclass(frozen=True)
class KpiFigures:
    """One KPI: its values and figures computed now."""

    kpi: Kpi
    organization: Organization
    result: KpiResult | None
    valuation: Valuation
    series: KpiSeries
    baseline: Baseline | None
    #: periods from which the limits are computed anew
    rebased: list[datetime.date]
    #: newest change of the definition or the targets
    changed: Change

    @property
    def today(self) -> datetime.date:
        return self.valuation.inputs.as_of

    @cached_property
    def place(self) -> int:
        """Where the KPI stands among those of its project."""
        place: int = self.valuation.kpis.columns["id"].index(self.kpi.pk)
        return place

    def column(self, name: str) -> Any:
        """One of `KPI_COLUMNS`."""
        return self.valuation.kpis.columns[name][self.place]

    @property
    def newest(self) -> list[tuple[datetime.date, float]]:
        """The newest counted periods with their values, the newest first, as many as the status looks back on."""
        return sorted(self.series.values.items(), reverse=True)[:3]


def read_project_figures(project: Project, organization: Organization) -> ProjectFigures | None:
    """None where the project is archived: nothing of it is computed any more."""
    inputs = _inputs(organization, project.pk)
    if not inputs.projects:
        return None
    lines = read_line_flows(project)
    inputs = dataclasses.replace(inputs, flows=as_inputs(lines, project.pk), former={})
    kpis = Kpi.objects.filter(pk__in=[row[0] for row in inputs.kpis]).select_related("project")
    line_ids = [line.line.pk for line in lines]
    return ProjectFigures(
        project=project,
        organization=organization,
        result=ProjectResult.objects.filter(project=project).first(),
        valuation=value_projects(inputs),
        lines=lines,
        kpis={kpi.pk: kpi for kpi in kpis},
        changes={
            **_newest_changes("moneyline", line_ids),
            **_newest_changes("organization", [organization.pk]),
        },
    )


def read_kpi_figures(kpi: Kpi, organization: Organization) -> KpiFigures | None:
    """None where the KPI or its project is archived."""
    inputs = _inputs(organization, kpi.project_id)
    if not inputs.projects or all(row[0] != kpi.pk for row in inputs.kpis):
        return None
    inputs = dataclasses.replace(inputs, flows=[], former={})
    changes = _newest_changes("kpi", [kpi.pk], ["kpi.created", "kpi.updated", "kpi.targets_changed"])
    return KpiFigures(
        kpi=kpi,
        organization=organization,
        result=KpiResult.objects.filter(kpi=kpi).select_related("run").first(),
        valuation=value_projects(inputs),
        series=load_series(kpi),
        rebased=rebased_periods(kpi),
        baseline=Baseline.objects.filter(kpi=kpi).select_related("set_by").first(),
        changed=changes.get(("kpi", kpi.pk), UNKNOWN),
    )


def _inputs(organization: Organization, project_id: int) -> Inputs:
    now = timezone.now()
    return load_inputs(organization.pk, as_of=organization.today(now), known_at=now, project_ids=[project_id])


def _newest_changes(
    kind: str, numbers: Iterable[int], actions: Iterable[str] = ()
) -> dict[tuple[str, int], Change]:
    events = AuditEvent.objects.filter(target_type=kind, target_id__in=list(numbers))
    if actions:
        events = events.filter(action__in=list(actions))
    newest = events.order_by("target_id", "-at", "-id").distinct("target_id").select_related("actor")
    return {(kind, event.target_id): Change(str(event.actor or ""), event.at) for event in newest}
