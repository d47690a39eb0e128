"""Members and invitations."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from organizations.models import AuditEvent, Invitation, Membership, Organization, OutboundMail, Role, User
from organizations.services import add_member, change_member, invite, revoke_invitation
from organizations.tenancy import organization_scope

from .pages import ACME, errors_of, follow, text_of

URL = f"{ACME}members/"
NEW = {"name": "Nina", "password": "a-quiet-long-sentence"}


@pytest.fixture
def browser(alice: User, organization: Organization, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


def link_of(organization: Organization, email: str) -> str:
    """The path in the invitation's mail."""
    with organization_scope(organization):
        text: str = OutboundMail.objects.filter(kind="invitation", address=email).order_by("-pk")[0].text
    return "/invitations/" + text.split("/invitations/")[1].split()[0]


def invited(
    organization: Organization, alice: User, email: str = "nina@example.org", role: str = Role.PMO
) -> str:
    with organization_scope(organization):
        invite(actor=alice, organization=organization, email=email, role=role)
    return link_of(organization, email)


def test_the_list_shows_role_and_last_log_in(browser: Client, bob: User) -> None:
    page = text_of(browser.get(URL))
    assert "2 members" in page
    assert "bob@acme.example" in page
    assert "PMO" in page
    assert "never" in page


def test_an_invitation_leaves_by_mail_with_its_link(browser: Client, organization: Organization) -> None:
    page = follow(browser, f"{URL}invite/", email="Nina@Example.org", role="finance")
    assert "An invitation is on its way to nina@example.org." in text_of(page)
    assert "1 invitation waits for an answer" in text_of(page)
    with organization_scope(organization):
        mail = OutboundMail.objects.get()
        invitation = Invitation.objects.get()
    assert mail.subject == "Invitation to Acme"
    assert "Alice invites you to Acme" in mail.text
    assert mail.html.count("/invitations/") == 1
    assert "Finance" in mail.html
    token = mail.text.split("/invitations/")[1].split("/")[0]
    assert token not in str(invitation.__dict__)


def test_nobody_is_invited_twice(browser: Client, bob: User) -> None:
    assert "This person is a member already." in errors_of(
        browser.post(f"{URL}invite/", {"email": "BOB@acme.example", "role": "viewer"})
    )
    browser.post(f"{URL}invite/", {"email": "nina@example.org", "role": "viewer"})
    again = browser.post(f"{URL}invite/", {"email": "Nina@example.org", "role": "viewer"})
    assert "This address has an open invitation already." in errors_of(again)
    assert "valid email address" in errors_of(
        browser.post(f"{URL}invite/", {"email": "nina", "role": "viewer"})
    )


def test_an_expired_invitation_does_not_stand_in_the_way(
    browser: Client, organization: Organization, alice: User
) -> None:
    invited(organization, alice)
    expire(organization)
    assert "expired" in text_of(browser.get(URL))
    page = follow(browser, f"{URL}invite/", email="nina@example.org", role="viewer")
    assert "on its way" in text_of(page)


def expire(organization: Organization) -> None:
    with organization_scope(organization):
        Invitation.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))


def test_a_new_person_joins_with_name_and_password(organization: Organization, alice: User) -> None:
    path = invited(organization, alice)
    guest = Client()
    assert "Join Acme" in text_of(guest.get(path))
    answer = guest.post(path, NEW)
    assert answer["Location"] == ACME
    user = User.objects.get(email="nina@example.org")
    assert user.check_password(NEW["password"])
    with organization_scope(organization):
        assert Membership.objects.get(user=user).role == Role.PMO
        assert AuditEvent.objects.filter(action="member.joined", actor=user).exists()
    assert guest.get("/profile/").status_code == 200


def test_a_weak_password_is_refused_with_its_reason(organization: Organization, alice: User) -> None:
    path = invited(organization, alice)
    for password, reason in [
        ("short", "too short"),
        ("nina@example.org", "too similar"),
        ("password123", "too common"),
    ]:
        assert reason in errors_of(Client().post(path, {"name": "Nina", "password": password}))
    assert not User.objects.filter(email="nina@example.org").exists()


def test_an_invitation_works_once(organization: Organization, alice: User) -> None:
    path = invited(organization, alice)
    Client().post(path, NEW)
    for answer in (Client().get(path), Client().post(path, NEW)):
        assert answer.status_code == 404
        assert "This invitation is no longer valid." in text_of(answer)
    with organization_scope(organization):
        assert Membership.objects.count() == 2


def test_an_invitation_ends_by_itself_and_by_withdrawal(
    organization: Organization, alice: User, browser: Client
) -> None:
    first = invited(organization, alice)
    expire(organization)
    assert Client().post(first, NEW).status_code == 404
    second = invited(organization, alice)
    with organization_scope(organization):
        invitation = Invitation.objects.get(revoked_at=None)
    question = browser.get(f"{ACME}invitations/{invitation.pk}/revoke/")
    assert "Withdraw the invitation of nina@example.org?" in text_of(question)
    page = follow(browser, f"{ACME}invitations/{invitation.pk}/revoke/")
    assert "is withdrawn" in text_of(page)
    assert Client().post(second, NEW).status_code == 404
    assert browser.get(f"{ACME}invitations/{invitation.pk}/revoke/").status_code == 404


def test_a_link_that_was_tampered_with_is_worthless(organization: Organization, alice: User) -> None:
    path = invited(organization, alice)
    assert Client().get(path[:-3] + "x/").status_code == 404
    assert Client().get("/invitations/nonsense/").status_code == 404


def test_who_has_a_log_in_logs_in_first(
    organization: Organization, alice: User, charlie: User, other_organization: Organization
) -> None:
    path = invited(organization, alice, email=charlie.email)
    guest = Client()
    page = guest.get(path)
    assert "has a log-in already" in text_of(page)
    assert f"/accounts/login/?next={path.replace(':', '%3A')}" in page.content.decode()
    guest.post(path, NEW)
    with organization_scope(organization):
        assert Membership.objects.count() == 1
    guest.force_login(charlie, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert guest.post(path)["Location"] == ACME
    with organization_scope(organization):
        assert Membership.objects.get(user=charlie).role == Role.PMO


def test_an_invitation_is_for_its_address_only(
    organization: Organization, alice: User, charlie: User, client_of: Callable[[User], Client]
) -> None:
    path = invited(organization, alice)
    client = client_of(charlie)
    assert "You are logged in as charlie@globex.example." in text_of(client.get(path))
    assert "This invitation is for nina@example.org." in text_of(client.post(path))
    with organization_scope(organization):
        assert Membership.objects.count() == 1


def test_who_became_a_member_meanwhile_is_told_so(
    organization: Organization, alice: User, charlie: User, client_of: Callable[[User], Client]
) -> None:
    path = invited(organization, alice, email=charlie.email)
    with organization_scope(organization):
        add_member(actor=alice, organization=organization, user=charlie, role=Role.VIEWER)
    assert "You are a member of this organization already." in text_of(client_of(charlie).post(path))


def test_a_withdrawn_invitation_says_so_to_the_one_who_is_late(
    organization: Organization, alice: User, scope: Organization
) -> None:
    invitation = invite(actor=alice, organization=organization, email="nina@example.org", role=Role.VIEWER)
    revoke_invitation(actor=alice, invitation=invitation)
    assert not Invitation.objects.open().exists()


def test_a_role_is_changed_with_a_trace(
    browser: Client, bob: User, organization: Organization, membership_of: Callable[[User], Membership]
) -> None:
    page = follow(browser, f"{URL}{membership_of(bob).pk}/", role="finance", department="")
    assert "Bob is changed." in text_of(page)
    assert membership_of(bob).role == Role.FINANCE
    with organization_scope(organization):
        event = AuditEvent.objects.get(action="member.changed")
    assert (event.before, event.after) == ({"role": "pmo"}, {"role": "finance"})


def test_the_last_administrator_stays(
    browser: Client, alice: User, bob: User, membership_of: Callable[[User], Membership]
) -> None:
    me = membership_of(alice).pk
    for path, values in [(f"{URL}{me}/", {"role": "viewer", "department": ""}), (f"{URL}{me}/remove/", {})]:
        page = browser.post(path, values)
        assert "An organization needs an administrator." in text_of(page)
    assert membership_of(alice).role == Role.ADMIN


def test_with_a_second_administrator_the_first_may_leave(
    browser: Client,
    alice: User,
    bob: User,
    organization: Organization,
    membership_of: Callable[[User], Membership],
) -> None:
    with organization_scope(organization):
        change_member(actor=alice, membership=membership_of(bob), role=Role.ADMIN, department=None)
    page = follow(browser, f"{URL}{membership_of(alice).pk}/remove/")
    assert "You belong to no organization yet." in text_of(page)


def test_a_removed_member_is_out_at_once(
    browser: Client,
    bob: User,
    client_of: Callable[[User], Client],
    membership_of: Callable[[User], Membership],
) -> None:
    theirs = client_of(bob)
    assert theirs.get(f"{ACME}audit/").status_code == 200
    path = f"{URL}{membership_of(bob).pk}/remove/"
    assert "Remove Bob?" in text_of(browser.get(path))
    assert "no longer has access" in text_of(follow(browser, path))
    assert theirs.get(f"{ACME}audit/").status_code == 404


def test_a_member_of_another_organization_is_not_found_here(
    browser: Client, other_organization: Organization, charlie: User
) -> None:
    with organization_scope(other_organization):
        foreign = Membership.objects.get(user=charlie).pk
    for path in (f"{URL}{foreign}/", f"{URL}{foreign}/remove/", f"{URL}99999999999999999999/"):
        assert browser.get(path).status_code == 404
        assert browser.post(path, {"role": "viewer"}).status_code == 404


@pytest.mark.parametrize("name", ["bob", "dora", "fiona", "erik", "victor", "axel"])
def test_only_administrators_manage_members(
    name: str, organization: Organization, client_of: Callable[[User], Client], request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(name))
    assert client.get(URL).status_code == 403
    assert client.post(f"{URL}invite/", {"email": "x@example.org", "role": "admin"}).status_code == 403


def test_a_long_list_needs_no_more_queries(
    browser: Client, organization: Organization, django_assert_max_num_queries: Any
) -> None:
    from tests.conftest import person

    for number in range(5):
        person(f"Person{number}", organization, Role.VIEWER)
    browser.get(URL)
    with django_assert_max_num_queries(12):
        browser.get(URL)
