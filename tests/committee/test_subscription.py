"""A member's own digest, and the way out of it from the mail."""

import datetime
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from committee.links import undo_token, unsubscribe_token
from committee.models import Delivery, Subscription
from committee.services import send_due_digests
from organizations.models import AuditEvent, Membership, Organization, OutboundMail, User
from organizations.services import remove_member, update_profile
from organizations.services.mail import send_waiting_mail
from organizations.tenancy import organization_scope
from tests.committee.conftest import MONDAY, Mailbox, header
from tests.committee.results import result

Subscribe = Callable[..., Subscription]
Browser = Callable[[User], Client]

pytestmark = pytest.mark.django_db
PAGE = "/o/acme/subscription/"


def frequency_of(organization: Organization, user: User) -> str:
    with organization_scope(organization):
        return str(Subscription.objects.get(membership__user=user).frequency)


def stop_path(organization: Organization, subscription: Subscription) -> str:
    return reverse("committee:unsubscribe", args=[unsubscribe_token(subscription)])


def test_a_member_switches_the_digest_on_and_the_page_says_when_the_next_one_comes(
    organization: Organization, bob: User, client_of: Browser
) -> None:
    client = client_of(bob)
    assert "You get no digest." in client.get(PAGE).content.decode()
    answer = client.post(PAGE, {"frequency": "weekly", "paused_until": ""}, follow=True)
    assert "Your next digest is due on" in answer.content.decode()
    assert frequency_of(organization, bob) == "weekly"
    with organization_scope(organization):
        event = AuditEvent.objects.get(action="subscription.changed")
    assert (event.actor, event.before, event.after) == (bob, {"frequency": "off"}, {"frequency": "weekly"})


def test_saving_the_same_again_writes_nothing(
    organization: Organization, bob: User, subscribe: Subscribe
) -> None:
    subscribe(bob)
    subscribe(bob)
    with organization_scope(organization):
        assert AuditEvent.objects.filter(action="subscription.changed").count() == 1


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"frequency": "hourly"}, "Select a valid choice"),
        ({"frequency": "weekly", "paused_until": "2020-01-01"}, "Choose a day in the future"),
        ({"frequency": "weekly", "paused_until": "2999-01-01"}, "Choose a day within a year"),
        ({"frequency": "weekly", "paused_until": "soon"}, "Enter a valid date"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    bob: User, client_of: Browser, typed: dict[str, str], complaint: str
) -> None:
    answer = client_of(bob).post(PAGE, typed)
    assert answer.status_code == 400
    assert complaint in answer.content.decode()


def test_a_pause_moves_the_next_digest_behind_it(
    organization: Organization, bob: User, client_of: Browser, subscribe: Subscribe
) -> None:
    client = client_of(bob)
    soon = client.post(PAGE, {"frequency": "weekly", "paused_until": ""}, follow=True).context["next_at"]
    until = (soon + datetime.timedelta(days=1)).date()
    later = client.post(PAGE, {"frequency": "weekly", "paused_until": until}, follow=True).context["next_at"]
    assert later - soon in {
        datetime.timedelta(days=7) + datetime.timedelta(hours=drift) for drift in (-1, 0, 1)
    }


def test_an_auditor_has_no_digest(axel: User, client_of: Browser) -> None:
    assert client_of(axel).get(PAGE).status_code == 403


def test_the_log_says_what_came_and_what_did_not(
    organization: Organization, bob: User, client_of: Browser, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe(bob)
    with organization_scope(organization):
        result(organization, "ERP")
    for week in range(2):
        send_due_digests(organization=organization, now=MONDAY + week * datetime.timedelta(weeks=1))
    page = client_of(bob).get(PAGE).content.decode()
    assert re.search(r"week 47, 2026.*On its way", page, re.DOTALL)
    assert re.search(r"week 48, 2026.*Nothing had changed", page, re.DOTALL)
    send_waiting_mail(organization)
    assert ">Sent<" in client_of(bob).get(PAGE).content.decode()


def test_the_page_costs_as_many_queries_with_a_long_log_as_with_a_short_one(
    organization: Organization,
    bob: User,
    client_of: Browser,
    subscribe: Subscribe,
) -> None:
    subscription = subscribe(bob)
    client = client_of(bob)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as short:
        client.get(PAGE)
    with organization_scope(organization):
        Delivery.objects.bulk_create(
            Delivery(
                organization=organization, subscription=subscription, period=f"2026-W{week}", outcome="sent"
            )
            for week in range(10, 40)
        )
    with CaptureQueriesContext(connection) as long:
        page = client.get(PAGE).content.decode()
    assert len(long) == len(short) <= 12
    assert page.count('<td class="nowrap">') == 12


def test_a_test_is_sent_at_once_but_not_twice_by_a_double_click(
    organization: Organization, bob: User, client_of: Browser, mailbox: Mailbox
) -> None:
    client = client_of(bob)
    for _ in range(2):
        answer = client.post(f"{PAGE}test/", follow=True)
    said = answer.content.decode()
    with organization_scope(organization):
        keys = set(OutboundMail.objects.values_list("key", flat=True))
    # A minute may turn between the two clicks.
    assert len(keys) == 1 or "on its way" in said
    send_waiting_mail(organization)
    assert header(mailbox.messages[0], "Subject").startswith("Test: Acme, week ")
    assert frequency_of(organization, bob) == "off"
    with organization_scope(organization):
        assert not Delivery.objects.exists()


def test_one_click_stops_the_digest_without_cookie_log_in_or_csrf(
    organization: Organization, bob: User, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe(bob)
    with organization_scope(organization):
        result(organization, "ERP")
    send_due_digests(organization=organization, now=MONDAY)
    send_waiting_mail(organization)
    address = header(mailbox.only(), "List-Unsubscribe").strip("<>").removeprefix("http://127.0.0.1:8000")
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post(address, "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")
    assert answer.status_code == 200  # no redirect (RFC 8058)
    assert not stranger.cookies.get("sessionid")
    assert "The digest of Acme is stopped." in answer.content.decode()
    assert frequency_of(organization, bob) == "off"


def test_opening_the_link_changes_nothing(
    organization: Organization, bob: User, subscribe: Subscribe
) -> None:
    path = stop_path(organization, subscribe(bob))
    page = Client().get(path)
    assert Client().head(path).status_code == 200
    assert "Stop the digest of Acme?" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert frequency_of(organization, bob) == "weekly"


def test_stopping_twice_is_the_same_as_once(
    organization: Organization, bob: User, subscribe: Subscribe
) -> None:
    path = stop_path(organization, subscribe(bob))
    pages = [Client().post(path).content.decode() for _ in range(2)]
    assert all("is stopped" in page and "Undo" in page for page in pages)
    with organization_scope(organization):
        assert AuditEvent.objects.filter(action="subscription.changed", after__frequency="off").count() == 1


def test_undo_brings_back_what_it_was(organization: Organization, bob: User, subscribe: Subscribe) -> None:
    page = Client().post(stop_path(organization, subscribe(bob, "monthly"))).content.decode()
    undo = re.search(r'action="(/unsubscribe/[^"]+/undo/)"', page)
    assert undo is not None
    stranger = Client(enforce_csrf_checks=True)
    assert "is stopped" in stranger.get(undo[1]).content.decode()  # opening it changes nothing
    for _ in range(2):
        assert "You get the digest of Acme again." in stranger.post(undo[1]).content.decode()
    assert frequency_of(organization, bob) == "monthly"


def test_undo_does_not_overrule_a_later_choice(
    organization: Organization, bob: User, subscribe: Subscribe
) -> None:
    subscription = subscribe(bob, "weekly")
    subscribe(bob, "monthly")
    Client().post(reverse("committee:undo_unsubscribe", args=[undo_token(subscription, "weekly")]))
    assert frequency_of(organization, bob) == "monthly"


@pytest.mark.parametrize("token", ["forged", "WzEsMSwid2Vla2x5Il0:1xVaIr:forged", "%00", "a" * 3000])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_link_is_answered_kindly(db: None, token: str, method: str) -> None:
    answer = getattr(Client(), method)(f"/unsubscribe/{token}/")
    assert answer.status_code == 404
    assert "This link is no longer valid." in answer.content.decode()


def test_an_undo_token_does_not_stop_and_a_stop_token_does_not_undo(
    organization: Organization, bob: User, subscribe: Subscribe
) -> None:
    subscription = subscribe(bob)
    for name, token in [
        ("unsubscribe", undo_token(subscription, "weekly")),
        ("undo_unsubscribe", unsubscribe_token(subscription)),
    ]:
        assert Client().post(reverse(f"committee:{name}", args=[token])).status_code == 404
    assert frequency_of(organization, bob) == "weekly"


def test_the_link_of_a_former_member_is_dead(
    organization: Organization, alice: User, bob: User, subscribe: Subscribe
) -> None:
    path = stop_path(organization, subscribe(bob))
    with organization_scope(organization):
        remove_member(actor=alice, membership=Membership.objects.get(user=bob))
    assert Client().post(path).status_code == 404


def test_the_page_behind_the_link_speaks_the_readers_language(
    organization: Organization, bob: User, subscribe: Subscribe
) -> None:
    update_profile(user=bob, values={"language": "zh-hans"})
    answer = Client(headers={"accept-language": "en"}).get(stop_path(organization, subscribe(bob)))
    assert answer.headers["Content-Language"] == "zh-hans"
    assert '<html lang="zh-hans"' in answer.content.decode()


def test_a_link_stops_only_its_own_organizations_digest(
    organization: Organization,
    other_organization: Organization,
    bob: User,
    charlie: User,
    subscribe: Subscribe,
) -> None:
    from committee.services import update_subscription

    with organization_scope(other_organization):
        theirs = update_subscription(
            actor=charlie, membership=Membership.objects.get(user=charlie), frequency="weekly"
        )
    ours = subscribe(bob)
    Client().post(stop_path(organization, ours))
    assert frequency_of(other_organization, charlie) == "weekly"
    assert theirs.pk != ours.pk
