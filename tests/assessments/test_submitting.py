"""Submitting drafts as they stand."""

import datetime
from collections.abc import Callable

import pytest

from assessments.entry.states import EMPTIED
from assessments.models import Measurement
from assessments.services import MeasurementInput, record_measurements
from assessments.services.deciding import SeenCell
from assessments.services.locking import lock_month
from assessments.services.submitting import submit_values
from assessments.services.verifying import Why
from kpis.models import Kpi
from kpis.services import create_kpi
from organizations.errors import ForbiddenError
from organizations.models import Membership, Organization, User
from projects.services import create_project

SEPTEMBER = datetime.date(2025, 9, 1)


@pytest.fixture
def kpi(scope: Organization, alice: User, dora: User) -> Kpi:
    project = create_project(actor=alice, organization=scope, values={"code": "ERP", "name": "ERP group"})
    return create_kpi(
        actor=alice,
        project=project,
        values={"name": "Lead time", "tier": "operational", "data_owner": dora, "maximum": 100.0},
    )


@pytest.fixture
def member(dora: User, membership_of: Callable[[User], Membership]) -> Membership:
    return membership_of(dora)


def draft(kpi: Kpi, actor: User, value: float | None, status: str = "draft", note: str = "") -> SeenCell:
    row = MeasurementInput(kpi.pk, SEPTEMBER, value, note=note, status=status)
    record_measurements(actor, kpi.organization, [row])
    return SeenCell(kpi.pk, SEPTEMBER, Measurement.objects.filter(kpi=kpi).count())


def newest(kpi: Kpi) -> tuple[int, float | None, str]:
    row = Measurement.objects.filter(kpi=kpi).order_by("-version").first()
    return row.version, row.value, row.status


def test_a_draft_is_submitted_as_it_stands(kpi: Kpi, member: Membership) -> None:
    report = submit_values(membership=member, cells=[draft(kpi, member.user, 12.5)])
    assert report.done == {(kpi.pk, SEPTEMBER)}
    assert newest(kpi) == (2, 12.5, "submitted")


def test_a_draft_emptied_again_is_not_submitted_as_an_answer(kpi: Kpi, member: Membership) -> None:
    draft(kpi, member.user, 12.5)
    cell = draft(kpi, member.user, None, note=EMPTIED)
    assert list(submit_values(membership=member, cells=[cell]).reasons) == [Why.STATE]
    assert newest(kpi) == (2, None, "draft")


def test_a_draft_changed_meanwhile_is_left(kpi: Kpi, member: Membership, bob: User) -> None:
    cell = draft(kpi, member.user, 12.5)
    draft(kpi, bob, 13.0)
    assert list(submit_values(membership=member, cells=[cell]).reasons) == [Why.NEWER]
    assert newest(kpi) == (2, 13.0, "draft")


def test_what_is_submitted_already_is_no_draft(kpi: Kpi, member: Membership) -> None:
    cell = draft(kpi, member.user, 12.5, status="submitted")
    assert list(submit_values(membership=member, cells=[cell]).reasons) == [Why.STATE]


def test_an_implausible_draft_waits_for_a_word(kpi: Kpi, member: Membership) -> None:
    report = submit_values(membership=member, cells=[draft(kpi, member.user, 500.0)])
    assert "Above the highest plausible value" in report.refused[kpi.pk, SEPTEMBER]
    assert submit_values(membership=member, cells=[draft(kpi, member.user, 500.0, note="fire")]).done


def test_a_draft_over_a_verified_value_waits_for_a_word(kpi: Kpi, member: Membership) -> None:
    draft(kpi, member.user, 12.5, status="verified")
    report = submit_values(membership=member, cells=[draft(kpi, member.user, 12.0)])
    assert "This changes a verified value." in report.refused[kpi.pk, SEPTEMBER]


def test_a_draft_of_a_locked_month_is_left(kpi: Kpi, member: Membership, bob: User) -> None:
    cell = draft(kpi, member.user, 12.5)
    lock_month(actor=bob, organization=kpi.organization, projects=[kpi.project], month=SEPTEMBER)
    assert list(submit_values(membership=member, cells=[cell]).reasons) == [Why.LOCKED]


def test_a_kpi_of_somebody_else_is_refused(
    kpi: Kpi, fiona: User, dora: User, membership_of: Callable[[User], Membership]
) -> None:
    cell = draft(kpi, dora, 12.5)
    with pytest.raises(ForbiddenError):
        submit_values(membership=membership_of(fiona), cells=[cell])
