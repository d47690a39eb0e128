"""What makes values trustworthy: closed periods, what people say about a value, and its evidence."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.querysets import PeriodLockQuerySet
from kpis.models import Kpi
from organizations.tenancy.models import OrganizationModel, scoped
from projects.models import Project


class PeriodLock(OrganizationModel):
    """A closed month of a project: values of periods that end in it change no more until it is reopened."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="period_locks")
    #: first day of the month
    month = models.DateField(_("month"))
    locked_at = models.DateTimeField(default=timezone.now)
    locked_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reason = models.TextField(_("reason"), blank=True)
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reopen_reason = models.TextField(_("reason for reopening"), blank=True)

    objects: ClassVar[Any] = scoped(PeriodLockQuerySet)

    class Meta:
        ordering = ["-month", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "project", "month"],
                condition=models.Q(reopened_at__isnull=True),
                name="assessments_lock_once",
                violation_error_message=_("This month is locked already."),
            ),
            models.CheckConstraint(condition=models.Q(month__day=1), name="assessments_lock_month"),
            models.CheckConstraint(
                condition=models.Q(reopened_at__isnull=True) | ~models.Q(reopen_reason=""),
                name="assessments_lock_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.month}"


class Comment(OrganizationModel):
    """What somebody says about the value of a KPI in a period."""

    append_only = True

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="comments")
    period = models.DateField()
    text = models.TextField(_("comment"), max_length=2000)
    written_at = models.DateTimeField(default=timezone.now)
    written_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["written_at", "id"]
        indexes = [models.Index(fields=["organization", "kpi", "period"], name="assessments_comment_cell")]

    def __str__(self) -> str:
        return self.text[:40]


class CommentMention(OrganizationModel):
    """A person whom a comment names."""

    append_only = True

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey("organizations.User", on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "comment", "user"], name="assessments_mention_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.comment_id} @{self.user_id}"


class Evidence(OrganizationModel):
    """A file that supports the value of a KPI in a period. Removed evidence stays on record."""

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="evidence")
    period = models.DateField()
    file = models.ForeignKey("organizations.StoredFile", on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("what it shows"), max_length=200, blank=True)
    attached_at = models.DateTimeField(default=timezone.now)
    attached_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["attached_at", "id"]
        indexes = [models.Index(fields=["organization", "kpi", "period"], name="assessments_evidence_cell")]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.period}"


class WithdrawnMeasurement(OrganizationModel):
    """A version that an undone import had brought: gone from the values, kept so that what was known then can be
    reproduced. No foreign keys: its KPI may be gone as well."""

    append_only = True

    measurement_id = models.BigIntegerField()
    kpi_number = models.BigIntegerField()
    period = models.DateField()
    version = models.PositiveIntegerField()
    value = models.FloatField(null=True)
    status = models.CharField(max_length=9)
    recorded_at = models.DateTimeField()
    recorded_by_number = models.BigIntegerField(null=True)
    source = models.CharField(max_length=12)
    note = models.TextField(blank=True)
    batch_id = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField()

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "kpi_number", "-period"], name="assessments_withdrawn_kpi")
        ]

    def __str__(self) -> str:
        return f"{self.kpi_number} {self.period} v{self.version}"
