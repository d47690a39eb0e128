"""Rates that plans are made with."""

from typing import Any, ClassVar

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.tenancy.models import OrganizationModel, scoped


class FxRate(OrganizationModel):
    """Reporting currency per unit of a foreign one, from a day on. Never changed: a new rate is a new row."""

    append_only = True

    class Use(models.TextChoices):
        PLAN = "plan", _("plan rate")
        ACTUAL = "actual", _("actual rate")

    currency = models.CharField(
        _("currency"),
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Use the ISO code, such as EUR or CNY."))],
    )
    use = models.CharField(_("used for"), max_length=6, choices=Use.choices, default=Use.PLAN)
    valid_from = models.DateField(_("valid from"))
    rate = models.DecimalField(
        _("rate"), max_digits=18, decimal_places=8, validators=[MinValueValidator(0.00000001)]
    )
    source = models.CharField(_("source"), max_length=120)
    recorded_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["currency", "use", "-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="organizations_fxrate_positive")
        ]
        indexes = [
            models.Index(
                fields=["organization", "currency", "use", "-valid_from"], name="organizations_fxrate_newest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate}"
