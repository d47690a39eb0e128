"""The value of a KPI in a period, in versions that are never updated."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.querysets import MeasurementQuerySet
from kpis.models import Kpi
from organizations.tenancy.models import OrganizationModel, scoped


class Measurement(OrganizationModel):
    """One version of one value. A correction, a verification and a return are new versions.

    `value` null with a note is an answer too: "not available because …". `recorded_at` is the database's clock
    at the moment of writing, so that a figure can be recomputed as it was known at any time.
    """

    append_only = True

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        VERIFIED = "verified", _("verified")
        RETURNED = "returned", _("returned")

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="measurements")
    #: first day of the period
    period = models.DateField()
    version = models.PositiveIntegerField(default=1)
    value = models.FloatField(null=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.SUBMITTED)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    source = models.CharField(max_length=12, choices=Kpi.Source.choices, default=Kpi.Source.MANUAL)
    note = models.TextField(blank=True)
    #: the import that brought it; no foreign key, so that bulk loads check one reference per row and not two
    batch_id = models.BigIntegerField(null=True)

    objects: ClassVar[Any] = scoped(MeasurementQuerySet)

    class Meta:
        constraints = [
            # Also the covering index by which the newest value of a KPI is one probe.
            models.UniqueConstraint(
                fields=["organization", "kpi", "period", "version"],
                include=["value", "status", "recorded_at"],
                name="assessments_measurement_version",
            ),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="assessments_measurement_first"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False) | ~models.Q(note=""),
                name="assessments_measurement_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} v{self.version}"
