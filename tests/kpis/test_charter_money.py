"""What a charter says of money that follows from KPIs."""

from typing import Any

import pytest

from kpis.charters.content import draft_content, is_same_definition
from kpis.charters.differences import differences
from kpis.charters.sheet import sheet_of
from kpis.models import Charter
from kpis.services.charters import hand_out_charter, sign_charter
from kpis.services.drivers import add_driver_value
from kpis.services.monetisation import monetise_new_line, remove_monetisation, set_monetisation
from organizations.models import Organization, User
from projects.models import Project
from projects.services import create_line, update_project
from tests.assessments.monetised_line import lead_time, live_project, wage
from tests.assessments.worked_example import month

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]


@pytest.fixture
def project(organization: Organization, alice: User, bob: User) -> Project:
    project = live_project(alice, organization)
    update_project(actor=alice, project=project, values={"business_owner": alice, "it_owner": bob})
    return project


@pytest.fixture
def kpi(project: Project, alice: User) -> Any:
    definition = (
        "Hours from the receipt of an order to its dispatch, from the log of the ERP, median of the month."
    )
    owners = {"business_owner": alice, "data_owner": alice, "definition": definition}
    return lead_time(alice, project, **owners, targets={month(12): 18.0})


def test_a_charter_without_monetised_lines_says_what_it_always_said(
    project: Project, kpi: Any, alice: User
) -> None:
    create_line(actor=alice, project=project, values={"kind": "benefit", "name": "Typed"})
    (line,) = draft_content(project)["benefits"]
    assert set(line) == {"name", "category", "cashability", "currency", "planned", "owner"}
    assert not sheet_of(draft_content(project))["follows"]


def test_the_formula_stands_in_the_charter(
    project: Project, kpi: Any, alice: User, organization: Organization
) -> None:
    values = {"money_driver": wage(alice, organization), "volume_value": 1200.0, "capture_rate": 0.8}
    monetise_new_line(
        actor=alice, kpi=kpi, project=project, name="Faster orders", values={**values, "ramp_months": 6}
    )
    (line,) = sheet_of(draft_content(project))["benefits"]
    assert line["formula"] == (
        "improvement of LEAD × 1,200 a month × WAGE × 80\u00a0% × 100\u00a0%; from go-live;"
        " whole effect after months: 6"
    )


def test_another_factor_makes_a_signed_charter_outdated_and_another_wage_does_not(
    project: Project, kpi: Any, alice: User, bob: User, organization: Organization
) -> None:
    driver = wage(alice, organization)
    values = {"money_driver": driver, "volume_value": 1200.0}
    made = monetise_new_line(actor=alice, kpi=kpi, project=project, name="Faster orders", values=values)
    charter = hand_out_charter(actor=alice, project=project)
    for person, side in ((alice, "business"), (bob, "it")):
        sign_charter(actor=person, charter=charter, side=side, content_hash=charter.content_hash)
    add_driver_value(actor=alice, driver=driver, valid_from=month(6), value=20.0, source="Agreement")
    assert Charter.objects.get().outdated_at is None
    set_monetisation(
        actor=alice, kpi=kpi, line=made.line, values={"capture_rate": 0.5}, reason="Agreed with finance"
    )
    assert Charter.objects.get().outdated_at is not None
    (difference,) = differences(charter.content, draft_content(project))
    (change,) = difference.changes
    assert change.field == "what it is computed from"
    assert ("100\u00a0% × 100\u00a0%" in change.old, "50\u00a0% × 100\u00a0%" in change.new) == (True, True)
    set_monetisation(actor=alice, kpi=kpi, line=made.line, values={"capture_rate": 1.0}, reason="Back")
    assert Charter.objects.get().outdated_at is None
    remove_monetisation(actor=alice, monetisation=made, reason="Typed again")
    assert not is_same_definition(charter.content, draft_content(project))
