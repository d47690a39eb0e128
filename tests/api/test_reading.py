"""What programs read."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kpis.models import Kpi
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import Project

from .conftest import BASE, define, month, record

LISTS = ["projects/", "kpis/", "measurements/", "results/projects/", "results/kpis/"]


def test_the_organization_says_by_which_terms_it_computes(
    alice: User, organization: Organization, client_of: Callable[[User], Client]
) -> None:
    answer = client_of(alice).get(BASE).json()
    assert answer["slug"] == "acme"
    assert answer["currency"] == "EUR"
    assert answer["discount_rate"] == 0.08


def test_a_person_sees_their_own_organizations_only(
    alice: User,
    organization: Organization,
    other_organization: Organization,
    client_of: Callable[[User], Client],
) -> None:
    answer = client_of(alice).get("/api/v1/organizations/").json()
    assert answer == [{"slug": "acme", "name": "Acme", "role": "admin"}]


def test_a_project_is_found_by_its_code(
    erp: Project, alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    answer = client.get(f"{BASE}projects/ERP/").json()
    assert (answer["code"], answer["name"], answer["gate"]) == ("ERP", "ERP group", "L0")
    assert answer["it_owner"] == "alice@acme.example"
    assert answer["sponsor"] is None
    missing = client.get(f"{BASE}projects/CRM/")
    assert missing.status_code == 404
    assert missing.json()["error"]["code"] == "not_found"


def test_a_kpi_shows_its_targets(lead_time: Kpi, alice: User, client_of: Callable[[User], Client]) -> None:
    answer = client_of(alice).get(f"{BASE}kpis/LEAD/").json()
    assert answer["project"] == "ERP"
    assert answer["baseline_value"] == 48.0
    assert answer["targets"] == [{"period": "2026-06-01", "value": 40.0}]


def test_lists_are_paged_and_filtered(
    lead_time: Kpi, stock: Kpi, alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    page = client.get(f"{BASE}kpis/?limit=1").json()
    assert page["count"] == 2
    assert [kpi["code"] for kpi in page["results"]] == ["LEAD"]
    assert "offset=1" in page["next"]
    assert [kpi["code"] for kpi in client.get(f"{BASE}kpis/?search=stoc").json()["results"]] == ["STOCK"]
    assert client.get(f"{BASE}kpis/?tier=strategic").json()["count"] == 0
    assert client.get(f"{BASE}kpis/?archived=false").json()["count"] == 2
    assert client.get(f"{BASE}kpis/?archived=true").json()["count"] == 0


def test_a_filter_that_does_not_exist_for_the_field_is_refused(
    erp: Project, alice: User, client_of: Callable[[User], Client]
) -> None:
    answer = client_of(alice).get(f"{BASE}projects/?gate=L9")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "invalid"
    assert "gate" in error["details"]


def test_values_come_in_the_version_that_counts(
    lead_time: Kpi, alice: User, client_of: Callable[[User], Client]
) -> None:
    record(lead_time, alice, (month(1), 47, "submitted"), (month(1), 46, "verified"), (month(2), 45, "draft"))
    client = client_of(alice)

    def values(query: str) -> list[float]:
        return [row["value"] for row in client.get(f"{BASE}measurements/{query}").json()["results"]]

    assert values("") == [46]
    assert values("?versions=newest") == [46, 45]
    assert values("?versions=all") == [46, 47, 45]
    assert values("?versions=newest&status=draft") == [45]
    assert values("?versions=newest&status=submitted") == []
    assert values("?versions=all&status=submitted") == [47]


def test_values_are_found_by_kpi_project_and_time(
    lead_time: Kpi, stock: Kpi, alice: User, client_of: Callable[[User], Client]
) -> None:
    record(
        lead_time, alice, (month(1), 1, "submitted"), (month(2), 2, "submitted"), (month(3), 3, "submitted")
    )
    record(stock, alice, (month(1), 4, "submitted"))
    client = client_of(alice)

    def values(query: str) -> list[float]:
        return [row["value"] for row in client.get(f"{BASE}measurements/?{query}").json()["results"]]

    assert values("kpi=STOCK") == [4]
    assert values("kpi=LEAD&period_from=2026-02-01&period_before=2026-03-01") == [2]
    assert values("project=ERP") == [1, 2, 3, 4]
    assert values("project=CRM") == []


@pytest.mark.parametrize("path", LISTS)
def test_a_longer_list_needs_no_more_queries(
    path: str, erp: Project, alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    client.get(BASE)  # the session's first look

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{BASE}{path}").status_code == 200
        # The test itself runs in a transaction, so that the request's own is a savepoint here.
        return sum("SAVEPOINT" not in query["sql"] for query in queries)

    with organization_scope(erp.organization):
        record(define(erp, "A1"), alice, (month(1), 1, "submitted"))
    few = count()
    with organization_scope(erp.organization):
        for number in range(2, 6):
            record(define(erp, f"A{number}"), alice, (month(1), number, "submitted"))
    assert count() == few <= 10
