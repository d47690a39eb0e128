"""What an import does with each row."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assessments.models import ImportBatch, Measurement
from assessments.services import MeasurementInput, record_measurements
from kpis.models import Kpi, Target
from kpis.services import archive_kpi
from organizations.errors import InvalidInputError
from organizations.models import AuditEvent, Organization, User
from organizations.tenancy import organization_scope
from projects.models import Project
from tests.assessments.importing.files import (
    CREATING,
    HEADINGS,
    Rows,
    batches_of,
    csv_file,
    refused,
    run,
    stored_values,
    xlsx_file,
)
from tests.assessments.roll_out import a_kpi, a_project

ROWS = [
    ["ERP-1", "Lead time", "2025-01", "48", "40"],
    ["ERP-1", "Lead time", "2025-02", "1,044.5", "40"],
    ["ERP-2", "Backlog", "Jan 2025", "", "7"],
    ["ERP-2", "Backlog", "Feb 2025", "6", "7"],
]
#: for KPIs that exist
PLAIN: dict[str, Any] = {
    "kind": "measurements",
    "kpi": {"code": {"column": "KPI"}},
    "period": "Month",
    "value": "Actual",
    "target": "Target",
}

Import = Callable[..., Any]


@pytest.fixture
def importing(tmp_path: Path, organization: Organization, alice: User) -> Import:
    """Import rows under `HEADINGS` for Alice."""

    def start(rows: Rows, mapping: dict[str, Any] = CREATING, **options: Any) -> Any:
        headings = options.pop("headings", HEADINGS)
        return run(alice, organization, csv_file(tmp_path, [headings, *rows]), mapping, **options)

    return start


def counts(report: Any) -> tuple[int, int, int]:
    return report.new, report.changed, report.same


def test_rows_become_projects_kpis_targets_and_values(importing: Import, organization: Organization) -> None:
    report = importing(ROWS)
    assert counts(report) == (3, 0, 0)
    assert (report.rows, report.kpis, report.projects, report.rejected) == (4, 2, 1, [])
    assert stored_values(organization) == {
        ("ERP-1", "2025-01"): 48.0,
        ("ERP-1", "2025-02"): 1044.5,
        ("ERP-2", "2025-02"): 6.0,
    }
    with organization_scope(organization):
        assert Target.objects.filter(kpi__code="ERP-2").count() == 2
        assert set(Kpi.objects.values_list("direction", "unit", "source")) == {("lower", "h", "import")}
        assert Measurement.objects.filter(batch_id=ImportBatch.objects.get().pk).count() == 3


def test_a_value_meets_its_target_by_the_direction_of_its_kpi(importing: Import) -> None:
    report = importing(ROWS)
    assert (report.with_target, report.met) == (3, 1)
    rising = {**CREATING, "kpi": {**CREATING["kpi"], "direction": "higher"}, "project": {"code": "CRM"}}
    report = importing([["CRM-1", "A", "2025-01", "48", "40"], ["CRM-1", "A", "2025-02", "3", "0"]], rising)
    assert (report.with_target, report.met) == (1, 1)


def test_a_correction_is_a_change_and_a_repetition_is_not(importing: Import) -> None:
    importing(ROWS)
    corrected = [[*ROWS[0][:3], "47", "40"], *ROWS[1:]]
    assert counts(importing(corrected)) == (0, 1, 2)
    assert counts(importing(corrected)) == (0, 0, 3)


def test_a_dry_run_counts_and_writes_nothing(importing: Import, organization: Organization) -> None:
    report = importing(ROWS, dry_run=True)
    assert counts(report) == (3, 0, 0)
    assert report.kpis == 2
    with organization_scope(organization):
        for model in (Project, Kpi, Target, Measurement, ImportBatch):
            assert not model.objects.exists()
        assert not AuditEvent.objects.filter(action__startswith="import").exists()


def test_a_cell_that_cannot_be_read_is_named_and_the_rest_of_its_row_is_taken(
    importing: Import, organization: Organization
) -> None:
    report = importing(
        [*ROWS, ["ERP-1", "Lead time", "2025-03", "n/a", "41"], ["ERP-1", "", "soon", "1", "2"]]
    )
    assert refused(report) == [(6, "Actual", "n/a"), (7, "Month", "soon")]
    assert report.rejected[0].reason == "“n/a” is not a number."
    with organization_scope(organization):
        assert Target.objects.filter(kpi__code="ERP-1", period=datetime.date(2025, 3, 1), value=41).exists()


def test_the_same_kpi_and_period_twice_needs_one_value(importing: Import) -> None:
    report = importing([*ROWS, ROWS[0], [*ROWS[0][:3], "50", "40"]])
    assert counts(report) == (3, 0, 1)
    assert refused(report) == [(7, "Month", "2025-01")]
    assert "Row 2" in report.rejected[0].reason


def test_a_period_that_has_not_begun_takes_a_target_but_no_value(
    importing: Import, organization: Organization
) -> None:
    year = organization.today().year + 1
    report = importing([["A", "A", f"{year}-01", "1", "2"], ["A", "A", f"{year}-02", "", "2"]])
    assert refused(report) == [(2, "Month", f"{year}-01")]
    with organization_scope(organization):
        assert list(Target.objects.values_list("period", flat=True)) == [datetime.date(year, 2, 1)]


def test_an_unknown_kpi_is_refused_unless_the_mapping_creates_it(
    importing: Import, organization: Organization
) -> None:
    assert refused(importing(ROWS[:1], PLAIN)) == [(2, "KPI", "ERP-1")]
    assert stored_values(organization) == {}


def test_values_reach_existing_kpis_by_code_or_by_name(
    importing: Import, organization: Organization, alice: User
) -> None:
    with organization_scope(organization):
        kpi = a_kpi(a_project(organization, alice), alice)
    report = importing([[kpi.code, "", "2025-01", "48", ""]], PLAIN)
    assert counts(report) == (1, 0, 0)
    by_name = {**PLAIN, "kpi": {"name": {"column": "Name"}}}
    assert counts(importing([["", "ORDER lead  time", "2025-01", "48", ""]], by_name)) == (0, 0, 1)


def test_an_archived_kpi_and_one_of_another_project_are_refused(
    importing: Import, organization: Organization, alice: User
) -> None:
    importing(ROWS)
    elsewhere = {**CREATING, "project": {"code": "CRM"}}
    assert "another project" in importing(ROWS[:1], elsewhere).rejected[0].reason
    with organization_scope(organization):
        archive_kpi(actor=alice, kpi=Kpi.objects.get(code="ERP-1"))
    report = importing(ROWS[:1])
    assert "archived" in report.rejected[0].reason
    assert counts(report) == (0, 0, 0)


def test_a_kpi_that_breaks_a_rule_does_not_keep_the_others_out(importing: Import) -> None:
    report = importing([["not a code", "A", "2025-01", "1", ""], ["A" * 61, "B", "2025-01", "1", ""], *ROWS])
    assert [(row, column) for row, column, _text in refused(report)] == [(2, "KPI"), (3, "KPI")]
    assert report.kpis == 2


def test_a_word_that_the_mapping_does_not_know_keeps_a_kpi_from_being_created(importing: Import) -> None:
    mapping = {**CREATING, "kpi": {**CREATING["kpi"], "direction": {"column": "Way", "map": {"U": "higher"}}}}
    report = importing(
        [["A", "A", "2025-01", "1", "1", "U"], ["B", "B", "2025-01", "1", "1", "D"]],
        mapping,
        headings=[*HEADINGS, "Way"],
    )
    assert refused(report) == [(3, "Way", "D")]
    assert report.kpis == 1


def test_the_baseline_is_the_mean_of_the_first_values(importing: Import, organization: Organization) -> None:
    mapping = {**CREATING, "kpi": {**CREATING["kpi"], "baseline": {"first": 2}}}
    importing([["A", "A", f"2025-0{month}", str(month), ""] for month in (3, 1, 2)], mapping)
    with organization_scope(organization):
        kpi = Kpi.objects.get(code="A")
    assert (kpi.baseline_value, kpi.baseline_start, kpi.baseline_end) == (
        1.5,
        datetime.date(2025, 1, 1),
        datetime.date(2025, 3, 1),
    )


def test_a_row_longer_than_the_headings_is_left_out(importing: Import) -> None:
    report = importing([[*ROWS[0], "50"], ROWS[1]])
    assert refused(report) == [(2, "", "50")]
    assert counts(report) == (1, 0, 0)


def test_headings_and_no_rows_are_no_import(importing: Import, organization: Organization) -> None:
    with pytest.raises(InvalidInputError, match="headings and no rows"):
        importing([])
    assert batches_of(organization) == []


def test_a_mapping_for_another_file_lists_the_headings_of_this_one(
    importing: Import, organization: Organization
) -> None:
    with pytest.raises(
        InvalidInputError, match=r"does not have: Actual, Target\. The file has: KPI, Name, Month"
    ):
        importing([], headings=["KPI", "Name", "Month"])
    assert batches_of(organization) == []


def test_the_second_column_of_a_name_is_addressed_by_its_number(
    importing: Import, organization: Organization
) -> None:
    mapping = {**CREATING, "value": "Actual#2"}
    importing([["A", "A", "2025-01", "1", "", "2"]], mapping, headings=[*HEADINGS, "Actual"])
    assert stored_values(organization) == {("A", "2025-01"): 2}


def test_decimal_commas_and_words_for_no_value_are_the_mappings_choice(
    importing: Import, organization: Organization
) -> None:
    mapping = {**CREATING, "value": {"column": "Actual", "decimal_comma": True, "blank": ["k. A."]}}
    report = importing([["A", "A", "2025-01", "1.234,5", ""], ["A", "A", "2025-02", "K. A.", ""]], mapping)
    assert report.rejected == []
    assert stored_values(organization) == {("A", "2025-01"): 1234.5}


def test_a_workbook_gives_what_the_same_csv_gives(
    importing: Import, organization: Organization, alice: User, tmp_path: Path
) -> None:
    importing(ROWS)
    rows = [[*row[:2], datetime.date(2025, 1 + index % 2, 1), *row[3:]] for index, row in enumerate(ROWS)]
    again = run(alice, organization, xlsx_file(tmp_path, [HEADINGS, *rows]), CREATING)
    assert counts(again) == (0, 0, 3)


def test_a_file_with_a_thousand_projects_asks_once_for_their_figures(
    importing: Import, django_capture_on_commit_callbacks: Any
) -> None:
    mapping = {**CREATING, "project": {"code": {"column": "Name"}}}
    rows = [[f"K-{number}", f"P{number}", "2025-01", "1", ""] for number in range(20)]
    with django_capture_on_commit_callbacks() as callbacks:
        importing(rows, mapping)
    assert len([callback for callback in callbacks if "recompute" in str(callback)]) == 1


def test_nothing_of_one_organization_is_found_or_changed_by_the_other(
    importing: Import,
    tmp_path: Path,
    organization: Organization,
    other_organization: Organization,
    charlie: User,
) -> None:
    importing(ROWS)
    path = csv_file(tmp_path, [HEADINGS, *ROWS])
    assert refused(run(charlie, other_organization, path, PLAIN))[0] == (2, "KPI", "ERP-1")
    assert counts(run(charlie, other_organization, path, CREATING)) == (3, 0, 0)
    assert len(stored_values(organization)) == 3


def test_a_value_entered_by_hand_is_changed_by_a_file_and_kept_as_a_version(
    importing: Import, organization: Organization, alice: User
) -> None:
    importing(ROWS)
    with organization_scope(organization):
        kpi = Kpi.objects.get(code="ERP-1")
        record_measurements(alice, organization, [MeasurementInput(kpi.pk, datetime.date(2025, 1, 1), 1.0)])
    assert counts(importing(ROWS)) == (0, 1, 2)
    with organization_scope(organization):
        assert Measurement.objects.filter(kpi=kpi, period=datetime.date(2025, 1, 1)).count() == 3
