"""What a definition must fulfil, whoever writes it: pages, imports, the API, the sample data."""

import datetime
import math
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.models import Kpi
from organizations.errors import InvalidInputError
from organizations.models import Membership

Text = str | Promise
Problems = dict[str, list[Text]]

OWNERS = ("business_owner", "it_owner", "data_owner")
FIRST_YEAR, LAST_YEAR = 1950, 2150
#: weights are added up: sums beyond what a float holds would stop the whole computation
HEAVIEST = 1e9
_NUMBERS = ("baseline_value", "range_low", "range_high", "tolerance", "minimum", "maximum", "weight")
_DATES = ("baseline_start", "baseline_end", "expected_start")
# References are checked by the database and by `_members_among`, in fewer queries than cleaning each KPI's;
# the path is drawn by us.
_UNCLEANED = ("project", "organization", *OWNERS, "plan_start", "plan_path")


def check_definitions(kpis: Sequence[Kpi]) -> None:
    """Raise `InvalidInputError` for the first definition that breaks a rule; `fields` is field → messages."""
    members = _members_among(kpis)
    for kpi in kpis:
        problems = _problems_of(kpi)
        for owner in OWNERS:
            person = getattr(kpi, f"{owner}_id")
            if person is not None and person not in members:
                problems.setdefault(owner, []).append(
                    _("This person is not a member of the organization. Invite them first.")
                )
        refuse(problems, kpi)


def refuse(problems: Problems, kpi: Kpi) -> None:
    """Raise `InvalidInputError` where there are problems; its message names the KPI and its first problem."""
    if not problems:
        return
    field, messages = next(iter(problems.items()))
    values = {"kpi": kpi.name or kpi.code, "problem": str(messages[0])}
    raise InvalidInputError(_("KPI “%(kpi)s”: %(problem)s") % values, fields=problems, field=field)


def _members_among(kpis: Iterable[Kpi]) -> set[int]:
    people = {getattr(kpi, f"{owner}_id") for kpi in kpis for owner in OWNERS} - {None}
    if not people:
        return set()
    return set(Membership.objects.filter(user_id__in=people).values_list("user_id", flat=True))


def _problems_of(kpi: Kpi) -> Problems:
    problems: Problems = {}
    try:
        kpi.clean_fields(exclude=_UNCLEANED)
    except ValidationError as error:
        problems = {field: list(messages) for field, messages in error.message_dict.items()}
    for field, message in _broken(kpi):
        if field not in problems:
            problems[field] = [message]
    return problems


def _broken(kpi: Kpi) -> list[tuple[str, Text]]:
    return [*_broken_numbers(kpi), *_broken_dates(kpi), *_broken_range(kpi)]


def _broken_numbers(kpi: Kpi) -> list[tuple[str, Text]]:
    found: list[tuple[str, Text]] = [
        (field, _("This number is too large to be kept."))
        for field in _NUMBERS
        if not _is_finite(getattr(kpi, field))
    ]
    if _is_finite(kpi.weight) and kpi.weight > HEAVIEST:
        found.append(("weight", _("This number is too large to be kept.")))
    if kpi.tolerance is not None and kpi.tolerance <= 0:
        found.append(("tolerance", _("A tolerance is above 0. Leave it empty for 5 per cent of the target.")))
    if kpi.minimum is not None and kpi.maximum is not None and kpi.minimum > kpi.maximum:
        found.append(("minimum", _("The lowest plausible value lies above the highest. Swap them.")))
    return found


def _is_finite(value: Any) -> bool:
    return value is None or math.isfinite(value)


def _broken_dates(kpi: Kpi) -> list[tuple[str, Text]]:
    found: list[tuple[str, Text]] = [
        (field, _("The year lies between 1950 and 2150."))
        for field in _DATES
        if not is_sensible(getattr(kpi, field))
    ]
    start, end, effect = kpi.baseline_start, kpi.baseline_end, kpi.expected_start
    if start and end and end <= start:
        found.append(("baseline_end", _("The baseline must end after it begins.")))
    elif effect and (end or start) and (end or start) > effect:  # type: ignore[operator]
        found.append(
            (
                "baseline_end" if end else "baseline_start",
                _("The baseline must end before the effect is expected, or it measures the effect itself."),
            )
        )
    return found


def is_sensible(day: datetime.date | None) -> bool:
    """Whether a date lies where a person can have meant it; a path to the year 20226 fills the memory."""
    return day is None or FIRST_YEAR <= day.year <= LAST_YEAR


def _broken_range(kpi: Kpi) -> list[tuple[str, Text]]:
    if kpi.direction != Kpi.Direction.RANGE:
        return []
    if kpi.range_low is None or kpi.range_high is None:
        missing = "range_low" if kpi.range_low is None else "range_high"
        return [(missing, _("“Within a range” needs both ends of the range."))]
    if kpi.range_low > kpi.range_high:
        return [("range_low", _("The lower end lies above the upper end. Swap them."))]
    return []
