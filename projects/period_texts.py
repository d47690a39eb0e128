"""Periods and dates as people and files write them."""

import datetime
import re
import unicodedata

from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError
from projects.periods import Frequency, start_of

#: The length of what a text names, in the order of coarseness.
COARSENESS = {"day": 0, "week": 1, "month": 2, "quarter": 3, "year": 4}
FIRST_YEAR, LAST_YEAR = 1900, 2200

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_CHINESE = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ t]00:00(?::00(?:\.0+)?)?)?")
_PACKED_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)")
_MONTH = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})月?")
_PACKED_MONTH = re.compile(r"(\d{4})(0[1-9]|1[0-2])")
_MONTH_YEAR = re.compile(r"(\d{1,2})/(\d{4})")
_NAMED_MONTH = re.compile(r"([a-z]{3,9})\.?[ -]*'?(\d{4})|(\d{4})[ -]*([a-z]{3,9})\.?")
_QUARTER = re.compile(r"(\d{4})[ -/]*q([1-4])|q([1-4])[ -/]*(\d{4})|(\d{4})年第?([一二三四1-4])季度?")
_WEEK = re.compile(r"(\d{4})[ -]*(?:w|年第?)(\d{1,2})周?")
_YEAR = re.compile(r"(\d{4})年?")

Span = tuple[datetime.date, str]


def read_span(text: str, formats: tuple[str, ...] = ()) -> Span:
    """The first day of what `text` names and how long that is: day, week, month, quarter or year.

    A date of which day and month could be swapped (`01/02/2026`) is read only with `formats` (of strptime).
    """
    if formats:
        return _by_formats(text, formats)
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    try:
        span = _read_plain(plain)
    except ValueError:
        span = None
    if span is None or not FIRST_YEAR <= span[0].year <= LAST_YEAR:
        raise InvalidInputError(
            _(
                "This is not a period that can be read. Write it as 2026-10, 2026-10-31, Oct 2026, 2026-Q4, "
                "2026-W44 or"
                " 2026年10月, or name its format in the mapping."
            )
        )
    return span


def read_day(text: str, formats: tuple[str, ...] = ()) -> datetime.date:
    """The day that `text` names."""
    try:
        day, length = read_span(text, formats)
    except InvalidInputError:
        length = ""
    if length != "day":
        raise InvalidInputError(
            _("This is not a date. Write it as 2026-10-31, or name its format in the mapping.")
        )
    return day


def aligned(span: Span, frequency: str) -> datetime.date:
    """The first day of the period of `frequency` that the span lies in.

    Raises:
        InvalidInputError: the span is longer than the period, so that it does not say which one is meant.
    """
    day, length = span
    if COARSENESS[length] > COARSENESS[frequency]:
        raise InvalidInputError(
            _("This is longer than one period of the KPI, which is measured “%(frequency)s”.")
            % {"frequency": Frequency(frequency).label}
        )
    return start_of(day, frequency)


def joined(year: str, quarter: str, month: str, week: str) -> Span:
    """The period of a year and at most one part of it, each from its own cell."""
    try:
        number = int(year)
        if not FIRST_YEAR <= number <= LAST_YEAR:
            raise ValueError
        if month:
            named = _MONTHS.get(month.casefold().rstrip("."))
            return datetime.date(number, named or int(month.removesuffix("月")), 1), "month"
        if quarter:
            return _quarter(number, int(quarter.casefold().removeprefix("q")))
        if week:
            return datetime.date.fromisocalendar(number, int(week.casefold().removeprefix("w")), 1), "week"
        return datetime.date(number, 1, 1), "year"
    except ValueError as error:
        raise InvalidInputError(_("The year, or the part of it, is not one of the calendar.")) from error


def _quarter(year: int, quarter: int) -> Span:
    return datetime.date(year, quarter * 3 - 2, 1), "quarter"


def _by_formats(text: str, formats: tuple[str, ...]) -> Span:
    for pattern in formats:
        try:
            day = datetime.datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007
        except ValueError:
            continue
        length = (
            "day" if re.search("%[dexDFj]", pattern) else "month" if re.search("%[mbB]", pattern) else "year"
        )
        return day, length
    raise InvalidInputError(
        _("This does not fit the formats of the mapping: %(formats)s.") % {"formats": ", ".join(formats)}
    )


def _read_plain(plain: str) -> Span | None:
    if found := _DAY.fullmatch(plain) or _PACKED_DAY.fullmatch(plain):
        year, month, day = map(int, found.groups())
        return datetime.date(year, month, day), "day"
    if found := _MONTH.fullmatch(plain) or _PACKED_MONTH.fullmatch(plain):
        return datetime.date(int(found[1]), int(found[2]), 1), "month"
    if found := _MONTH_YEAR.fullmatch(plain):
        return datetime.date(int(found[2]), int(found[1]), 1), "month"
    if found := _NAMED_MONTH.fullmatch(plain):
        month = _MONTHS.get(found[1] or found[4], 0)
        return datetime.date(int(found[2] or found[3]), month, 1), "month"
    if found := _QUARTER.fullmatch(plain):
        return _quarter(int(found[1] or found[4] or found[5]), _CHINESE[found[2] or found[3] or found[6]])
    if found := _WEEK.fullmatch(plain):
        return datetime.date.fromisocalendar(int(found[1]), int(found[2]), 1), "week"
    if found := _YEAR.fullmatch(plain):
        return datetime.date(int(found[1]), 1, 1), "year"
    return None
