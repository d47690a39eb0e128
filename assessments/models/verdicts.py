"""How sure one can be that a KPI changed: verdicts, and what people decide about them.

Verdicts are written by `assessments.services.verdicts` only.
"""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kpis.models import Kpi
from organizations.tenancy.models import OrganizationModel, scoped


class KpiVerdict(OrganizationModel):
    """What the newest values of one KPI prove. Null means "cannot be said"."""

    class Word(models.TextChoices):
        REAL = "real", _("Real")
        NOT_YET = "not_yet", _("Not yet distinguishable")
        WORSE = "worse", _("Worse")
        TOO_FEW = "too_few", _("Too few values")

    kpi = models.OneToOneField(Kpi, on_delete=models.CASCADE, related_name="verdict", db_index=False)
    method_version = models.CharField(max_length=20)
    known_at = models.DateTimeField()
    #: over the series and the definition that decide the verdict
    inputs_hash = models.BinaryField(max_length=16)
    #: over the definition alone: what the database compares to find out what is to be assessed again
    definition_hash = models.CharField(max_length=32)
    #: first period that counts as after the change; null without a go-live
    changed_on = models.DateField(null=True)
    #: newest period with a value
    newest = models.DateField(null=True)
    before = models.PositiveIntegerField(default=0)
    after = models.PositiveIntegerField(default=0)

    #: "" without a go-live
    word = models.CharField(max_length=7, choices=Word.choices, blank=True)
    rule = models.CharField(max_length=40, blank=True)
    #: change against the adjusted baseline, in the KPI's unit; + is more, whatever the direction
    effect = models.FloatField(null=True)
    effect_low = models.FloatField(null=True)
    effect_high = models.FloatField(null=True)
    p_value = models.FloatField(null=True)
    months_needed = models.PositiveIntegerField(null=True)
    #: "1", "2", "2+", "3", "4", "5"; "" without a verdict
    grade = models.CharField(max_length=2, blank=True)
    #: codes of why it is not lower, and of what would raise it
    reasons = models.JSONField(default=list)
    raising = models.JSONField(default=list)

    #: of the newest natural limits: "none", "trial" or "firm"
    limits = models.CharField(max_length=5, blank=True)
    centre = models.FloatField(null=True)
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    #: newest period that completes a signal, its rule and side
    signal_on = models.DateField(null=True)
    signal_rule = models.CharField(max_length=14, blank=True)
    signal_side = models.CharField(max_length=5, blank=True)
    #: whether chance lets the target be met: "will", "will_not", "may", or ""
    assurance = models.CharField(max_length=8, blank=True)
    #: interrupted time series {"level_change", "trend_change": {"value", "low", "high", "p_value"}}, comparison, …
    figures = models.JSONField(default=dict)
    #: {"first", "mean", "low", "high", "method", "mase"}; apart, for lists do not read it
    forecast = models.JSONField(default=dict)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kpi"], name="assessments_kpiverdict_once")
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id}: {self.word}"


class PendingVerdict(OrganizationModel):
    """A KPI with values that no verdict has seen yet. Written with the values, gone when they are assessed."""

    kpi = models.OneToOneField(Kpi, on_delete=models.CASCADE, related_name="+", db_index=False)
    marked_at = models.DateTimeField()

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kpi"], name="assessments_pendingverdict_once")
        ]

    def __str__(self) -> str:
        return str(self.kpi_id)


class RebasePoint(OrganizationModel):
    """From `period` on the natural limits are computed anew: a recorded, explained, sustained change."""

    keeps_history = True

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="rebase_points")
    #: first day of a period of the KPI
    period = models.DateField(_("from"))
    reason = models.TextField(_("reason"))
    set_by = models.ForeignKey("organizations.User", on_delete=models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["period"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kpi", "period"],
                name="assessments_rebasepoint_once",
                violation_error_message=_("The limits are computed anew from this period already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id}: {self.period}"


class Comparison(OrganizationModel):
    """What one KPI is compared with: the same measure where the change has not happened (yet)."""

    keeps_history = True

    class Design(models.TextChoices):
        CONTROL = "control", _("chosen control group")
        STAGGERED = "staggered", _("staggered roll-out: sites not live yet")
        LOT = "lot", _("order of the roll-out drawn by lot")
        RANDOMISED = "randomised", _("randomised trial")

    kpi = models.OneToOneField(Kpi, on_delete=models.CASCADE, related_name="comparison", db_index=False)
    design = models.CharField(_("how the controls came about"), max_length=10, choices=Design.choices)
    reason = models.TextField(_("why they are comparable"))
    set_by = models.ForeignKey("organizations.User", on_delete=models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kpi"], name="assessments_comparison_once")
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id}: {self.design}"


class ComparisonControl(OrganizationModel):
    """One KPI of the control group."""

    keeps_history = True

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="controls")
    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["kpi__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "comparison", "kpi"], name="assessments_control_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.comparison_id}: {self.kpi_id}"
