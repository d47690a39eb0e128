"""The outbox: rows first, then the server; each mail once."""

import datetime

import structlog
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from organizations.emails import Mail
from organizations.models import Membership, Organization, OutboundMail, User
from organizations.permissions import Right, allows
from organizations.querysets import MAIL_ATTEMPTS
from organizations.queue import send_after_commit
from organizations.tenancy import organization_scope

log = structlog.get_logger(__name__)

CLAIM = datetime.timedelta(minutes=10)
SUBJECT_LENGTH = 250
#: by kind, the right that the reader must still hold at the moment the mail leaves
NEEDED_RIGHTS = {
    "digest": Right.SEE_COMMITTEE,
    "mention": Right.SEE,
    "charter": Right.SEE,
    "plan": Right.SEE,
    "returned": Right.SEE,
    "unconfirmed": Right.SEE,
    "reminder": Right.ENTER,
    "escalation": Right.SEE,
}


def queue_mail(
    *, organization: Organization, kind: str, key: str, address: str, mail: Mail, reader: User | None = None
) -> OutboundMail | None:
    """Write the mail's row in the caller's transaction; it leaves after the commit.

    `None` when a mail with this `key` stands already: it goes once.
    """
    row, created = OutboundMail.objects.get_or_create(
        organization=organization,
        key=key,
        defaults={
            "kind": kind,
            "address": address,
            "reader": reader,
            "subject": mail.subject[:SUBJECT_LENGTH],
            "text": mail.text,
            "html": mail.html,
            "headers": mail.headers,
        },
    )
    if not created:
        return None
    send_after_commit("organizations.tasks.send_outbox", organization.pk)
    queued: OutboundMail = row
    return queued


def withdraw_mail(*, kind: str, reader: User, reason: str) -> int:
    """Stop what waits for `reader`, inside the organization's scope; the number of mails withdrawn."""
    waiting = OutboundMail.objects.filter(
        kind=kind, reader=reader, sent_at__isnull=True, attempts__lt=MAIL_ATTEMPTS
    )
    count: int = waiting.update(attempts=MAIL_ATTEMPTS, claimed_until=None, error=f"Withdrawn: {reason}")
    return count


def send_waiting_mail(organization: Organization, *, limit: int = 200) -> int:
    """Send what waits in one organization's outbox; the number sent.

    Each mail is claimed in a transaction of its own before the server is asked. A worker that dies between
    the server's answer and the mark leaves one mail whose claim ends after 10 minutes; its Message-ID stays
    the same, so that a mail program shows a second copy as the first.
    """
    sent = 0
    for _ in range(limit):
        mail = _claim_next(organization)
        if mail is None:
            break
        sent += _send(organization, mail)
    return sent


def _claim_next(organization: Organization) -> OutboundMail | None:
    now = timezone.now()
    with organization_scope(organization):
        while mail := _lock_next(now):
            if _may_leave(mail):
                mail.claimed_until = now + CLAIM
                mail.attempts += 1
                mail.save(update_fields=["claimed_until", "attempts"])
                return mail
            mail.attempts, mail.error = MAIL_ATTEMPTS, "Withdrawn: the reader may no longer see this"
            mail.save(update_fields=["attempts", "error"])
    return None


def _lock_next(now: datetime.datetime) -> OutboundMail | None:
    waiting = OutboundMail.objects.unsent(now).select_for_update(skip_locked=True)
    found: OutboundMail | None = waiting.order_by("queued_at", "pk").first()
    return found


def _may_leave(mail: OutboundMail) -> bool:
    """A mail may have waited for hours: who left the organization meanwhile must not get its figures."""
    right = NEEDED_RIGHTS.get(mail.kind)
    if right is None:
        return True
    member = Membership.objects.filter(user=mail.reader_id, user__is_active=True).first()
    return member is not None and allows(member, right)


def _send(organization: Organization, mail: OutboundMail) -> bool:
    headers = {"Message-ID": f"<{mail.pk}.{int(mail.queued_at.timestamp())}@valuetrack>", **mail.headers}
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.address], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    error = ""
    try:
        message.send()
    except (OSError, ValueError) as problem:
        # smtplib's errors are OSErrors: the server is away or refuses. A ValueError is an address or a header
        # that cannot be written; it must not stop the mails behind it.
        error = f"{type(problem).__name__}: {problem}"
        log.warning("mail not sent", mail=mail.pk, error=error)
    with organization_scope(organization), transaction.atomic():
        OutboundMail.objects.filter(pk=mail.pk).update(
            sent_at=None if error else timezone.now(),
            error=error,
            # A refused mail waits a while longer after each try.
            claimed_until=timezone.now() + CLAIM * mail.attempts if error else None,
        )
    return not error
