"""Sending digests: claimed by a delivery row in the transaction that writes the mail, so that each goes once.

Whatever dies, and whenever: before the commit nothing has happened and the next tick does it; after it the
mail stands in the outbox, which sends it. Two workers at the same reader wait for each other at the
subscription's row.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from django.utils import timezone

from assessments.due import due_count
from assessments.models import ProjectResult, Run
from assessments.querysets import Trust
from committee.digest.content import Content, Situation
from committee.digest.schedule import Slot, falls_into_pause, newest_slot, newest_slot_of
from committee.emails import Former, digest_mail
from committee.models import Delivery, Subscription
from committee.services.subscriptions import KIND, subscribe_executives
from kpis.charters.states import NO_CHARTER, charter_states
from organizations.emails import zone_of
from organizations.models import Membership, Organization, OutboundMail
from organizations.permissions import Right, allows
from organizations.services import queue_mail
from organizations.tenancy import organization_scope
from projects.periods import Frequency

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class DigestReport:
    """How many digests were written into the outbox, had nothing to say, or could not be made."""

    sent: int = 0
    silent: int = 0
    failed: int = 0


def send_due_digests(*, organization: Organization, now: datetime.datetime | None = None) -> DigestReport:
    """Write every digest that is due at `now`, each in a transaction of its own.

    It opens the organization's scope itself and may run twice, at once, or late.
    """
    moment = now or timezone.now()
    report = DigestReport()
    with organization_scope(organization):
        subscribe_executives(organization)
        due = _due(organization, moment)
        if not due:
            return report
        situation = _read_situation(organization)
    for subscription_id in due:
        try:
            outcome = _deliver(organization, subscription_id, situation, moment)
        except Exception:  # the boundary of one reader: a broken digest must not keep the others from theirs
            log.exception("digest not made", subscription=subscription_id)
            report.failed += 1
            continue
        report.sent += outcome == Delivery.Outcome.SENT
        report.silent += outcome == Delivery.Outcome.SILENT
    return report


def send_test_digest(*, membership: Membership, now: datetime.datetime | None = None) -> bool:
    """Mail the member what the digest would say now, without counting as one; False within the same minute.

    Needs the organization's scope.
    """
    moment = now or timezone.now()
    organization: Organization = membership.organization
    subscription, _created = Subscription.objects.get_or_create(
        organization=organization, membership=membership, defaults={"frequency": Subscription.Frequency.OFF}
    )
    zone = zone_of(membership.user, organization)
    slot = newest_slot(subscription.frequency, moment, zone) or newest_slot_of(Frequency.WEEK, moment, zone)
    situation = _read_situation(organization)
    mail = digest_mail(
        subscription,
        slot=slot,
        situation=situation,
        content=_content_for(membership, situation, moment),
        former=_former(subscription, moment),
        is_test=True,
    )
    queued = queue_mail(
        organization=organization,
        kind=KIND,
        # One a minute: a double click sends one, and nobody can fill a mailbox with it.
        key=f"digest-test:{subscription.pk}:{moment:%Y%m%d%H%M}",
        address=membership.user.email,
        mail=mail,
        reader=membership.user,
    )
    return queued is not None


def _due(organization: Organization, moment: datetime.datetime) -> list[int]:
    """Subscriptions whose slot has come and that have no delivery for it; a first look, without a lock."""
    wanted = {
        subscription.pk: slot.period
        for subscription in _subscriptions()
        if (slot := _slot(subscription, organization, moment)) is not None
    }
    delivered = set(
        Delivery.objects.filter(subscription__in=wanted, period__in=set(wanted.values())).values_list(
            "subscription_id", "period"
        )
    )
    return [pk for pk, period in wanted.items() if (pk, period) not in delivered]


def _subscriptions() -> Iterable[Subscription]:
    found: Iterable[Subscription] = (
        Subscription.objects.exclude(frequency=Subscription.Frequency.OFF)
        .select_related("membership__user")
        .order_by("pk")
    )
    return found


def _slot(subscription: Subscription, organization: Organization, moment: datetime.datetime) -> Slot | None:
    """The slot whose digest the reader may have now."""
    membership = subscription.membership
    if not membership.user.is_active or not allows(membership, Right.SEE_COMMITTEE):
        return None
    slot = newest_slot(subscription.frequency, moment, zone_of(membership.user, organization))
    return None if slot is None or falls_into_pause(slot, subscription.paused_until) else slot


def _deliver(
    organization: Organization, subscription_id: int, situation: Situation, moment: datetime.datetime
) -> str | None:
    """Claim, write, queue, in one transaction; None when somebody else did, or the reader may not have it."""
    with organization_scope(organization):
        subscription: Subscription | None = (
            Subscription.objects.select_for_update(of=("self",))
            .select_related("membership__user", "organization")
            .filter(pk=subscription_id)
            .first()
        )
        slot = _slot(subscription, organization, moment) if subscription else None
        if subscription is None or slot is None:
            return None
        if Delivery.objects.filter(subscription=subscription, period=slot.period).exists():
            return None
        content = _content_for(subscription.membership, situation, moment)
        former = _former(subscription, moment)
        if former is None and content.is_empty:
            # Nothing has been computed yet. The period stays open: the digest comes with the first results.
            return None
        mail = None
        if former is None or not content.says_the_same_as(former.content):
            mail = _queue(subscription, slot, situation, content, former)
        outcome = Delivery.Outcome.SENT if mail else Delivery.Outcome.SILENT
        Delivery.objects.create(
            organization=organization,
            subscription=subscription,
            period=slot.period,
            created_at=moment,
            outcome=outcome,
            mail=mail,
            content=content.as_json(),
        )
        return str(outcome)


def _queue(
    subscription: Subscription, slot: Slot, situation: Situation, content: Content, former: Former | None
) -> OutboundMail | None:
    reader = subscription.membership.user
    return queue_mail(
        organization=subscription.organization,
        kind=KIND,
        key=f"digest:{subscription.pk}:{slot.period}",
        address=reader.email,
        mail=digest_mail(subscription, slot=slot, situation=situation, content=content, former=former),
        reader=reader,
    )


def _read_situation(organization: Organization) -> Situation:
    """Results as they stand. A night under way is not waited for: the mail says as of when it speaks."""
    results = list(ProjectResult.objects.current().select_related("project").order_by("project__name"))
    run: Run | None = Run.objects.first()
    return Situation(
        results=results,
        currency=organization.currency,
        as_of=run.as_of if run and results else None,
        known_at=run.known_at if run and results else None,
        trust=sum((result.trust for result in results), Trust()),
        without_charter=_without_charter(results),
    )


def _without_charter(results: Iterable[ProjectResult]) -> int:
    """As the committee page counts them: nobody signs for invented figures."""
    states = charter_states()
    return sum(
        not states.get(result.project_id, NO_CHARTER).is_signed
        for result in results
        if not result.project.is_sample
    )


def _content_for(membership: Membership, situation: Situation, moment: datetime.datetime) -> Content:
    today = membership.organization.today(moment)
    return situation.content(entries_due=due_count(membership, today))


def _former(subscription: Subscription, moment: datetime.datetime) -> Former | None:
    """The last digest that was really sent: silent ones told the reader nothing."""
    last = (
        Delivery.objects.filter(
            subscription=subscription, outcome=Delivery.Outcome.SENT, created_at__lte=moment
        )
        .order_by("-created_at", "-pk")
        .first()
    )
    return Former(content=Content.from_json(last.content), sent_at=last.created_at) if last else None
