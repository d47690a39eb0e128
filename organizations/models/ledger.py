"""Sign-offs as a chain of hashes: who changes an entry, or a row it stands for, is found."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.querysets import LedgerEntryQuerySet
from organizations.tenancy.models import OrganizationModel, scoped


class LedgerEntry(OrganizationModel):
    """One sign-off. `hash` is over this entry and the hash before it; `seals` over the rows it stands for."""

    append_only = True
    undeletable = True

    class Kind(models.TextChoices):
        CHARTER = "charter", _("Charter signed")
        GATE = "gate", _("Stage gate decided")
        PLAN = "plan", _("Plan frozen or signed")
        CHANGE = "change", _("Change of plan decided")
        CONFIRMATION = "confirmation", _("Benefit confirmed")
        OVERLAP = "overlap", _("Overlap decided")
        OPINION = "opinion", _("Audit opinion")

    #: 1, 2, 3, … without a gap within the organization
    number = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    actor = models.ForeignKey("organizations.User", on_delete=models.SET_NULL, null=True, related_name="+")
    #: name and address as they were then; what the hash is over, for accounts may go
    actor_label = models.CharField(max_length=320, blank=True)
    #: of the project it is about, "" for none
    project_code = models.CharField(max_length=40, blank=True)
    summary = models.TextField()
    #: what was signed, in words and figures
    content = models.JSONField(default=dict)
    #: [{"table", "id", "digest"}] of the signed rows
    seals = models.JSONField(default=list)
    #: SHA-256, hexadecimal; "" before the first entry
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects: ClassVar[Any] = scoped(LedgerEntryQuerySet)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="organizations_ledger_number")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"
