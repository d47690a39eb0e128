"""Values of formula KPIs: computed in the same breath as the results, and never against a closed month."""

import datetime
from typing import Any

import pytest

from assessments.models import KpiResult, Measurement, PeriodLock
from assessments.services import MeasurementInput, record_measurements
from assessments.services.locking import lock_month
from assessments.services.recompute import recompute_pending, reproduce
from kpis.models import Formula, Kpi
from kpis.services import create_kpi, remove_formula, set_formula, update_kpi
from organizations.errors import InvalidInputError
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import PendingValuation, Project
from tests.assessments.worked_example import make_project, month, record

pytestmark = pytest.mark.django_db

Values = dict[datetime.date, float | None]


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    with organization_scope(organization):
        return make_project(alice, organization)


@pytest.fixture
def kpis(project: Project, alice: User) -> dict[str, Kpi]:
    """Hours and orders a month, the hours an order takes, and twice that."""
    units = {"HOURS": "h", "ORDERS": "orders", "EACH": "h/order", "TWICE": "h/order"}
    with organization_scope(project.organization):
        made = {code: define(alice, project, code, unit) for code, unit in units.items()}
        set_formula(actor=alice, kpi=made["EACH"], text="[HOURS] / [ORDERS]")
        set_formula(actor=alice, kpi=made["TWICE"], text="[EACH] * 2", doubts_meant=True)
    return made


def define(actor: User, project: Project, code: str, unit: str, **more: Any) -> Kpi:
    values = {"code": code, "name": code.title(), "tier": "operational", "unit": unit, **more}
    return create_kpi(actor=actor, project=project, values=values)


def give(actor: User, kpi: Kpi, values: dict[datetime.date, float], **fields: str) -> None:
    with organization_scope(kpi.organization):
        record(actor, kpi, values, **fields)


def counted(kpi: Kpi) -> Values:
    with organization_scope(kpi.organization):
        rows = Measurement.objects.newest().filter(kpi=kpi)
        return {row.period: row.value for row in rows}


def newest(kpi: Kpi) -> Measurement:
    with organization_scope(kpi.organization):
        row: Measurement = Measurement.objects.filter(kpi=kpi).order_by("period", "version").last()
    return row


def test_values_come_with_the_results_in_the_order_of_dependence(
    kpis: dict[str, Kpi], alice: User, organization: Organization
) -> None:
    give(alice, kpis["HOURS"], {month(1): 300.0, month(2): 280.0})
    give(alice, kpis["ORDERS"], {month(1): 100.0, month(2): 140.0, month(3): 90.0})
    recompute_pending(organization)
    assert counted(kpis["EACH"]) == {month(1): 3.0, month(2): 2.0}
    assert counted(kpis["TWICE"]) == {month(1): 6.0, month(2): 4.0}
    with organization_scope(organization):
        result = KpiResult.objects.get(kpi=kpis["TWICE"])
        assert (result.value, result.preliminary) == (4.0, True)
        assert not PendingValuation.objects.exists()
        row = Measurement.objects.get(kpi=kpis["EACH"], period=month(2))
    assert (row.source, row.recorded_by, row.status) == ("formula", None, "submitted")


def test_a_corrected_input_corrects_what_is_computed_and_nothing_else(
    kpis: dict[str, Kpi], alice: User, organization: Organization
) -> None:
    give(alice, kpis["HOURS"], {month(1): 300.0, month(2): 280.0})
    give(alice, kpis["ORDERS"], {month(1): 100.0, month(2): 140.0})
    recompute_pending(organization)
    give(alice, kpis["ORDERS"], {month(2): 70.0})
    recompute_pending(organization)
    assert counted(kpis["TWICE"]) == {month(1): 6.0, month(2): 8.0}
    with organization_scope(organization):
        assert Measurement.objects.filter(kpi=kpis["TWICE"], period=month(1)).count() == 1
        assert recompute_pending(organization) == 0


def test_only_inputs_that_are_all_verified_give_a_verified_value(
    kpis: dict[str, Kpi], alice: User, organization: Organization
) -> None:
    give(alice, kpis["HOURS"], {month(1): 300.0}, status="verified")
    give(alice, kpis["ORDERS"], {month(1): 100.0})
    recompute_pending(organization)
    assert newest(kpis["EACH"]).status == "submitted"
    give(alice, kpis["ORDERS"], {month(1): 100.0}, status="verified")
    recompute_pending(organization)
    assert newest(kpis["EACH"]).status == "verified"
    assert newest(kpis["TWICE"]).status == "verified"


def test_a_division_by_zero_has_no_value_and_says_why(
    kpis: dict[str, Kpi], alice: User, organization: Organization
) -> None:
    give(alice, kpis["HOURS"], {month(1): 300.0})
    give(alice, kpis["ORDERS"], {month(1): 0.0})
    recompute_pending(organization)
    row = newest(kpis["EACH"])
    assert (row.value, row.note) == (None, "The formula divides by zero here.")
    assert counted(kpis["TWICE"]) == {}


def test_a_value_whose_input_was_returned_goes_with_it(
    kpis: dict[str, Kpi], alice: User, organization: Organization
) -> None:
    give(alice, kpis["HOURS"], {month(1): 300.0})
    give(alice, kpis["ORDERS"], {month(1): 100.0})
    recompute_pending(organization)
    give(alice, kpis["ORDERS"], {month(1): 100.0}, status="returned", note="Which system?")
    recompute_pending(organization)
    assert counted(kpis["EACH"]) == {month(1): None}
    assert newest(kpis["EACH"]).note == "ORDERS has no value for Jan 2025."


def test_a_closed_month_keeps_its_computed_value(
    kpis: dict[str, Kpi], alice: User, organization: Organization, project: Project
) -> None:
    other = None
    with organization_scope(organization):
        other = make_project(alice, organization, "CRM")
        foreign = define(alice, other, "FOREIGN", "h")
        mine = define(alice, project, "MINE", "h")
        set_formula(actor=alice, kpi=mine, text="[FOREIGN] + 1")
    give(alice, foreign, {month(1): 10.0, month(2): 20.0})
    recompute_pending(organization)
    with organization_scope(organization):
        lock_month(actor=alice, organization=organization, projects=[project], month=month(1))
        assert PeriodLock.objects.count() == 1
    give(alice, foreign, {month(1): 11.0, month(2): 21.0})
    recompute_pending(organization)
    assert counted(mine) == {month(1): 11.0, month(2): 22.0}


def test_a_formula_of_another_project_is_computed_and_valued_too(
    kpis: dict[str, Kpi], alice: User, organization: Organization
) -> None:
    with organization_scope(organization):
        other = make_project(alice, organization, "CRM")
        shared = define(alice, other, "ELSEWHERE", "h/order")
        set_formula(actor=alice, kpi=shared, text="previous([EACH])")
    recompute_pending(organization)
    give(alice, kpis["HOURS"], {month(1): 300.0, month(2): 280.0})
    give(alice, kpis["ORDERS"], {month(1): 100.0, month(2): 140.0})
    recompute_pending(organization)
    assert counted(shared) == {month(2): 3.0}
    with organization_scope(organization):
        assert KpiResult.objects.get(kpi=shared).value == 3.0


def test_weeks_come_together_in_the_month_in_which_they_end(
    kpis: dict[str, Kpi], alice: User, organization: Organization, project: Project
) -> None:
    with organization_scope(organization):
        weekly = define(alice, project, "WEEKLY", "orders", frequency="week")
        monthly = define(alice, project, "MONTHLY", "orders")
        set_formula(actor=alice, kpi=monthly, text="sum([WEEKLY])")
    # January 2025 has the Sundays 5, 12, 19 and 26: the week of December 30th belongs to it, that of January 27th not.
    mondays = [datetime.date(2024, 12, 30) + datetime.timedelta(weeks=week) for week in range(5)]
    give(alice, weekly, {day: 10.0 + number for number, day in enumerate(mondays)})
    recompute_pending(organization)
    assert counted(monthly) == {month(1): 10.0 + 11.0 + 12.0 + 13.0}


def test_results_with_formulas_are_reproduced_as_they_were_known(
    kpis: dict[str, Kpi], alice: User, organization: Organization
) -> None:
    give(alice, kpis["HOURS"], {month(1): 300.0})
    give(alice, kpis["ORDERS"], {month(1): 100.0})
    recompute_pending(organization)
    with organization_scope(organization):
        run = KpiResult.objects.get(kpi=kpis["EACH"]).run
    give(alice, kpis["ORDERS"], {month(1): 50.0})
    recompute_pending(organization)
    again = reproduce(organization, as_of=run.as_of, known_at=run.known_at)
    assert again.inputs_hash == run.inputs_hash


def test_a_value_for_a_computed_kpi_is_refused_until_the_formula_is_removed(
    kpis: dict[str, Kpi], alice: User, organization: Organization
) -> None:
    with organization_scope(organization):
        value = [MeasurementInput(kpis["EACH"].pk, month(1), 3.0, source="import")]
        with pytest.raises(InvalidInputError, match="computed by a formula"):
            record_measurements(alice, organization, value)
        remove_formula(actor=alice, kpi=kpis["EACH"])
        assert record_measurements(alice, organization, value).new == 1
        assert Kpi.objects.get(code="EACH").source == "manual"


def test_a_circle_is_refused_with_its_way(
    kpis: dict[str, Kpi], alice: User, organization: Organization
) -> None:
    with organization_scope(organization):
        with pytest.raises(InvalidInputError, match="EACH → TWICE → EACH"):
            set_formula(actor=alice, kpi=kpis["EACH"], text="[TWICE] / 2")
        with pytest.raises(InvalidInputError, match="from itself"):
            set_formula(actor=alice, kpi=kpis["HOURS"], text="[HOURS] + 1")
        hours = kpis["HOURS"]
        with pytest.raises(InvalidInputError, match="HOURS → TWICE → EACH → HOURS"):
            set_formula(actor=alice, kpi=hours, text="[TWICE] + [ORDERS]", doubts_meant=True)
        assert Formula.objects.count() == 2


def test_a_renamed_code_is_renamed_in_formulas(
    kpis: dict[str, Kpi], alice: User, organization: Organization
) -> None:
    with organization_scope(organization):
        update_kpi(actor=alice, kpi=kpis["HOURS"], values={"code": "WORK"})
        assert Formula.objects.get(kpi=kpis["EACH"]).expression == "[WORK] / [ORDERS]"
    give(alice, kpis["HOURS"], {month(1): 300.0})
    give(alice, kpis["ORDERS"], {month(1): 100.0})
    recompute_pending(organization)
    assert counted(kpis["EACH"]) == {month(1): 3.0}


def test_many_formulas_take_a_fixed_number_of_queries(
    kpis: dict[str, Kpi], alice: User, organization: Organization, project: Project,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    with organization_scope(organization):
        for number in range(30):
            one = define(alice, project, f"F{number}", "h/order")
            set_formula(actor=alice, kpi=one, text=f"[EACH] + {number}")
    give(alice, kpis["HOURS"], {month(number): 300.0 for number in range(1, 13)})
    give(alice, kpis["ORDERS"], {month(number): 100.0 + number for number in range(1, 13)})
    with django_assert_max_num_queries(60):
        recompute_pending(organization)


def test_a_computed_value_that_comes_back_in_a_file_is_known_already(
    kpis: dict[str, Kpi], alice: User, organization: Organization
) -> None:
    give(alice, kpis["HOURS"], {month(1): 300.0})
    give(alice, kpis["ORDERS"], {month(1): 100.0})
    recompute_pending(organization)
    with organization_scope(organization):
        back = [MeasurementInput(kpis["EACH"].pk, month(1), 3.0, source="import")]
        assert record_measurements(alice, organization, back, batch_id=1).same == 1
