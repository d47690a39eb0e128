"""The tenant and the terms by which its numbers are computed."""

import datetime
import zoneinfo

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.tenancy.constraints import RowHistory


class Organization(models.Model):
    """One company. Everything else hangs below it."""

    slug = models.SlugField(
        _("address"),
        max_length=50,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$", _("Use small letters, digits and inner hyphens.")
            )
        ],
    )
    name = models.CharField(_("name"), max_length=120)
    zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(_("language"), max_length=10, default="en")
    currency = models.CharField(
        _("reporting currency"),
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Use the ISO code, such as EUR or CNY."))],
    )
    fiscal_year_start = models.PositiveSmallIntegerField(
        _("first month of the fiscal year"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    discount_rate = models.FloatField(
        _("discount rate"), default=0.08, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    weight_functional = models.FloatField(
        _("weight of the functional tier"), default=30, validators=[MinValueValidator(0)]
    )
    weight_operational = models.FloatField(
        _("weight of the operational tier"), default=30, validators=[MinValueValidator(0)]
    )
    weight_strategic = models.FloatField(
        _("weight of the strategic tier"), default=40, validators=[MinValueValidator(0)]
    )
    score_cap = models.FloatField(
        _("cap of a KPI's score"), default=1.2, validators=[MinValueValidator(1), MaxValueValidator(2)]
    )
    night_hour = models.PositiveSmallIntegerField(
        _("hour of the nightly run"), default=2, validators=[MaxValueValidator(23)]
    )
    # Who submitted a value cannot verify it, by tier.
    four_eyes_functional = models.BooleanField(_("four eyes in the functional tier"), default=True)
    four_eyes_operational = models.BooleanField(_("four eyes in the operational tier"), default=True)
    four_eyes_strategic = models.BooleanField(_("four eyes in the strategic tier"), default=True)
    is_sample = models.BooleanField(_("sample data"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    #: counts published results: caches hang on it
    generation = models.BigIntegerField(default=0, editable=False)
    #: last local date whose nightly run is complete; the truth is `JobRun`, this spares the dispatcher a look
    last_night = models.DateField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    weight_functional__gte=0, weight_operational__gte=0, weight_strategic__gte=0
                )
                & ~models.Q(weight_functional=0, weight_operational=0, weight_strategic=0),
                name="organizations_organization_weights",
                violation_error_message=_("At least one tier needs a weight above 0."),
            ),
            RowHistory(name="organizations_organization_history"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tzinfo(self) -> zoneinfo.ZoneInfo:
        """The organization's own time zone."""
        return zoneinfo.ZoneInfo(self.zone)

    def today(self, now: datetime.datetime | None = None) -> datetime.date:
        """The date in the organization's zone."""
        return (now or timezone.now()).astimezone(self.tzinfo).date()
