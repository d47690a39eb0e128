"""What pages, digests and the API read. Written by `assessments.services.recompute` only."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.querysets import KpiResultQuerySet, ProjectResultQuerySet, Trust
from kpis.models import Kpi
from organizations.tenancy.models import OrganizationModel, scoped
from projects.models import Project


class Run(OrganizationModel):
    """One computation: as of which day, with what was known when, by which method."""

    class Trigger(models.TextChoices):
        CHANGE = "change", _("after a change")
        NIGHT = "night", _("nightly")
        COMMAND = "command", _("by command")

    as_of = models.DateField()
    known_at = models.DateTimeField()
    method_version = models.CharField(max_length=20)
    inputs_hash = models.CharField(max_length=64)
    trigger = models.CharField(max_length=7, choices=Trigger.choices)
    duration_ms = models.PositiveIntegerField(default=0)
    projects = models.PositiveIntegerField(default=0)
    kpis = models.PositiveIntegerField(default=0)
    #: results whose inputs hash differed and were therefore written
    written = models.PositiveIntegerField(default=0)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["-known_at", "-id"]
        indexes = [models.Index(fields=["organization", "-known_at"], name="assessments_run_newest")]

    def __str__(self) -> str:
        return f"{self.as_of} {self.trigger}"


class StatusWord(models.TextChoices):
    """Against plan, on unrounded values (METHOD §2)."""

    ON_TRACK = "on_track", _("On track")
    AT_RISK = "at_risk", _("At risk")
    OFF_TRACK = "off_track", _("Off track")
    TOO_EARLY = "too_early", _("Too early")
    NO_DATA = "no_data", _("No data")


class KpiResult(OrganizationModel):
    """The newest assessment of one KPI. Ratios are uncapped; null means "cannot be said"."""

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="results")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="kpi_results")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    inputs_hash = models.BinaryField(max_length=16)
    #: newest counted period, its value and whether nobody has verified it yet
    period = models.DateField(null=True)
    value = models.FloatField(null=True)
    preliminary = models.BooleanField(default=False)
    planned = models.FloatField(null=True)
    target = models.FloatField(null=True)
    attainment = models.FloatField(null=True)
    on_plan = models.FloatField(null=True)
    status = models.CharField(max_length=9, choices=StatusWord.choices)
    due = models.BooleanField()
    stale = models.BooleanField()
    dropped = models.BooleanField()

    objects: ClassVar[Any] = scoped(KpiResultQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kpi"], name="assessments_kpiresult_once")
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id}: {self.attainment}"


class ProjectResult(OrganizationModel):
    """The newest assessment of one project: scores (× 100), status and money in the reporting currency."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="result", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    inputs_hash = models.BinaryField(max_length=16)
    #: over what decides the figures of money; while only KPIs change they are not computed again
    money_hash = models.BinaryField(max_length=16, null=True)
    as_of = models.DateField()
    known_at = models.DateTimeField()
    method_version = models.CharField(max_length=20)
    #: first day on which the passing of time alone changes the result
    valid_until = models.DateField()

    functional = models.FloatField(null=True)
    operational = models.FloatField(null=True)
    strategic = models.FloatField(null=True)
    #: per tier {"coverage", "low", "high", "due", "in"}
    tiers = models.JSONField(default=dict)
    value_index = models.FloatField(null=True)
    #: the geometric form of the value index
    geometric = models.FloatField(null=True)
    #: the same weights over on-plan ratios: what the status word is read from
    plan_index = models.FloatField(null=True)
    status = models.CharField(max_length=9, choices=StatusWord.choices)
    #: the gate rule holds the status at amber
    capped = models.BooleanField(default=False)
    kpis_due = models.PositiveIntegerField(default=0)
    kpis_in = models.PositiveIntegerField(default=0)
    kpis_late = models.PositiveIntegerField(default=0)
    #: KPIs whose newest value counts, and those of them whose newest value nobody has verified yet
    kpis_valued = models.PositiveIntegerField(default=0)
    kpis_preliminary = models.PositiveIntegerField(default=0)

    #: benefits booked to the end of the last complete month, and planned to the same month
    benefits_actual = models.FloatField(default=0)
    benefits_plan = models.FloatField(default=0)
    #: of the booked benefits what is verified, realised and cashable (`assessments.worth`); {}: all only claimed
    worth = models.JSONField(default=dict)
    costs_actual = models.FloatField(default=0)
    costs_plan = models.FloatField(default=0)
    roi_plan = models.FloatField(null=True)
    roi_outlook = models.FloatField(null=True)
    npv_plan = models.FloatField(null=True)
    npv_outlook = models.FloatField(null=True)
    #: months from go-live (`payback_origin` "go_live") or from first spend ("first_spend")
    payback_plan = models.FloatField(null=True)
    payback_outlook = models.FloatField(null=True)
    payback_origin = models.CharField(max_length=11, default="first_spend")
    #: secondary figures; see `assessments.services.money`
    figures = models.JSONField(default=dict)
    #: "months" (ISO) and cumulative net "plan", "actual", "outlook": apart, for most pages do not read them
    series = models.JSONField(default=dict)

    objects: ClassVar[Any] = scoped(ProjectResultQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "project"], name="assessments_projectresult_once")
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.value_index}"

    @property
    def trust(self) -> Trust:
        """How far the newest values are verified."""
        return Trust(self.kpis_valued, self.kpis_preliminary)
