"""The rule of an organization's reminders, and members who want none for a while."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import ReminderPause, ReminderRule
from assessments.reminders.links import PauseKey, link_is_dead, read_pause_token
from assessments.services.reminding import REMINDER, rule_of
from organizations.errors import InvalidInputError
from organizations.models import Membership, Organization, User
from organizations.services import changes_between, record_event
from organizations.services.mail import withdraw_mail
from organizations.tenancy import organization_scope

#: a pause by the link in a mail
PAUSE = datetime.timedelta(days=30)


@transaction.atomic
def update_reminder_rule(
    *, actor: User, organization: Organization, values: Mapping[str, Any]
) -> ReminderRule:
    """Change when reminders are sent; the first change writes the row.

    Raises:
        InvalidInputError: a number is out of its range, or every weekday would be quiet.
    """
    if len(set(values.get("quiet_weekdays", ()))) == 7:
        problem = _("Leave at least one weekday on which reminders may be sent.")
        raise InvalidInputError(problem, fields={"quiet_weekdays": problem})
    rule = rule_of(organization)
    before, after = changes_between(rule, values)
    if not after and rule.pk:
        return rule
    for name, value in values.items():
        setattr(rule, name, value)
    try:
        rule.full_clean(exclude=["organization"])
    except ValidationError as error:
        raise InvalidInputError(" ".join(error.messages), fields=error.message_dict) from error
    rule.save()
    record_event(actor=actor, action="reminders.changed", target=rule, before=before, after=after)
    return rule


@dataclass(frozen=True, slots=True)
class Pause:
    """Whose reminders a signed link is about, and until when they rest."""

    organization: Organization
    reader: User
    until: datetime.date | None
    token: str


def read_pause(token: str) -> Pause:
    """How the reminders of a link stand; changes nothing.

    Raises:
        NotFoundError: the link is forged, or the person is no member any more.
    """
    return _of(token, _standing)


def pause_reminders(token: str) -> Pause:
    """No reminders for 30 days from now; what waits in the outbox is withdrawn. A second time changes nothing.

    Raises:
        NotFoundError: see `read_pause`.
    """
    return _of(token, _pause)


def resume_reminders(token: str) -> Pause:
    """Take the pause back.

    Raises:
        NotFoundError: see `read_pause`.
    """
    return _of(token, _resume)


def _of(token: str, act: Any) -> Pause:
    key: PauseKey = read_pause_token(token)
    organization = Organization.objects.filter(pk=key.organization_id).first()
    if organization is None:
        raise link_is_dead()
    with organization_scope(organization):
        member: Membership | None = Membership.objects.select_related("user").filter(user=key.user_id).first()
        if member is None:
            raise link_is_dead()
        return Pause(organization, member.user, act(organization, member), token)


def _standing(organization: Organization, member: Membership) -> datetime.date | None:
    row = ReminderPause.objects.filter(user=member.user_id, until__gt=organization.today()).first()
    return row.until if row else None


def _pause(organization: Organization, member: Membership) -> datetime.date | None:
    standing = _standing(organization, member)
    if standing:
        return standing
    until: datetime.date = organization.today() + PAUSE
    ReminderPause.objects.update_or_create(
        organization=organization, user=member.user, defaults={"until": until}
    )
    withdraw_mail(kind=REMINDER, reader=member.user, reason="reminders paused")
    record_event(actor=None, action="reminders.paused", target=member, after={"until": until})
    return until


def _resume(organization: Organization, member: Membership) -> None:
    removed, _rows = ReminderPause.objects.filter(user=member.user_id).delete()
    if removed:
        record_event(actor=None, action="reminders.resumed", target=member)


def paused_until(organization: Organization) -> dict[int, datetime.date]:
    """Inside the organization's scope: user → first day on which reminders come again."""
    rows = ReminderPause.objects.filter(until__gt=organization.today(timezone.now()))
    return dict(rows.values_list("user_id", "until"))
