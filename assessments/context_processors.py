"""What the frame of every page says about values."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from assessments.due import due_count
from assessments.verification import waiting_count
from organizations.models import Membership
from organizations.permissions import Right, allows


def due(request: HttpRequest) -> dict[str, Any]:
    """`due_count` and `waiting_count`: how many values wait for this member, to be entered and to be verified;
    asked for only where a page shows them."""
    membership = getattr(request, "membership", None)
    if membership is None:
        return {}
    counts = {}
    if allows(membership, Right.ENTER):
        counts["due_count"] = SimpleLazyObject(lambda: _due(membership))
    if allows(membership, Right.VERIFY):
        counts["waiting_count"] = SimpleLazyObject(lambda: _waiting(membership))
    return counts


def _due(membership: Membership) -> int:
    today = membership.organization.today()
    return _counted(membership, f"due:{today}:{membership.pk}", lambda: due_count(membership, today))


def _waiting(membership: Membership) -> int:
    return _counted(membership, "waiting", lambda: waiting_count(membership.organization))


def _counted(membership: Membership, what: str, count: Callable[[], int]) -> int:
    organization = membership.organization
    # New values move the generation as soon as their results stand, so the count follows within seconds.
    key = f"{organization.pk}:{organization.generation}:{what}"
    found: int | None = cache.get(key) if settings.PAGE_CACHE_SECONDS else None
    if found is None:
        found = count()
        cache.set(key, found, settings.PAGE_CACHE_SECONDS)
    return found
