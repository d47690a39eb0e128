"""The pages of imports."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assessments.models import ImportBatch
from assessments.services.importing import run_import
from organizations.exporting import harmless
from organizations.models import Organization, User
from tests.assessments.importing.files import CREATING, HEADINGS, batches_of, csv_text, stored_values
from tests.assessments.importing.wizard import Wizard, address
from tests.queries import at_most

ROWS = [HEADINGS, ["A", "A", "2025-01", "1", "2"], ["A", "A", "2025-02", "=1+1", "2"]]
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def checked(client: Client, organization: Organization, content: str = csv_text(ROWS)) -> ImportBatch:
    """A file uploaded, described by a pasted mapping, and checked by a worker."""
    wizard = Wizard(client, organization)
    wizard.upload(content)
    wizard.client.post(wizard.at("import_mapping"), {"mapping": json.dumps(CREATING)})
    return wizard.check()


def imported(client: Client, organization: Organization, content: str = csv_text(ROWS)) -> ImportBatch:
    """The same, and imported."""
    batch = checked(client, organization, content)
    client.post(address("import_run", organization, batch.pk))
    run_import(organization, batch.pk)
    return batches_of(organization)[-1]


def test_a_file_goes_from_the_form_to_its_counts(
    client_of: LogIn, bob: User, organization: Organization
) -> None:
    client = client_of(bob)
    batch = imported(client, organization)
    page = client.get(address("import_detail", organization, batch.pk)).content.decode()
    assert "1 value is new or changed" in page
    assert "1 of 1 value with a target meets it." in page
    assert "1 cell could not be read" in page
    assert "=1+1" in page
    assert stored_values(organization) == {("A", "2025-01"): 1.0}


def test_a_check_is_made_good_by_one_button(client_of: LogIn, bob: User, organization: Organization) -> None:
    client = client_of(bob)
    batch = checked(client, organization)
    page = client.get(address("import_detail", organization, batch.pk)).content.decode()
    assert "1 value would be new or changed" in page
    assert stored_values(organization) == {}
    client.post(address("import_run", organization, batch.pk))
    run_import(organization, batch.pk)
    assert stored_values(organization) == {("A", "2025-01"): 1.0}


def test_while_it_runs_the_page_shows_how_far_and_asks_again(
    client_of: LogIn, bob: User, organization: Organization
) -> None:
    client = client_of(bob)
    batch = checked(client, organization)
    client.post(address("import_run", organization, batch.pk))
    page = client.get(address("import_detail", organization, batch.pk)).content.decode()
    assert "<progress" in page
    assert 'http-equiv="refresh"' in page
    assert 'hx-trigger="every 1s"' in page
    part = client.get(address("import_detail", organization, batch.pk), headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "HX-Refresh" not in part.headers
    run_import(organization, batch.pk)
    part = client.get(address("import_detail", organization, batch.pk), headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("file", [SimpleUploadedFile("v.csv", b""), ""])
def test_a_form_without_a_file_says_so(
    client_of: LogIn, bob: User, organization: Organization, file: Any
) -> None:
    response = client_of(bob).post(address("import", organization), {"file": file})
    assert response.status_code == 400
    assert batches_of(organization) == []


def test_a_failure_is_explained_and_can_be_tried_again(
    client_of: LogIn, bob: User, organization: Organization
) -> None:
    client = client_of(bob)
    batch = checked(client, organization, content="A,B\n1,2\n")
    page = client.get(address("import_detail", organization, batch.pk)).content.decode()
    assert "The file has: A, B" in page
    assert "Try again" in page


def test_refused_cells_are_downloaded_without_live_formulas(
    client_of: LogIn, bob: User, organization: Organization
) -> None:
    client = client_of(bob)
    batch = imported(client, organization)
    response = client.get(address("import_rejected", organization, batch.pk))
    lines = b"".join(response).decode("utf-8").splitlines()
    assert lines[0] == "\ufeffRow,Column,Text,Reason"
    assert lines[1].startswith("3,Actual,'=1+1,")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", " =1", "＝1"])
def test_what_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless("plain") == "plain"


def test_only_who_may_import_sees_imports_and_nobody_those_of_others(
    client_of: LogIn,
    bob: User,
    dora: User,
    charlie: User,
    organization: Organization,
    other_organization: Organization,
) -> None:
    batch = imported(client_of(bob), organization)
    for name, arguments in (("import", []), ("import_detail", [batch.pk]), ("import_rejected", [batch.pk])):
        assert client_of(dora).get(address(name, organization, *arguments)).status_code == 403
        assert client_of(charlie).get(address(name, organization, *arguments)).status_code == 404
    for name in ("import_detail", "import_rejected"):
        assert client_of(charlie).get(address(name, other_organization, batch.pk)).status_code == 404
    assert client_of(charlie).post(address("import_run", other_organization, batch.pk)).status_code == 404


def test_the_pages_ask_few_questions(client_of: LogIn, bob: User, organization: Organization) -> None:
    client = client_of(bob)
    for _ in range(3):
        batch = imported(client, organization)
    with at_most(14):
        client.get(address("import", organization))
    with at_most(12):
        client.get(address("import_detail", organization, batch.pk))
