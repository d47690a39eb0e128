"""What the frame of every page says about values."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from assessments.due import due_count
from organizations.permissions import Right, allows


def due(request: HttpRequest) -> dict[str, Any]:
    """`due_count`: how many values wait for this member; asked for only where a page shows it."""
    membership = getattr(request, "membership", None)
    if membership is None or not allows(membership, Right.ENTER):
        return {}
    return {"due_count": SimpleLazyObject(lambda: _count(membership))}


def _count(membership: Any) -> int:
    organization = membership.organization
    today = organization.today()
    # New values move the generation as soon as their results stand, so the count follows within seconds.
    key = f"due:{organization.pk}:{organization.generation}:{today}:{membership.pk}"
    found: int | None = cache.get(key) if settings.PAGE_CACHE_SECONDS else None
    if found is None:
        found = due_count(membership, today)
        cache.set(key, found, settings.PAGE_CACHE_SECONDS)
    return found
