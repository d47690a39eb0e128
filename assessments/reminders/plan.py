"""Who gets a message on a day, and what it lists."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from assessments.due import GRACE
from assessments.models import ReminderRule
from assessments.reminders.calendar import DAY
from assessments.reminders.owed import Key, Owed, People
from organizations.models import Membership

#: a machine that was off for longer does not make up for it
LONGEST_GAP = datetime.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Message:
    """One mail: to `reader`, about `items`; an escalation is about other people's."""

    reader: Membership
    items: list[Owed]


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes out on a day, and what is owed by nobody."""

    day: datetime.date
    reminders: list[Message]
    escalations: list[Message]
    unowned: list[Owed]


def make_plan(
    rule: ReminderRule,
    owed: Iterable[Owed],
    people: People,
    *,
    day: datetime.date,
    since: datetime.date,
    told: Mapping[int, datetime.date],
    escalated: Collection[Key],
    paused: Collection[int] = (),
) -> Plan:
    """The messages of `day`, a working one.

    A person is written to when a reminder of something they owe fell due after `since` (the working day before, or
    the last day on which messages went out) and after the day they were last `told`; then the message lists
    everything they owe. What reached its escalation and is not in `escalated` is told to the lead.
    """
    owed = list(owed)
    since = max(since, day - LONGEST_GAP)
    reminders = [
        Message(reader, items)
        for reader, items in _by_person(owed)
        if reader.user_id not in paused
        and any(
            _is_reminded(rule, item.due, since=max(since, told.get(reader.user_id, since)), day=day)
            for item in items
        )
    ]
    return Plan(
        day=day,
        reminders=reminders,
        escalations=_escalations(rule, owed, people, day, escalated),
        unowned=[item for item in owed if item.asked is None],
    )


def _by_person(owed: Iterable[Owed]) -> list[tuple[Membership, list[Owed]]]:
    found: dict[int, tuple[Membership, list[Owed]]] = {}
    for item in owed:
        if item.asked is not None:
            found.setdefault(item.asked.pk, (item.asked, []))[1].append(item)
    return sorted(found.values(), key=lambda entry: str(entry[0].user))


def _is_reminded(rule: ReminderRule, due: datetime.date, *, since: datetime.date, day: datetime.date) -> bool:
    """Whether a reminder of a value due on `due` falls after `since` and not after `day`."""
    # Nobody is asked for a value whose period has not ended.
    early = due - min(DAY * rule.days_before, GRACE)
    if rule.days_before and since < early <= day:
        return True
    if rule.on_due_day and since < due <= day:
        return True
    if not rule.repeat_days or day <= due:
        return False
    # A reminder every so many days: has another one come between the two days?
    return (day - due).days // rule.repeat_days > max(0, (since - due).days) // rule.repeat_days


def _escalations(
    rule: ReminderRule,
    owed: Iterable[Owed],
    people: People,
    day: datetime.date,
    escalated: Collection[Key],
) -> list[Message]:
    if not rule.escalate_after:
        return []
    found: dict[int, Message] = {}
    for item in owed:
        if day < item.due + DAY * rule.escalate_after or item.key in escalated:
            continue
        lead = people.lead_of(item.asked, item.kpi.project.business_owner_id)
        if lead is not None:
            found.setdefault(lead.pk, Message(lead, [])).items.append(item)
    return sorted(found.values(), key=lambda message: str(message.reader.user))


def by_project(items: Iterable[Owed]) -> list[tuple[str, list[Owed]]]:
    """(project's name, its items); `items` come sorted by project."""
    return [(name, list(group)) for name, group in groupby(items, lambda item: item.kpi.project.name)]
