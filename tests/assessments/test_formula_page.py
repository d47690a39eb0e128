"""The page on which a formula is written: refused, asked about, looked at, put in force, removed."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from kpis.models import Formula, Kpi
from kpis.services import create_kpi
from organizations.models import Organization, User
from projects.models import Project
from tests.assessments.worked_example import make_project, month, record
from tests.queries import at_most

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    return make_project(alice, organization)


@pytest.fixture
def each(project: Project, alice: User) -> Kpi:
    """Hours an order, with two months of hours and orders."""
    made = [
        create_kpi(
            actor=alice,
            project=project,
            values={"code": code, "name": code.title(), "tier": "operational", "unit": unit},
        )
        for code, unit in (("HOURS", "h"), ("ORDERS", "orders"), ("EACH", "h/order"))
    ]
    record(alice, made[0], {month(1): 300.0, month(2): 280.0})
    record(alice, made[1], {month(1): 100.0, month(2): 0.0})
    return made[2]


@pytest.fixture
def pmo(client_of: Callable[[User], Client], bob: User) -> Client:
    return client_of(bob)


def address(kpi: Kpi, name: str = "formula") -> str:
    return reverse(f"assessments:{name}", args=["acme", kpi.code])


def test_a_formula_is_looked_at_on_the_values_there_are_before_it_is_in_force(pmo: Client, each: Kpi) -> None:
    answer = pmo.post(address(each), {"expression": "[HOURS] / [ORDERS]"})
    assert [(row["value"], row["reason"]) for row in answer.context["rows"]] == [
        ("—", "The formula divides by zero here."),
        ("3.0", ""),
    ]
    assert "<svg" in answer.content.decode()
    assert not Formula.objects.exists()
    assert pmo.post(address(each), {"expression": "[HOURS] / [ORDERS]", "save": "1"}).status_code == 302
    each.refresh_from_db()
    assert (each.source, each.formula.expression) == ("formula", "[HOURS] / [ORDERS]")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[HOURS] +", "cannot be read"),
        ("[NOBODY] + 1", "no KPI with the code NOBODY"),
        ("[HOURS] + [ORDERS]", "cannot be taken together"),
        ("[EACH] + 1", "computed from itself"),
        ("", "required"),
    ],
)
def test_what_is_wrong_is_said_at_the_formula(pmo: Client, each: Kpi, text: str, words: str) -> None:
    answer = pmo.post(address(each), {"expression": text, "save": "1"})
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors["expression"])
    assert not Formula.objects.exists()


def test_a_doubt_is_asked_about_and_may_be_meant(pmo: Client, each: Kpi) -> None:
    sent = {"expression": "[HOURS] * 2", "save": "1"}
    answer = pmo.post(address(each), sent)
    assert answer.status_code == 422
    assert "this KPI is in h/order" in answer.content.decode()
    assert pmo.post(address(each), {**sent, "doubts_meant": "on"}).status_code == 302


def test_a_removed_formula_leaves_entry_by_hand(pmo: Client, each: Kpi) -> None:
    pmo.post(address(each), {"expression": "[HOURS] / [ORDERS]", "save": "1"})
    assert (
        '<option value="manual"' not in pmo.get(reverse("kpis:edit", args=["acme", "EACH"])).content.decode()
    )
    pmo.post(address(each, "formula_remove"), {"reason": "By hand"})
    each.refresh_from_db()
    assert each.source == "manual"
    assert not Formula.objects.exists()


def test_what_is_written_is_shown_as_text(pmo: Client, each: Kpi) -> None:
    text = pmo.post(address(each), {"expression": "[<script>alert(1)</script>]"}).content.decode()
    assert "<script>alert" not in text


def test_the_page_asks_a_fixed_number_of_questions(pmo: Client, each: Kpi) -> None:
    pmo.post(address(each), {"expression": "[HOURS] / [ORDERS]", "save": "1"})
    with at_most(14):
        pmo.get(address(each))
