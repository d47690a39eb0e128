"""Deploy mistakes, found before they cost something."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection


@register(Tags.security, deploy=True)
def mode_is_production(**_: Any) -> list[CheckMessage]:
    """Local mode shows mails and demo log-ins."""
    if settings.LOCAL:
        return [
            Error("VALUETRACK_MODE is local.", hint="Set VALUETRACK_MODE=production.", id="valuetrack.E001"),
        ]
    return []


@register(deploy=True)
def mail_can_leave(**_: Any) -> list[CheckMessage]:
    """Without EMAIL_URL no digest and no invitation reaches anybody."""
    if (
        not settings.LOCAL
        and not getattr(settings, "EMAIL_HOST_USER", "")
        and settings.EMAIL_HOST == "localhost"
    ):
        return [
            Warning(
                "EMAIL_URL is not set.",
                hint="Set EMAIL_URL=submission://user:password@host:587.",
                id="valuetrack.W001",
            )
        ]
    return []


@register(deploy=True)
def links_point_to_us(**_: Any) -> list[CheckMessage]:
    """Links in mails begin with PUBLIC_URL."""
    if not settings.LOCAL and not settings.PUBLIC_URL.startswith("https://"):
        return [
            Error(
                "PUBLIC_URL is not an https:// address.",
                hint="Set PUBLIC_URL=https://…",
                id="valuetrack.E002",
            )
        ]
    return []


@register(Tags.database)
def role_cannot_bypass_policies(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Row-level security must hold for the role that requests and workers use."""
    if not databases:
        return []
    reason = role_problem()
    return [Error(reason, hint="See docs/operations.md, “Roles”.", id="valuetrack.E003")] if reason else []


def role_problem() -> str:
    """Why the connected role must not serve requests, or ""."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls,"
            " EXISTS (SELECT FROM pg_tables WHERE tablename = 'organizations_membership' AND tableowner = current_user)"
            " FROM pg_roles WHERE rolname = current_user"
        )
        name, superuser, bypass, owner = cursor.fetchone()
    if superuser or bypass:
        return f"The database role {name!r} bypasses row-level security."
    return f"The database role {name!r} owns the tables." if owner else ""
