"""When a digest falls due."""

import datetime
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from committee.digest.schedule import Slot, newest_slot, next_slot, period_label
from projects import periods

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
ZONES = [SHANGHAI, *map(zoneinfo.ZoneInfo, ["America/New_York", "Europe/Berlin", "Pacific/Apia", "UTC"])]
# Seconds from 2020 to 2035.
moments = some.integers(1_580_000_000, 2_050_000_000).map(
    lambda seconds: datetime.datetime.fromtimestamp(seconds, datetime.UTC)
)


def local(day: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)


def newest(frequency: str, moment: datetime.datetime) -> Slot:
    slot = newest_slot(frequency, moment, SHANGHAI)
    assert slot is not None
    return slot


def test_off_is_never_due() -> None:
    assert newest_slot("off", local("2026-11-23T08:00"), SHANGHAI) is None
    assert next_slot("off", local("2026-11-23T08:00"), SHANGHAI) is None


@pytest.mark.parametrize(
    ("moment", "period"),
    [
        ("2026-11-23T07:59", "2026-W46"),
        ("2026-11-23T08:00", "2026-W47"),
        ("2026-11-29T23:59", "2026-W47"),
        ("2027-01-04T08:00", "2026-W53"),
        ("2024-02-29T08:00", "2024-W08"),
    ],
)
def test_the_weekly_digest_is_about_the_week_that_ended_on_sunday(moment: str, period: str) -> None:
    assert newest("weekly", local(moment)).period == period


@pytest.mark.parametrize(
    ("moment", "period"),
    [
        ("2026-11-04T07:59", "2026-09"),
        ("2026-11-04T08:00", "2026-10"),  # 1 November is a Sunday
        ("2026-05-05T08:00", "2026-04"),  # it is a Friday
        ("2026-08-05T08:00", "2026-07"),  # it is a Saturday
        ("2024-03-05T08:00", "2024-02"),
        ("2027-01-05T08:00", "2026-12"),
    ],
)
def test_the_monthly_digest_waits_for_the_third_working_day(moment: str, period: str) -> None:
    assert newest("monthly", local(moment)).period == period


@given(moments, some.sampled_from(ZONES), some.sampled_from(["weekly", "monthly"]))
def test_the_newest_slot_has_come_and_the_next_has_not(
    moment: datetime.datetime, zone: zoneinfo.ZoneInfo, frequency: str
) -> None:
    last, following = newest_slot(frequency, moment, zone), next_slot(frequency, moment, zone)
    assert last is not None
    assert following is not None
    assert last.at <= moment < following.at
    assert last.at.hour == following.at.hour == 8
    assert newest_slot(frequency, following.at, zone) == following
    assert newest_slot(frequency, following.at - datetime.timedelta(seconds=1), zone) == last


@given(moments, some.sampled_from(ZONES), some.sampled_from(["weekly", "monthly"]), some.integers(-40, 400))
def test_the_next_slot_lies_outside_the_pause(
    moment: datetime.datetime, zone: zoneinfo.ZoneInfo, frequency: str, days: int
) -> None:
    until = moment.date() + datetime.timedelta(days=days)
    following = next_slot(frequency, moment, zone, until)
    assert following is not None
    assert following.at.date() >= until
    assert following.at > moment


@given(moments, some.sampled_from(["weekly", "monthly"]))
def test_a_stored_period_keeps_its_name(moment: datetime.datetime, frequency: str) -> None:
    slot = newest(frequency, moment)
    assert period_label(slot.period) == periods.label(slot.start, slot.frequency)
