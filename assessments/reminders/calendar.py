"""Working days: which days are quiet, by the organization's rule and by public holidays."""

import datetime
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from babel import Locale, UnknownLocaleError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import to_locale

from assessments.models import ReminderRule

DAY = datetime.timedelta(days=1)
#: nobody has more quiet days in a row; a rule that makes every day quiet ends here
LONGEST_QUIET = 60
#: our language → as the calendars call it
_LANGUAGES = {"zh-hans": "zh_CN", "en": "en_US"}


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that is quiet although its weekday is not, or works although its weekday is quiet."""

    day: datetime.date
    name: str
    is_quiet: bool


class WorkingDays:
    """The calendar of one rule."""

    def __init__(self, rule: ReminderRule) -> None:
        self.weekdays = frozenset(rule.quiet_weekdays)
        self.own = frozenset(rule.quiet_days)
        self.country = rule.holiday_country

    def is_quiet(self, day: datetime.date) -> bool:
        """An own quiet day; a public holiday; a quiet weekday, unless the government moved work to it."""
        if day in self.own:
            return True
        holidays, workdays = public_days(self.country, day.year)
        if day in workdays:
            return False
        return day in holidays or day.isoweekday() in self.weekdays

    def next_working(self, day: datetime.date) -> datetime.date:
        """The day itself or the first working one after it."""
        return self._first(day, DAY)

    def former_working(self, day: datetime.date) -> datetime.date:
        """The last working day before the day."""
        return self._first(day - DAY, -DAY)

    def _first(self, day: datetime.date, step: datetime.timedelta) -> datetime.date:
        for count in range(LONGEST_QUIET):
            if not self.is_quiet(day + step * count):
                return day + step * count
        return day

    def named(self, first: datetime.date, days: int) -> Iterator[NamedDay]:
        """What is special from `first` on: holidays, own quiet days and weekends that are worked."""
        for count in range(days):
            day = first + DAY * count
            holidays, workdays = public_days(self.country, day.year, translation.get_language() or "en")
            if day in self.own:
                yield NamedDay(day, _("Own quiet day"), is_quiet=True)
            elif day in workdays:
                yield NamedDay(day, _("Officially a working day"), is_quiet=False)
            elif day in holidays:
                yield NamedDay(day, holidays[day], is_quiet=True)


@functools.lru_cache(maxsize=64)
def public_days(
    country: str, year: int, language: str = "en"
) -> tuple[dict[datetime.date, str], frozenset[datetime.date]]:
    """(public holidays with their names, weekend days that are officially worked) of a country and year."""
    if not country:
        return {}, frozenset()
    # Imported here: the calendars cost memory that a web process rarely needs.
    import holidays

    try:
        found: Any = holidays.country_holidays(country, years=year, language=_LANGUAGES.get(language))
    except NotImplementedError:  # a country that the calendars no longer know
        return {}, frozenset()
    worked = frozenset(day for day in getattr(found, "weekend_workdays", ()) if day.year == year)
    return {day: str(name) for day, name in found.items() if day.year == year}, worked


def countries(language: str) -> list[tuple[str, str]]:
    """(code, name) of the countries whose holidays are known, by name."""
    import holidays

    try:
        names = Locale.parse(to_locale(language)).territories
    except (UnknownLocaleError, ValueError):
        names = Locale("en").territories
    codes = holidays.list_supported_countries(include_aliases=False)
    found = [(code, names.get(code, code)) for code in codes if len(code) == 2]
    return sorted(found, key=lambda country: country[1])
