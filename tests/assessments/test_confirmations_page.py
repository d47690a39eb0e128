"""The page on which finance answers for booked benefits."""

from collections.abc import Callable

import pytest
from django.test import Client

from assessments.services import MeasurementInput, record_measurements
from assessments.services.confirming import confirm_amounts
from assessments.views.confirmations import read_token
from kpis.models import Monetisation
from organizations.models import Organization, User
from projects.models import Confirmation, MoneyLine, Project, Restatement
from tests.assessments.benefits import JANUARY, a_benefit, book, seen
from tests.assessments.roll_out import a_kpi, a_project
from tests.queries import at_most

Browser = Callable[[User], Client]
PAGE = "/o/acme/confirmations/"


@pytest.fixture
def project(organization: Organization, scope: None, bob: User) -> Project:
    return a_project(organization, bob)


@pytest.fixture
def line(project: Project, bob: User, dora: User) -> MoneyLine:
    line = a_benefit(project, bob, owner=dora, currency="EUR")
    book(line, bob, 1000, 2000)
    return line


def tokens(organization: Organization) -> list[str]:
    return [f"{one.line_id}_{one.month}_{one.amount}_{one.answer_id}" for one in seen(organization)]


def test_everybody_sees_the_list_and_finance_confirms_a_selection(
    line: MoneyLine, organization: Organization, client_of: Browser, victor: User, fiona: User
) -> None:
    page = client_of(victor).get(PAGE).content.decode()
    assert "2 booked benefits wait for finance" in page
    assert "Confirm selected" not in page
    assert client_of(victor).post(PAGE, {"act": "confirm"}).status_code == 403
    finance = client_of(fiona)
    first, _second = tokens(organization)
    assert finance.post(PAGE, {"act": "confirm", "amount": [first]}).status_code == 302
    assert Confirmation.objects.get().month == JANUARY
    assert "1 booked benefit waits for finance" in finance.get(PAGE).content.decode()


@pytest.mark.parametrize("sent", [{}, {"amount": ["x"]}, {"amount": ["1_2026-01-01_NaN_0"]}])
def test_an_empty_or_unreadable_selection_says_so(
    line: MoneyLine, client_of: Browser, fiona: User, sent: dict[str, list[str]]
) -> None:
    response = client_of(fiona).post(PAGE, {"act": "confirm", **sent})
    assert (response.status_code, Confirmation.objects.count()) == (422, 0)
    assert "Nothing is selected" in response.content.decode()


def test_what_changed_since_it_was_shown_is_said_beside_it(
    line: MoneyLine, organization: Organization, client_of: Browser, bob: User, fiona: User
) -> None:
    chosen = tokens(organization)
    book(line, bob, 1100)
    response = client_of(fiona).post(PAGE, {"act": "confirm", "amount": chosen})
    assert response.status_code == 409
    assert "Meanwhile somebody changed it to 1,100" in response.content.decode()
    assert Confirmation.objects.count() == 1


def test_a_refusal_without_a_reason_keeps_the_selection(
    line: MoneyLine, organization: Organization, client_of: Browser, fiona: User
) -> None:
    chosen = tokens(organization)
    page = client_of(fiona).post(PAGE, {"act": "refuse", "amount": chosen}).content.decode()
    assert page.count(" checked") == 2


def test_an_amount_is_corrected_on_its_own_page(
    line: MoneyLine, organization: Organization, client_of: Browser, fiona: User
) -> None:
    url, (first, _second) = f"{PAGE}{line.pk}/2026-01-01/", tokens(organization)
    finance = client_of(fiona)
    assert "Correct Less stock, " in finance.get(url).content.decode()
    sent = {"seen": first, "amount": "900", "reason": "By the ledger"}
    assert finance.post(url, {**sent, "reason": ""}).status_code == 422
    assert finance.post(url, sent).status_code == 302
    assert Restatement.objects.get().reason == "By the ledger"
    page = finance.get(f"{PAGE}?state=all&project=ERP").content.decode()
    assert "By the ledger" in page
    assert finance.post(url, sent).status_code == 422


@pytest.mark.parametrize("address", ["999999/2026-01-01/", "{line}/2026-07-01/", "{line}/soon/"])
def test_what_is_not_booked_has_no_page(
    line: MoneyLine, client_of: Browser, fiona: User, address: str
) -> None:
    assert client_of(fiona).get(PAGE + address.format(line=line.pk)).status_code == 404


def test_the_kpi_behind_a_line_says_whether_its_value_is_verified(
    line: MoneyLine, project: Project, organization: Organization, client_of: Browser, fiona: User, bob: User
) -> None:
    kpi = a_kpi(project, bob)
    Monetisation.objects.create(organization=organization, kpi=kpi, line=line, money_value=1, volume_value=1)
    record_measurements(bob, organization, [MeasurementInput(kpi.pk, JANUARY, 40.0)])
    browser = client_of(fiona)
    page = browser.get(f"{PAGE}?month=2026-01").content.decode()
    assert "not verified" in page
    record_measurements(fiona, organization, [MeasurementInput(kpi.pk, JANUARY, 40.0, status="verified")])
    page = browser.get(f"{PAGE}?month=2026-01").content.decode()
    assert "verified by Fiona" in page


def test_the_list_is_exported(line: MoneyLine, client_of: Browser, victor: User) -> None:
    response = client_of(victor).get("/o/acme/confirmations.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert text.count("Less stock") == 2


def test_many_lines_cost_few_queries(
    line: MoneyLine, project: Project, organization: Organization, client_of: Browser, bob: User, fiona: User
) -> None:
    browser = client_of(fiona)
    for name in ("Fewer returns", "Less overtime", "Less rework"):
        book(a_benefit(project, bob, name=name), bob, *[100] * 6)
    confirm_amounts(actor=fiona, organization=organization, amounts=seen(organization)[:4])
    browser.get(PAGE)
    with at_most(9):
        browser.get(PAGE)


@pytest.mark.parametrize("text", ["", "1_2_3", "1_2026-01-01_x_0", "0_2026-01-01_1.00_0", "1_2026-13-01_1_0"])
def test_a_token_that_names_nothing_is_none(text: str) -> None:
    assert read_token(text) is None
