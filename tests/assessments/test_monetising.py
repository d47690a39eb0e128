"""Actual amounts that follow from a KPI: written by the valuation, month by month, and by nobody else."""

import datetime
from decimal import Decimal

import pytest

from assessments.models import PeriodLock, ProjectResult
from assessments.services import MeasurementInput, record_measurements
from assessments.services.locking import reopen_month
from assessments.services.monetising import monetise, monetised_months
from assessments.services.recompute import recompute_pending, reproduce
from kpis.models import Kpi, Monetisation
from kpis.services import set_baseline
from kpis.services.baselines import NewBaseline
from kpis.services.drivers import add_driver_value
from kpis.services.monetisation import remove_monetisation, set_monetisation
from organizations.errors import InvalidInputError
from organizations.models import AuditEvent, Organization, User
from organizations.tenancy import organization_scope
from projects.models import Confirmation, MoneyLine, PendingValuation, Project, Restatement
from projects.services import set_cash_flows
from tests.assessments.monetised_line import benefit, booked, lead_time, live_project, monetise_line, wage
from tests.assessments.worked_example import month, record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]

TODAY = datetime.date(2025, 7, 10)


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    return live_project(alice, organization)


@pytest.fixture
def kpi(project: Project, alice: User) -> Kpi:
    kpi = lead_time(alice, project)
    record(alice, kpi, {month(1): 24.0, month(2): 20.0, month(3): 18.5, month(4): 25.0})
    return kpi


@pytest.fixture
def line(project: Project, alice: User) -> MoneyLine:
    return benefit(alice, project)


def value(organization: Organization) -> None:
    recompute_pending(organization)


def test_the_amounts_come_with_the_results(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    monetise_line(alice, kpi, line, capture_rate=0.8)
    value(organization)
    # (24 − 18.5 h) × 1,200 orders × 12 EUR × 80 %, and what is worse than before is negative.
    assert booked(line) == {
        month(1): 0,
        month(2): Decimal("46080.00"),
        month(3): Decimal("63360.00"),
        month(4): Decimal("-11520.00"),
    }
    assert ProjectResult.objects.get(project=line.project).benefits_actual == pytest.approx(97_920)
    event = AuditEvent.objects.get(action="line.actual_computed")
    assert (event.actor, event.target_id) == (None, line.pk)
    assert event.reason == "Computed from the KPI “Lead time” (LEAD)."
    assert event.after["2025-03"] == "63360.00"
    assert not PendingValuation.objects.exists()


def test_nothing_is_written_where_nothing_changed(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    monetise_line(alice, kpi, line)
    value(organization)
    events = AuditEvent.objects.count()
    record(alice, lead_time(alice, line.project, code="OTHER"), {month(2): 3.0})
    value(organization)
    assert AuditEvent.objects.filter(action="line.actual_computed").count() == 1
    assert AuditEvent.objects.count() > events


def test_a_corrected_value_corrects_its_month_and_no_other(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    monetise_line(alice, kpi, line)
    value(organization)
    record(alice, kpi, {month(2): 23.0})
    value(organization)
    assert booked(line)[month(2)] == Decimal("14400.00")
    newest = AuditEvent.objects.filter(action="line.actual_computed").first()
    assert newest is not None
    assert (newest.before, newest.after) == ({"2025-02": "57600.00"}, {"2025-02": "14400.00"})


def test_an_earlier_figure_reproduces_as_it_was_known(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    monetise_line(alice, kpi, line)
    value(organization)
    run = ProjectResult.objects.select_related("run").get(project=line.project).run
    before = ProjectResult.objects.get(project=line.project).benefits_actual
    record(alice, kpi, {month(2): 23.0})
    value(organization)
    then = reproduce(organization, as_of=run.as_of, known_at=run.known_at)
    assert then.money[line.project_id].values["benefits_actual"] == pytest.approx(before)
    assert ProjectResult.objects.get(project=line.project).benefits_actual != pytest.approx(before)


def test_values_sent_back_and_drafts_are_no_money(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    monetise_line(alice, kpi, line)
    value(organization)
    record(alice, kpi, {month(2): 20.0}, status="returned")
    record(alice, kpi, {month(5): 12.0}, status="draft")
    value(organization)
    assert set(booked(line)) == {month(1), month(3), month(4)}


def test_what_somebody_typed_stays_where_nothing_can_be_said(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    typed = {month(3): Decimal(5), month(6): Decimal(7)}
    set_cash_flows(actor=alice, line=line, series="actual", amounts=typed)
    monetise_line(alice, kpi, line)
    value(organization)
    assert booked(line)[month(6)] == 7
    assert booked(line)[month(3)] == Decimal("79200.00")


def test_typed_amounts_of_a_computed_line_are_refused(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    monetisation = monetise_line(alice, kpi, line)
    value(organization)
    with pytest.raises(InvalidInputError, match="computed from the KPI “Lead time”") as refusal:
        set_cash_flows(actor=alice, line=line, series="actual", amounts={month(2): Decimal(1)})
    assert "2025-02-01" in refusal.value.details["months"]
    set_cash_flows(actor=alice, line=line, series="forecast", amounts={month(12): Decimal(1)})
    remove_monetisation(actor=alice, monetisation=monetisation)
    value(organization)
    assert booked(line)[month(2)] == Decimal("57600.00")
    set_cash_flows(actor=alice, line=line, series="actual", amounts={month(2): Decimal(1)})
    assert booked(line)[month(2)] == 1


def test_what_stands_in_a_closed_month_stays(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    monetise_line(alice, kpi, line)
    value(organization)
    PeriodLock.objects.create(
        organization=organization, project=line.project, month=month(2), locked_by=alice
    )
    driver = wage(alice, organization, 100.0)
    set_monetisation(actor=alice, kpi=kpi, line=line, values={"money_value": None, "money_driver": driver})
    value(organization)
    assert booked(line)[month(2)] == Decimal("57600.00")
    assert booked(line)[month(3)] == Decimal("660000.00")
    reopen_month(actor=alice, lock=PeriodLock.objects.get(), reason="Wage agreed again")
    value(organization)
    assert booked(line)[month(2)] == Decimal("480000.00")


def test_a_confirmed_amount_that_changes_is_a_restatement(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    monetise_line(alice, kpi, line)
    value(organization)
    Confirmation.objects.create(
        organization=organization,
        line=line,
        month=month(2),
        answer="confirmed",
        amount=booked(line)[month(2)],
    )
    record(alice, kpi, {month(2): 22.0, month(3): 22.0})
    value(organization)
    restated = Restatement.objects.get()
    assert (restated.month, restated.old, restated.new) == (
        month(2),
        Decimal("57600.00"),
        Decimal("28800.00"),
    )
    assert (restated.restated_by, restated.reason) == (None, "Computed from the KPI “Lead time” (LEAD).")


def test_a_new_value_of_a_driver_counts_from_its_day_on(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    driver = wage(alice, organization)
    monetise_line(alice, kpi, line, money_driver=driver)
    value(organization)
    add_driver_value(actor=alice, driver=driver, valid_from=month(3), value=24.0, source="Agreement of March")
    assert PendingValuation.objects.get().money
    value(organization)
    assert booked(line)[month(2)] == Decimal("57600.00")
    assert booked(line)[month(3)] == Decimal("158400.00")


def test_of_two_values_for_one_day_the_newer_one_counts(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    driver = wage(alice, organization)
    monetise_line(alice, kpi, line, money_driver=driver)
    add_driver_value(
        actor=alice, driver=driver, valid_from=datetime.date(2024, 1, 1), value=10.0, source="Mistyped"
    )
    value(organization)
    assert booked(line)[month(2)] == Decimal("48000.00")


def test_a_month_before_the_first_value_of_a_driver_has_no_amount(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    driver = wage(alice, organization)
    monetisation = monetise_line(alice, kpi, line, money_driver=driver, starts_on=datetime.date(2023, 11, 5))
    months = {one.month: one for one in monetise([monetisation], today=TODAY)}
    assert months[month(12, 2023)].figures.money is None
    assert months[month(1, 2024)].figures.money == 12.0


def test_a_new_baseline_changes_every_month(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    monetise_line(alice, kpi, line)
    value(organization)
    set_baseline(actor=alice, kpi=kpi, new=NewBaseline(25.0), reason="Counted again")
    value(organization)
    assert booked(line)[month(1)] == Decimal("14400.00")


def test_the_effect_grows_from_its_beginning_to_its_end(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    monetise_line(
        alice,
        kpi,
        line,
        ramp_months=2,
        starts_on=datetime.date(2025, 2, 20),
        ends_on=datetime.date(2025, 3, 1),
    )
    value(organization)
    assert booked(line) == {month(2): Decimal("28800.00"), month(3): Decimal("79200.00")}


def test_before_the_gate_of_go_live_nothing_is_booked(
    kpi: Kpi, line: MoneyLine, organization: Organization, alice: User
) -> None:
    Project.objects.filter(pk=line.project_id).update(gate="L3")
    monetisation = monetise_line(alice, kpi, line)
    value(organization)
    assert booked(line) == {}
    assert any(one.amount for one in monetise([monetisation], today=TODAY))


def test_a_line_of_another_project_that_the_kpi_serves_is_valued_with_it(
    kpi: Kpi, organization: Organization, alice: User
) -> None:
    from kpis.services import Share, share_kpi

    crm = live_project(alice, organization, "CRM")
    share_kpi(actor=alice, kpi=kpi, shares=[Share(crm, 0.25)])
    line = benefit(alice, crm)
    monetise_line(alice, kpi, line, attribution=0.25)
    value(organization)
    record(alice, kpi, {month(3): 14.0})
    value(organization)
    assert booked(line)[month(3)] == Decimal("36000.00")
    assert ProjectResult.objects.get(project=crm).benefits_actual == pytest.approx(
        float(sum(booked(line).values()))
    )


def give(actor: User, kpi: Kpi, values: dict[datetime.date, float]) -> None:
    rows = [MeasurementInput(kpi.pk, period, number) for period, number in values.items()]
    record_measurements(actor, kpi.organization, rows)


def amounts(one: Monetisation, today: datetime.date = TODAY) -> dict[datetime.date, float | None]:
    return {row.month: row.amount for row in monetise([one], today=today)}


def test_a_quarterly_value_holds_for_its_months(project: Project, line: MoneyLine, alice: User) -> None:
    kpi = lead_time(alice, project, frequency="quarter")
    give(alice, kpi, {month(1): 23.0, month(4): 22.0, month(7): 1.0})
    found = amounts(monetise_line(alice, kpi, line, volume_value=1.0, money_value=1.0))
    # The quarter that is still running says nothing yet.
    assert found == {month(number): 1.0 if number < 4 else 2.0 for number in range(1, 7)}


def test_weekly_values_count_as_the_mean_of_the_weeks_that_end_in_the_month(
    project: Project, line: MoneyLine, alice: User
) -> None:
    kpi = lead_time(alice, project, frequency="week")
    mondays = [datetime.date(2025, 1, 27), datetime.date(2025, 2, 3), datetime.date(2025, 2, 24)]
    give(alice, kpi, dict(zip(mondays, (20.0, 22.0, 14.0), strict=True)))
    found = amounts(monetise_line(alice, kpi, line, volume_value=1.0, money_value=1.0))
    assert (found[month(1)], found[month(2)], found[month(3)]) == (None, 3.0, 10.0)


def test_a_volume_is_a_count_that_is_added_up_or_spread(
    kpi: Kpi, project: Project, line: MoneyLine, alice: User
) -> None:
    orders = lead_time(alice, project, code="ORDERS", direction="higher", frequency="quarter")
    give(alice, orders, {month(1): 3600.0})
    one = monetise_line(alice, kpi, line, volume_value=None, volume_kpi=orders)
    assert amounts(one)[month(3)] == pytest.approx(5.5 * 1200 * 12)
    weekly = lead_time(alice, project, code="WEEKLY", direction="higher", frequency="week")
    give(
        alice,
        weekly,
        {datetime.date(2025, 2, 24) + datetime.timedelta(weeks=step): 240.0 for step in range(4)},
    )
    one = set_monetisation(actor=alice, kpi=kpi, line=line, values={"volume_kpi": weekly})
    # March 2025 has five weeks that end in it, and one of them is not known.
    assert amounts(one)[month(3)] is None
    give(alice, weekly, {datetime.date(2025, 3, 24): 240.0})
    assert amounts(one)[month(3)] == pytest.approx(5.5 * 1200 * 12)


def test_a_month_is_preliminary_while_a_value_behind_it_is_not_verified(
    kpi: Kpi, line: MoneyLine, alice: User
) -> None:
    monetise_line(alice, kpi, line)
    record(alice, kpi, {month(2): 20.0}, status="verified")
    found = {one.month: one for one in monetised_months([line.pk], today=TODAY)}
    assert (found[month(2)].is_verified, found[month(3)].is_verified) == (True, False)
    assert (found[month(2)].kpi_id, found[month(2)].periods) == (kpi.pk, (month(2),))
    assert set(found) == {month(number) for number in range(1, 5)}


def test_organizations_do_not_see_each_others_lines(
    kpi: Kpi, line: MoneyLine, organization: Organization, other_organization: Organization, alice: User
) -> None:
    monetise_line(alice, kpi, line)
    with organization_scope(other_organization):
        assert monetised_months([line.pk], today=TODAY) == []
