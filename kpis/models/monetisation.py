"""What an improvement is worth: improvement × volume × money per unit × capture × attribution × adoption ramp."""

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kpis.models.definition import Kpi
from kpis.querysets import DriverQuerySet, MonetisationQuerySet
from organizations.tenancy.models import OrganizationModel, scoped
from projects.models import MoneyLine

SHARE = [MinValueValidator(0), MaxValueValidator(1)]


class Driver(OrganizationModel):
    """An assumption of the whole organization, such as a wage rate or an order volume. Its values are dated."""

    keeps_history = True

    code = models.CharField(
        _("code"),
        max_length=40,
        validators=[
            RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_-]*$", _("Use letters, digits, hyphens and underscores."))
        ],
    )
    name = models.CharField(_("name"), max_length=120)
    unit = models.CharField(_("unit"), max_length=40)
    description = models.TextField(_("what it means"), blank=True)
    owner = models.ForeignKey(
        "organizations.User",
        verbose_name=_("owner"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    archived_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = scoped(DriverQuerySet)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "code"],
                name="kpis_driver_code",
                violation_error_message=_("Another driver has this code. Choose a different one."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class DriverValue(OrganizationModel):
    """A driver's value from one day on, with where it comes from. A correction is a new row for the same day."""

    append_only = True

    driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="values")
    valid_from = models.DateField(_("valid from"))
    value = models.FloatField(_("value"))
    source = models.CharField(_("source"), max_length=200)
    recorded_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["-valid_from", "-id"]
        indexes = [
            models.Index(
                fields=["organization", "driver", "-valid_from", "-id"], name="kpis_drivervalue_newest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.driver_id} {self.valid_from} {self.value:g}"


class Monetisation(OrganizationModel):
    """How one benefit line follows from one KPI. Of each pair of number and driver (or KPI) one is given."""

    keeps_history = True

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="monetisations")
    line = models.OneToOneField(
        MoneyLine, on_delete=models.CASCADE, related_name="monetisation", db_index=False
    )
    #: money per unit of improvement, in the line's currency
    money_value = models.FloatField(_("money per unit"), null=True, blank=True)
    money_driver = models.ForeignKey(
        Driver, verbose_name=_("driver"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: how many units a month the improvement applies to
    volume_value = models.FloatField(_("volume a month"), null=True, blank=True)
    volume_driver = models.ForeignKey(
        Driver, verbose_name=_("driver"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    volume_kpi = models.ForeignKey(
        Kpi, verbose_name=_("KPI"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: for an improvement in per cent: divide by 100
    unit_factor = models.FloatField(_("factor of the unit"), default=1)
    capture_rate = models.FloatField(_("capture rate"), default=1, validators=SHARE)
    attribution = models.FloatField(_("attribution share"), default=1, validators=SHARE)
    #: months from go-live in which the effect grows in a straight line to the whole; 0: at once
    ramp_months = models.PositiveSmallIntegerField(_("adoption ramp in months"), default=0)
    #: null: from go-live
    starts_on = models.DateField(_("from"), null=True, blank=True)
    #: null: without end; the month it lies in still counts
    ends_on = models.DateField(_("until"), null=True, blank=True)
    note = models.TextField(_("basis"), blank=True)

    objects: ClassVar[Any] = scoped(MonetisationQuerySet)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(money_value__isnull=False, money_driver__isnull=True)
                | models.Q(money_value__isnull=True, money_driver__isnull=False),
                name="kpis_monetisation_money",
                violation_error_message=_("Give the money per unit as a number or as a driver, not both."),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    volume_value__isnull=False, volume_driver__isnull=True, volume_kpi__isnull=True
                )
                | models.Q(volume_value__isnull=True, volume_driver__isnull=False, volume_kpi__isnull=True)
                | models.Q(volume_value__isnull=True, volume_driver__isnull=True, volume_kpi__isnull=False),
                name="kpis_monetisation_volume",
                violation_error_message=_(
                    "Give the volume as a number, as a driver or as a KPI: one of them."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} → {self.line_id}"
