"""The tree of departments."""

from collections.abc import Callable

import pytest
from django.test import Client

from organizations.models import Department, Organization, User
from organizations.services import create_department
from organizations.tenancy import organization_scope

from .pages import ACME, errors_of, follow, text_of

URL = f"{ACME}departments/"


@pytest.fixture
def browser(bob: User, client_of: Callable[[User], Client]) -> Client:
    """The PMO keeps the departments too."""
    return client_of(bob)


@pytest.fixture
def sales(alice: User, organization: Organization) -> Department:
    with organization_scope(organization):
        return create_department(actor=alice, organization=organization, name="Sales")


def test_an_empty_tree_says_what_it_is_for(browser: Client) -> None:
    page = browser.get(URL)
    assert "No departments yet" in text_of(page)
    assert f'href="{URL}new/"' in page.content.decode()


def test_a_department_stands_below_the_one_it_is_part_of(
    browser: Client, sales: Department, organization: Organization
) -> None:
    follow(browser, f"{URL}new/", name="Accounts", parent="")
    page = follow(browser, f"{URL}new/", name="Exports", parent=str(sales.pk))
    assert "The department Exports is created." in text_of(page)
    with organization_scope(organization):
        tree = [(department.name, depth) for department, depth in Department.objects.listed().as_tree()]
    assert tree == [("Accounts", 0), ("Sales", 0), ("Exports", 1)]


def test_two_departments_of_one_name_are_refused(browser: Client, sales: Department) -> None:
    page = browser.post(f"{URL}new/", {"name": "Sales", "parent": ""})
    assert "A department of this name exists already." in errors_of(page)


def test_no_department_is_part_of_itself(
    browser: Client, sales: Department, organization: Organization, alice: User
) -> None:
    with organization_scope(organization):
        exports = create_department(actor=alice, organization=organization, name="Exports", parent=sales)
    page = browser.post(f"{URL}{sales.pk}/", {"name": "Sales", "parent": str(exports.pk)})
    assert "A department cannot be part of itself." in errors_of(page)
    own = browser.post(f"{URL}{sales.pk}/", {"name": "Sales", "parent": str(sales.pk)})
    assert "Select a valid choice" in errors_of(own)


def test_a_renamed_department_keeps_its_place(browser: Client, sales: Department) -> None:
    page = follow(browser, f"{URL}{sales.pk}/", name="Sales and service", parent="")
    assert "Sales and service" in text_of(page)


def test_departments_of_another_organization_are_not_there(
    browser: Client, sales: Department, other_organization: Organization, charlie: User
) -> None:
    with organization_scope(other_organization):
        foreign = create_department(actor=charlie, organization=other_organization, name="Theirs")
    assert browser.get(f"{URL}{foreign.pk}/").status_code == 404
    assert "Theirs" not in text_of(browser.get(URL))
    page = browser.post(f"{URL}{sales.pk}/", {"name": "Sales", "parent": str(foreign.pk)})
    assert "Select a valid choice" in errors_of(page)


@pytest.mark.parametrize("name", ["dora", "fiona", "erik", "victor", "axel"])
def test_readers_do_not_change_departments(
    name: str, sales: Department, client_of: Callable[[User], Client], request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(name))
    assert client.post(f"{URL}new/", {"name": "X", "parent": ""}).status_code == 403
    assert client.post(f"{URL}{sales.pk}/", {"name": "X", "parent": ""}).status_code == 403
