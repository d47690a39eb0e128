"""What nobody has verified yet is marked wherever it is shown, and the mark goes once it is verified."""

from collections.abc import Callable

import pytest
from django.test import Client

from assessments.models import ProjectResult
from assessments.querysets import Trust
from assessments.services import MeasurementInput, record_measurements
from assessments.services.deciding import SeenCell
from assessments.services.recompute import recompute_organization
from assessments.services.verifying import verify_values
from committee.services import send_test_digest
from kpis.models import Kpi
from kpis.services import create_kpi
from organizations.models import Membership, Organization, OutboundMail, User
from organizations.tenancy import organization_scope
from projects.periods import Frequency, last_complete
from projects.services import create_project

Browser = Callable[[User], Client]


@pytest.fixture
def kpi(organization: Organization, alice: User) -> Kpi:
    with organization_scope(organization):
        project = create_project(
            actor=alice, organization=organization, values={"code": "ERP", "name": "ERP group"}
        )
        return create_kpi(
            actor=alice,
            project=project,
            values={"code": "LEAD", "name": "Lead time", "tier": "operational", "baseline_value": 50.0},
        )


@pytest.fixture
def cell(kpi: Kpi, organization: Organization, dora: User) -> SeenCell:
    """A submitted value of the last month, its results computed."""
    period = last_complete(organization.today(), Frequency.MONTH)
    with organization_scope(organization):
        record_measurements(dora, organization, [MeasurementInput(kpi.pk, period, 40.0)])
    recompute_organization(organization, trigger="change")
    organization.refresh_from_db()
    return SeenCell(kpi.pk, period, 1)


def verify(organization: Organization, cell: SeenCell, actor: User) -> None:
    with organization_scope(organization):
        verify_values(actor=actor, organization=organization, cells=[cell])
    recompute_organization(organization, trigger="change")
    organization.refresh_from_db()


def digest(organization: Organization, reader: User) -> str:
    with organization_scope(organization):
        OutboundMail.objects.all().delete()
        member = Membership.objects.select_related("user", "organization").get(user=reader)
        send_test_digest(membership=member)
        text: str = OutboundMail.objects.get(kind="digest").text
    return text


@pytest.mark.parametrize(
    ("path", "mark"),
    [
        ("committee/", "0 of 1 verified, the others are preliminary"),
        ("committee/", "· 1 preliminary"),
        ("projects/ERP/", "preliminary, not yet verified"),
        ("kpis/LEAD/", "preliminary, not yet verified"),
    ],
)
def test_a_page_marks_a_value_until_it_is_verified(
    cell: SeenCell, organization: Organization, bob: User, client_of: Browser, path: str, mark: str
) -> None:
    def page() -> str:
        return " ".join(client_of(bob).get(f"/o/acme/{path}").content.decode().split())

    assert mark in page()
    verify(organization, cell, bob)
    assert "preliminary" not in page()


def test_the_committee_counts_what_is_verified(
    cell: SeenCell, organization: Organization, bob: User, client_of: Browser
) -> None:
    verify(organization, cell, bob)
    assert "1 of 1 verified" in client_of(bob).get("/o/acme/committee/").content.decode()


def test_the_digest_says_how_many_values_are_preliminary(
    cell: SeenCell, organization: Organization, bob: User
) -> None:
    assert "1 of 1 value is preliminary, not yet verified." in digest(organization, bob)
    verify(organization, cell, bob)
    assert "preliminary" not in digest(organization, bob)


def test_a_project_without_values_trusts_nothing(kpi: Kpi, organization: Organization) -> None:
    recompute_organization(organization)
    with organization_scope(organization):
        assert ProjectResult.objects.get().trust == Trust(0, 0)
