"""What is kept about changes: who did what (`AuditEvent`), and every version of a definition (`RowVersion`)."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.querysets import AuditEventQuerySet
from organizations.tenancy.constraints import OrganizationPolicy
from organizations.tenancy.models import OrganizationModel, scoped


class AuditEvent(OrganizationModel):
    """One change, written by the service that made it, in the same transaction. Never updated."""

    append_only = True

    at = models.DateTimeField(default=timezone.now, editable=False)
    actor = models.ForeignKey("organizations.User", on_delete=models.SET_NULL, null=True, related_name="+")
    #: verb and noun in the past, such as `kpi.updated`
    action = models.CharField(max_length=60)
    target_type = models.CharField(max_length=40)
    target_id = models.BigIntegerField(null=True)
    target_label = models.CharField(max_length=200)
    #: field → value; only what changed
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)

    objects: ClassVar[Any] = scoped(AuditEventQuerySet)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["organization", "-at"], name="organizations_audit_at"),
            models.Index(
                fields=["organization", "target_type", "target_id"], name="organizations_audit_target"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_label}"


class RowVersion(models.Model):
    """A version of a row of a table with `RowHistory`, written by its trigger only.

    The version was in force from `recorded_at` to `superseded_at` (exclusive), while that is null: now.
    """

    #: the application's role is refused INSERT and UPDATE
    written_by_trigger = True

    organization_id = models.BigIntegerField()
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    data = models.JSONField()

    class Meta:
        verbose_name = _("row version")
        constraints = [
            OrganizationPolicy(name="organizations_rowversion_policy"),
            models.UniqueConstraint(
                fields=["organization_id", "table_name", "row_id"],
                condition=models.Q(superseded_at__isnull=True),
                name="organizations_rowversion_current",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization_id", "table_name", "recorded_at"], name="organizations_rowversion_at"
            )
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id}"
