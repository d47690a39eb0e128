"""Which projects wait for their figures."""

from django.db import models
from django.utils import timezone

from organizations.tenancy.models import OrganizationModel
from projects.models.project import Project


class PendingValuation(OrganizationModel):
    """A project whose inputs changed since its results were computed.

    Written in the transaction of the change and deleted in the transaction of the results, so that a task the
    broker lost is found by the sweep.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    #: whether money may have changed as well, or KPIs and their values alone
    money = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "project"], name="projects_pending_once")
        ]

    def __str__(self) -> str:
        return str(self.project)
