"""KPIs that serve several projects: counted in each, written once, reproducible."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import KpiResult, ProjectResult
from assessments.services.recompute import recompute_organization, recompute_pending, reproduce
from kpis.models import Attribution, Kpi
from kpis.services import Share, archive_kpi, set_targets, share_kpi
from organizations.errors import InvalidInputError
from organizations.models import AuditEvent, Organization, User
from organizations.tenancy import organization_scope
from projects.models import PendingValuation, Project
from tests.assessments.worked_example import AS_OF, make_kpi, make_project, month, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def erp(organization: Organization, alice: User) -> Project:
    with organization_scope(organization):
        return make_project(alice, organization)


@pytest.fixture
def crm(organization: Organization, alice: User) -> Project:
    """Has one operational KPI of its own: from 100 to 60, now at 100, so that its attainment is 0."""
    with organization_scope(organization):
        project = make_project(alice, organization, "CRM")
        own = make_kpi(alice, project, "Calls", "operational")
        record(alice, own, {month(9): 100.0})
    return project


@pytest.fixture
def lead_time(erp: Project, alice: User) -> Kpi:
    """From 100 to 60, now at 80: attainment 50 %."""
    with organization_scope(erp.organization):
        kpi = make_kpi(alice, erp, "Lead time", "operational")
        record(alice, kpi, {month(9): 80.0})
    return kpi


def score(project: Project) -> float | None:
    with organization_scope(project.organization):
        value: float | None = ProjectResult.objects.get(project=project).operational
    return value


def share(actor: User, kpi: Kpi, *shares: Share, reason: str = "") -> None:
    with organization_scope(kpi.organization):
        share_kpi(actor=actor, kpi=kpi, shares=shares, reason=reason)


def test_a_shared_kpi_counts_in_each_project_with_its_weight_there(
    erp: Project, crm: Project, lead_time: Kpi, alice: User, organization: Organization
) -> None:
    share(alice, lead_time, Share(crm, 0.4, weight=3.0))
    recompute_organization(organization, as_of=AS_OF)
    assert score(erp) == pytest.approx(50.0)
    # (1 × 0 + 3 × 50) / 4
    assert score(crm) == pytest.approx(37.5)
    with organization_scope(organization):
        result = KpiResult.objects.get(kpi=lead_time)
        assert result.project_id == erp.pk
        assert ProjectResult.objects.get(project=crm).kpis_due == 2


def test_a_new_value_reaches_every_project_that_the_kpi_serves(
    erp: Project, crm: Project, lead_time: Kpi, alice: User, organization: Organization
) -> None:
    share(alice, lead_time, Share(crm, 0.4))
    recompute_pending(organization)
    with organization_scope(organization):
        before = ProjectResult.objects.get(project=crm).inputs_hash
        record(alice, lead_time, {month(9): 70.0})
    recompute_pending(organization)
    with organization_scope(organization):
        assert bytes(ProjectResult.objects.get(project=crm).inputs_hash) != bytes(before)
        assert not PendingValuation.objects.exists()


def test_a_new_target_and_an_archived_kpi_reach_further_projects_too(
    erp: Project, crm: Project, lead_time: Kpi, alice: User, organization: Organization
) -> None:
    share(alice, lead_time, Share(crm, 0.4))
    recompute_organization(organization, as_of=AS_OF)
    assert score(crm) == pytest.approx(25.0)
    with organization_scope(organization):
        set_targets(actor=alice, kpi=lead_time, points={month(12): 80.0})
    recompute_pending(organization)
    with organization_scope(organization):
        archive_kpi(actor=alice, kpi=lead_time)
        waiting = set(PendingValuation.objects.values_list("project_id", flat=True))
    assert waiting == {erp.pk, crm.pk}
    recompute_organization(organization, as_of=AS_OF)
    assert score(crm) == pytest.approx(0.0)


def test_a_project_valued_alone_has_the_same_result_as_valued_with_all(
    erp: Project, crm: Project, lead_time: Kpi, alice: User, organization: Organization
) -> None:
    share(alice, lead_time, Share(crm, 0.4, weight=3.0))
    recompute_organization(organization, as_of=AS_OF)
    valuation = reproduce(organization, as_of=AS_OF)
    with organization_scope(organization):
        stored = {row.project_id: bytes(row.inputs_hash) for row in ProjectResult.objects.all()}
    found = {one.id: key for one, key in zip(valuation.inputs.projects, valuation.hashes, strict=True)}
    assert found == stored


def test_what_was_shared_then_is_reproduced_after_it_is_no_longer(
    erp: Project, crm: Project, lead_time: Kpi, alice: User, organization: Organization
) -> None:
    share(alice, lead_time, Share(crm, 0.4, weight=3.0))
    recompute_organization(organization, as_of=AS_OF)
    with organization_scope(organization):
        run = ProjectResult.objects.get(project=crm).run
    share(alice, lead_time)
    recompute_organization(organization, as_of=AS_OF)
    assert score(crm) == pytest.approx(0.0)
    again = reproduce(organization, as_of=run.as_of, known_at=run.known_at)
    assert again.inputs_hash == run.inputs_hash


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ([("CRM", 0.7), ("MES", 0.4)], "110 % together"),
        ([("CRM", 0.0)], "above 0 %"),
        ([("CRM", 1.2)], "at most 100 %"),
        ([("CRM", float("nan"))], "above 0 %"),
        ([("ERP", 0.2)], "own project"),
        ([("CRM", 0.2), ("CRM", 0.2)], "stands twice"),
    ],
)
def test_shares_are_parts_of_one_whole(
    erp: Project, crm: Project, lead_time: Kpi, alice: User, organization: Organization,
    shares: list[tuple[str, float]], words: str,
) -> None:  # fmt: skip
    with organization_scope(organization):
        projects = {"CRM": crm, "ERP": erp, "MES": make_project(alice, organization, "MES")}
        with pytest.raises(InvalidInputError, match=words):
            share_kpi(
                actor=alice, kpi=lead_time, shares=[Share(projects[code], part) for code, part in shares]
            )
        assert not Attribution.objects.exists()


def test_ten_tenths_are_one_whole(
    erp: Project, lead_time: Kpi, alice: User, organization: Organization
) -> None:
    with organization_scope(organization):
        projects = [make_project(alice, organization, f"P{number}") for number in range(10)]
        share_kpi(actor=alice, kpi=lead_time, shares=[Share(one, 0.1) for one in projects])
        assert Attribution.objects.count() == 10


# --- the pages --------------------------------------------------------------------------------------------------


@pytest.fixture
def pmo(client_of: Callable[[User], Client], bob: User) -> Client:
    return client_of(bob)


def shown(form: Any) -> dict[str, Any]:
    return {name: form[name].value() for name in form.fields if form[name].value() is not None}


def test_a_kpi_is_shared_on_its_page_and_shown_on_the_further_projects(
    pmo: Client, erp: Project, crm: Project, lead_time: Kpi, organization: Organization
) -> None:
    address = reverse("kpis:sharing", args=["acme", lead_time.code])
    form = pmo.get(address).context["form"]
    sent = {**shown(form), "project_new0": str(crm.pk), "share_new0": "4０ %", "weight_new0": "2"}
    assert pmo.post(address, sent).status_code == 302
    with organization_scope(organization):
        row = Attribution.objects.get()
        assert (row.project, row.share, row.weight) == (crm, 0.4, 2.0)
        assert AuditEvent.objects.filter(action="kpi.shared").count() == 1
    recompute_pending(organization)
    page = pmo.get(reverse("assessments:project", args=["acme", "CRM"])).content.decode()
    assert "Lead time" in page
    assert "shared from ERP group, 40" in page
    own = pmo.get(reverse("assessments:project", args=["acme", "ERP"])).content.decode()
    assert "of it serves other projects" in own


def test_an_empty_share_ends_the_sharing(
    pmo: Client, erp: Project, crm: Project, lead_time: Kpi, alice: User, organization: Organization
) -> None:
    share(alice, lead_time, Share(crm, 0.4))
    address = reverse("kpis:sharing", args=["acme", lead_time.code])
    sent = {**shown(pmo.get(address).context["form"]), f"share_{crm.pk}": ""}
    assert pmo.post(address, sent).status_code == 302
    with organization_scope(organization):
        assert not Attribution.objects.exists()


def test_a_share_that_somebody_added_meanwhile_is_not_taken_away(
    pmo: Client, erp: Project, crm: Project, lead_time: Kpi, alice: User, organization: Organization
) -> None:
    with organization_scope(organization):
        mes = make_project(alice, organization, "MES")
        third = make_project(alice, organization, "OA")
    share(alice, lead_time, Share(crm, 0.4))
    address = reverse("kpis:sharing", args=["acme", lead_time.code])
    sent = shown(pmo.get(address).context["form"])
    share(alice, lead_time, Share(crm, 0.4), Share(mes, 0.2))
    sent |= {"project_new0": str(third.pk), "share_new0": "10"}
    assert pmo.post(address, sent).status_code == 302
    with organization_scope(organization):
        found = dict(Attribution.objects.values_list("project__code", "share"))
    assert found == {"CRM": 0.4, "MES": 0.2, "OA": 0.1}


def test_more_than_the_whole_is_refused_on_the_page(
    pmo: Client, erp: Project, crm: Project, lead_time: Kpi, alice: User
) -> None:
    address = reverse("kpis:sharing", args=["acme", lead_time.code])
    sent = {"project_new0": str(crm.pk), "share_new0": "120"}
    answer = pmo.post(address, sent)
    assert answer.status_code == 422
    assert "at most 100" in answer.content.decode()
    assert pmo.post(address, {"share_new0": "20"}).status_code == 422
