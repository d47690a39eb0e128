"""The page of sign-offs, of one of them, its receipt, and the check that a reader asks for."""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from organizations.models import Department, LedgerEntry, Organization, User
from organizations.services import create_department
from organizations.services.ledger import append_entry
from tests.organizations.ledger_tampering import change
from tests.queries import at_most

from .pages import ACME, text_of

URL = f"{ACME}ledger/"
Browser = Callable[[User], Client]


@pytest.fixture
def department(scope: Organization, alice: User) -> Department:
    return create_department(actor=alice, organization=scope, name="Sales")


@pytest.fixture
def entries(scope: Organization, alice: User, department: Department) -> list[LedgerEntry]:
    """A gate of ERP, and a confirmation of CRM that seals the department."""
    gate = append_entry(
        organization=scope,
        actor=alice,
        kind="gate",
        summary="Stage gate decided",
        content={
            "gate": "L3",
            "passed": True,
            "conditions": [{"key": "plan", "met": False}],
            "other_thing": None,
        },
        rows=[],
        project_code="ERP",
    )
    confirmation = append_entry(
        organization=scope,
        actor=None,
        kind="confirmation",
        summary="Benefits confirmed by finance",
        content={"amounts": [{"line": "库存", "amount": Decimal("10.50")}]},
        rows=[department],
        project_code="CRM",
    )
    return [gate, confirmation]


def test_sign_offs_are_listed_newest_first(
    client_of: Browser, alice: User, entries: list[LedgerEntry]
) -> None:
    page = text_of(client_of(alice).get(URL))

    assert page.rindex("Benefits confirmed by finance") < page.rindex("Stage gate decided")
    assert "newest entry: 2" in page
    assert "Alice <alice@acme.example>" in page
    assert "The system" in page


def test_the_list_is_narrowed_by_kind_and_project(
    client_of: Browser, alice: User, entries: list[LedgerEntry]
) -> None:
    browser = client_of(alice)
    assert (
        "Stage gate decided" not in text_of(browser.get(URL, {"kind": "confirmation"})).partition("Show")[2]
    )
    assert "Benefits confirmed by" not in text_of(browser.get(URL, {"project": "ERP"}))
    assert "Nothing fits this choice" in text_of(browser.get(URL, {"kind": "gate", "project": "CRM"}))


def test_an_empty_ledger_says_what_belongs_there(
    client_of: Browser, alice: User, scope: Organization
) -> None:
    assert "Nothing has been signed yet" in text_of(client_of(alice).get(URL))


def test_a_check_tells_that_everything_stands(
    client_of: Browser, alice: User, entries: list[LedgerEntry]
) -> None:
    page = text_of(client_of(alice).post(f"{URL}verify/"))

    assert "Verified just now: 2 entries stand as they were signed. So does the 1 row that they" in page


def test_a_check_names_what_was_changed(
    client_of: Browser, alice: User, entries: list[LedgerEntry], department: Department
) -> None:
    change("organizations_department", "name", "character varying", department.pk)

    page = text_of(client_of(alice).post(f"{URL}verify/"))

    assert "1 fault. Something was changed past the product" in page
    assert f"organizations_department {department.pk} was changed after entry 2: name." in page


def test_an_entry_shows_what_was_signed_and_its_fingerprints(
    client_of: Browser, alice: User, entries: list[LedgerEntry]
) -> None:
    browser = client_of(alice)
    page = text_of(browser.get(f"{URL}2/"))
    for words in (
        "line: 库存 · amount: 10.50",
        entries[0].hash,
        entries[1].hash,
        entries[1].seals[0]["digest"],
    ):
        assert words in page
    first = text_of(browser.get(f"{URL}1/"))
    for words in ("this is the first one", "passed yes", "key: plan · met: no", "other thing —"):
        assert words in first
    assert browser.get(f"{URL}3/").status_code == 404
    assert browser.get(f"{URL}{10**30}/").status_code == 404


def test_a_receipt_is_enough_to_compute_the_hash_again(
    client_of: Browser, alice: User, entries: list[LedgerEntry]
) -> None:
    answer = client_of(alice).get(f"{URL}2.json")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="acme-ledger-2.json"'
    receipt = json.loads(answer.content)
    said = receipt.pop("hash")
    text = json.dumps(receipt, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == said == entries[1].hash


def test_the_pages_ask_a_fixed_number_of_times(
    client_of: Browser, alice: User, entries: list[LedgerEntry], scope: Organization
) -> None:
    for _number in range(60):
        append_entry(organization=scope, actor=alice, kind="gate", summary="Gate", content={}, rows=[])
    browser = client_of(alice)
    browser.get(URL)
    with at_most(12):
        page = text_of(browser.get(URL))
    assert "1 to 50 of 62" in page
    with at_most(10):
        browser.get(f"{URL}2/")
