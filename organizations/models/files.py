"""Files that people attach: evidence of values and baselines."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from organizations.tenancy.models import OrganizationModel, scoped


class StoredFile(OrganizationModel):
    """One attached file, kept below the uploads folder in its organization's own folder; its content never changes."""

    append_only = True

    name = models.CharField(max_length=255)
    #: found out from the content, not from the name
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    #: path below the uploads folder
    stored_as = models.CharField(max_length=255)
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
