"""Undo: afterwards everything is exactly as before, and what was known in between can still be said."""

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from assessments.models import ImportBatch, Measurement, PeriodLock
from assessments.services import MeasurementInput, record_measurements
from assessments.services.importing import plan_undo, undo_import
from assessments.services.importing.undo_plan import UndoPlan
from assessments.services.outlooks import foresee_projects
from assessments.services.recompute import recompute_pending, reproduce
from assessments.services.verdicts import assess_pending
from kpis.models import Charter, Kpi, Target
from kpis.services import set_targets, update_kpi
from organizations.errors import ConflictError
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import Project
from projects.services import create_line, freeze_plan, set_cash_flows
from tests.assessments.importing.files import (
    CREATING,
    HEADINGS,
    batches_of,
    csv_file,
    mapping_of,
    real_file,
    run,
    stored_values,
)

ROWS = [
    HEADINGS,
    ["A", "A", "2025-01", "1", "2"],
    ["A", "A", "2025-02", "3", "4"],
    ["B", "B", "2025-01", "5", "6"],
]
LATER = [
    HEADINGS,
    ["A", "A", "2025-02", "3.5", "4.5"],
    ["A", "A", "2025-03", "7", "8"],
    ["C", "C", "2025-03", "9", ""],
]
MONEY: dict[str, Any] = {
    "kind": "projects",
    "create": {"projects": True, "departments": True},
    "project": {"code": {"column": "Project"}},
    "department": {"column": "Department"},
    "money": [
        {"column": "Plan", "line": "Licences", "series": "plan", "month": "2025-01"},
        {"column": "Forecast", "line": "Licences", "series": "forecast", "month": "2025-01"},
        {"column": "Life", "line": "Whole life", "series": "unscheduled", "note": "As published."},
    ],
}
MONEY_HEADINGS = ["Project", "Department", "Plan", "Forecast", "Life"]
TABLES = [
    "organizations_department",
    "projects_project",
    "projects_projectdepartment",
    "projects_moneyline",
    "projects_cashflow",
    "kpis_kpi",
    "kpis_target",
    "kpis_baseline",
    "assessments_measurement",
]
JANUARY = datetime.date(2025, 1, 1)


def dump(organization: Organization) -> dict[str, list[str]]:
    """Every row of the live tables as text, in the order of their ids."""
    rows = {}
    with organization_scope(organization), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY t.id")
            rows[table] = [text for (text,) in cursor.fetchall()]
    return rows


def undo(organization: Organization, actor: User, number: int = -1) -> UndoPlan:
    batch = batches_of(organization)[number]
    with organization_scope(organization):
        return undo_import(actor=actor, organization=organization, batch=batch)


def kpi_of(code: str) -> Kpi:
    kpi: Kpi = Kpi.objects.get(code=code)
    return kpi


def test_undoing_a_first_import_leaves_nothing(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    before = dump(organization)
    run(alice, organization, csv_file(tmp_path, ROWS), CREATING)
    assert dump(organization) != before
    plan = undo(organization, alice)
    assert (plan.values, len(plan.kpis), len(plan.projects), plan.kept) == (3, 2, 1, 0)
    assert dump(organization) == before


def test_undoing_a_later_import_restores_versions_targets_and_definitions_row_by_row(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    run(alice, organization, csv_file(tmp_path, ROWS), CREATING)
    before = dump(organization)
    run(alice, organization, csv_file(tmp_path, LATER), CREATING)
    plan = undo(organization, alice)
    assert (plan.values, plan.points, len(plan.kpis), plan.kept) == (3, 2, 1, 0)
    assert dump(organization) == before


def test_undoing_projects_restores_amounts_bases_and_departments(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    first = [MONEY_HEADINGS, ["P1", "Buying", "100", "110", "1000"]]
    later = [MONEY_HEADINGS, ["P1", "Buying", "100", "120", "2000"], ["P2", "Stores", "5", "6", "7"]]
    run(alice, organization, csv_file(tmp_path, first), MONEY)
    before = dump(organization)
    run(alice, organization, csv_file(tmp_path, later), MONEY)
    plan = undo(organization, alice)
    assert (plan.amounts, len(plan.notes), len(plan.lines), len(plan.projects)) == (1, 1, 2, 1)
    assert dump(organization) == before


def test_an_undone_file_can_be_imported_again(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, ROWS)
    first = run(alice, organization, path, CREATING).as_json()
    undo(organization, alice)
    assert run(alice, organization, path, CREATING).as_json() == first
    assert stored_values(organization) == {
        ("A", "2025-01"): 1.0,
        ("A", "2025-02"): 3.0,
        ("B", "2025-01"): 5.0,
    }


def test_a_second_undo_of_one_batch_is_refused(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    run(alice, organization, csv_file(tmp_path, ROWS), CREATING)
    undo(organization, alice)
    with pytest.raises(ConflictError):
        undo(organization, alice)
    batch = batches_of(organization)[0]
    assert (batch.status, batch.undone_by_id) == ("undone", alice.pk)


def test_what_somebody_built_on_stays(organization: Organization, alice: User, tmp_path: Path) -> None:
    run(alice, organization, csv_file(tmp_path, ROWS), CREATING)
    with organization_scope(organization):
        correction = MeasurementInput(kpi_id=kpi_of("A").pk, period=JANUARY, value=1.5)
        record_measurements(alice, organization, [correction])
        plan = plan_undo(batches_of(organization)[0])
    assert (plan.values, plan.values_kept, len(plan.kpis), plan.kpis_kept) == (2, 1, 1, 1)
    undo(organization, alice)
    assert stored_values(organization) == {("A", "2025-01"): 1.5}
    with organization_scope(organization):
        assert Measurement.objects.filter(kpi__code="A").count() == 2
        assert list(Kpi.objects.values_list("code", flat=True)) == ["A"]
        assert Project.objects.filter(code="ERP").exists()


def test_a_definition_that_was_edited_stays_without_its_values(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    run(alice, organization, csv_file(tmp_path, ROWS), CREATING)
    with organization_scope(organization):
        update_kpi(actor=alice, kpi=kpi_of("B"), values={"unit": "days"}, reason="Said so")
    undo(organization, alice)
    assert stored_values(organization) == {}
    with organization_scope(organization):
        assert list(Kpi.objects.values_list("code", flat=True)) == ["B"]


def test_kpis_of_a_charter_that_was_handed_out_since_stay(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    run(alice, organization, csv_file(tmp_path, ROWS), CREATING)
    with organization_scope(organization):
        project = Project.objects.get()
        Charter.objects.create(
            organization=organization,
            project=project,
            version=1,
            content={},
            content_hash="",
            status="replaced",
        )
    plan = undo(organization, alice)
    assert (plan.values, plan.kpis, plan.kpis_kept, plan.projects_kept) == (3, [], 2, 1)


def test_a_target_that_was_changed_since_stays(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    run(alice, organization, csv_file(tmp_path, ROWS), CREATING)
    run(alice, organization, csv_file(tmp_path, LATER), CREATING)
    with organization_scope(organization):
        set_targets(actor=alice, kpi=kpi_of("A"), points={datetime.date(2025, 3, 1): 8.8})
    plan = undo(organization, alice)
    assert (plan.points, plan.targets_kept) == (1, 1)
    with organization_scope(organization):
        points = Target.objects.filter(kpi__code="A").values_list("period__month", "value")
        assert dict(points) == {1: 2, 2: 4, 3: 8.8}


def test_lines_of_a_frozen_plan_stay(organization: Organization, alice: User, tmp_path: Path) -> None:
    rows = [MONEY_HEADINGS, ["P1", "Buying", "100", "110", "1000"], ["P2", "Buying", "1", "2", "3"]]
    run(alice, organization, csv_file(tmp_path, rows), MONEY)
    with organization_scope(organization):
        freeze_plan(actor=alice, project=Project.objects.get(code="P1"), reason="Agreed")
    plan = undo(organization, alice)
    assert (plan.lines_kept, plan.projects_kept, len(plan.lines), len(plan.projects)) == (2, 1, 2, 1)


def test_an_amount_added_to_an_imported_line_keeps_line_and_project(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    rows = [MONEY_HEADINGS, ["P1", "", "100", "110", ""]]
    run(alice, organization, csv_file(tmp_path, rows), MONEY)
    with organization_scope(organization):
        project = Project.objects.get(code="P1")
        line = project.money_lines.get()
        set_cash_flows(actor=alice, line=line, series="actual", amounts={JANUARY: Decimal(90)})
        create_line(actor=alice, project=project, values={"kind": "benefit", "name": "Saved"})
    plan = undo(organization, alice)
    assert (plan.lines, plan.lines_kept, plan.flows_kept, plan.projects_kept) == ([], 1, 2, 1)


def test_values_in_a_locked_month_refuse_the_undo(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    run(alice, organization, csv_file(tmp_path, ROWS), CREATING)
    with organization_scope(organization):
        project = Project.objects.get()
        lock = PeriodLock.objects.create(organization=organization, project=project, month=JANUARY)
    with pytest.raises(ConflictError, match="locked months: ERP group Jan 2025"):
        undo(organization, alice)
    with organization_scope(organization):
        PeriodLock.objects.filter(pk=lock.pk).update(reopened_at=timezone.now(), reopen_reason="Wrong")
    undo(organization, alice)
    assert stored_values(organization) == {}


def test_what_was_known_between_import_and_undo_is_reproduced_to_the_last_digit(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    today = organization.today()
    run(alice, organization, csv_file(tmp_path, ROWS), CREATING)
    first_known = recomputed(organization)
    run(alice, organization, csv_file(tmp_path, LATER), CREATING)
    known = recomputed(organization)
    between = reproduce(organization, as_of=today, known_at=known)
    undo(organization, alice)
    undo(organization, alice, 0)
    run(alice, organization, csv_file(tmp_path, LATER), CREATING)
    recomputed(organization)
    assert reproduce(organization, as_of=today, known_at=known).inputs_hash == between.inputs_hash
    assert reproduce(organization, as_of=today, known_at=first_known).inputs_hash != between.inputs_hash


def recomputed(organization: Organization) -> datetime.datetime:
    """Value what waits; the moment of knowing."""
    recompute_pending(organization)
    assess_pending(organization)
    foresee_projects(organization)
    return timezone.now()


def test_an_import_without_a_record_of_what_it_made_is_not_undone(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    run(alice, organization, csv_file(tmp_path, ROWS), CREATING)
    with organization_scope(organization):
        ImportBatch.objects.update(made={})
    with pytest.raises(ConflictError):
        undo(organization, alice)


@pytest.mark.parametrize(
    ("name", "mapping"),
    [
        ("nyct_performance_2008_2018.csv", "nyct_performance.json"),
        ("uk_major_projects_2022.csv", "uk_major_projects.json"),
    ],
)
def test_the_published_files_are_undone_without_a_trace(
    organization: Organization, alice: User, name: str, mapping: str
) -> None:
    before = dump(organization)
    first = run(alice, organization, real_file(name), mapping_of(mapping)).as_json()
    undo(organization, alice)
    assert dump(organization) == before
    assert run(alice, organization, real_file(name), mapping_of(mapping)).as_json() == first
