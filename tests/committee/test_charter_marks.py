"""A project without a signed charter is marked wherever the committee looks, and the mark goes with the signatures."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client

from assessments.services.recompute import recompute_organization
from committee.services import load_sample, send_test_digest
from kpis.models import Kpi
from kpis.services import create_kpi, update_kpi
from kpis.services.charters import hand_out_charter, sign_charter
from organizations.models import Membership, Organization, OutboundMail, User
from organizations.tenancy import organization_scope
from projects.models import Project
from projects.services import create_project
from tests.queries import at_most

Browser = Callable[[User], Client]
PAGES = ("/o/acme/committee/", "/o/acme/projects/", "/o/acme/projects/ERP/", "/o/acme/projects/ERP/charter/")


@pytest.fixture
def project(organization: Organization, bob: User, dora: User, erik: User) -> Project:
    with organization_scope(organization):
        owners = {"business_owner": dora, "it_owner": erik}
        project = create_project(
            actor=bob, organization=organization, values={"code": "ERP", "name": "ERP group", **owners}
        )
        create_kpi(
            actor=bob,
            project=project,
            values={
                "code": "LEAD",
                "name": "Order lead time",
                "definition": "Hours from order to delivery, from the ERP, monthly mean.",
                "tier": "operational",
                "direction": "lower",
                "unit": "hours",
                "baseline_value": 48.0,
                "business_owner": dora,
                "targets": {datetime.date(2025, 9, 1): 30.0},
            },
        )
    recompute_organization(organization, trigger="change")
    return project


def seen(browser: Client, words: str) -> list[str]:
    """The pages that say the words; those that keep a copy must have let go of it."""
    return [path for path in PAGES if words in browser.get(path).content.decode()]


def digest(organization: Organization, reader: User) -> str:
    with organization_scope(organization):
        OutboundMail.objects.filter(kind="digest").delete()
        send_test_digest(
            membership=Membership.objects.select_related("user", "organization").get(user=reader)
        )
        text: str = OutboundMail.objects.get(kind="digest").text
    return text


def test_every_page_follows_the_charter_from_none_to_signed_to_outdated(
    project: Project, organization: Organization, client_of: Browser, bob: User, dora: User, erik: User
) -> None:
    browser = client_of(erik)
    assert seen(browser, "no charter") == list(PAGES)
    assert "1 without a signed charter" in browser.get(PAGES[0]).content.decode()
    assert "1 project has no signed charter." in digest(organization, erik)
    with organization_scope(organization):
        charter = hand_out_charter(actor=bob, project=project)
        sign_charter(actor=dora, charter=charter, side="business", content_hash=charter.content_hash)
    assert seen(browser, "charter unsigned by IT") == list(PAGES[:3])
    with organization_scope(organization):
        sign_charter(actor=erik, charter=charter, side="it", content_hash=charter.content_hash)
    assert seen(browser, "unsigned") == []
    assert seen(browser, "charter signed v1") == list(PAGES[1:3])
    assert "without a signed charter" not in browser.get(PAGES[0]).content.decode()
    assert "signed charter" not in digest(organization, erik)
    with organization_scope(organization):
        update_kpi(actor=bob, kpi=Kpi.objects.get(), values={"weight": 2.0}, reason="Weight")
    assert seen(browser, "charter outdated") == list(PAGES[:3])


def test_the_sample_needs_no_charter_on_the_page_nor_in_the_mail(
    project: Project, organization: Organization, client_of: Browser, erik: User
) -> None:
    with organization_scope(organization):
        load_sample(actor=erik, organization=organization)
    recompute_organization(organization, trigger="change")
    assert "1 without a signed charter" in client_of(erik).get(PAGES[0]).content.decode()
    assert "1 project has no signed charter." in digest(organization, erik)


def test_marks_cost_one_query_however_many_projects(
    project: Project, organization: Organization, client_of: Browser, bob: User
) -> None:
    browser = client_of(bob)
    with organization_scope(organization):
        for number in range(10):
            create_project(
                actor=bob,
                organization=organization,
                values={"code": f"P{number}", "name": f"Project {number}"},
            )
    browser.get("/o/acme/projects/")
    with at_most(12):
        browser.get("/o/acme/projects/")
