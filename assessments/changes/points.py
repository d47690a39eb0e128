"""Points of a report: as of which day, with what was known when."""

import datetime
from dataclasses import dataclass
from typing import Self

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from organizations.errors import InvalidInputError
from organizations.models import Organization

#: without a word about the start: so long before now
DEFAULT_SPAN = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Point:
    """A report is named by the day it speaks of and the moment up to which everything is known."""

    as_of: datetime.date
    known_at: datetime.datetime

    @classmethod
    def at(cls, organization: Organization, moment: datetime.datetime) -> Self:
        """The report as it stood at `moment`."""
        return cls(organization.today(moment), moment)

    @classmethod
    def end_of(cls, organization: Organization, day: datetime.date, now: datetime.datetime) -> Self:
        """The report as it stood when `day` was over in the organization's zone; of today, as it stands at `now`."""
        midnight = datetime.datetime.combine(
            day + datetime.timedelta(days=1), datetime.time(), tzinfo=organization.tzinfo
        )
        return cls(day, min(midnight - datetime.timedelta(microseconds=1), now))


@dataclass(frozen=True, slots=True)
class Span:
    """From one report to a later one; `open_end`: the later one is that of now."""

    start: Point
    end: Point
    open_end: bool = False


def read_span(
    organization: Organization, start: str = "", end: str = "", *, now: datetime.datetime | None = None
) -> Span:
    """The span that two texts name, each a date or a moment in ISO form; empty: the end of the day a week ago, and now.

    Raises:
        InvalidInputError: `details["field"]` is "from" or "to".
    """
    moment = now or timezone.now()
    first = _read(organization, start, moment, "from") or Point.end_of(
        organization, organization.today(moment) - DEFAULT_SPAN, moment
    )
    last = _read(organization, end, moment, "to") or Point.at(organization, moment)
    if first.as_of > last.as_of or first.known_at > last.known_at:
        raise InvalidInputError(_("The first day lies after the second one."), field="from")
    return Span(first, last, open_end=last.known_at == moment)


def _read(organization: Organization, text: str, now: datetime.datetime, field: str) -> Point | None:
    if not text:
        return None
    try:
        day, moment = parse_date(text), parse_datetime(text)
        point = None
        if day is not None:
            point = Point.end_of(organization, day, now)
        elif moment is not None:
            # A moment without a zone is the organization's.
            point = Point.at(
                organization, moment if moment.tzinfo else moment.replace(tzinfo=organization.tzinfo)
            )
    except (ValueError, OverflowError):
        point = None
    if point is None:
        raise InvalidInputError(_("Enter a date such as 2026-11-22."), field=field)
    if point.as_of > organization.today(now) or point.known_at > now:
        raise InvalidInputError(_("This day is still to come."), field=field)
    return point
