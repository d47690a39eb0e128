"""Signed addresses that leave the product by mail and work without a log-in."""

from typing import NamedTuple

from django.core import signing
from django.utils.translation import gettext_lazy as _

from committee.models import Subscription
from organizations.errors import NotFoundError

_UNSUBSCRIBE = "committee.unsubscribe"
_UNDO = "committee.unsubscribe.undo"


class SubscriptionKey(NamedTuple):
    """What a signed address names; `frequency` is what it was when the address was written."""

    organization_id: int
    subscription_id: int
    frequency: str


def unsubscribe_token(subscription: Subscription, frequency: str = "") -> str:
    """Valid as long as the subscription exists: last year's mail must still be able to stop the next one."""
    return _sign(subscription, frequency, _UNSUBSCRIBE)


def undo_token(subscription: Subscription, frequency: str) -> str:
    return _sign(subscription, frequency, _UNDO)


def read_unsubscribe_token(token: str) -> SubscriptionKey:
    """Raises NotFoundError when the token is forged or mutilated."""
    return _read(token, _UNSUBSCRIBE)


def read_undo_token(token: str) -> SubscriptionKey:
    """Raises NotFoundError when the token is forged or mutilated."""
    return _read(token, _UNDO)


def _sign(subscription: Subscription, frequency: str, salt: str) -> str:
    key = [subscription.organization_id, subscription.pk, frequency or subscription.frequency]
    return signing.dumps(key, salt=salt)


def _read(token: str, salt: str) -> SubscriptionKey:
    try:
        return SubscriptionKey(*signing.loads(token, salt=salt))
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise link_is_dead() from error


def link_is_dead() -> NotFoundError:
    return NotFoundError(
        _("This link is no longer valid. Log in and open “Mail digest” to choose what you get by mail.")
    )
