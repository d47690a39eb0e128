"""The success definition of a project, signed by business and IT."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.tenancy.models import OrganizationModel, scoped
from projects.models import Project


class Charter(OrganizationModel):
    """One version of a project's charter. What was handed out for signature never changes."""

    unsealed = ("status", "signed_at", "outdated_at")

    class Status(models.TextChoices):
        OPEN = "open", _("waits for signatures")
        SIGNED = "signed", _("signed")
        RETURNED = "returned", _("sent back")
        REPLACED = "replaced", _("replaced")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="charters")
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    #: the definition as it was handed out: project, KPIs with baselines, targets, weights and owners
    content = models.JSONField()
    #: SHA-256 over `content`, hexadecimal: what a signature stands for
    content_hash = models.CharField(max_length=64)
    reason = models.TextField(_("why there is a new version"), blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True)
    #: since when the definition differs from what was signed; null while it is the same
    outdated_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "project", "version"], name="kpis_charter_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project.code} v{self.version}"


class CharterSignature(OrganizationModel):
    """One person's answer to one version: signed, or sent back with a reason."""

    append_only = True

    class Side(models.TextChoices):
        BUSINESS = "business", _("Business owner")
        IT = "it", _("IT owner")

    class Answer(models.TextChoices):
        SIGNED = "signed", _("signed")
        RETURNED = "returned", _("sent back")

    charter = models.ForeignKey(Charter, on_delete=models.CASCADE, related_name="signatures")
    side = models.CharField(max_length=8, choices=Side.choices)
    answer = models.CharField(max_length=8, choices=Answer.choices)
    reason = models.TextField(_("reason"), blank=True)
    #: of the charter that was on the person's screen
    content_hash = models.CharField(max_length=64)
    answered_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    #: as it was then: the paper keeps the name when the account is gone
    answered_name = models.CharField(max_length=200)
    answered_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["answered_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "charter", "side"],
                name="kpis_signature_once",
                violation_error_message=_("This side has answered already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.answer}"
