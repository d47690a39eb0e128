"""Closed months: nothing enters them, and opening them again needs a reason."""

import datetime
from typing import Any

import pytest
from django.db import connection

from assessments.locks import month_of, month_of_sql
from assessments.models import Measurement, PeriodLock
from assessments.services import MeasurementInput, RecordReport, record_measurements
from assessments.services.locking import lock_month, lock_months, reopen_month
from assessments.services.record import locked_rows
from kpis.models import Kpi
from kpis.services import create_kpi
from organizations.errors import ConflictError, InvalidInputError
from organizations.models import AuditEvent, Organization, User
from projects.models import Project
from projects.periods import Frequency, shift, start_of
from projects.services import create_project

SEPTEMBER = datetime.date(2025, 9, 1)


@pytest.fixture
def project(scope: Organization, alice: User) -> Project:
    return create_project(actor=alice, organization=scope, values={"code": "ERP", "name": "ERP group"})


@pytest.fixture
def kpi(project: Project, alice: User) -> Kpi:
    return make_kpi(project, alice)


def make_kpi(project: Project, alice: User, **values: Any) -> Kpi:
    known = {"name": "Lead time", "tier": "operational", "direction": "lower", "unit": "h", **values}
    return create_kpi(actor=alice, project=project, values=known)


def lock(project: Project, actor: User, month: datetime.date = SEPTEMBER, reason: str = "") -> PeriodLock:
    [made] = lock_month(
        actor=actor, organization=project.organization, projects=[project], month=month, reason=reason
    )
    return made


def test_a_period_belongs_to_the_month_of_its_last_day() -> None:
    assert month_of(datetime.date(2025, 9, 29), Frequency.WEEK) == datetime.date(2025, 10, 1)
    assert month_of(datetime.date(2025, 9, 22), Frequency.WEEK) == datetime.date(2025, 9, 1)
    assert month_of(datetime.date(2024, 2, 1), Frequency.MONTH) == datetime.date(2024, 2, 1)
    assert month_of(datetime.date(2025, 7, 1), Frequency.QUARTER) == datetime.date(2025, 9, 1)
    assert month_of(datetime.date(2025, 1, 1), Frequency.YEAR) == datetime.date(2025, 12, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("frequency", Frequency.values)
def test_the_database_finds_the_same_month(frequency: str) -> None:
    first = start_of(datetime.date(2023, 1, 10), frequency)
    periods = [shift(first, frequency, step) for step in range(120)]
    with connection.cursor() as cursor:
        statement = f"SELECT p, {month_of_sql('p', '%s')} FROM unnest(%s::date[]) AS p"
        cursor.execute(statement, [frequency, periods])
        assert dict(cursor.fetchall()) == {period: month_of(period, frequency) for period in periods}


def test_a_locked_month_refuses_a_new_value_and_says_what_to_do(kpi: Kpi, alice: User) -> None:
    lock(kpi.project, alice)
    with pytest.raises(
        InvalidInputError, match=r"Sept?\.? 2025 of ERP group is locked. Ask the PMO to reopen"
    ):
        record_measurements(alice, kpi.organization, [MeasurementInput(kpi.pk, SEPTEMBER, 1.0)])
    assert not Measurement.objects.exists()


def test_what_stands_in_a_locked_month_may_be_said_again(kpi: Kpi, alice: User) -> None:
    record_measurements(alice, kpi.organization, [MeasurementInput(kpi.pk, SEPTEMBER, 1.0)])
    lock(kpi.project, alice)
    again = [MeasurementInput(kpi.pk, SEPTEMBER, 1.0)]
    assert record_measurements(alice, kpi.organization, again) == RecordReport(same=1)


@pytest.mark.parametrize(
    ("frequency", "inside", "outside"),
    [
        ("week", datetime.date(2025, 9, 22), datetime.date(2025, 9, 29)),
        ("quarter", datetime.date(2025, 7, 1), datetime.date(2025, 4, 1)),
    ],
)
def test_weeks_and_quarters_are_locked_with_the_month_in_which_they_end(
    project: Project, alice: User, frequency: str, inside: datetime.date, outside: datetime.date
) -> None:
    kpi = make_kpi(project, alice, frequency=frequency)
    lock(project, alice)
    assert record_measurements(alice, kpi.organization, [MeasurementInput(kpi.pk, outside, 1.0)]).new == 1
    with pytest.raises(InvalidInputError, match="locked"):
        record_measurements(alice, kpi.organization, [MeasurementInput(kpi.pk, inside, 1.0)])


def test_another_project_and_another_month_stay_open(kpi: Kpi, scope: Organization, alice: User) -> None:
    other = create_project(actor=alice, organization=scope, values={"code": "CRM", "name": "CRM"})
    lock(other, alice)
    lock(kpi.project, alice, month=datetime.date(2025, 8, 1))
    assert record_measurements(alice, scope, [MeasurementInput(kpi.pk, SEPTEMBER, 1.0)]).new == 1


def test_a_reopened_month_takes_values_and_the_lock_stays_on_record(kpi: Kpi, alice: User, bob: User) -> None:
    closed = lock(kpi.project, alice, reason="closed for the board")
    with pytest.raises(InvalidInputError, match="Say why"):
        reopen_month(actor=bob, lock=closed, reason=" ")
    reopen_month(actor=bob, lock=closed, reason="the meter was read wrongly")
    assert record_measurements(alice, kpi.organization, [MeasurementInput(kpi.pk, SEPTEMBER, 1.0)]).new == 1
    row = PeriodLock.objects.get()
    assert (row.locked_by, row.reopened_by, row.reopen_reason) == (alice, bob, "the meter was read wrongly")
    actions = AuditEvent.objects.filter(target_type="project", action__startswith="month.")
    assert set(actions.values_list("action", "reason")) == {
        ("month.locked", "closed for the board"),
        ("month.reopened", "the meter was read wrongly"),
    }
    with pytest.raises(ConflictError, match="open already"):
        reopen_month(actor=bob, lock=closed, reason="once more")


def test_locking_twice_leaves_one_lock(kpi: Kpi, alice: User) -> None:
    lock(kpi.project, alice)
    again = lock_months(
        actor=alice,
        organization=kpi.organization,
        months=[(kpi.project_id, SEPTEMBER), (kpi.project_id, datetime.date(2025, 8, 1))],
    )
    assert [row.month.month for row in again] == [8]
    assert PeriodLock.objects.count() == 2


def test_a_month_that_runs_is_not_locked(project: Project, alice: User, scope: Organization) -> None:
    running = start_of(scope.today(), Frequency.MONTH)
    with pytest.raises(InvalidInputError, match="has not ended"):
        lock(project, alice, month=running)


def test_an_import_learns_which_rows_a_locked_month_refuses(
    kpi: Kpi, alice: User, scope: Organization
) -> None:
    rows = [MeasurementInput(kpi.pk, datetime.date(2025, month, 1), 1.0) for month in (8, 9, 10)]
    assert locked_rows(scope, rows) == {}
    lock(kpi.project, alice)
    assert list(locked_rows(scope, rows)) == [1]
