"""Reads of the ground floor."""

import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from organizations.models import (
        ApiToken,
        AuditEvent,
        Department,
        Invitation,
        JobRun,
        LedgerEntry,
        Membership,
        OutboundMail,
        User,
    )

#: a mail that the server refused so often is given up
MAIL_ATTEMPTS = 8


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Members of the organization in scope; in `user_scope` a person's own memberships."""

    def of_user(self, user: "User") -> Self:
        return self.filter(user=user).select_related("organization").order_by("organization__name")

    def listed(self) -> Self:
        """Everything the members page shows, by name."""
        return self.select_related("user", "department").order_by("user__name", "user__email")


class DepartmentQuerySet(models.QuerySet["Department"]):
    """Departments of the organization in scope."""

    def listed(self) -> Self:
        return (
            self.select_related("parent", "lead")
            .annotate(member_count=models.Count("members"))
            .order_by("name")
        )

    def as_tree(self) -> "list[tuple[Department, int]]":
        """Departments with their depth, each after the one it is part of."""
        below: dict[int | None, list[Department]] = {}
        for department in self:
            below.setdefault(department.parent_id, []).append(department)
        rows: list[tuple[Department, int]] = []
        waiting = [(department, 0) for department in reversed(below.get(None, []))]
        while waiting:
            department, depth = waiting.pop()
            rows.append((department, depth))
            waiting.extend((child, depth + 1) for child in reversed(below.get(department.pk, [])))
        return rows


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations of the organization in scope."""

    def open(self, now: datetime.datetime | None = None) -> Self:
        """Not accepted, not revoked, not expired."""
        return self.filter(
            accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now or timezone.now()
        )

    def listed(self) -> Self:
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True).select_related("invited_by")


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Keys of the organization in scope."""

    def usable(self, now: datetime.datetime | None = None) -> Self:
        moment = now or timezone.now()
        return self.filter(
            models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=moment), revoked_at__isnull=True
        )

    def listed(self) -> Self:
        return self.filter(revoked_at__isnull=True).select_related("membership__user")


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """The audit trail of the organization in scope, newest first."""

    def about(self, target_type: str, target_ids: Any) -> Self:
        """Events of one kind of object; `target_ids` is one id or a collection of ids."""
        ids = [target_ids] if isinstance(target_ids, int) else target_ids
        return self.filter(target_type=target_type, target_id__in=ids).select_related("actor")

    def listed(self) -> Self:
        return self.select_related("actor")

    def chosen(self, *, person: "User | None" = None, kind: str = "") -> Self:
        """Events of one person, and of actions that begin with `kind`."""
        events = self.filter(actor=person) if person else self
        return events.filter(action__startswith=f"{kind}.") if kind else events


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    """The sign-offs of the organization in scope, newest first."""

    def chosen(self, *, kind: str = "", project: str = "") -> Self:
        """Entries of one kind, of the project with this code."""
        entries = self.filter(kind=kind) if kind else self
        return entries.filter(project_code=project) if project else entries

    def project_codes(self) -> list[str]:
        """Codes of the projects that entries are about."""
        codes = self.exclude(project_code="").order_by("project_code")
        return list(codes.values_list("project_code", flat=True).distinct())


class JobRunQuerySet(models.QuerySet["JobRun"]):
    """Jobs of the organization in scope."""

    def claimable(self, now: datetime.datetime) -> Self:
        """Waiting or failed, or running on a lease that has ended: its worker is dead."""
        return self.exclude(status="done").exclude(status="running", lease_until__gt=now)


class OutboundMailQuerySet(models.QuerySet["OutboundMail"]):
    """The outbox of the organization in scope."""

    def unsent(self, now: datetime.datetime) -> Self:
        """Not sent and claimed by nobody who is still alive; given up after so many attempts."""
        return self.filter(sent_at__isnull=True, attempts__lt=MAIL_ATTEMPTS).exclude(claimed_until__gt=now)
