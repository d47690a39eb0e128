"""Results as programs read them."""

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.services.recompute import recompute_pending
from kpis.models import Kpi
from organizations.models import User
from organizations.services import create_department
from organizations.tenancy import organization_scope
from projects.models import Project
from projects.services import create_project

from .conftest import BASE, define, month, record


def test_results_come_with_their_day_method_and_words(
    lead_time: Kpi, alice: User, client_of: Callable[[User], Client]
) -> None:
    record(lead_time, alice, (month(6), 44, "submitted"))
    recompute_pending(lead_time.organization)
    client = client_of(alice)
    (project,) = client.get(f"{BASE}results/projects/").json()["results"]
    assert (project["project"], project["name"]) == ("ERP", "ERP group")
    assert project["method_version"]
    assert project["as_of"]
    (kpi,) = client.get(f"{BASE}results/kpis/").json()["results"]
    assert (kpi["kpi"], kpi["project"], kpi["tier"], kpi["unit"]) == ("LEAD", "ERP", "operational", "h")
    assert (kpi["value"], kpi["period"], kpi["target"]) == (44, "2026-06-01", 40)
    assert kpi["attainment"] == 0.5
    assert client.get(f"{BASE}results/kpis/?status={kpi['status']}").json()["count"] == 1
    assert client.get(f"{BASE}results/kpis/?project=CRM").json()["count"] == 0


def test_longer_results_and_departments_need_no_more_queries(
    erp: Project, alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    client.get(BASE)

    def add(number: int) -> None:
        with organization_scope(erp.organization):
            department = create_department(actor=alice, organization=erp.organization, name=f"Sales {number}")
            project = create_project(
                actor=alice,
                organization=erp.organization,
                values={"code": f"P{number}", "name": f"Project {number}"},
                departments=[department],
            )
            record(define(project, f"K{number}"), alice, (month(6), 44, "submitted"))
        recompute_pending(erp.organization)

    def counts() -> list[int]:
        found = []
        for path in ("projects/", "results/projects/", "results/kpis/"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"{BASE}{path}").status_code == 200
            found.append(sum("SAVEPOINT" not in query["sql"] for query in queries))
        return found

    add(1)
    few = counts()
    for number in range(2, 5):
        add(number)
    assert counts() == few
    assert max(few) <= 10
    names = client.get(f"{BASE}projects/P1/").json()["departments"]
    assert names == ["Sales 1"]
