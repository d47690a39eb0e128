"""The two mails of reminders: what a person owes, and what a lead's people owe."""

import datetime
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.emails import AUTOMATIC
from assessments.reminders.links import pause_token
from assessments.reminders.owed import MOST_PERIODS, Owed
from assessments.reminders.plan import Message, by_project
from organizations.emails import Mail, absolute, as_reader, render_mail
from organizations.models import Organization
from projects.periods import label, periods_between, start_of

#: values listed in one mail; the grid has all
MOST_LINES = 60
#: windows of the grid, in periods
_COLUMNS = (4, 6, MOST_PERIODS + 1)


def reminder_mail(organization: Organization, message: Message, day: datetime.date) -> Mail:
    """Everything the reader owes, by project, with the way to the grid that shows it."""
    reader, items = message.reader.user, message.items
    stop = absolute("assessments:reminder_pause", pause_token(message.reader))
    with as_reader(reader, organization):
        context = {
            **_common(organization, items, reminder_title(items, day)),
            "groups": [
                {"name": name, "lines": [_line(item, day) for item in group]}
                for name, group in by_project(items[:MOST_LINES])
            ],
            "link": grid_address(organization, items, day),
            "stop_url": stop,
        }
        headers = {
            **AUTOMATIC,
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        return render_mail("assessments/email/reminder", context, headers)


def escalation_mail(organization: Organization, message: Message, day: datetime.date) -> Mail:
    """What the people of a lead have not entered in spite of their reminders, by person."""
    with as_reader(message.reader.user, organization):
        people = sorted(message.items, key=_person)
        context = {
            **_common(organization, people, escalation_title(people)),
            "groups": [
                {"name": name, "lines": [_line(item, day, organization) for item in group]}
                for name, group in groupby(people[:MOST_LINES], _person)
            ],
        }
        return render_mail("assessments/email/escalation", context, AUTOMATIC)


def reminder_title(items: Iterable[Owed], day: datetime.date) -> str:
    """ "3 values to enter", "3 values to enter, 1 of them late" or "3 values are late"."""
    items = list(items)
    names = {"count": len(items), "late": sum(day > item.due for item in items)}
    if not names["late"]:
        return ngettext("%(count)d value to enter", "%(count)d values to enter", len(items)) % names
    if names["late"] == len(items):
        return ngettext("%(count)d value is late", "%(count)d values are late", len(items)) % names
    text = ngettext(
        "%(count)d value to enter, %(late)d of them late",
        "%(count)d values to enter, %(late)d of them late",
        len(items),
    )
    return text % names


def escalation_title(items: Iterable[Owed]) -> str:
    """ "4 values of your people are still missing"."""
    count = len(list(items))
    text = ngettext(
        "%(count)d value of your people is still missing",
        "%(count)d values of your people are still missing",
        count,
    )
    return text % {"count": count}


def state_of(item: Owed, day: datetime.date) -> str:
    """What is the matter with a value, in the language in force."""
    if item.returned is not None:
        return _("returned: “%(reason)s”") % {"reason": item.returned}
    late = (day - item.due).days
    if late > 0:
        text = ngettext("%(days)d day late", "%(days)d days late", late) % {"days": late}
    elif late == 0:
        text = _("due today")
    else:
        text = _("due by %(day)s") % {"day": formats.date_format(item.due, "MONTH_DAY_FORMAT")}
    return _("%(state)s; a draft waits to be submitted") % {"state": text} if item.draft else text


def grid_address(organization: Organization, items: Iterable[Owed], day: datetime.date) -> str:
    """The reader's grid with as many periods as it takes to show the oldest value they owe."""
    address = absolute("assessments:entries", organization.slug)
    needed = max(
        periods_between(item.period, start_of(day, item.kpi.frequency), item.kpi.frequency) + 1
        for item in items
    )
    columns = next((count for count in _COLUMNS if count >= needed), _COLUMNS[-1])
    return address if columns == _COLUMNS[0] else f"{address}?columns={columns}"


def _common(organization: Organization, items: list[Owed], title: str) -> dict[str, Any]:
    return {
        "organization": organization,
        "title": title,
        "more": max(0, len(items) - MOST_LINES),
        "language": translation.get_language(),
    }


def _line(item: Owed, day: datetime.date, organization: Organization | None = None) -> dict[str, Any]:
    kpi = item.kpi
    return {
        "kpi": kpi.name,
        "project": kpi.project.name,
        "period": label(item.period, kpi.frequency),
        "state": state_of(item, day),
        "is_bad": day > item.due or item.returned is not None,
        "url": absolute("assessments:cell", organization.slug, kpi.code, item.period.isoformat())
        if organization
        else "",
    }


def _person(item: Owed) -> str:
    return str(item.asked.user) if item.asked else _("Nobody is asked")
