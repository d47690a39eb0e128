"""The outbox page: on one machine, for administrators, harmless whatever the mail holds."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organizations.emails import Mail
from organizations.models import Organization, OutboundMail, User
from organizations.services import queue_mail
from organizations.tenancy import organization_scope

Browser = Callable[[User], Client]

pytestmark = pytest.mark.django_db
PAGE = "/o/acme/outbox/"


def write(organization: Organization, key: str = "one", **content: Any) -> int:
    mail = Mail(
        **{"subject": "Hello", "text": "See http://127.0.0.1:8000/x/ <b>", "html": "<p>Hi</p>", **content}
    )
    with organization_scope(organization):
        queued = queue_mail(
            organization=organization, kind="invitation", key=key, address="zoe@acme.example", mail=mail
        )
    assert queued is not None
    return queued.pk


def test_the_list_shows_what_was_written_and_where_it_stands(
    organization: Organization, alice: User, client_of: Browser
) -> None:
    write(organization)
    write(organization, "two", subject="Refused one")
    with organization_scope(organization):
        OutboundMail.objects.filter(key="two").update(error="SMTPDataError: 451", attempts=1)
    page = client_of(alice).get(PAGE).content.decode()
    assert "2 mails are waiting." in page
    assert re.search(r"Refused one.*zoe@acme\.example.*Refused, tried again later", page, re.DOTALL)
    assert re.search(r"Hello.*Waiting", page, re.DOTALL)


def test_an_empty_outbox_says_what_will_be_here(
    organization: Organization, alice: User, client_of: Browser
) -> None:
    assert "Invitations and digests appear here." in client_of(alice).get(PAGE).content.decode()


def test_a_message_shows_its_text_with_links_that_can_be_followed(
    organization: Organization, alice: User, client_of: Browser
) -> None:
    pk = write(organization, headers={"Auto-Submitted": "auto-generated"})
    page = client_of(alice).get(f"{PAGE}{pk}/").content.decode()
    assert 'href="http://127.0.0.1:8000/x/"' in page
    assert "&lt;b&gt;" in page
    assert "Auto-Submitted" in page
    assert re.search(rf'<iframe sandbox src="{PAGE}{pk}/html/"', page)


def test_the_html_part_may_style_itself_and_nothing_else(
    organization: Organization, alice: User, client_of: Browser
) -> None:
    pk = write(organization, html="<p style='color:red'>Hi</p><script>alert(1)</script>")
    answer = client_of(alice).get(f"{PAGE}{pk}/html/")
    rules = dict(
        rule.strip().partition(" ")[::2] for rule in answer.headers["Content-Security-Policy"].split(";")
    )
    assert answer.content.decode().startswith("<p style='color:red'>")
    assert rules["default-src"] == rules["script-src"] == rules["form-action"] == "'none'"
    assert rules["style-src"] == "'unsafe-inline'"
    assert rules["frame-ancestors"] == "'self'"
    assert rules["sandbox"] == ""
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_only_the_page_of_a_message_may_hold_a_frame(
    organization: Organization, alice: User, client_of: Browser
) -> None:
    pk = write(organization)
    client = client_of(alice)
    assert "frame-src 'self'" in client.get(f"{PAGE}{pk}/").headers["Content-Security-Policy"]
    for path in (PAGE, f"{PAGE}{pk}/"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "frame-ancestors 'none'" in policy
    assert "frame-src" not in client.get(PAGE).headers["Content-Security-Policy"]


def test_in_production_there_is_no_such_page(
    organization: Organization, alice: User, client_of: Browser, settings: Any
) -> None:
    pk = write(organization)
    settings.LOCAL = False
    client = client_of(alice)
    assert [client.get(path).status_code for path in (PAGE, f"{PAGE}{pk}/", f"{PAGE}{pk}/html/")] == [404] * 3


def test_members_without_the_right_and_strangers_see_nothing(
    organization: Organization, other_organization: Organization, bob: User, charlie: User, client_of: Browser
) -> None:
    pk = write(organization)
    paths = (PAGE, f"{PAGE}{pk}/", f"{PAGE}{pk}/html/")
    assert [client_of(bob).get(path).status_code for path in paths] == [403] * 3
    assert [client_of(charlie).get(path).status_code for path in paths] == [404] * 3
    theirs = [path.replace("acme", "globex") for path in paths[1:]]
    assert [client_of(charlie).get(path).status_code for path in theirs] == [404] * 2


def test_a_long_outbox_has_pages_and_costs_no_more_queries(
    organization: Organization, alice: User, client_of: Browser
) -> None:
    client = client_of(alice)
    write(organization)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as short:
        client.get(PAGE)
    with organization_scope(organization):
        OutboundMail.objects.bulk_create(
            OutboundMail(
                organization=organization,
                kind="x",
                key=str(count),
                address="a@b.example",
                subject=f"No {count}",
            )
            for count in range(60)
        )
    with CaptureQueriesContext(connection) as long:
        assert client.get(PAGE).content.decode().count("a@b.example") == 50
    assert len(long) == len(short) <= 12
    assert client.get(f"{PAGE}?page=2").content.decode().count("a@b.example") == 10
