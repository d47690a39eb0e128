"""Keys for programs."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.querysets import ApiTokenQuerySet
from organizations.tenancy.models import OrganizationModel, scoped


class ApiToken(OrganizationModel):
    """A program's key to one organization, acting for the member who made it. Only its hash is kept."""

    class Access(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Read and write measurements")

    name = models.CharField(_("name"), max_length=80)
    access = models.CharField(_("access"), max_length=5, choices=Access.choices, default=Access.READ)
    membership = models.ForeignKey(
        "organizations.Membership", on_delete=models.CASCADE, related_name="tokens"
    )
    #: the first characters, by which a person recognises it in the list
    prefix = models.CharField(max_length=12, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = scoped(ApiTokenQuerySet)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "secret_hash"], name="organizations_token_hash")
        ]

    def __str__(self) -> str:
        return self.name
