"""Pages of formula cards: what they say, to whom, at what price."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from assessments.formula_cards import catalogue  # noqa: F401
from assessments.formula_cards.facts import read_kpi_figures, read_project_figures
from assessments.formula_cards.registry import figures_of
from assessments.models import KpiResult, ProjectResult
from assessments.services.recompute import recompute_projects
from kpis.models import Kpi
from organizations.models import Organization, User
from projects.models import MoneyLine, Project
from projects.periods import last_complete
from projects.services import archive_project, set_cash_flows, update_project
from tests.assessments.worked_example import JANUARY, make_kpi, make_project
from tests.queries import at_most

Browser = Callable[[User], Client]
Read = Callable[..., str]
OLDER = "The stored figure is older than its inputs."
PROJECT = [one.code for one in figures_of("project")]
KPI = [one.code for one in figures_of("kpi")]


def test_every_card_explains_its_figure(computed: Project, kpi: Kpi, read: Read) -> None:
    for path in [f"projects/ERP/figures/{code}/" for code in PROJECT] + [
        f"kpis/{kpi.code}/figures/{code}/" for code in KPI
    ]:
        text = read(path)
        assert "<math" in text, path
        assert OLDER not in text, path
        assert 'id="card-inputs"' in text, path


def test_every_role_that_sees_the_project_reads_the_card(
    computed: Project, kpi: Kpi, client_of: Browser, request: pytest.FixtureRequest
) -> None:
    for name in ("alice", "bob", "dora", "fiona", "erik", "victor"):
        client = client_of(request.getfixturevalue(name))
        assert client.get("/o/acme/projects/ERP/figures/npv/").status_code == 200
        assert client.get(f"/o/acme/kpis/{kpi.code}/figures/attainment/").status_code == 200
        assert client.get("/o/acme/projects/ERP/workbook.xlsx").status_code == 200
    axel = client_of(request.getfixturevalue("axel"))
    assert axel.get("/o/acme/projects/ERP/figures/npv/").status_code == 403


def test_a_card_says_who_entered_what_and_when(computed: Project, kpi: Kpi, read: Read) -> None:
    attained = read(f"kpis/{kpi.code}/figures/attainment/")
    newest = last_complete(kpi.organization.today(), "month")
    assert f'href="/o/acme/entries/{kpi.code}/{newest}/"' in attained
    assert "Bob" in attained
    assert "=(64-100)/(60-100)" in attained
    line = MoneyLine.objects.get(name="Stock")
    worth = read("projects/ERP/figures/npv/")
    assert f"/o/acme/projects/ERP/money/{line.pk}/" in worth
    assert "discounted at its end" in worth


def test_the_lists_lead_to_every_card(computed: Project, kpi: Kpi, read: Read) -> None:
    for path, codes in (("projects/ERP/figures/", PROJECT), (f"kpis/{kpi.code}/figures/", KPI)):
        text = read(path)
        assert [code for code in codes if f'href="/o/acme/{path}{code}/"' not in text] == []


def test_pages_lead_from_their_figures_to_the_cards(computed: Project, kpi: Kpi, read: Read) -> None:
    text = read("projects/ERP/")
    for code in ("npv", "roi", "payback", "benefits", "costs", "operational", "value-index", "status"):
        assert f'href="/o/acme/projects/ERP/figures/{code}/"' in text
    assert f'href="/o/acme/kpis/{kpi.code}/figures/attainment/"' in text
    assert 'href="/o/acme/projects/ERP/workbook.xlsx"' in text
    assert f'href="/o/acme/kpis/{kpi.code}/figures/on-plan/"' in read(f"kpis/{kpi.code}/")


def test_a_stored_figure_that_is_older_than_its_inputs_is_told_apart(
    computed: Project, read: Read, bob: User
) -> None:
    before = read("projects/ERP/figures/npv/")
    line = MoneyLine.objects.get(name="Licences")
    set_cash_flows(actor=bob, line=line, series="plan", amounts={JANUARY: Decimal(900)})
    after = read("projects/ERP/figures/npv/")
    assert OLDER not in before
    assert OLDER in after
    recompute_projects(computed.organization, [computed.pk])
    assert OLDER not in read("projects/ERP/figures/npv/")


def test_without_money_and_baseline_a_card_says_what_is_missing(
    organization: Organization, scope: None, bob: User, read: Read
) -> None:
    project = make_project(bob, organization, "BARE")
    kpi = make_kpi(
        bob, project, "Errors", "functional", baseline_value=None, baseline_start=None, baseline_end=None
    )
    recompute_projects(organization, [project.pk])
    for code in ("npv", "roi", "irr", "mirr", "payback", "discounted-payback", "benefit-cost-ratio"):
        assert "The project has no line of cost or benefit yet." in read(f"projects/BARE/figures/{code}/"), (
            code
        )
    assert "No value has been submitted yet." in read(f"kpis/{kpi.code}/figures/attainment/")
    assert "There is no baseline" in read(f"kpis/{kpi.code}/figures/baseline/")
    assert "Fewer than five values" in read(f"kpis/{kpi.code}/figures/limits/")
    assert "No module is contracted yet." in read("projects/BARE/figures/module-coverage/")


def test_an_archived_project_has_no_figures(
    computed: Project, read: Read, client_of: Browser, bob: User
) -> None:
    archive_project(actor=bob, project=computed)
    assert "Nothing is computed any more" in read("projects/ERP/figures/npv/")
    assert client_of(bob).get("/o/acme/projects/ERP/workbook.xlsx").status_code == 404


def test_strangers_and_unknown_figures_are_not_found(
    computed: Project,
    kpi: Kpi,
    other_organization: Organization,
    client_of: Browser,
    charlie: User,
    read: Read,
) -> None:
    client = client_of(charlie)
    for path in (
        "projects/ERP/figures/", "projects/ERP/figures/npv/", "projects/ERP/workbook.xlsx",
        f"kpis/{kpi.code}/figures/", f"kpis/{kpi.code}/figures/status/",
    ):  # fmt: skip
        assert client.get(f"/o/acme/{path}").status_code == 404
        assert client.get(f"/o/globex/{path}").status_code == 404
    read("projects/ERP/figures/nothing/", status=404)


def test_a_card_takes_a_fixed_number_of_queries(
    computed: Project, kpi: Kpi, client_of: Browser, bob: User
) -> None:
    for number in range(6):
        make_kpi(bob, computed, f"KPI {number}", "functional")
    client = client_of(bob)
    for path in ("projects/ERP/figures/npv/", "projects/ERP/figures/functional/", "projects/ERP/figures/"):
        client.get(f"/o/acme/{path}")
        with at_most(20):
            client.get(f"/o/acme/{path}")
    with at_most(18):
        client.get(f"/o/acme/kpis/{kpi.code}/figures/limits/")


def test_cards_are_the_same_in_chinese(computed: Project, kpi: Kpi, organization: Organization) -> None:
    """Words differ, numbers do not; no card breaks in either language."""
    said: dict[str, list[Any]] = {}
    for language in ("en", "zh-hans"):
        with override(language):
            facts = read_project_figures(computed, organization)
            assert facts is not None
            cards = [one.make(facts) for one in figures_of("project")]
            about = read_kpi_figures(kpi, organization)
            assert about is not None
            cards += [one.make(about) for one in figures_of("kpi")]
            said[language] = [
                (reading.excel, reading.amount if not isinstance(reading.amount, str) else "")
                for card in cards
                for reading in card.readings
            ]
    assert said["en"] == said["zh-hans"]


def test_what_is_computed_now_is_what_is_stored(
    computed: Project, kpi: Kpi, organization: Organization
) -> None:
    facts, about = read_project_figures(computed, organization), read_kpi_figures(kpi, organization)
    assert facts is not None
    assert about is not None
    cards = [one.make(facts) for one in figures_of("project")] + [
        one.make(about) for one in figures_of("kpi")
    ]
    stored = [reading for card in cards for reading in card.readings if reading.is_stored]
    assert len(stored) > 30
    assert [reading for reading in stored if reading.differs] == []
    assert ProjectResult.objects.filter(project=computed).exists()
    assert KpiResult.objects.filter(kpi=kpi).exists()


def test_names_are_text_and_never_markup(computed: Project, read: Read, bob: User) -> None:
    update_project(actor=bob, project=computed, values={"name": "<script>alert(1)</script>"})
    assert "<script>alert(1)" not in read("projects/ERP/figures/npv/")
