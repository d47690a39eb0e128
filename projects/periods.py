"""Calendar periods: half-open intervals of a frequency, named by their first day.

The Gregorian calendar only; a week begins on Monday. A period is never built from a number of days: months and
quarters follow the calendar, so that February 29th is a day like any other.
"""

import datetime

from django.db import models
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Frequency(models.TextChoices):
    """How often a KPI is measured."""

    WEEK = "week", gettext_lazy("Weekly")
    MONTH = "month", gettext_lazy("Monthly")
    QUARTER = "quarter", gettext_lazy("Quarterly")
    YEAR = "year", gettext_lazy("Yearly")


MONTHS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.YEAR: 12}
#: mean length in days, for the age of a value in periods
MEAN_DAYS = {
    Frequency.WEEK: 7.0,
    Frequency.MONTH: 30.436875,
    Frequency.QUARTER: 91.310625,
    Frequency.YEAR: 365.2425,
}


def start_of(day: datetime.date, frequency: str) -> datetime.date:
    """First day of the period that contains `day`."""
    if frequency == Frequency.WEEK:
        return day - datetime.timedelta(days=day.weekday())
    step = MONTHS[Frequency(frequency)]
    return datetime.date(day.year, (day.month - 1) // step * step + 1, 1)


def shift(start: datetime.date, frequency: str, count: int) -> datetime.date:
    """First day of the period `count` periods after the one that begins at `start`."""
    if frequency == Frequency.WEEK:
        return start + datetime.timedelta(weeks=count)
    return add_months(start, count * MONTHS[Frequency(frequency)])


def add_months(start: datetime.date, count: int) -> datetime.date:
    """First day of the month `count` months after the month of `start`."""
    month = start.year * 12 + start.month - 1 + count
    return datetime.date(month // 12, month % 12 + 1, 1)


def months_between(first: datetime.date, last: datetime.date) -> int:
    """Calendar months from the month of `first` to the month of `last`."""
    return (last.year - first.year) * 12 + last.month - first.month


def periods_between(first: datetime.date, last: datetime.date, frequency: str) -> int:
    """Steps of `frequency` from the period that begins at `first` to the one that begins at `last`."""
    if frequency == Frequency.WEEK:
        return (last - first).days // 7
    return months_between(first, last) // MONTHS[Frequency(frequency)]


def last_complete(today: datetime.date, frequency: str) -> datetime.date:
    """First day of the newest period that had ended before `today` began."""
    return shift(start_of(today, frequency), frequency, -1)


def label(start: datetime.date, frequency: str) -> str:
    """The period's name in the language in force: `Oct 2026`, `2026 Q4`, `week 47, 2026`, `2026`."""
    if frequency == Frequency.WEEK:
        year, week, _day = start.isocalendar()
        return _("week %(week)d, %(year)d") % {"week": week, "year": year}
    if frequency == Frequency.QUARTER:
        return _("%(year)d Q%(quarter)d") % {"year": start.year, "quarter": (start.month - 1) // 3 + 1}
    if frequency == Frequency.YEAR:
        return _("%(year)d") % {"year": start.year}
    return formats.date_format(start, _("M Y"))
