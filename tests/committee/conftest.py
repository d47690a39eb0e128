"""A real mail server that keeps what it gets, and a Monday."""

import datetime
import email
import email.policy
import logging
import socket
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from committee.models import Subscription
from committee.services import update_subscription
from organizations.models import Membership, Organization, User
from organizations.tenancy import organization_scope

#: 08:10 on a Monday in Berlin, the organization's zone; the digest is about week 47
MONDAY = datetime.datetime(2026, 11, 23, 7, 10, tzinfo=datetime.UTC)


class Mailbox:
    """What the server accepted, in the order in which it came."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuses = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.refuses:
            return "451 come back later"
        content = envelope.original_content or b""
        self.messages.append(email.message_from_bytes(content, policy=email.policy.default))
        return "250 kept"

    def addresses(self) -> list[str]:
        return sorted(str(message["To"]) for message in self.messages)

    def only(self) -> EmailMessage:
        (message,) = self.messages
        return message


def part(message: EmailMessage, kind: str) -> str:
    """The "plain" or "html" part."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def header(message: EmailMessage, name: str) -> str:
    """A header line's value; a long one begins on the line after its name."""
    return str(message[name]).strip()


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """An SMTP server on a free port, to which the product's mail goes."""
    box = Mailbox()
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield box
    finally:
        controller.stop()


@pytest.fixture
def subscribe(organization: Organization) -> Callable[..., Subscription]:
    """Subscribe a member of `organization`."""

    def set_frequency(user: User, frequency: str = "weekly", **options: Any) -> Subscription:
        with organization_scope(organization):
            membership = Membership.objects.select_related("user").get(user=user)
            return update_subscription(actor=user, membership=membership, frequency=frequency, **options)

    return set_frequency
