"""Who belongs to an organization, where and with which role."""

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.querysets import DepartmentQuerySet, InvitationQuerySet, MembershipQuerySet
from organizations.tenancy.models import OrganizationModel, scoped


class Role(models.TextChoices):
    """What a member may do; the table of rights is in `organizations.permissions`."""

    ADMIN = "admin", _("Administrator")
    PMO = "pmo", _("PMO")
    CONTRIBUTOR = "contributor", _("Contributor")
    FINANCE = "finance", _("Finance")
    EXECUTIVE = "executive", _("Executive")
    AUDITOR = "auditor", _("Auditor")
    VIEWER = "viewer", _("Viewer")


class Department(OrganizationModel):
    """A node of the tree of departments."""

    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    lead = models.ForeignKey(
        "organizations.User",
        verbose_name=_("lead"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Hears about values that stay missing after every reminder."),
    )

    objects: ClassVar[Any] = scoped(DepartmentQuerySet)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="organizations_department_name",
                violation_error_message=_("A department of this name exists already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(OrganizationModel):
    """A person in an organization."""

    policy_owner = "user_id"

    user = models.ForeignKey("organizations.User", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    department = models.ForeignKey(
        Department,
        verbose_name=_("department"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="members",
    )
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = scoped(MembershipQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"],
                name="organizations_membership_user",
                violation_error_message=_("This person is a member already."),
            )
        ]
        indexes = [models.Index(fields=["user"], name="organizations_membership_of")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class Invitation(OrganizationModel):
    """A mail link by which a person joins with a role. Only the hash of its secret is kept."""

    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.CONTRIBUTOR)
    department = models.ForeignKey(
        Department,
        verbose_name=_("department"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    secret_hash = models.CharField(max_length=64, editable=False)
    invited_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = scoped(InvitationQuerySet)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="organizations_invitation_open",
                violation_error_message=_("This address has an open invitation already."),
            )
        ]

    def __str__(self) -> str:
        return self.email
