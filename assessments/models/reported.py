"""What was said: kept for the day on which another method says it otherwise."""

from typing import Any, ClassVar

from django.db import models

from organizations.tenancy.models import OrganizationModel, scoped


class ReportedFigures(OrganizationModel):
    """The figures of all projects as they stood after a night.

    By the same method every figure of the past is computed anew (`assessments.services.recompute.reproduce`);
    the code of an earlier method is gone, and only this row knows what it said.
    """

    append_only = True

    as_of = models.DateField()
    known_at = models.DateTimeField()
    method_version = models.CharField(max_length=20)
    #: {project id: {"benefits_actual", "npv_outlook", "roi_outlook", "payback_outlook", "value_index"}}
    figures = models.JSONField()

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["-known_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "as_of", "method_version"], name="assessments_reportedfigures_once"
            )
        ]
        indexes = [models.Index(fields=["organization", "-known_at"], name="assessments_reported_newest")]

    def __str__(self) -> str:
        return f"{self.as_of} {self.method_version}"
