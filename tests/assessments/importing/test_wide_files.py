"""Files with a KPI per row and the periods as headings."""

import datetime
from pathlib import Path
from typing import Any

import pytest

from kpis.models import Target
from organizations.errors import InvalidInputError
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from tests.assessments.importing.files import csv_file, refused, run, stored_values, xlsx_file

WIDE: dict[str, Any] = {
    "kind": "measurements",
    "create": {"projects": True, "kpis": True},
    "project": {"code": "ERP"},
    "kpi": {"code": {"column": "KPI"}},
    "period": {"headings": True},
}
ROWS = [
    ["KPI", "Unit", "2025-01", "Feb 2025", "2025", "Total"],
    ["A", "h", "1", "2,5", "3", "x"],
    ["B", "h", "", "n/a", "", ""],
]


def test_each_heading_that_is_a_month_is_a_column_of_values(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    report = run(alice, organization, csv_file(tmp_path, ROWS), WIDE)
    assert stored_values(organization) == {("A", "2025-01"): 1.0, ("A", "2025-02"): 2.5}
    assert refused(report) == [(3, "Feb 2025", "n/a")]
    assert (report.rows, report.kpis, report.new) == (2, 1, 2)


def test_headings_of_a_workbook_may_be_dates(organization: Organization, alice: User, tmp_path: Path) -> None:
    rows = [["KPI", datetime.date(2025, 1, 1), datetime.datetime(2025, 2, 1)], ["A", 1, 2.5]]  # noqa: DTZ001 (a workbook knows no zone)
    run(alice, organization, xlsx_file(tmp_path, rows), WIDE)
    assert stored_values(organization) == {("A", "2025-01"): 1.0, ("A", "2025-02"): 2.5}


def test_formats_read_headings_that_could_be_several_days(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    rows = [["KPI", "01/02/25", "01/03/25"], ["A", "1", "2"]]
    mapping = WIDE | {"period": {"headings": True, "formats": ["%d/%m/%y"]}}
    run(alice, organization, csv_file(tmp_path, rows), mapping)
    assert stored_values(organization) == {("A", "2025-02"): 1.0, ("A", "2025-03"): 2.0}


def test_rules_for_numbers_hold_for_every_month(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    rows = [["KPI", "2025-01", "2025-02", "2025-03"], ["A", "0", "-", "0,5"]]
    mapping = WIDE | {"value": {"zero_is_blank": True, "blank": ["-"], "multiply": 100}}
    report = run(alice, organization, csv_file(tmp_path, rows), mapping)
    assert stored_values(organization) == {("A", "2025-03"): 50.0}
    assert refused(report) == []


def test_rows_of_targets_join_the_rows_of_values(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    rows = [["KPI", "Type", "2025-01", "2099-01"], ["A", "Plan", "2", "9"], ["A", "Actual", "3", ""]]
    mapping = WIDE | {"series": {"column": "Type", "map": {"Actual": "value", "Plan": "target"}}}
    report = run(alice, organization, csv_file(tmp_path, rows), mapping)
    assert stored_values(organization) == {("A", "2025-01"): 3.0}
    assert (report.with_target, report.met, refused(report)) == (1, 1, [])
    with organization_scope(organization):
        assert list(Target.objects.values_list("period__year", "value")) == [(2025, 2.0), (2099, 9.0)]


def test_a_missing_kpi_is_refused_once_a_row(organization: Organization, alice: User, tmp_path: Path) -> None:
    mapping = WIDE | {"create": {"projects": True}}
    report = run(alice, organization, csv_file(tmp_path, ROWS[:2]), mapping)
    assert refused(report) == [(2, "KPI", "A")]


def test_a_later_row_of_the_same_kpi_is_refused_by_month(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    rows = [["KPI", "2025-01", "2025-02"], ["A", "1", "2"], ["A", "1", "3"]]
    report = run(alice, organization, csv_file(tmp_path, rows), WIDE)
    assert refused(report) == [(3, "2025-02", "2025-02")]
    assert (report.new, report.same) == (2, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": "Total"}, "an object"),
        ({"target": "Total"}, "target"),
        ({"series": "plan"}, "value, target"),
        ({"period": {"headings": True, "column": "KPI"}}, "period"),
    ],
)
def test_what_does_not_go_with_headings_is_named(
    organization: Organization, alice: User, tmp_path: Path, change: Any, message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        run(alice, organization, csv_file(tmp_path, ROWS), WIDE | change)


def test_a_file_without_periods_in_its_headings_is_explained(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match="No heading is a period"):
        run(alice, organization, csv_file(tmp_path, [["KPI", "Value"], ["A", "1"]]), WIDE)
