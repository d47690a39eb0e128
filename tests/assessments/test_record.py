"""The one door for values."""

import datetime
import math

import pytest

from assessments.models import Measurement
from assessments.services import MeasurementInput, RecordReport, record_measurements
from kpis.models import Kpi
from kpis.services import archive_kpi, create_kpi
from organizations.errors import InvalidInputError
from organizations.models import AuditEvent, Organization, User
from organizations.tenancy import organization_scope
from projects.models import PendingValuation
from projects.services import create_project

SEPTEMBER = datetime.date(2025, 9, 1)


@pytest.fixture
def kpi(scope: Organization, alice: User) -> Kpi:
    project = create_project(actor=alice, organization=scope, values={"code": "ERP", "name": "ERP group"})
    return create_kpi(
        actor=alice,
        project=project,
        values={"name": "Lead time", "tier": "operational", "direction": "lower", "unit": "h"},
    )


def one(kpi: Kpi, value: float | None, **fields: object) -> MeasurementInput:
    return MeasurementInput(**{"kpi_id": kpi.pk, "period": SEPTEMBER, "value": value, **fields})  # type: ignore[arg-type]


def values(kpi: Kpi) -> list[tuple[int, float | None, str]]:
    return list(
        Measurement.objects.filter(kpi=kpi).order_by("version").values_list("version", "value", "status")
    )


def test_a_value_is_recorded_with_who_when_and_whence(kpi: Kpi, scope: Organization, alice: User) -> None:
    assert record_measurements(alice, scope, [one(kpi, 12.5, source="api")]) == RecordReport(new=1)
    row = Measurement.objects.get(kpi=kpi)
    assert (row.value, row.recorded_by, row.source, row.version) == (12.5, alice, "api", 1)
    assert row.recorded_at.tzinfo is not None
    assert PendingValuation.objects.filter(project=kpi.project).exists()
    assert AuditEvent.objects.filter(action="values.recorded", actor=alice).count() == 1


def test_the_same_value_again_changes_nothing(kpi: Kpi, scope: Organization, alice: User) -> None:
    record_measurements(alice, scope, [one(kpi, 12.5)])
    PendingValuation.objects.all().delete()
    assert record_measurements(alice, scope, [one(kpi, 12.5)]) == RecordReport(same=1)
    assert len(values(kpi)) == 1
    assert not PendingValuation.objects.exists()


def test_a_correction_is_a_new_version_and_the_old_one_stays(
    kpi: Kpi, scope: Organization, alice: User
) -> None:
    record_measurements(alice, scope, [one(kpi, 12.5)])
    assert record_measurements(alice, scope, [one(kpi, 11.0, note="typing error")]) == RecordReport(changed=1)
    assert values(kpi) == [(1, 12.5, "submitted"), (2, 11.0, "submitted")]


def test_a_verified_value_sent_again_stays_verified(kpi: Kpi, scope: Organization, alice: User) -> None:
    record_measurements(alice, scope, [one(kpi, 12.5, status="verified")])
    assert record_measurements(alice, scope, [one(kpi, 12.5)]).same == 1


def test_of_two_rows_for_one_period_the_later_counts(kpi: Kpi, scope: Organization, alice: User) -> None:
    report = record_measurements(alice, scope, [one(kpi, 1.0), one(kpi, 2.0)])
    assert report == RecordReport(new=1)
    assert values(kpi) == [(1, 2.0, "submitted")]


def test_not_available_needs_a_reason(kpi: Kpi, scope: Organization, alice: User) -> None:
    with pytest.raises(InvalidInputError, match="reason"):
        record_measurements(alice, scope, [one(kpi, None)])
    assert record_measurements(alice, scope, [one(kpi, None, note="the plant was closed\n\t\\N")]).new == 1
    assert Measurement.objects.get(kpi=kpi).note == "the plant was closed\n\t\\N"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_must_be_finite(kpi: Kpi, scope: Organization, alice: User, value: float) -> None:
    with pytest.raises(InvalidInputError, match="finite"):
        record_measurements(alice, scope, [one(kpi, value)])


def test_one_bad_row_keeps_all_out_and_is_named(kpi: Kpi, scope: Organization, alice: User) -> None:
    rows = [one(kpi, 1.0), one(kpi, 2.0, period=datetime.date(2025, 9, 2))]
    with pytest.raises(InvalidInputError) as caught:
        record_measurements(alice, scope, rows)
    assert [problem["index"] for problem in caught.value.details["rows"]] == [1]
    assert "Row 2" in str(caught.value)
    assert values(kpi) == []


def test_a_period_of_the_future_is_refused(kpi: Kpi, scope: Organization, alice: User) -> None:
    with pytest.raises(InvalidInputError, match="future"):
        record_measurements(alice, scope, [one(kpi, 1.0, period=datetime.date(2999, 1, 1))])


def test_an_archived_kpi_takes_no_values(kpi: Kpi, scope: Organization, alice: User) -> None:
    archive_kpi(actor=alice, kpi=kpi)
    with pytest.raises(InvalidInputError, match="archived"):
        record_measurements(alice, scope, [one(kpi, 1.0)])


def test_another_organizations_kpi_is_unknown(
    kpi: Kpi, scope: Organization, other_organization: Organization, charlie: User
) -> None:
    with organization_scope(other_organization), pytest.raises(InvalidInputError, match="no such KPI"):
        record_measurements(charlie, other_organization, [one(kpi, 1.0)])


def test_a_returned_value_does_not_count(kpi: Kpi, scope: Organization, alice: User) -> None:
    record_measurements(alice, scope, [one(kpi, 1.0)])
    record_measurements(alice, scope, [one(kpi, 1.0, status="returned", note="source?")])
    assert not Measurement.objects.counted().exists()
    record_measurements(alice, scope, [one(kpi, 1.5)])
    assert [row.value for row in Measurement.objects.counted()] == [1.5]


def test_a_draft_does_not_hide_the_submitted_value(kpi: Kpi, scope: Organization, alice: User) -> None:
    record_measurements(alice, scope, [one(kpi, 1.0)])
    record_measurements(alice, scope, [one(kpi, 9.0, status="draft")])
    assert [row.value for row in Measurement.objects.counted()] == [1.0]


def test_more_rows_than_one_chunk_are_recorded_whole(
    kpi: Kpi, scope: Organization, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessments.services.record.CHUNK", 10)
    months = [datetime.date(2020 + month // 12, month % 12 + 1, 1) for month in range(60)]
    report = record_measurements(alice, scope, (one(kpi, 1.0, period=month) for month in months))
    assert report.new == 60
