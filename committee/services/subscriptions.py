"""Who gets a digest, and how often. A reader can stop it from the mail itself, without a log-in."""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from committee.links import (
    SubscriptionKey,
    link_is_dead,
    read_undo_token,
    read_unsubscribe_token,
    undo_token,
    unsubscribe_token,
)
from committee.models import Subscription
from organizations.models import Membership, Organization, Role, User
from organizations.services import changes_between, record_event
from organizations.services.mail import withdraw_mail
from organizations.tenancy import organization_scope

KIND = "digest"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose digest of which organization a signed link is about, and how it stands now."""

    organization: Organization
    reader: User
    frequency: str
    #: the token that stops the digest, and the one that takes the stop back; "" where there is nothing to do
    stop: str = ""
    undo: str = ""


@transaction.atomic
def update_subscription(
    *,
    actor: User | None,
    membership: Membership,
    frequency: str,
    paused_until: datetime.date | None = None,
    reason: str = "",
) -> Subscription:
    """Set how often the member gets the digest, and until when not at all.

    What waits in the outbox for a member who wants none is withdrawn.
    """
    Subscription.objects.get_or_create(
        organization_id=membership.organization_id,
        membership=membership,
        defaults={"frequency": Subscription.Frequency.OFF},
    )
    subscription: Subscription = Subscription.objects.select_for_update().get(membership=membership)
    before, after = changes_between(subscription, {"frequency": frequency, "paused_until": paused_until})
    if not after:
        return subscription
    subscription.frequency, subscription.paused_until = frequency, paused_until
    subscription.changed_at = timezone.now()
    subscription.full_clean(exclude=["organization", "membership"])
    subscription.save()
    if frequency == Subscription.Frequency.OFF:
        withdraw_mail(kind=KIND, reader=membership.user, reason="unsubscribed")
    record_event(
        actor=actor,
        action="subscription.changed",
        target=subscription,
        before=before,
        after=after,
        reason=reason,
    )
    return subscription


def subscribe_executives(organization: Organization) -> int:
    """Executives get the weekly digest unless they switch it off; the number of new subscriptions.

    Needs the organization's scope. Everybody else has none until they want it.
    """
    missing = Membership.objects.filter(role=Role.EXECUTIVE, user__is_active=True, subscription__isnull=True)
    rows = [Subscription(organization=organization, membership=membership) for membership in missing]
    Subscription.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def unsubscribe(*, token: str) -> Standing:
    """Stop the digest at once; a second time changes nothing.

    Raises:
        NotFoundError: the link is forged, or the subscription no longer exists.
    """
    key = read_unsubscribe_token(token)
    organization = _organization(key)
    with organization_scope(organization):
        subscription = _subscription(key)
        former = subscription.frequency
        _set(subscription, Subscription.Frequency.OFF, "unsubscribed by the link in a mail")
    if former == Subscription.Frequency.OFF:
        former = key.frequency  # it was off already: what it was when the mail was written
    return _standing(organization, subscription, former)


def restore_subscription(*, token: str) -> Standing:
    """Take an unsubscription back; a second time changes nothing.

    Raises:
        NotFoundError: the link is forged, or the subscription no longer exists.
    """
    key = read_undo_token(token)
    organization = _organization(key)
    with organization_scope(organization):
        subscription = _subscription(key)
        # Whoever has chosen something else meanwhile keeps it.
        if subscription.frequency == Subscription.Frequency.OFF:
            _set(subscription, key.frequency, "unsubscription taken back")
    return _standing(organization, subscription, key.frequency)


def read_standing(key: SubscriptionKey) -> Standing:
    """How the subscription of a link stands; changes nothing."""
    organization = _organization(key)
    with organization_scope(organization):
        subscription = _subscription(key)
    return _standing(organization, subscription, key.frequency)


def _standing(organization: Organization, subscription: Subscription, former: str) -> Standing:
    """`former` is what a step back would restore."""
    is_off = subscription.frequency == Subscription.Frequency.OFF
    return Standing(
        organization=organization,
        reader=subscription.membership.user,
        frequency=subscription.frequency,
        stop="" if is_off else unsubscribe_token(subscription),
        undo=undo_token(subscription, former) if is_off and former != Subscription.Frequency.OFF else "",
    )


def _set(subscription: Subscription, frequency: str, reason: str) -> None:
    changed = update_subscription(
        actor=None,
        membership=subscription.membership,
        frequency=frequency,
        paused_until=subscription.paused_until,
        reason=reason,
    )
    subscription.frequency = changed.frequency


def _organization(key: SubscriptionKey) -> Organization:
    organization = Organization.objects.filter(pk=key.organization_id).first()
    if organization is None:
        raise link_is_dead()
    return organization


def _subscription(key: SubscriptionKey) -> Subscription:
    found: Subscription | None = (
        Subscription.objects.select_related("membership__user").filter(pk=key.subscription_id).first()
    )
    if found is None:
        raise link_is_dead()
    return found
