"""The pages of shared lines and of currency rates."""

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from organizations.models import FxRate, Organization, User
from projects.models import LineShare, MoneyLine, Project
from projects.services import create_project, update_line

Browser = Callable[[User], Client]


@pytest.fixture
def other(organization: Organization, scope: None, bob: User) -> Project:
    return create_project(actor=bob, organization=organization, values={"code": "CRM", "name": "CRM wave"})


def test_a_line_is_shared_and_the_sharing_ended(
    cost: MoneyLine, other: Project, client_of: Browser, fiona: User
) -> None:
    browser, address = client_of(fiona), f"/o/acme/projects/ERP/money/{cost.pk}/shares/"
    assert "borne by ERP group alone" in browser.get(address).content.decode()
    typed = {"project_0": str(other.pk), "share_0": "30 %", "note_0": "seats"}
    assert browser.post(address, typed).status_code == 302
    share = LineShare.objects.get()
    assert (share.project_id, share.share, share.note) == (other.pk, 0.3, "seats")
    page = browser.get(address).content.decode()
    assert "keeps 70" in page
    assert browser.post(address, {"project_0": str(other.pk), "share_0": ""}).status_code == 302
    assert not LineShare.objects.exists()


def test_a_share_over_the_whole_and_one_of_nobody_are_named(
    cost: MoneyLine, other: Project, client_of: Browser, fiona: User
) -> None:
    browser, address = client_of(fiona), f"/o/acme/projects/ERP/money/{cost.pk}/shares/"
    over = browser.post(address, {"project_0": str(other.pk), "share_0": "101"})
    assert over.status_code == 422
    assert "between 0.01 % and 100 %" in over.content.decode()
    assert "Choose the project" in browser.post(address, {"share_0": "10"}).content.decode()


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    cost: MoneyLine, other: Project, client_of: Browser, fiona: User
) -> None:
    browser, address = client_of(fiona), f"/o/acme/projects/ERP/money/{cost.pk}/shares/"
    browser.post(address, {"project_0": str(other.pk), "share_0": "30"})
    answer = browser.post(address, {"seen": "", "project_0": str(other.pk), "share_0": "50"})
    assert answer.status_code == 422
    assert LineShare.objects.get().share == 0.3


def test_a_rate_is_added_and_the_newest_is_in_force(
    organization: Organization, scope: None, client_of: Browser, fiona: User
) -> None:
    browser, typed = client_of(fiona), {"currency": "usd", "use": "plan", "source": "ECB"}
    for day, rate in (("2025-01-01", "0.9"), ("2025-06-01", "0.95")):
        answer = browser.post("/o/acme/rates/", {**typed, "valid_from": day, "rate": rate})
        assert answer.status_code == 302
    newest = FxRate.objects.order_by("-id")[0]
    assert (newest.currency, newest.rate) == ("USD", Decimal("0.95"))
    assert newest.valid_from == datetime.date(2025, 6, 1)
    page = browser.get("/o/acme/rates/").content.decode()
    assert page.count("in force") == 1
    wrong = browser.post("/o/acme/rates/", {**typed, "valid_from": "2025-01-01", "rate": "-1"})
    assert wrong.status_code == 422


def test_the_money_of_a_project_is_a_file(
    planned: MoneyLine, client_of: Browser, fiona: User, bob: User
) -> None:
    update_line(actor=bob, line=planned, values={"cost_centre": "4711"})
    answer = client_of(fiona).get("/o/acme/projects/ERP/money.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "Licences" in text
    assert "4711" in text
    assert "2025-01-01,1000" in text
