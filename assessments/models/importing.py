"""Files that brought values."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.querysets import ImportBatchQuerySet
from organizations.tenancy.models import OrganizationModel, scoped


class ImportBatch(OrganizationModel):
    """One file, with its mapping, its counts and what was refused."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        CHECKED = "checked", _("checked")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        UPLOADED = "uploaded", _("uploaded")
        UNDONE = "undone", _("undone")

    file_name = models.CharField(_("file"), max_length=255)
    file_hash = models.CharField(max_length=64)
    #: where the file waits for its import, below the uploads folder; "" when it came by command
    stored_as = models.CharField(max_length=255, blank=True)
    mapping = models.JSONField(default=dict)
    dry_run = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    #: the report: rows, kpis, projects, new, changed, same, with_target, met, rejected
    report = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    #: what it made, so that undo can remove it: {"projects": [id], "kpis": [id], "targets": {kpi: {day: former}}, …}
    made = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects: ClassVar[Any] = scoped(ImportBatchQuerySet)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.file_name
