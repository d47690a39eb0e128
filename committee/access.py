"""The doors to what the committee's pages show: unknown → 404; rights are checked on the view."""

from collections.abc import Sequence

from django.conf import settings

from committee.models import Delivery, Subscription
from organizations.errors import NotFoundError
from organizations.http import MemberRequest
from organizations.models import OutboundMail
from organizations.querysets import OutboundMailQuerySet

SHOWN_DELIVERIES = 12


def subscription_for(request: MemberRequest) -> Subscription:
    """The member's own; without one an unsaved subscription that is off."""
    found: Subscription | None = Subscription.objects.filter(membership=request.membership).first()
    return found or Subscription(
        organization=request.organization, membership=request.membership, frequency=Subscription.Frequency.OFF
    )


def last_digest_for(request: MemberRequest) -> Delivery | None:
    """The last digest that was really sent: the member's own, else anybody's."""
    sent = Delivery.objects.filter(outcome=Delivery.Outcome.SENT)
    own = sent.filter(subscription__membership=request.membership).first()
    found: Delivery | None = own or sent.first()
    return found


def deliveries_for(subscription: Subscription) -> Sequence[Delivery]:
    """The newest deliveries with their mails."""
    if subscription.pk is None:
        return []
    return list(Delivery.objects.filter(subscription=subscription).select_related("mail")[:SHOWN_DELIVERIES])


def outbox_for(request: MemberRequest) -> OutboundMailQuerySet:
    """The organization's mails, in local mode only: elsewhere they are the readers' own business."""
    if not settings.LOCAL:
        raise NotFoundError
    mails: OutboundMailQuerySet = OutboundMail.objects.all()
    return mails


def get_outbound_mail_for(request: MemberRequest, pk: int) -> OutboundMail:
    mail = outbox_for(request).filter(pk=pk).first()
    if mail is None:
        raise NotFoundError
    return mail
