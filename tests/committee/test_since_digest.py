"""From the committee page and from the digest to what changed since."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from assessments.changes.points import read_span
from committee.models import Delivery, Subscription
from committee.services import send_due_digests
from organizations.models import Organization, User
from organizations.services.mail import send_waiting_mail
from organizations.tenancy import organization_scope
from tests.committee.conftest import MONDAY, Mailbox, part
from tests.committee.results import result
from tests.committee.test_digest_mail import WEEK

pytestmark = pytest.mark.django_db


def test_without_a_digest_the_page_takes_its_own_default(
    organization: Organization, client_of: Callable[[User], Client], bob: User
) -> None:
    answer = client_of(bob).get("/o/acme/committee/since/")
    assert answer["Location"] == "/o/acme/changes/"


def test_the_last_digest_is_where_the_page_begins(
    organization: Organization,
    client_of: Callable[[User], Client],
    bob: User,
    alice: User,
    subscribe: Callable[..., Subscription],
    mailbox: Mailbox,
) -> None:
    subscribe(bob)
    with organization_scope(organization):
        result(organization, "ERP", benefits_actual=8_900_000.0)
    send_due_digests(organization=organization, now=MONDAY)
    with organization_scope(organization):
        Delivery.objects.update(created_at=MONDAY)
    # Alice gets no digest: hers is the last one that anybody got.
    for reader in (bob, alice):
        answer: Any = client_of(reader).get("/o/acme/committee/since/")
        (start,) = parse_qs(urlsplit(answer["Location"]).query)["from"]
        assert read_span(organization, start).start.known_at == MONDAY


def test_the_next_digest_leads_to_what_changed_since(
    organization: Organization, bob: User, subscribe: Callable[..., Subscription], mailbox: Mailbox
) -> None:
    subscribe(bob)
    for week, actual in enumerate([8_900_000.0, 9_500_000.0]):
        with organization_scope(organization):
            result(organization, "ERP", benefits_actual=actual)
        send_due_digests(organization=organization, now=MONDAY + week * WEEK)
    send_waiting_mail(organization)
    first, second = (part(message, "plain") for message in mailbox.messages)
    assert "/o/acme/changes/" not in first
    assert "/o/acme/changes/?from=" in second
