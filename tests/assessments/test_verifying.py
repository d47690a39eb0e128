"""Verifying and returning values: by whom, of what, and what stays on record."""

import datetime
from collections.abc import Sequence
from typing import Any

import pytest

from assessments.models import Measurement
from assessments.services import MeasurementInput, record_measurements
from assessments.services.deciding import SeenCell
from assessments.services.locking import lock_month
from assessments.services.verifying import Why, return_values, verify_values
from kpis.models import Kpi
from kpis.services import create_kpi
from organizations.errors import InvalidInputError
from organizations.models import AuditEvent, Membership, Organization, OutboundMail, User
from organizations.services import remove_member, update_organization
from projects.models import PendingValuation, Project
from projects.services import create_project
from tests.queries import at_most

SEPTEMBER = datetime.date(2025, 9, 1)
AUGUST = datetime.date(2025, 8, 1)


@pytest.fixture
def project(scope: Organization, alice: User) -> Project:
    return create_project(actor=alice, organization=scope, values={"code": "ERP", "name": "ERP group"})


@pytest.fixture
def kpi(project: Project, alice: User, dora: User) -> Kpi:
    return make_kpi(project, alice, "LEAD", data_owner=dora)


def make_kpi(project: Project, actor: User, code: str, **values: Any) -> Kpi:
    known = {"code": code, "name": f"Lead time {code}", "tier": "operational", "direction": "lower", **values}
    return create_kpi(actor=actor, project=project, values=known)


def record(actor: User | None, kpi: Kpi, value: float | None, **fields: Any) -> SeenCell:
    """Record a version and look at it."""
    row = MeasurementInput(**{"kpi_id": kpi.pk, "period": SEPTEMBER, "value": value, **fields})
    record_measurements(actor, kpi.organization, [row])
    return seen(kpi, row.period)


def seen(kpi: Kpi, period: datetime.date = SEPTEMBER) -> SeenCell:
    newest = Measurement.objects.filter(kpi=kpi, period=period).order_by("-version").first()
    return SeenCell(kpi.pk, period, newest.version)


def versions(kpi: Kpi) -> list[tuple[int, float | None, str]]:
    rows = Measurement.objects.filter(kpi=kpi, period=SEPTEMBER).order_by("version")
    return list(rows.values_list("version", "value", "status"))


def reasons(report: Any) -> list[Why]:
    return sorted(report.reasons.elements(), key=str)


def test_a_verified_value_is_a_new_version_by_the_verifier(
    kpi: Kpi, scope: Organization, dora: User, bob: User
) -> None:
    cell = record(dora, kpi, 12.5, note="meter 4", source="api")
    PendingValuation.objects.all().delete()
    report = verify_values(actor=bob, organization=scope, cells=[cell])
    assert report.done == {(kpi.pk, SEPTEMBER)}
    assert versions(kpi) == [(1, 12.5, "submitted"), (2, 12.5, "verified")]
    newest = Measurement.objects.get(version=2)
    assert (newest.recorded_by, newest.note, newest.source) == (bob, "meter 4", "api")
    assert PendingValuation.objects.filter(project=kpi.project).exists()


def test_verifying_leaves_a_readable_event(kpi: Kpi, scope: Organization, dora: User, bob: User) -> None:
    verify_values(actor=bob, organization=scope, cells=[record(dora, kpi, 12.5)])
    event = AuditEvent.objects.get(action="values.verified")
    assert (event.actor, event.target_label) == (bob, "ERP group")
    assert event.after == {"count": 1, "values": ["LEAD 2025-09-01"]}


def test_who_submitted_a_value_does_not_verify_it(kpi: Kpi, scope: Organization, bob: User) -> None:
    report = verify_values(actor=bob, organization=scope, cells=[record(bob, kpi, 12.5)])
    assert reasons(report) == [Why.OWN]
    assert "somebody else" in report.refused[kpi.pk, SEPTEMBER]
    assert versions(kpi) == [(1, 12.5, "submitted")]


def test_who_typed_the_draft_that_another_submitted_does_not_verify_it(
    kpi: Kpi, scope: Organization, bob: User, dora: User, alice: User
) -> None:
    record(bob, kpi, 12.5, status="draft")
    cell = record(dora, kpi, 12.5)
    assert reasons(verify_values(actor=bob, organization=scope, cells=[cell])) == [Why.OWN]
    assert verify_values(actor=alice, organization=scope, cells=[cell]).done


def test_a_return_between_does_not_make_ones_own_value_anothers(
    kpi: Kpi, scope: Organization, bob: User, dora: User, alice: User
) -> None:
    return_values(actor=alice, organization=scope, cells=[record(bob, kpi, 12.5)], reason="source?")
    cell = record(dora, kpi, 12.5)
    assert reasons(verify_values(actor=bob, organization=scope, cells=[cell])) == [Why.OWN]


def test_who_typed_a_value_that_was_replaced_may_verify_the_new_one(
    kpi: Kpi, scope: Organization, bob: User, dora: User
) -> None:
    record(bob, kpi, 12.5)
    assert verify_values(actor=bob, organization=scope, cells=[record(dora, kpi, 11.0)]).done


def test_without_four_eyes_in_the_tier_ones_own_value_can_be_verified(
    kpi: Kpi, scope: Organization, alice: User, bob: User
) -> None:
    update_organization(actor=alice, organization=scope, values={"four_eyes_operational": False})
    other = make_kpi(kpi.project, alice, "SHARE", tier="strategic")
    report = verify_values(
        actor=bob, organization=scope, cells=[record(bob, kpi, 12.5), record(bob, other, 3.0)]
    )
    assert report.done == {(kpi.pk, SEPTEMBER)}
    assert reasons(report) == [Why.OWN]


def test_a_value_nobody_typed_can_be_verified_by_anybody(kpi: Kpi, scope: Organization, bob: User) -> None:
    assert verify_values(actor=bob, organization=scope, cells=[record(None, kpi, 1.0, source="formula")]).done


def test_a_value_corrected_meanwhile_is_a_conflict_and_not_verified(
    kpi: Kpi, scope: Organization, dora: User, bob: User
) -> None:
    cell = record(dora, kpi, 12.5)
    record(dora, kpi, 13.0)
    report = verify_values(actor=bob, organization=scope, cells=[cell])
    assert reasons(report) == [Why.NEWER]
    assert versions(kpi)[-1] == (2, 13.0, "submitted")


def test_a_value_somebody_is_changing_is_not_verified(
    kpi: Kpi, scope: Organization, dora: User, bob: User
) -> None:
    record(dora, kpi, 12.5)
    cell = record(dora, kpi, 13.0, status="draft")
    report = verify_values(actor=bob, organization=scope, cells=[cell])
    assert reasons(report) == [Why.DRAFT]
    assert "Dora is changing" in report.refused[kpi.pk, SEPTEMBER]


def test_only_what_is_submitted_is_verified(kpi: Kpi, scope: Organization, dora: User, bob: User) -> None:
    cell = record(dora, kpi, 12.5)
    verify_values(actor=bob, organization=scope, cells=[cell])
    assert reasons(verify_values(actor=bob, organization=scope, cells=[seen(kpi)])) == [Why.STATE]
    unknown = SeenCell(kpi.pk, datetime.date(2025, 1, 1), 1)
    assert reasons(verify_values(actor=bob, organization=scope, cells=[unknown])) == [Why.STATE]


def test_a_value_of_a_locked_month_is_neither_verified_nor_returned(
    kpi: Kpi, scope: Organization, dora: User, bob: User
) -> None:
    cell = record(dora, kpi, 12.5)
    lock_month(actor=bob, organization=scope, projects=[kpi.project], month=SEPTEMBER)
    assert reasons(verify_values(actor=bob, organization=scope, cells=[cell])) == [Why.LOCKED]
    report = return_values(actor=bob, organization=scope, cells=[cell], reason="source?")
    assert "locked" in report.refused[kpi.pk, SEPTEMBER]
    assert len(versions(kpi)) == 1


def test_a_different_value_over_a_verified_one_is_preliminary_again(
    kpi: Kpi, scope: Organization, dora: User, bob: User
) -> None:
    verify_values(actor=bob, organization=scope, cells=[record(dora, kpi, 12.5)])
    record(dora, kpi, 11.0, note="the meter was read wrongly")
    assert versions(kpi)[1:] == [(2, 12.5, "verified"), (3, 11.0, "submitted")]


def test_a_returned_value_counts_no_longer_and_says_why(
    kpi: Kpi, scope: Organization, dora: User, bob: User
) -> None:
    report = return_values(actor=bob, organization=scope, cells=[record(dora, kpi, 12.5)], reason=" source? ")
    assert report.done == {(kpi.pk, SEPTEMBER)}
    assert Measurement.objects.get(version=2).note == "source?"
    assert not Measurement.objects.counted().exists()
    event = AuditEvent.objects.get(action="values.returned")
    assert event.reason == "source?"


def test_returning_needs_a_reason(kpi: Kpi, scope: Organization, dora: User, bob: User) -> None:
    with pytest.raises(InvalidInputError, match="Say what is wrong"):
        return_values(actor=bob, organization=scope, cells=[record(dora, kpi, 12.5)], reason="  ")


def test_a_verified_value_can_be_returned_and_an_answer_without_a_value_too(
    kpi: Kpi, scope: Organization, dora: User, bob: User
) -> None:
    verify_values(actor=bob, organization=scope, cells=[record(dora, kpi, None, note="plant closed")])
    assert return_values(actor=bob, organization=scope, cells=[seen(kpi)], reason="it was open").done
    assert versions(kpi)[-1] == (3, None, "returned")


def test_each_person_gets_one_mail_that_lists_all_that_came_back(
    kpi: Kpi, scope: Organization, alice: User, bob: User, dora: User, fiona: User
) -> None:
    other = make_kpi(kpi.project, alice, "STOCK", data_owner=dora)
    cells = [record(dora, kpi, 12.5), record(dora, kpi, 12.0, period=AUGUST), record(fiona, other, 7.0)]
    return_values(actor=bob, organization=scope, cells=cells, reason="Which meter?")
    mails = {mail.reader: mail for mail in OutboundMail.objects.filter(kind="returned")}
    assert set(mails) == {dora, fiona}
    assert mails[dora].subject == "Returned to you: 3 values"
    assert mails[fiona].subject == "Returned to you: Lead time STOCK"
    text = mails[dora].text
    assert all(words in text for words in ("Bob returned 3 values", "Which meter?", "12.5", "ERP group"))
    assert "/o/acme/entries/" in text
    assert "scope=all" not in text
    assert "Lead time LEAD" not in mails[fiona].text


def test_the_mail_is_in_the_readers_language(kpi: Kpi, scope: Organization, bob: User, dora: User) -> None:
    dora.language = "zh-hans"
    dora.save()
    return_values(actor=bob, organization=scope, cells=[record(dora, kpi, 12.5)], reason="哪块电表?")
    mail = OutboundMail.objects.get(kind="returned")
    assert "哪块电表?" in mail.text
    assert '<html lang="zh-hans">' in mail.html


def test_who_left_or_returned_it_to_themselves_gets_no_mail(
    kpi: Kpi, scope: Organization, alice: User, bob: User, fiona: User, dora: User
) -> None:
    lonely = make_kpi(kpi.project, alice, "STOCK")
    cells = [record(fiona, lonely, 1.0), record(bob, lonely, 2.0, period=AUGUST)]
    remove_member(actor=alice, membership=Membership.objects.get(user=fiona))
    return_values(actor=bob, organization=scope, cells=cells, reason="source?")
    assert not OutboundMail.objects.filter(kind="returned").exists()


def many(kpi: Kpi, actor: User, count: int) -> Sequence[SeenCell]:
    months = [datetime.date(2000 + place // 12, place % 12 + 1, 1) for place in range(count)]
    record_measurements(actor, kpi.organization, [MeasurementInput(kpi.pk, month, 1.0) for month in months])
    return [SeenCell(kpi.pk, month, 1) for month in months]


def test_verifying_many_values_takes_as_many_statements_as_verifying_one(
    kpi: Kpi, scope: Organization, dora: User, bob: User
) -> None:
    cells = many(kpi, dora, 300)
    with at_most(14):
        report = verify_values(actor=bob, organization=scope, cells=cells)
    assert len(report.done) == 300
    event = AuditEvent.objects.get(action="values.verified")
    assert event.after["count"] == 300
    assert event.after["values"][-1] == "+260"
