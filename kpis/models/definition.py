"""KPI definitions, their targets over time and their baselines."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kpis.querysets import KpiQuerySet, TargetQuerySet
from organizations.tenancy.models import OrganizationModel, scoped
from projects.models.project import CODE
from projects.periods import Frequency


class Kpi(OrganizationModel):
    """One measure of one project. Values are entered in `unit`."""

    keeps_history = True

    class Tier(models.TextChoices):
        FUNCTIONAL = "functional", _("Functional")
        OPERATIONAL = "operational", _("Operational")
        STRATEGIC = "strategic", _("Strategic")

    class Dimension(models.TextChoices):
        FINANCIAL = "financial", _("Financial")
        EFFICIENCY = "efficiency", _("Operational efficiency")
        CAPABILITY = "capability", _("Organisational capability")
        INNOVATION = "innovation", _("Business innovation")

    class Direction(models.TextChoices):
        HIGHER = "higher", _("Higher is better")
        LOWER = "lower", _("Lower is better")
        RANGE = "range", _("Within a range")
        MAINTAIN = "maintain", _("Maintain")

    class Source(models.TextChoices):
        MANUAL = "manual", _("Entered by hand")
        IMPORT = "import", _("Imported")
        API = "api", _("By API")
        FORMULA = "formula", _("Formula")
        SURVEY = "survey", _("Survey")
        USAGE = "usage", _("Usage")
        AVAILABILITY = "availability", _("Availability")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="kpis"
    )
    code = models.CharField(
        _("code"),
        max_length=60,
        validators=[CODE],
        help_text=_("Short and lasting; part of the page's address."),
    )
    name = models.CharField(_("name"), max_length=200)
    definition = models.TextField(
        _("definition"),
        blank=True,
        help_text=_("What is counted, from which source, and how it is computed."),
    )
    tier = models.CharField(_("tier"), max_length=11, choices=Tier.choices)
    dimension = models.CharField(
        _("value dimension"), max_length=10, choices=Dimension.choices, default=Dimension.EFFICIENCY
    )
    direction = models.CharField(
        _("direction"), max_length=8, choices=Direction.choices, default=Direction.HIGHER
    )
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimal places"), default=1)
    baseline_value = models.FloatField(_("baseline"), null=True, blank=True)
    baseline_start = models.DateField(_("baseline from"), null=True, blank=True)
    baseline_end = models.DateField(
        _("baseline until"), null=True, blank=True, help_text=_("The first day that no longer belongs to it.")
    )
    range_low = models.FloatField(_("lower end of the range"), null=True, blank=True)
    range_high = models.FloatField(_("upper end of the range"), null=True, blank=True)
    tolerance = models.FloatField(
        _("tolerance"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("How far from the target counts as 0; 5 per cent of the target where left empty."),
    )
    minimum = models.FloatField(
        _("lowest plausible value"),
        null=True,
        blank=True,
        help_text=_("A value below it is taken only with a word of explanation."),
    )
    maximum = models.FloatField(
        _("highest plausible value"),
        null=True,
        blank=True,
        help_text=_("A value above it is taken only with a word of explanation."),
    )
    weight = models.FloatField(_("weight in its tier"), default=1, validators=[MinValueValidator(0)])
    frequency = models.CharField(
        _("frequency"), max_length=7, choices=Frequency.choices, default=Frequency.MONTH
    )
    source = models.CharField(
        _("source of values"), max_length=12, choices=Source.choices, default=Source.MANUAL
    )
    expected_start = models.DateField(
        _("effect expected from"),
        null=True,
        blank=True,
        help_text=_("Before this day the KPI is not due, never red."),
    )
    business_owner = models.ForeignKey(
        "organizations.User",
        verbose_name=_("business owner"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    it_owner = models.ForeignKey(
        "organizations.User",
        verbose_name=_("IT owner"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    data_owner = models.ForeignKey(
        "organizations.User",
        verbose_name=_("enters the values"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    #: code of the library's template it was made from, or ""
    template = models.CharField(max_length=60, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    #: first period of `plan_path`
    plan_start = models.DateField(null=True, editable=False)
    #: the target series drawn out: the planned value of each period from `plan_start`, linear between points.
    #: Kept by `kpis.services.draw_plan_path`, so that scoring reads one row per KPI.
    plan_path = ArrayField(models.FloatField(), null=True, editable=False)

    objects: ClassVar[Any] = scoped(KpiQuerySet)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "code"],
                name="kpis_kpi_code",
                violation_error_message=_("Another KPI has this code. Choose a different one."),
            ),
            models.CheckConstraint(
                condition=~models.Q(direction="range")
                | models.Q(
                    range_low__isnull=False, range_high__isnull=False, range_low__lte=models.F("range_high")
                ),
                name="kpis_kpi_range",
                violation_error_message=_(
                    "A range needs a lower and an upper end, the lower not above the upper."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(baseline_start__isnull=True)
                | models.Q(baseline_end__isnull=True)
                | models.Q(baseline_end__gt=models.F("baseline_start")),
                name="kpis_kpi_baseline_period",
                violation_error_message=_("The baseline must end after it begins."),
            ),
            models.CheckConstraint(
                condition=models.Q(weight__gte=0),
                name="kpis_kpi_weight",
                violation_error_message=_("A weight is not negative."),
            ),
            models.CheckConstraint(
                condition=models.Q(minimum__isnull=True)
                | models.Q(maximum__isnull=True)
                | models.Q(minimum__lte=models.F("maximum")),
                name="kpis_kpi_plausible",
                violation_error_message=_("The lowest plausible value lies above the highest. Swap them."),
            ),
        ]
        indexes = [models.Index(fields=["organization", "data_owner"], name="kpis_kpi_data_owner")]

    def __str__(self) -> str:
        return self.name


class Target(OrganizationModel):
    """The planned value at the end of one period; between points the plan is a straight line."""

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="targets")
    #: first day of the period
    period = models.DateField(_("period"))
    value = models.FloatField(_("target"))

    objects: ClassVar[Any] = scoped(TargetQuerySet)

    class Meta:
        ordering = ["period"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "kpi", "period"], name="kpis_target_period")
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.value}"


class Baseline(OrganizationModel):
    """A baseline as it was set; the newest of a KPI is in force and copied to `Kpi.baseline_*`. None is ever changed."""

    append_only = True

    class Method(models.TextChoices):
        TYPED = "typed", _("Typed")
        COMPUTED = "computed", _("Computed from values")

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="baselines")
    value = models.FloatField(_("baseline"))
    #: half-open
    start = models.DateField(_("baseline from"), null=True)
    end = models.DateField(_("baseline until"), null=True)
    method = models.CharField(max_length=8, choices=Method.choices)
    #: values it was computed from, their standard deviation, and whether they cover a whole year
    points = models.PositiveIntegerField(default=0)
    spread = models.FloatField(null=True)
    season_covered = models.BooleanField(default=False)
    reason = models.TextField(_("reason"), blank=True)
    evidence = models.ForeignKey(
        "organizations.StoredFile", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    set_at = models.DateTimeField(default=timezone.now)
    set_by = models.ForeignKey("organizations.User", on_delete=models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["-set_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kpi_id}: {self.value}"
