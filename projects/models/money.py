"""The money plan: lines of cost and benefit with plan, forecast and actual by month."""

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.tenancy.models import OrganizationModel, scoped
from projects.models.project import Project
from projects.querysets import CashFlowQuerySet, MoneyLineQuerySet


class MoneyLine(OrganizationModel):
    """One cost or benefit. Amounts are positive; `kind` gives the sign."""

    keeps_history = True

    class Kind(models.TextChoices):
        COST = "cost", _("Cost")
        BENEFIT = "benefit", _("Benefit")

    class Treatment(models.TextChoices):
        CAPEX = "capex", _("Capital expenditure")
        OPEX = "opex", _("Operating expenditure")

    class Rhythm(models.TextChoices):
        ONE_OFF = "one_off", _("One-off")
        RECURRING = "recurring", _("Recurring")

    class Cashability(models.TextChoices):
        CASHABLE = "cashable", _("Cashable")
        NON_CASHABLE = "non_cashable", _("Non-cashable")
        AVOIDANCE = "avoidance", _("Cost avoidance")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="money_lines")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=120)
    category = models.CharField(_("category"), max_length=80, blank=True)
    treatment = models.CharField(
        _("treatment"), max_length=5, choices=Treatment.choices, default=Treatment.OPEX
    )
    rhythm = models.CharField(_("rhythm"), max_length=9, choices=Rhythm.choices, default=Rhythm.RECURRING)
    cashability = models.CharField(
        _("cashability"), max_length=12, choices=Cashability.choices, default=Cashability.CASHABLE
    )
    risk_adjustment = models.FloatField(
        _("risk adjustment"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("A share from 0 to 1: costs are raised by it, benefits lowered, line by line."),
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Use the ISO code, such as EUR or CNY."))],
    )
    fx_rate = models.DecimalField(
        _("frozen plan rate"),
        max_digits=18,
        decimal_places=8,
        default=1,
        validators=[MinValueValidator(0.00000001)],
        help_text=_("Reporting currency per unit of the line's currency."),
    )
    fx_rate_on = models.DateField(_("date of the rate"), null=True, blank=True)
    fx_source = models.CharField(_("source of the rate"), max_length=80, blank=True)
    owner = models.ForeignKey(
        "organizations.User",
        verbose_name=_("benefit owner"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    note = models.TextField(_("basis of the amounts"), blank=True)
    cost_centre = models.CharField(
        _("cost centre or account"),
        max_length=80,
        blank=True,
        help_text=_("Where the books show it: the same one claimed twice is found."),
    )
    archived_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = scoped(MoneyLineQuerySet)

    class Meta:
        ordering = ["-kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "project", "kind", "name"],
                name="projects_line_name",
                violation_error_message=_("This project has a line of this kind and name already."),
            ),
            models.CheckConstraint(condition=models.Q(fx_rate__gt=0), name="projects_line_rate"),
        ]

    def __str__(self) -> str:
        return self.name


class CashFlow(OrganizationModel):
    """The amount of one line in one month, in the line's currency."""

    keeps_history = True

    class Series(models.TextChoices):
        PLAN = "plan", _("Plan")
        FORECAST = "forecast", _("Forecast")
        ACTUAL = "actual", _("Actual")

    line = models.ForeignKey(MoneyLine, on_delete=models.CASCADE, related_name="cash_flows")
    series = models.CharField(max_length=8, choices=Series.choices)
    #: first day of the month
    month = models.DateField()
    amount = models.DecimalField(max_digits=18, decimal_places=2)

    objects: ClassVar[Any] = scoped(CashFlowQuerySet)

    class Meta:
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "line", "series", "month"],
                name="projects_flow_once",
                include=["amount"],
            ),
            models.CheckConstraint(condition=models.Q(month__day=1), name="projects_flow_month"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.month} {self.amount}"


class PlanBaseline(OrganizationModel):
    """The plan as it was frozen: the yardstick that later changes do not move."""

    append_only = True

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="plan_baselines")
    frozen_at = models.DateTimeField(default=timezone.now)
    frozen_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reason = models.TextField(_("reason"))
    #: counted within the project, from 1; approved change requests make further ones, the newest is in force
    version = models.PositiveIntegerField(default=1)
    #: SHA-256 over `content`, hexadecimal: what a signature stands for; "" for plans frozen by earlier releases
    content_hash = models.CharField(max_length=64, blank=True)
    #: [{"line": id, "name", "kind", "currency", "fx_rate", "flows": {"2025-01": "1000.00"}}]
    content = models.JSONField()

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["-frozen_at", "-id"]

    def __str__(self) -> str:
        return f"{self.project} {self.frozen_at:%Y-%m-%d}"
