"""What moves the value of a project, one factor at a time."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from assessments.method.finance import monthly_rate, npv
from assessments.models import ProjectResult
from assessments.sensitivity import Moved, read_outlook, sensitivity
from assessments.services.recompute import recompute_pending
from kpis.models import Driver, Kpi
from organizations.models import Organization, User
from projects.models import LineShare, MoneyLine, Project
from projects.services import create_line, set_cash_flows
from tests.assessments.monetised_line import benefit, lead_time, live_project, monetise_line, wage
from tests.assessments.worked_example import add_money, month, record
from tests.queries import at_most

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    """Costs, a typed benefit, and one that follows from a KPI with a driver and a capture rate of 80 %."""
    project = live_project(alice, organization)
    add_money(alice, project)
    return project


@pytest.fixture
def line(project: Project, alice: User) -> MoneyLine:
    kpi: Kpi = lead_time(alice, project)
    record(alice, kpi, {month(2): 20.0, month(3): 18.5})
    line = benefit(alice, project)
    later = {month(number, 2026): Decimal(1000) for number in range(1, 13)}
    set_cash_flows(actor=alice, line=line, series="forecast", amounts=later)
    driver: Driver = wage(alice, project.organization)
    monetise_line(alice, kpi, line, money_driver=driver, capture_rate=0.8)
    recompute_pending(project.organization)
    return line


def moved(project: Project, share: float = 0.1) -> dict[str, Moved]:
    today = project.organization.today()
    return {one.name: one for one in sensitivity(project, share, today)[1]}


def test_the_outlook_is_the_one_that_was_valued(project: Project, line: MoneyLine) -> None:
    base, _moved = sensitivity(project, 0.1, project.organization.today())
    assert base == pytest.approx(ProjectResult.objects.get(project=project).npv_outlook)


def test_a_driver_moves_the_lines_that_use_it_and_no_other(project: Project, line: MoneyLine) -> None:
    outlook = read_outlook(project, project.organization.today())
    rate = monthly_rate(project.organization.discount_rate)
    found = moved(project)["Wage"]
    assert found.npv.at_low == pytest.approx(-0.1 * npv(rate, outlook.benefits[line.pk]))
    assert found.benefits.at_high == pytest.approx(0.1 * outlook.benefits[line.pk].sum())
    assert moved(project)["Improvement of “Lead time”"].npv.at_low == pytest.approx(found.npv.at_low)
    assert moved(project, 0.2)["Wage"].npv.at_low == pytest.approx(2 * found.npv.at_low)


def test_a_share_cannot_be_more_than_the_whole(project: Project, line: MoneyLine) -> None:
    found = moved(project, 0.5)
    assert found["Capture rate: Faster orders"].high_end == "125\u00a0%"
    assert found["Attribution: Faster orders"].npv.at_high == 0
    assert found["Attribution: Faster orders"].npv.at_low < 0


def test_what_is_booked_already_is_certain(project: Project, line: MoneyLine) -> None:
    # The costs are all spent; of the typed benefit only what is planned after its last booked month can move.
    found = moved(project)
    assert "Costs still to come" not in found or found["Costs still to come"].npv.swing == 0
    typed = MoneyLine.objects.get(name="Stock")
    outlook = read_outlook(project, project.organization.today())
    ahead = (outlook.benefits[typed.pk] * outlook.benefits_ahead).sum()
    assert ahead > 0
    assert found["Other benefits still to come"].benefits.at_high == pytest.approx(0.1 * ahead)


def test_the_widest_is_first(project: Project, line: MoneyLine) -> None:
    _base, rows = sensitivity(project, 0.1, project.organization.today())
    swings = [row.npv.swing for row in rows]
    assert swings == sorted(swings, reverse=True)
    assert {"Wage", "Volume: Faster orders", "Discount rate"} <= {row.name for row in rows}


def test_a_shared_line_counts_with_the_part_that_the_project_bears(
    project: Project, line: MoneyLine, alice: User, organization: Organization
) -> None:
    other = live_project(alice, organization, "CRM")
    before = read_outlook(project, organization.today()).benefits[line.pk].sum()
    LineShare.objects.create(organization=organization, line=line, project=other, share=0.25)
    here = read_outlook(project, organization.today()).benefits[line.pk].sum()
    there = read_outlook(other, organization.today()).benefits[line.pk].sum()
    assert (here, there) == (pytest.approx(0.75 * before), pytest.approx(0.25 * before))


def test_the_page_says_what_to_look_at_first(
    project: Project, line: MoneyLine, victor: User, client_of: Callable[[User], Client]
) -> None:
    viewer = client_of(victor)
    path = reverse("assessments:sensitivity", args=["acme", "ERP"])
    viewer.get(path)
    with at_most(13):
        shown = viewer.get(path)
    assert "moves the value most" in shown.content.decode()
    assert "<svg" in shown.content.decode()
    assert shown.context["share"] == 0.1
    assert viewer.get(path + "?range=30").context["share"] == 0.3
    assert viewer.get(path + "?range=900").context["share"] == 0.1


def test_without_money_the_page_says_what_will_be_there(
    alice: User, organization: Organization, client_of: Callable[[User], Client]
) -> None:
    live_project(alice, organization, "BARE")
    shown = client_of(alice).get(reverse("assessments:sensitivity", args=["acme", "BARE"]))
    assert "Nothing is there yet that could move the value" in shown.content.decode()


def test_costs_alone_move_by_what_is_to_come(alice: User, organization: Organization) -> None:
    project = live_project(alice, organization, "COST")
    line = create_line(actor=alice, project=project, values={"kind": "cost", "name": "Licences"})
    set_cash_flows(actor=alice, line=line, series="plan", amounts={month(1, 2090): Decimal(1000)})
    found = moved(project)["Costs still to come"]
    assert found.npv.at_low == pytest.approx(100)
    assert found.npv.at_high == pytest.approx(-100)
