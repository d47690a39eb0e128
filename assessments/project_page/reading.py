"""Reads of the project page: a fixed number of queries, whatever the project holds."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import Concat, JSONObject

from assessments.models import Measurement
from kpis.models import Attribution, Kpi
from organizations.models import AuditEvent
from projects.frozen_plan import PlanState, plan_state_from, plan_told
from projects.history import events_of
from projects.models import CashFlow, LineShare, Module, MoneyLine, PlanBaseline, Project, ProjectDepartment

#: periods of a sparkline
SPARK = 13
#: newest events shown; the rest is on the history page
EVENTS = 10

_RESULT = (
    *("period", "value", "preliminary", "planned", "target", "attainment"),
    *("on_plan", "status", "due", "stale", "dropped"),
)


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What is known of a project beside its own row."""

    departments: list[str]
    frozen_at: datetime.datetime | None
    plan: PlanState
    modules: list[dict[str, Any]]
    #: whether other projects are part of it
    has_parts: bool


def read_facts(project: Project) -> ProjectFacts:
    """Departments, the frozen plan and the modules, in one query."""
    links = ProjectDepartment.objects.filter(project=models.OuterRef("pk")).order_by("department__name")
    modules = Module.objects.filter(project=models.OuterRef("pk")).order_by("name")
    described = JSONObject(
        name="name",
        weight="weight",
        contracted="contracted",
        delivered="delivered_on",
        accepted="accepted_on",
        in_use="in_use_since",
    )
    baselines = PlanBaseline.objects.filter(project=models.OuterRef("pk"))
    parts = Project.objects.active().filter(parent=models.OuterRef("pk"))
    departments, frozen_at, plan, described_modules, has_parts = (
        Project.objects.filter(pk=project.pk)
        .order_by()
        .values_list(
            ArraySubquery(links.values_list("department__name", flat=True)),
            models.Subquery(baselines.values("frozen_at")[:1]),
            plan_told(models.OuterRef("pk")),
            ArraySubquery(modules.values_list(described, flat=True)),
            models.Exists(parts),
        )
        .get()
    )
    return ProjectFacts(departments, frozen_at, plan_state_from(plan), described_modules, has_parts)


def read_kpis(project: Project) -> list[Any]:
    """KPIs by tier and name, each with its result (`result_…`, None without one), its `verdict_word` and
    `verdict_grade`, and its `recent` values.

    Those of other projects that serve this one too stand among them, with `shared_share`, their share here;
    `given_share` is what a KPI of this project gives to others.
    """
    attributions = Attribution.objects.filter(kpi=models.OuterRef("pk")).order_by()
    here = attributions.filter(project=project)
    given = attributions.values("kpi").annotate(total=models.Sum("share"))
    # Thirteen weeks and thirteen years alike: the newest periods, not a span of days.
    recent = (
        Measurement.objects.counted()
        .filter(kpi=models.OuterRef("pk"))
        .order_by("kpi_id", "-period", "-version")
        .values_list(JSONObject(period="period", value="value"), flat=True)[:SPARK]
    )
    tiers = models.Case(
        *[models.When(tier=tier, then=place) for place, tier in enumerate(Kpi.Tier.values)],
        output_field=models.SmallIntegerField(),
    )
    return list(
        Kpi.objects.filter(models.Q(project=project) | models.Exists(here), archived_at__isnull=True)
        .annotate(
            shared_share=models.Subquery(here.values("share")),
            given_share=models.Subquery(given.values("total")),
            recent=ArraySubquery(recent),
            verdict_word=models.F("verdict__word"),
            verdict_grade=models.F("verdict__grade"),
            **{f"result_{name}": models.F(f"results__{name}") for name in _RESULT},
        )
        .select_related("business_owner", "project")
        .order_by(tiers, "name")
    )


def read_lines(project: Project) -> list[Any]:
    """Lines that count, the project's own and those of others that it bears a part of, each with its sums `plan`,
    `forecast` and `actual` in its own currency.

    `flow_texts` are its amounts ("plan|2026-01-01|100.00"), `given` the parts that further projects bear, `share_here`
    the part of this project in a line of another.
    """
    shares = LineShare.objects.filter(line=models.OuterRef("pk")).order_by()
    given = shares.values("line").annotate(total=models.Sum("share")).values("total")
    flows = CashFlow.objects.filter(line=models.OuterRef("pk")).order_by("month")
    bar = models.Value("|")
    text = Concat("series", bar, "month", bar, "amount", output_field=models.TextField())
    sums = {
        series: models.Sum("cash_flows__amount", filter=models.Q(cash_flows__series=series))
        for series in ("plan", "forecast", "actual")
    }
    return list(
        MoneyLine.objects.active()
        .filter(models.Q(project=project) | models.Exists(shares.filter(project=project)))
        .annotate(
            **{f"sum_{series}": total for series, total in sums.items()},
            flow_texts=ArraySubquery(flows.values_list(text, flat=True)),
            given=models.Subquery(given),
            share_here=models.Subquery(shares.filter(project=project).values("share")),
        )
        .order_by("-kind", "name")
    )


def read_events(project: Project) -> list[AuditEvent]:
    """The newest events of the project, its modules, lines and KPIs."""
    about_kpis = AuditEvent.objects.filter(
        target_type="kpi", target_id__in=Kpi.objects.filter(project=project).order_by().values("pk")
    )
    return list((events_of(project) | about_kpis).listed()[:EVENTS])
