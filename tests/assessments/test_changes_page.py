"""The page, the command and the API of what changed."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from assessments.changes import answering
from assessments.services.recompute import recompute_organization
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import Project
from projects.periods import Frequency, last_complete
from tests.assessments.worked_example import add_money, make_kpi, make_project, record
from tests.queries import at_most

pytestmark = pytest.mark.django_db

#: a month whose value counts today
NEWEST = last_complete(timezone.now().date(), Frequency.MONTH)


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    with organization_scope(organization):
        project = make_project(alice, organization)
        record(alice, make_kpi(alice, project, "Lead time", "operational"), {NEWEST: 97.0})
        add_money(alice, project)
    recompute_organization(organization)
    return project


@pytest.fixture
def page(organization: Organization, client_of: Callable[[User], Client], alice: User) -> Callable[..., Any]:
    client = client_of(alice)
    return lambda **query: client.get("/o/acme/changes/", query)


def test_the_page_tells_a_correction_with_its_old_and_new_value(
    project: Project, organization: Organization, alice: User, page: Callable[..., Any]
) -> None:
    known = timezone.now()
    with organization_scope(organization):
        record(alice, project.kpis.get(), {NEWEST: 61.5}, note="counted anew")
    html = page(**{"from": known.isoformat(), "figure": "value_index"}).content.decode()
    assert "1 project reads otherwise than on" in html
    assert "counted anew" in html
    assert "61.5" in html
    assert "/o/acme/entries/" in html


def test_the_page_of_a_new_project_has_sums_and_all_its_definitions(
    project: Project, page: Callable[..., Any]
) -> None:
    html = page().content.decode()
    assert "2,100" in html
    assert "ERP group" in html
    assert "known since" in html or "added" in html


def test_one_project_shows_its_five_figures(project: Project, page: Callable[..., Any]) -> None:
    html = page(project="ERP").content.decode()
    for title in ("Benefits to date", "Net present value", "Return on investment", "Payback", "Value index"):
        assert title in html
    assert page(project="NONE").status_code == 404


@pytest.mark.parametrize("query", [{"from": "yesterday"}, {"from": "2999-01-01"}, {"to": "2020-01-01"}])
def test_days_that_cannot_be_compared_are_told(query: dict[str, str], page: Callable[..., Any]) -> None:
    answer = page(**query)
    assert answer.status_code == 422
    assert "These two days cannot be compared" in answer.content.decode()


def test_without_projects_the_page_says_what_will_be_here(page: Callable[..., Any]) -> None:
    assert "What changed between two reports will be here" in page().content.decode()


def test_the_page_asks_little_once_the_explanation_is_kept(
    project: Project, page: Callable[..., Any], settings: Any
) -> None:
    settings.PAGE_CACHE_SECONDS = 60
    day = timezone.now().isoformat()
    page(**{"from": day})
    with at_most(16):
        page(**{"from": day})


def test_many_projects_are_explained_in_the_background(
    project: Project, organization: Organization, page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(answering, "AT_ONCE", 0)
    monkeypatch.setattr(answering, "send", lambda *arguments: told.append(arguments))
    known = timezone.now().isoformat()
    assert "Working out what changed" in page(**{"from": known}).content.decode()
    page(**{"from": known})
    ((task, number, *words),) = told
    assert (task, number) == (answering.TASK, organization.pk)
    answering.answer_later(organization, *words)
    assert "Nothing was" in page(**{"from": known}).content.decode()
    cache.clear()


def test_the_command_prints_one_document_whose_causes_add_up(
    project: Project, organization: Organization, alice: User
) -> None:
    known = timezone.now().isoformat()
    with organization_scope(organization):
        record(alice, project.kpis.get(), {NEWEST: 61.5}, note="counted anew")
    stream = io.StringIO()
    call_command("explain_changes", "--organization", "acme", "--from", known, "--json", stdout=stream)
    document = json.loads(stream.getvalue())
    (told,) = document["projects"]
    index = told["figures"]["value_index"]
    assert index["causes"]["corrections"] == pytest.approx(index["end"] - index["start"])
    assert sum(index["causes"].values()) == pytest.approx(index["change"], abs=1e-9)
    (value,) = document["changed"]["values"]
    assert (value["old"], value["new"], value["cause"]) == (97.0, 61.5, "corrections")


def test_the_command_tells_what_moved_in_words_and_refuses_what_is_no_day(
    project: Project, organization: Organization, alice: User
) -> None:
    known = timezone.now().isoformat()
    with organization_scope(organization):
        record(alice, project.kpis.get(), {NEWEST: 61.5}, note="counted anew")
    stream = io.StringIO()
    call_command("explain_changes", "--organization", "acme", "--from", known, stdout=stream)
    assert "ERP: Value index: " in stream.getvalue()
    assert "Corrections +" in stream.getvalue()
    with pytest.raises(CommandError, match="--from"):
        call_command("explain_changes", "--organization", "acme", "--from", "yesterday", stdout=stream)


def test_the_api_answers_the_same_document(
    project: Project, organization: Organization, alice: User, client_of: Callable[[User], Client]
) -> None:
    known = timezone.now().isoformat()
    with organization_scope(organization):
        record(alice, project.kpis.get(), {NEWEST: 61.5}, note="counted anew")
    client = client_of(alice)
    document = client.get("/api/v1/organizations/acme/changes/", {"from": known}).json()
    index = document["projects"][0]["figures"]["value_index"]
    assert index["causes"]["corrections"] == pytest.approx(index["end"] - index["start"])
    assert client.get("/api/v1/organizations/acme/changes/", {"from": "soon"}).status_code == 400
