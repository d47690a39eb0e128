"""The checklist that ticks itself, and sample data that deletes cleanly."""

from typing import Any

import pytest
from django.db import connection

from assessments.models import KpiResult, Measurement, ProjectResult
from assessments.services.recompute import recompute_organization
from committee.services import load_sample, remove_sample
from kpis.models import Kpi
from organizations.errors import ConflictError
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import CashFlow, MoneyLine, Project
from projects.services import create_project

pytestmark = pytest.mark.django_db

TABLES = [
    "projects_project", "projects_moneyline", "projects_cashflow", "projects_gatedecision",
    "projects_planbaseline", "kpis_kpi", "kpis_target", "kpis_baseline", "assessments_measurement",
    "assessments_kpiresult", "assessments_projectresult", "projects_pendingvaluation",
]  # fmt: skip


def rows_of(organization: Organization) -> dict[str, list[Any]]:
    """Every row of the tables a sample writes."""
    found = {}
    with organization_scope(organization), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY id")
            found[table] = cursor.fetchall()
    return found


def start_page(client_of: Any, user: User) -> str:
    answer = client_of(user).get("/o/acme/start/")
    assert answer.status_code == 200
    return answer.content.decode()  # type: ignore[no-any-return]


def test_a_new_organization_begins_with_the_first_steps(
    organization: Organization, alice: User, client_of: Any
) -> None:
    answer = client_of(alice).get("/o/acme/")
    assert answer["Location"] == "/o/acme/start/"
    page = start_page(client_of, alice)
    assert "7 steps are left" in page
    assert "Load sample data" in page


def test_a_step_ticks_itself(organization: Organization, alice: User, client_of: Any) -> None:
    with organization_scope(organization):
        create_project(actor=alice, organization=organization, values={"code": "ERP", "name": "ERP"})
    assert "6 steps are left" in start_page(client_of, alice)


def test_the_page_costs_a_fixed_number_of_queries(
    organization: Organization, alice: User, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    client = client_of(alice)
    with django_assert_max_num_queries(14):
        client.get("/o/acme/start/")


def test_the_sample_ticks_nothing_and_has_figures(
    organization: Organization, alice: User, client_of: Any
) -> None:
    with organization_scope(organization):
        project = load_sample(actor=alice, organization=organization)
        assert Kpi.objects.filter(project=project).count() == 8
        assert Measurement.objects.count() == 8 * 15
    recompute_organization(organization)
    with organization_scope(organization):
        result = ProjectResult.objects.get(project=project)
        assert result.value_index is not None
        assert result.payback_outlook is not None
        assert result.kpis_in == 8
    page = start_page(client_of, alice)
    assert "7 steps are left" in page
    assert "Remove the sample" in page


def test_pressed_twice_there_is_one_sample(organization: Organization, alice: User, client_of: Any) -> None:
    client = client_of(alice)
    first = client.post("/o/acme/start/sample/")
    second = client.post("/o/acme/start/sample/")
    assert first["Location"] == second["Location"] == "/o/acme/projects/SAMPLE/"
    with organization_scope(organization):
        assert Project.objects.count() == 1


def test_a_project_of_that_code_keeps_its_own(organization: Organization, alice: User) -> None:
    with organization_scope(organization):
        create_project(actor=alice, organization=organization, values={"code": "Sample", "name": "Ours"})
        assert load_sample(actor=alice, organization=organization).code == "SAMPLE-2"


def test_it_is_removed_without_a_trace(organization: Organization, alice: User, client_of: Any) -> None:
    with organization_scope(organization):
        own = create_project(actor=alice, organization=organization, values={"code": "OWN", "name": "Ours"})
    recompute_organization(organization)
    before = rows_of(organization)
    with organization_scope(organization):
        load_sample(actor=alice, organization=organization)
    recompute_organization(organization)
    assert "goes with its KPIs" in client_of(alice).get("/o/acme/start/sample/remove/").content.decode()
    client_of(alice).post("/o/acme/start/sample/remove/")
    assert rows_of(organization) == before
    with organization_scope(organization):
        assert list(Project.objects.all()) == [own]
        assert not KpiResult.objects.exists()
        assert not MoneyLine.objects.exists()
        assert not CashFlow.objects.exists()


def test_what_builds_on_the_sample_keeps_it(organization: Organization, alice: User) -> None:
    with organization_scope(organization):
        sample = load_sample(actor=alice, organization=organization)
        values = {"code": "OWN", "name": "Ours", "parent": sample}
        create_project(actor=alice, organization=organization, values=values)
        with pytest.raises(ConflictError, match="Ours"):
            remove_sample(actor=alice, organization=organization)
        assert Project.objects.filter(is_sample=True).exists()


def test_the_sample_speaks_chinese(organization: Organization, alice: User) -> None:
    from django.utils import translation

    with translation.override("zh-hans"), organization_scope(organization):
        load_sample(actor=alice, organization=organization)
        assert Kpi.objects.filter(name="应收账款周转天数").exists()
