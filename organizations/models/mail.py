"""The outbox: a mail is a row first and leaves once."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from organizations.querysets import OutboundMailQuerySet
from organizations.tenancy.models import OrganizationModel, scoped


class OutboundMail(OrganizationModel):
    """One mail to one reader. `key` makes it unique, so that writing it twice sends it once.

    It is claimed (`claimed_until`) before the server is asked and marked sent after the server's answer.
    """

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    address = models.EmailField()
    reader = models.ForeignKey("organizations.User", on_delete=models.SET_NULL, null=True, related_name="+")
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    queued_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    objects: ClassVar[Any] = scoped(OutboundMailQuerySet)

    class Meta:
        ordering = ["-queued_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="organizations_mail_key")]

    def __str__(self) -> str:
        return self.subject
