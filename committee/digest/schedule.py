"""When a digest falls due, in the reader's own zone.

A digest is named by the complete period it reports: on Monday the week before, on the third working day
the month before. Only the newest slot counts: a machine that was off for a month does not send four digests.
"""

import datetime
import zoneinfo
from dataclasses import dataclass

from committee.models import Subscription
from projects import periods

HOUR = datetime.time(8)
WORKING_DAYS = 3
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Slot:
    """`at` (aware) is when the digest about the period that begins on `start` falls due."""

    start: datetime.date
    frequency: periods.Frequency
    at: datetime.datetime

    @property
    def period(self) -> str:
        """`2026-W47` or `2026-10`."""
        if self.frequency == periods.Frequency.WEEK:
            year, week, _day = self.start.isocalendar()
            return f"{year}-W{week:02}"
        return f"{self.start:%Y-%m}"


def period_label(period: str) -> str:
    """The name of a stored period in the language in force: `2026-W47` is "week 47, 2026"."""
    year, _hyphen, rest = period.partition("-")
    if rest.startswith("W"):
        return periods.label(
            datetime.date.fromisocalendar(int(year), int(rest[1:]), 1), periods.Frequency.WEEK
        )
    return periods.label(datetime.date(int(year), int(rest), 1), periods.Frequency.MONTH)


def newest_slot(frequency: str, moment: datetime.datetime, zone: zoneinfo.ZoneInfo) -> Slot | None:
    """The last slot that `moment` has reached; None when the digest is off."""
    unit = _unit(frequency)
    return newest_slot_of(unit, moment, zone) if unit else None


def newest_slot_of(unit: periods.Frequency, moment: datetime.datetime, zone: zoneinfo.ZoneInfo) -> Slot:
    """The last slot of every week or month that `moment` has reached."""
    begin = periods.start_of(moment.astimezone(zone).date(), unit)
    slot = _slot_in(begin, unit, zone)
    return slot if slot.at <= moment else _slot_in(periods.shift(begin, unit, -1), unit, zone)


def next_slot(
    frequency: str,
    moment: datetime.datetime,
    zone: zoneinfo.ZoneInfo,
    paused_until: datetime.date | None = None,
) -> Slot | None:
    """The first slot after `moment` that does not fall into the pause; None when the digest is off."""
    unit = _unit(frequency)
    if unit is None:
        return None
    day = moment.astimezone(zone).date()
    begin = periods.start_of(max(day, paused_until or day), unit)
    slots = [_slot_in(periods.shift(begin, unit, count), unit, zone) for count in range(3)]
    return next(slot for slot in slots if slot.at > moment and not falls_into_pause(slot, paused_until))


def falls_into_pause(slot: Slot, paused_until: datetime.date | None) -> bool:
    """Whether the slot's day lies before the day on which the reader wants digests again."""
    return paused_until is not None and slot.at.date() < paused_until


def _unit(frequency: str) -> periods.Frequency | None:
    return {
        Subscription.Frequency.WEEKLY.value: periods.Frequency.WEEK,
        Subscription.Frequency.MONTHLY.value: periods.Frequency.MONTH,
    }.get(str(frequency))


def _slot_in(begin: datetime.date, unit: periods.Frequency, zone: zoneinfo.ZoneInfo) -> Slot:
    """The slot inside the week or month that begins on `begin`."""
    day = begin if unit == periods.Frequency.WEEK else _third_working_day(begin)
    at = datetime.datetime.combine(day, HOUR, tzinfo=zone)
    return Slot(start=periods.shift(begin, unit, -1), frequency=unit, at=at)


def _third_working_day(first: datetime.date) -> datetime.date:
    days = (first + datetime.timedelta(days=count) for count in range(7))
    return [day for day in days if day.weekday() < SATURDAY][WORKING_DAYS - 1]
