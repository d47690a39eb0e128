"""An explanation kept until results change; large organizations have theirs made in the background."""

import datetime
from typing import cast

from django.conf import settings
from django.core.cache import cache

from assessments.changes.explaining import Explanation, explain
from assessments.changes.points import Point, Span
from organizations.models import Organization
from organizations.queue import send
from projects.models import Project

#: projects whose explanation is made while the reader waits
AT_ONCE = 60
TASK = "assessments.tasks.changes.explain_span"
#: after so many seconds work in the background counts as lost
_PATIENCE = 120
_KEPT = 3600


def answer(organization: Organization, span: Span) -> Explanation | None:
    """The explanation; None while it is made in the background. Inside the organization's scope."""
    key = _key(organization, span)
    if found := cache.get(key):
        return cast(Explanation, found)
    if Project.objects.filter(archived_at__isnull=True).count() <= AT_ONCE:
        made = explain(organization, span)
        if settings.PAGE_CACHE_SECONDS:
            cache.set(key, made, _KEPT)
        return made
    if cache.add(f"{key}:wanted", True, _PATIENCE):
        send(TASK, organization.pk, key, *_words(span.start), *_words(span.end))
    return None


def answer_later(
    organization: Organization, key: str, as_of: str, known_at: str, later_as_of: str, later_known_at: str
) -> None:
    """In the background: make the explanation that was asked for under `key`."""
    if cache.get(key) is None:
        span = Span(_point(as_of, known_at), _point(later_as_of, later_known_at))
        cache.set(key, explain(organization, span), _KEPT)


def _key(organization: Organization, span: Span) -> str:
    """What is known now changes with the organization's results; what was known then does not."""
    end = f"{organization.generation}:{organization.today()}" if span.open_end else "|".join(_words(span.end))
    return f"changes:{settings.RELEASE}:{organization.pk}:{'|'.join(_words(span.start))}:{end}".replace(
        " ", ""
    )


def _words(point: Point) -> tuple[str, str]:
    return point.as_of.isoformat(), point.known_at.isoformat()


def _point(as_of: str, known_at: str) -> Point:
    return Point(datetime.date.fromisoformat(as_of), datetime.datetime.fromisoformat(known_at))
