"""The truth about jobs: the broker only pokes."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.querysets import JobRunQuerySet
from organizations.tenancy.models import OrganizationModel, scoped


class JobRun(OrganizationModel):
    """One piece of periodic work of one organization: claimed once, retaken when its worker died.

    A claim holds until `lease_until`; the worker's heartbeat moves that on. Work after the lease belongs to
    whoever claims it next, and `token` tells the former worker that it has lost it.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=40)
    #: what makes the work unique within its kind, such as the local date of a night
    period = models.CharField(max_length=40)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    outcome = models.JSONField(default=dict)

    objects: ClassVar[Any] = scoped(JobRunQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "period"], name="organizations_jobrun_period"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period}"
