"""The committee page says what is worth what, from results alone."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from assessments.services.recompute import recompute_organization, recompute_pending
from organizations.models import Organization, User
from organizations.services import update_profile
from organizations.tenancy import organization_scope
from projects.models import Project
from tests.assessments.worked_example import AS_OF, add_money, make_kpi, make_project, month, record

pytestmark = pytest.mark.django_db

PAGE = "/o/acme/committee/"
ClientOf = Callable[[User], Client]


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    with organization_scope(organization):
        project = make_project(alice, organization)
        kpi = make_kpi(alice, project, "Lead time", "operational")
        record(alice, kpi, {month(8): 75.0, month(9): 70.0})
        add_money(alice, project)
    recompute_organization(organization, as_of=AS_OF)
    return project


def read(client: Client, path: str = PAGE) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_message_names_money_and_payback(project: Project, erik: User, client_of: ClientOf) -> None:
    text = read(client_of(erik))
    assert "Benefits to date are" in text
    assert "ERP group pays back in 3 months instead of 11." in text


def test_a_page_with_nothing_but_gaps_says_so_in_its_heading(
    organization: Organization, alice: User, erik: User, client_of: ClientOf
) -> None:
    with organization_scope(organization):
        make_kpi(alice, make_project(alice, organization), "Lead time", "operational")
    recompute_organization(organization, as_of=AS_OF)
    assert "1 of 1 project cannot be judged yet." in read(client_of(erik))


def test_a_row_shows_score_was_and_now(project: Project, erik: User, client_of: ClientOf) -> None:
    text = read(client_of(erik))
    assert "<span>11</span> → <strong>3</strong>" in text
    assert "At risk" in text  # on plan, but without strategic evidence at best amber
    assert "0 of 0 in" not in text
    assert "not due" in text


def test_an_empty_organization_is_told_what_will_be_here(
    organization: Organization, bob: User, victor: User, client_of: ClientOf
) -> None:
    assert "/o/acme/start/" in read(client_of(bob))
    assert "/o/acme/start/" not in read(client_of(victor))


def test_a_filter_without_a_match_offers_all_projects(
    project: Project, erik: User, client_of: ClientOf
) -> None:
    text = read(client_of(erik), PAGE + "?kind=CRM")
    assert "No project matches this filter." in text
    assert "ERP group" not in text.split("<tbody>")[-1]


def test_the_page_changes_as_soon_as_new_results_stand(
    project: Project, organization: Organization, alice: User, erik: User, client_of: ClientOf
) -> None:
    client = client_of(erik)
    before = read(client)
    with organization_scope(organization):
        make_project(alice, organization, "CRM")
    recompute_pending(organization)
    after = read(client)
    assert "CRM group" in after
    assert "CRM group" not in before


def test_the_page_speaks_the_readers_language(project: Project, erik: User, client_of: ClientOf) -> None:
    update_profile(user=erik, values={"language": "zh-hans"})
    client = client_of(erik)
    assert '<html lang="zh-hans"' in read(client)


def test_the_page_costs_a_fixed_number_of_queries(
    project: Project,
    organization: Organization,
    alice: User,
    erik: User,
    client_of: ClientOf,
    settings: Any,
    django_assert_max_num_queries: Any,
) -> None:
    settings.PAGE_CACHE_SECONDS = 0
    with organization_scope(organization):
        for number in range(15):
            make_kpi(alice, make_project(alice, organization, f"P{number}"), f"K{number}", "strategic")
    recompute_organization(organization, as_of=AS_OF)
    client = client_of(erik)
    read(client)
    with django_assert_max_num_queries(12):
        read(client)


def test_an_auditor_sees_nothing_and_a_stranger_finds_nothing(
    project: Project, axel: User, charlie: User, client_of: ClientOf
) -> None:
    assert client_of(axel).get(PAGE).status_code == 403
    assert client_of(charlie).get(PAGE).status_code == 404


def test_a_chinese_date_line_names_the_day(project: Project, erik: User, client_of: ClientOf) -> None:
    assert f"{AS_OF.day} Oct {AS_OF.year}" in read(client_of(erik))
    assert isinstance(AS_OF, datetime.date)
