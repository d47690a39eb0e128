"""The lists of the product as files: who gets them, what they hold, what they cost."""

import csv
import datetime
import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.services.recompute import recompute_organization
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import Project
from tests.assessments.roll_out import a_kpi, a_project, enter

LISTS = {
    "projects": "/o/acme/projects",
    "KPIs": "/o/acme/kpis",
    "values": "/o/acme/values",
    "my entries": "/o/acme/entries?scope=all",
    "values of a KPI": "/o/acme/kpis/LEAD/values",
    "targets of a KPI": "/o/acme/kpis/LEAD/targets",
    "members": "/o/acme/members",
    "history": "/o/acme/audit",
    "imports": "/o/acme/imports",
    "committee": "/o/acme/committee",
}
#: pages with the menu → what it leads to
BUTTONS = {
    "/o/acme/projects/?q=ERP": "/o/acme/projects.xlsx?q=ERP",
    "/o/acme/kpis/?tier=operational&page=1": "/o/acme/kpis.csv?tier=operational",
    "/o/acme/kpis/": "/o/acme/values.xlsx",
    "/o/acme/entries/?scope=all&columns=6": "/o/acme/entries.xlsx?scope=all&columns=6",
    "/o/acme/kpis/LEAD/targets/": "/o/acme/kpis/LEAD/targets.csv",
    "/o/acme/kpis/LEAD/": "/o/acme/kpis/LEAD/values.xlsx",
    "/o/acme/members/": "/o/acme/members.csv",
    "/o/acme/audit/?kind=kpi": "/o/acme/audit.xlsx?kind=kpi",
    "/o/acme/committee/?kind=ERP": "/o/acme/committee.xlsx?kind=ERP",
}


@pytest.fixture
def roll_out(organization: Organization, alice: User) -> Project:
    """Two projects, the first with a KPI of three months."""
    with organization_scope(organization):
        project = a_project(organization, alice, code="ERP", name="=ERP & more")
        a_project(organization, alice, code="CRM", name="CRM", system_kind="CRM")
        kpi = a_kpi(
            project,
            alice,
            code="LEAD",
            name="Lead time",
            unit="h",
            expected_start=datetime.date(2026, 1, 1),
            targets={datetime.date(2026, 3, 1): 30.0},
        )
        for month, value in ((1, 40.0), (2, None), (3, 36.5)):
            note = "" if value else "The system was down"
            enter(kpi, alice, datetime.date(2026, month, 1), value, note=note)
    recompute_organization(organization)
    return project


def in_format(address: str, file_format: str) -> str:
    path, mark, query = address.partition("?")
    return f"{path}.{file_format}{mark}{query}"


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def book_of(client: Client, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return openpyxl.load_workbook(io.BytesIO(answer.getvalue()))


Login = Callable[[User], Client]


@pytest.mark.parametrize("address", LISTS.values(), ids=LISTS)
def test_every_list_comes_as_workbook_and_as_text_with_the_same_cells(
    address: str, roll_out: Project, alice: User, client_of: Login
) -> None:
    client = client_of(alice)
    texts = rows_of(client, in_format(address, "csv"))
    headings, *cells = book_of(client, in_format(address, "xlsx")).worksheets[0].iter_rows(values_only=True)
    assert len(cells) == len(texts)
    if texts:
        assert list(texts[0]) == list(headings)
        blanks = [[cell is None for cell in row] for row in cells]
        assert blanks == [[not text for text in row.values()] for row in texts]


@pytest.mark.parametrize("address", LISTS.values(), ids=LISTS)
def test_no_list_costs_more_queries_than_a_page(
    address: str, roll_out: Project, alice: User, client_of: Login
) -> None:
    client = client_of(alice)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(in_format(address, "xlsx")).status_code == 200
    assert len(captured) <= 12


def test_a_list_is_a_file_of_its_name_to_be_kept(roll_out: Project, alice: User, client_of: Login) -> None:
    answer = client_of(alice).get("/o/acme/projects.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="acme-projects-\d{4}-\d\d-\d\d.csv"', answer["Content-Disposition"]
    )
    assert client_of(alice).get("/o/acme/projects.pdf").status_code == 404


def test_a_list_follows_the_filter_of_its_page_and_says_so(
    roll_out: Project, alice: User, client_of: Login
) -> None:
    client = client_of(alice)
    assert [row["Project code"] for row in rows_of(client, "/o/acme/projects.csv?kind=CRM")] == ["CRM"]
    assert rows_of(client, "/o/acme/kpis.csv?tier=strategic") == []
    assert rows_of(client, "/o/acme/values.csv?project=CRM") == []
    assert {row["What"] for row in rows_of(client, "/o/acme/audit.csv?kind=kpi")} == {
        "created the KPI Lead time"
    }
    about = dict(book_of(client, "/o/acme/projects.xlsx?kind=CRM")["About"].iter_rows(values_only=True))
    assert about["Organization"] == "Acme"
    assert about["Kind of system"] == "CRM"
    assert about["By"] == "Alice"
    assert about["Rows"] == "1"
    unfiltered = dict(book_of(client, "/o/acme/projects.xlsx")["About"].iter_rows(values_only=True))
    assert unfiltered["Filter"] == "none"


def test_a_name_that_would_be_a_formula_is_none_in_a_spreadsheet(
    roll_out: Project, alice: User, client_of: Login
) -> None:
    client = client_of(alice)
    assert {row["Name"] for row in rows_of(client, "/o/acme/projects.csv")} == {"'=ERP & more", "CRM"}
    cells = list(book_of(client, "/o/acme/projects.xlsx").worksheets[0]["B"])
    assert [(cell.value, cell.data_type) for cell in cells][1:] == [("=ERP & more", "s"), ("CRM", "s")]


def test_the_entry_set_has_every_period_with_plan_target_value_state_note_and_who(
    roll_out: Project, alice: User, client_of: Login
) -> None:
    rows = rows_of(client_of(alice), "/o/acme/values.csv")
    assert [row["Period"] for row in rows[:3]] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert [row["Value"] for row in rows[:4]] == ["40", "", "36.5", ""]
    assert [row["Target"] for row in rows[:4]] == ["", "", "30", ""]
    assert rows[3]["Plan"] == "30"
    assert rows[1]["Note"] == "The system was down"
    assert {row["Status"] for row in rows[:3]} == {"submitted"}
    assert {row["Entered by"] for row in rows[:3]} == {"Alice"}
    assert rows[3]["Status"] == rows[3]["Entered at"] == ""


def test_the_committee_table_is_exported_unrounded(roll_out: Project, alice: User, client_of: Login) -> None:
    headings, *rows = book_of(client_of(alice), "/o/acme/committee.xlsx").worksheets[0].values
    found = {row[0]: dict(zip(headings, row, strict=True)) for row in rows}
    assert set(found) == {"ERP", "CRM"}
    assert isinstance(found["ERP"]["As of"], datetime.datetime)
    assert found["ERP"]["KPIs due"] == 1


@pytest.mark.parametrize(("page", "link"), BUTTONS.items())
def test_the_page_of_a_list_offers_it_with_its_filter(
    page: str, link: str, roll_out: Project, alice: User, client_of: Login
) -> None:
    content = client_of(alice).get(page).content.decode().replace("&amp;", "&")
    assert f'href="{link}" download' in content


def test_who_may_not_see_a_list_does_not_get_it_as_a_file(
    roll_out: Project, victor: User, client_of: Login
) -> None:
    client = client_of(victor)
    assert client.get("/o/acme/values.csv").status_code == 200
    for address in ("members", "audit", "imports", "kpis/LEAD/targets"):
        assert client.get(f"/o/acme/{address}.csv").status_code == 403


def test_my_entries_are_the_kpis_i_enter_and_no_others(
    roll_out: Project, dora: User, alice: User, client_of: Login
) -> None:
    client = client_of(dora)
    assert rows_of(client, "/o/acme/entries.csv?scope=all") == []
    with organization_scope(roll_out.organization):
        a_kpi(roll_out, alice, code="MINE", name="Mine", data_owner=dora)
    assert {row["KPI code"] for row in rows_of(client, "/o/acme/entries.csv?scope=all")} == {"MINE"}
    everything = rows_of(client_of(alice), "/o/acme/entries.csv?scope=project:ERP")
    assert {row["KPI code"] for row in everything} == {"LEAD", "MINE"}
