"""Who may ask, and the one shape of every refusal."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kpis.models import Kpi
from organizations.models import ApiToken, Organization, User
from organizations.services import create_token, remove_member, revoke_token
from organizations.tenancy import organization_scope

from .conftest import BASE

PATHS = [
    "",
    "projects/",
    "projects/ERP/",
    "kpis/",
    "kpis/LEAD/",
    "measurements/",
    "results/projects/",
    "results/kpis/",
]


def shape(answer: Any) -> tuple[int, str]:
    """Status and code of an error, after a look at its shape."""
    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "details"}
    assert body["error"]["message"]
    return answer.status_code, body["error"]["code"]


@pytest.mark.parametrize("path", PATHS)
def test_nobody_is_told_anything_without_a_log_in(path: str, lead_time: Kpi) -> None:
    answer = Client().get(f"{BASE}{path}")
    assert shape(answer) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_learns_not_even_that_the_organization_exists(
    path: str,
    lead_time: Kpi,
    charlie: User,
    other_organization: Organization,
    client_of: Callable[[User], Client],
) -> None:
    client = client_of(charlie)
    there = client.get(f"{BASE}{path}")
    assert shape(there) == (404, "not_found")
    assert there.json() == client.get(f"/api/v1/organizations/no-such-one/{path}").json()


@pytest.mark.parametrize("path", PATHS)
def test_a_key_opens_its_own_organization_only(
    path: str,
    lead_time: Kpi,
    charlie: User,
    other_organization: Organization,
    with_key: Callable[..., Client],
    alice: User,
) -> None:
    assert with_key(alice).get(f"{BASE}{path}").status_code == 200
    with organization_scope(other_organization):
        from organizations.models import Membership

        membership = Membership.objects.select_related("organization", "user").get(user=charlie)
        _token, secret = create_token(membership=membership, name="theirs", access="write")
    foreign = Client(headers={"Authorization": f"Bearer {secret}"})
    assert shape(foreign.get(f"{BASE}{path}")) == (401, "authentication_failed")


def test_rows_of_another_organization_are_never_listed(
    lead_time: Kpi, charlie: User, other_organization: Organization, client_of: Callable[[User], Client]
) -> None:
    client = client_of(charlie)
    for path in ["projects/", "kpis/", "measurements/", "results/projects/", "results/kpis/"]:
        assert client.get(f"/api/v1/organizations/globex/{path}").json()["results"] == []
    assert client.get("/api/v1/organizations/globex/kpis/LEAD/").status_code == 404


def test_an_auditor_from_outside_reads_nothing(
    lead_time: Kpi, axel: User, client_of: Callable[[User], Client]
) -> None:
    assert shape(client_of(axel).get(f"{BASE}kpis/")) == (403, "permission_denied")


def test_a_key_ends_with_its_day_its_revocation_and_its_member(
    lead_time: Kpi,
    alice: User,
    bob: User,
    membership_of: Callable[[User], Any],
    with_key: Callable[..., Client],
) -> None:
    membership = membership_of(bob)
    with organization_scope(lead_time.organization):
        _token, late = create_token(
            membership=membership,
            name="old",
            access="read",
            expires_at=timezone.now() - datetime.timedelta(seconds=1),
        )
    assert Client(headers={"Authorization": f"Bearer {late}"}).get(BASE).status_code == 401
    client = with_key(bob)
    assert client.get(BASE).status_code == 200
    with organization_scope(lead_time.organization):
        token = ApiToken.objects.get(name="export")
        revoke_token(membership=membership, token=token)
    assert client.get(BASE).status_code == 401
    other = with_key(bob)
    with organization_scope(lead_time.organization):
        remove_member(actor=alice, membership=membership)
    assert other.get(BASE).status_code == 401


def test_a_key_of_a_person_who_was_switched_off_is_refused(
    lead_time: Kpi, bob: User, with_key: Callable[..., Client]
) -> None:
    client = with_key(bob)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert shape(client.get(BASE)) == (401, "authentication_failed")


def test_only_the_hash_of_a_key_is_kept(
    lead_time: Kpi, bob: User, membership_of: Callable[[User], Any]
) -> None:
    membership = membership_of(bob)
    with organization_scope(lead_time.organization):
        token, secret = create_token(membership=membership, name="export", access="read")
        row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert secret.startswith("vt_")
    assert secret not in str(row)
    assert len(row["secret_hash"]) == 64
    assert len(row["prefix"]) < 12


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/",
        "/api/v1/nothing/",
        "/api/v1/organizations/acme/nothing/",
        "/api/v1/organizations/acme/kpis",
    ],
)
def test_an_address_that_does_not_exist_answers_in_the_same_shape(
    path: str, alice: User, organization: Organization, client_of: Callable[[User], Client]
) -> None:
    assert shape(client_of(alice).get(path)) == (404, "not_found")
    assert shape(client_of(alice).post(path)) == (404, "not_found")


def test_a_method_that_is_not_offered_answers_in_the_same_shape(
    alice: User, organization: Organization, client_of: Callable[[User], Client]
) -> None:
    answer = client_of(alice).delete(f"{BASE}projects/")
    assert shape(answer) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_too_many_requests_answer_in_the_same_shape(
    lead_time: Kpi, alice: User, bob: User, with_key: Callable[..., Client], settings: Any
) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"token": "2/minute"}}
    client = with_key(alice)
    assert [client.get(BASE).status_code for _ in range(2)] == [200, 200]
    answer = client.get(BASE)
    assert shape(answer) == (429, "throttled")
    assert int(answer["Retry-After"]) > 0
    assert with_key(bob).get(BASE).status_code == 200


def test_every_error_speaks_the_language_that_is_asked_for(organization: Organization) -> None:
    answer = Client(headers={"Accept-Language": "en"}).get(BASE)
    assert answer["Content-Language"] == "en"


def test_a_code_with_odd_characters_is_only_not_found(
    alice: User, organization: Organization, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    assert shape(client.get(f"{BASE}kpis/%00/")) == (404, "not_found")
    assert client.get(f"{BASE}measurements/?kpi=%00").status_code == 400
    assert client.get(f"{BASE}kpis/?limit=-1&offset=99999999999999999999").status_code in {200, 400}
