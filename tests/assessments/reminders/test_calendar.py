"""Quiet days: weekends, own days, public holidays; and the Saturdays on which China works."""

import datetime
from typing import Any

import pytest
from django.utils import translation

from assessments.models import ReminderRule
from assessments.reminders.calendar import WorkingDays, countries


def days(**values: Any) -> WorkingDays:
    return WorkingDays(ReminderRule(**values))


def on(month: int, day: int) -> datetime.date:
    return datetime.date(2026, month, day)


def test_weekends_are_quiet_and_workdays_are_not() -> None:
    found = [day for day in range(20, 30) if days().is_quiet(on(4, day))]
    assert found == [25, 26]


def test_the_quiet_weekdays_are_the_organizations_choice() -> None:
    friday_and_saturday = days(quiet_weekdays=[5, 6])
    assert friday_and_saturday.is_quiet(on(4, 24))
    assert not friday_and_saturday.is_quiet(on(4, 26))


@pytest.mark.parametrize(
    ("month", "day", "quiet"),
    [
        (2, 17, True),  # Spring Festival
        (2, 20, True),  # its bridging day
        (2, 14, False),  # a Saturday that is worked instead
        (2, 28, False),
        (2, 15, True),  # an ordinary Sunday
        (10, 7, True),
        (10, 10, False),
        (11, 23, False),
    ],
)
def test_chinese_holidays_and_the_weekends_worked_for_them(month: int, day: int, quiet: bool) -> None:
    assert days(holiday_country="CN").is_quiet(on(month, day)) is quiet


def test_an_own_quiet_day_stays_quiet_whatever_the_government_says() -> None:
    assert days(holiday_country="CN", quiet_days=[on(2, 14)]).is_quiet(on(2, 14))


def test_the_next_and_the_former_working_day_lie_beyond_the_holidays() -> None:
    calendar = days(holiday_country="CN")
    assert calendar.next_working(on(2, 16)) == on(2, 24)
    assert calendar.former_working(on(2, 24)) == on(2, 14)
    assert calendar.next_working(on(2, 14)) == on(2, 14)


def test_a_rule_that_makes_every_day_quiet_ends_somewhere() -> None:
    assert days(quiet_weekdays=[1, 2, 3, 4, 5, 6, 7]).next_working(on(4, 1)) == on(4, 1)


@pytest.mark.parametrize(
    ("language", "name"), [("zh-hans", "春节"), ("en", "Chinese New Year (Spring Festival)")]
)
def test_holidays_are_named_in_the_readers_language(language: str, name: str) -> None:
    with translation.override(language):
        named = {row.day: row for row in days(holiday_country="CN").named(on(2, 10), 20)}
    assert named[on(2, 17)].name == name
    assert named[on(2, 17)].is_quiet
    assert not named[on(2, 14)].is_quiet


def test_a_country_that_nobody_knows_has_no_holidays() -> None:
    assert not days(holiday_country="XX").is_quiet(on(2, 17))


def test_countries_are_offered_by_name() -> None:
    assert ("CN", "China") in countries("en")
    assert ("CN", "中国") in countries("zh-hans")
