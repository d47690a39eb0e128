"""How likely a project pays back as planned. Written by `assessments.services.outlooks` only."""

from typing import Any, ClassVar

from django.db import models

from organizations.tenancy.models import OrganizationModel, scoped
from projects.models import Project


class ProjectOutlook(OrganizationModel):
    """The simulation of one project as of one day; days on which nothing had changed have none."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="outlooks")
    as_of = models.DateField()
    known_at = models.DateTimeField()
    method_version = models.CharField(max_length=20)
    #: over the amounts and terms it was made of
    inputs_hash = models.BinaryField(max_length=16)
    #: last day of planned payback; null: the plan does not pay back, so it is the end of the plan
    pays_back_by = models.DateField(null=True)
    probability = models.FloatField()
    standard_error = models.FloatField()
    #: in the reporting currency
    npv_p10 = models.FloatField()
    npv_p50 = models.FloatField()
    npv_p90 = models.FloatField()
    #: everything it was drawn from: "realisation" {"mean", "sd", "n"}, "prior", "delay", "noise", "by", "known",
    #: "rate", "draws", "seed", "costs", "benefits"
    inputs = models.JSONField(default=dict)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["-as_of"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "project", "as_of"], name="assessments_outlook_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.as_of}: {self.probability:.2f}"
