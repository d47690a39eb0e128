"""Files with one project per row."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from organizations.errors import InvalidInputError
from organizations.models import Department, Organization, User
from organizations.tenancy import organization_scope
from projects.models import CashFlow, MoneyLine, Project
from projects.services import archive_project
from tests.assessments.importing.files import csv_file, refused, run

HEADINGS = ["Code", "Name", "Department", "Start", "End", "Plan", "Whole"]
MAPPING: dict[str, Any] = {
    "kind": "projects",
    "create": {"projects": True, "departments": True},
    "project": {
        "code": {"column": "Code"},
        "name": {"column": "Name"},
        "start_on": "Start",
        "go_live_planned": "End",
    },
    "department": {"column": "Department"},
    "money": [
        {"column": "Plan", "multiply": 1000, "line": "Licence", "series": "plan", "month": "2025-03"},
        {"column": "Whole", "line": "Whole life", "series": "unscheduled", "note": "As published."},
    ],
}
ROW = ["ERP", "ERP group", "Finance", "2025-01-01", "2025-12-31", "£1,234.5", "99"]


def bring(folder: Path, organization: Organization, actor: User, *rows: list[str], **changes: Any) -> Any:
    return run(actor, organization, csv_file(folder, [HEADINGS, *rows]), {**MAPPING, **changes})


def test_a_row_becomes_a_project_with_department_dates_and_money(
    tmp_path: Path, organization: Organization, alice: User
) -> None:
    report = bring(tmp_path, organization, alice, ROW)
    assert (report.projects, report.new, report.rejected) == (1, 2, [])
    with organization_scope(organization):
        project = Project.objects.get(code="ERP")
        assert [link.department.name for link in project.department_links.all()] == ["Finance"]
        assert str(project.go_live_planned) == "2025-12-31"
        assert CashFlow.objects.get().amount == Decimal("1234500.00")
        assert MoneyLine.objects.get(name="Whole life").note == "99.00 EUR. As published."


def test_a_changed_amount_is_counted_and_the_rest_is_the_same(
    tmp_path: Path, organization: Organization, alice: User
) -> None:
    bring(tmp_path, organization, alice, ROW)
    report = bring(tmp_path, organization, alice, [*ROW[:5], "1300", "100"])
    assert (report.new, report.changed, report.same) == (0, 2, 0)
    report = bring(tmp_path, organization, alice, [*ROW[:5], "1300", "100"])
    assert (report.new, report.changed, report.same) == (0, 0, 2)


def test_an_attribute_that_breaks_a_rule_is_left_out_and_reported(
    tmp_path: Path, organization: Organization, alice: User
) -> None:
    report = bring(
        tmp_path, organization, alice, ["ERP", "N" * 201, "Finance", "2025-01-01", "2024-01-01", "x", ""]
    )
    assert {(row, column) for row, column, _text in refused(report)} == {(2, "Plan"), (2, "End"), (2, "Name")}
    with organization_scope(organization):
        project = Project.objects.get(code="ERP")
    assert (project.name, project.go_live_planned) == ("ERP", None)


def test_a_project_stands_in_one_row_and_needs_a_code(
    tmp_path: Path, organization: Organization, alice: User
) -> None:
    report = bring(tmp_path, organization, alice, ROW, ROW, ["", *ROW[1:]], ["no code", *ROW[1:]])
    assert [row for row, _column, _text in refused(report)] == [3, 4, 5]
    assert report.projects == 1


def test_what_may_not_be_created_is_refused(tmp_path: Path, organization: Organization, alice: User) -> None:
    report = bring(tmp_path, organization, alice, ROW, create={})
    assert refused(report) == [(2, "Code", "ERP")]
    report = bring(tmp_path, organization, alice, ROW, create={"projects": True})
    assert refused(report) == [(2, "Department", "Finance")]
    with organization_scope(organization):
        assert not Department.objects.exists()
        archive_project(actor=alice, project=Project.objects.get())
    assert "archived" in bring(tmp_path, organization, alice, ROW).rejected[0].reason


def test_a_foreign_currency_needs_its_rate_with_date_and_source(
    tmp_path: Path, organization: Organization, alice: User
) -> None:
    line = {**MAPPING["money"][0], "currency": "GBP"}
    with pytest.raises(InvalidInputError, match=r"money\[0\].rates"):
        bring(tmp_path, organization, alice, ROW, money=[line])
    line |= {"rates": {"EUR": 1.18}, "rate_on": "2025-01-02", "rate_source": "ECB"}
    bring(tmp_path, organization, alice, ROW, money=[line])
    with organization_scope(organization):
        stored = MoneyLine.objects.get()
    assert (stored.currency, stored.fx_rate, stored.fx_source) == ("GBP", Decimal("1.18"), "ECB")
