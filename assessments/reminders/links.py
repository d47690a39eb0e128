"""Signed addresses by which a reminder is stopped for a while, without a log-in."""

from typing import NamedTuple

from django.core import signing
from django.utils.translation import gettext_lazy as _

from organizations.errors import NotFoundError
from organizations.models import Membership

_PAUSE = "assessments.reminders.pause"


class PauseKey(NamedTuple):
    """Whose reminders of which organization a link is about."""

    organization_id: int
    user_id: int


def pause_token(member: Membership) -> str:
    """Valid as long as the person is a member: last year's mail must still be able to stop the next one."""
    return signing.dumps([member.organization_id, member.user_id], salt=_PAUSE)


def read_pause_token(token: str) -> PauseKey:
    """Raises NotFoundError when the token is forged or mutilated."""
    try:
        return PauseKey(*signing.loads(token, salt=_PAUSE))
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise link_is_dead() from error


def link_is_dead() -> NotFoundError:
    return NotFoundError(_("This link is no longer valid. You may have left the organization."))
