"""Results: right, written once, and reproducible to the last digit."""

import datetime
import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from assessments.lock_counts import month_states
from assessments.models import KpiResult, Measurement, ProjectResult, Run
from assessments.services.inputs import load_inputs
from assessments.services.recompute import (
    recompute_organization,
    recompute_pending,
    recompute_projects,
    reproduce,
    run_night,
    work_through_night,
)
from assessments.services.record import MeasurementInput, record_measurements
from kpis.models import Kpi
from kpis.services import archive_kpi, update_kpi
from organizations.jobs import LostClaimError, claim_job
from organizations.models import JobRun, Organization, User
from organizations.services import update_organization
from organizations.tenancy import organization_scope
from projects.models import PendingValuation, Project
from projects.services import request_valuation
from tests.assessments.worked_example import AS_OF, add_money, make_kpi, make_project, month, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    """Three KPIs: one at plan, one far behind, one without a value; and money."""
    with organization_scope(organization):
        project = make_project(alice, organization)
        good = make_kpi(alice, project, "Orders entered", "functional")
        bad = make_kpi(alice, project, "Lead time", "operational")
        make_kpi(alice, project, "Retention", "strategic", expected_start=month(1))
        # By September the straight line from January (100) to December (60) is at 100 − 40 × 8 / 11.
        record(alice, good, {month(7): 79.0, month(8): 75.0, month(9): 100 - 40 * 8 / 11})
        record(alice, bad, {month(7): 98.0, month(8): 97.0, month(9): 96.0})
        add_money(alice, project)
    return project


def result_of(project: Project) -> ProjectResult:
    with organization_scope(project.organization):
        found: ProjectResult = ProjectResult.objects.get(project=project)
    return found


def test_scores_follow_the_method(project: Project, organization: Organization) -> None:
    recompute_organization(organization, as_of=AS_OF)
    result = result_of(project)
    assert result.functional == pytest.approx(100 * 8 / 11)
    assert result.operational == pytest.approx(10.0)
    assert result.strategic is None
    assert result.tiers["strategic"] == {"coverage": 0, "low": 0, "high": 100, "due": 1, "in": 0, "late": 1}
    # Re-weighted over the two published tiers, 30 and 30.
    assert result.value_index == pytest.approx((100 * 8 / 11 + 10) / 2)
    assert (result.kpis_due, result.kpis_in, result.kpis_late) == (3, 2, 1)
    assert result.capped


def test_who_answered_that_there_is_no_value_is_not_late_and_the_value_not_in(
    project: Project, organization: Organization, alice: User
) -> None:
    recompute_organization(organization, as_of=AS_OF)
    with organization_scope(organization):
        owed = Kpi.objects.get(name="Retention")
        answers = [MeasurementInput(owed.pk, month(9), None, note="The log was lost")]
        record_measurements(alice, organization, answers)
    recompute_organization(organization, as_of=AS_OF)
    result = result_of(project)
    assert (result.kpis_due, result.kpis_in, result.kpis_late) == (3, 2, 0)
    with organization_scope(organization):
        back = [MeasurementInput(owed.pk, month(9), None, note="Look again", status="returned")]
        record_measurements(alice, organization, back)
    recompute_organization(organization, as_of=AS_OF)
    assert result_of(project).kpis_late == 1


def test_a_kpi_is_expected_from_the_day_it_was_defined_on_in_the_zone_of_the_organization(
    project: Project, organization: Organization, alice: User
) -> None:
    with organization_scope(organization):
        update_organization(actor=alice, organization=organization, values={"zone": "Asia/Shanghai"})
        archive_kpi(actor=alice, kpi=Kpi.objects.get(name="Retention"))
        made = make_kpi(alice, project, "Renewals", "strategic")
        # Half past midnight on October 1st in Shanghai: September is not asked for.
        moment = datetime.datetime(2025, 9, 30, 16, 30, tzinfo=datetime.UTC)
        Kpi.objects.filter(pk=made.pk).update(created_at=moment)
        states = month_states(organization, [project.pk], [month(9)])
    assert states[project.pk, month(9)].missing == 0
    recompute_organization(organization, as_of=AS_OF)
    assert result_of(project).kpis_late == 0


def test_status_is_read_against_plan(project: Project, organization: Organization) -> None:
    recompute_organization(organization, as_of=AS_OF)
    with organization_scope(organization):
        words = dict(KpiResult.objects.values_list("kpi__name", "status"))
    assert words == {"Orders entered": "on_track", "Lead time": "off_track", "Retention": "no_data"}
    result = result_of(project)
    assert result.plan_index == pytest.approx((100 + 100 * 4 / (40 * 8 / 11)) / 2)
    assert result.status == "off_track"


def test_money_follows_the_method(project: Project, organization: Organization) -> None:
    recompute_organization(organization, as_of=AS_OF)
    result = result_of(project)
    # 1,200 / 100 = 12 months of benefit from March: 13 months after January's column, 11 after go-live.
    assert result.payback_plan == pytest.approx(11.0)
    # 1,200 / 300 = 4 months: the fourth benefit falls into the period that ends 5 after January.
    assert result.payback_outlook == pytest.approx(3.0)
    assert result.payback_origin == "go_live"
    assert (result.benefits_actual, result.benefits_plan) == (2100.0, 700.0)
    assert result.series["actual"][0] == -1200.0
    assert result.series["months"][0] == "2025-01-01"
    assert result.figures["spark"]["ac"][-1] == 2100.0


def test_a_kpi_that_is_not_due_never_counts(organization: Organization, alice: User) -> None:
    with organization_scope(organization):
        project = make_project(alice, organization)
        make_kpi(alice, project, "Later", "strategic", expected_start=datetime.date(2025, 12, 1))
    recompute_organization(organization, as_of=AS_OF)
    result = result_of(project)
    assert (result.kpis_due, result.status) == (0, "too_early")
    assert result.valid_until <= datetime.date(2025, 12, 1)


def test_a_value_three_periods_old_is_dropped_from_score_and_coverage(
    organization: Organization, alice: User
) -> None:
    with organization_scope(organization):
        project = make_project(alice, organization)
        fresh = make_kpi(alice, project, "Fresh", "operational")
        old = make_kpi(alice, project, "Old", "operational")
        record(alice, fresh, {month(9): 80.0})
        record(alice, old, {month(5): 100.0})
    recompute_organization(organization, as_of=AS_OF)
    assert result_of(project).operational == pytest.approx(50.0)
    assert result_of(project).tiers["operational"]["coverage"] == 1
    with organization_scope(organization):
        assert KpiResult.objects.get(kpi=old).dropped


def test_what_did_not_change_is_not_written_again(project: Project, organization: Organization) -> None:
    assert recompute_organization(organization, as_of=AS_OF) == 4
    assert recompute_organization(organization, as_of=AS_OF) == 0


def test_the_generation_moves_so_that_caches_forget(project: Project, organization: Organization) -> None:
    before = organization.generation
    recompute_organization(organization, as_of=AS_OF)
    organization.refresh_from_db()
    assert organization.generation > before


def test_pending_projects_are_valued_and_wait_no_longer(project: Project, organization: Organization) -> None:
    assert recompute_pending(organization) == 4
    with organization_scope(organization):
        assert not PendingValuation.objects.exists()
    assert recompute_pending(organization) == 0


def document(**options: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command("recompute", organization="acme", json=True, stdout=out, **options)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_an_old_run_is_reproduced_to_the_last_digit_after_corrections(
    project: Project, organization: Organization, alice: User
) -> None:
    recompute_organization(organization, as_of=AS_OF)
    with organization_scope(organization):
        run = Run.objects.get()
        stored = ProjectResult.objects.get(project=project)
        kpi = project.kpis.get(name="Lead time")
    then = {"as_of": run.as_of, "known_at": run.known_at}
    first = document(**then)
    with organization_scope(organization):
        record(alice, kpi, {month(9): 61.0}, note="counted anew")
        update_kpi(actor=alice, kpi=kpi, values={"weight": 7.0, "baseline_value": 90.0}, reason="wrong year")
        project.money_lines.get(kind="benefit").cash_flows.filter(series="actual").delete()
        update_organization(
            actor=alice, organization=organization, values={"discount_rate": 0.2, "score_cap": 1.0}
        )
        Project.objects.filter(pk=project.pk).update(go_live_actual=month(6))
    recompute_organization(organization, as_of=AS_OF)
    assert result_of(project).operational != stored.operational
    again = document(**then)
    assert again == first
    assert again["inputs_hash"] == run.inputs_hash
    (told,) = again["projects"]
    for field in ("functional", "operational", "value_index", "roi_outlook", "npv_plan", "payback_outlook"):
        assert told[field] == getattr(stored, field), field


def test_live_tables_and_history_say_the_same(project: Project, organization: Organization) -> None:
    recompute_organization(organization, as_of=AS_OF)
    with organization_scope(organization):
        run = Run.objects.get()
    assert reproduce(organization, as_of=AS_OF, known_at=timezone.now()).inputs_hash == run.inputs_hash


def test_reproducing_writes_nothing(project: Project, organization: Organization) -> None:
    document(as_of=AS_OF)
    with organization_scope(organization):
        assert not Run.objects.exists()
        assert not ProjectResult.objects.exists()


NIGHT = datetime.datetime(2025, 10, 15, 3, 0, tzinfo=datetime.UTC)


def test_a_night_runs_once(project: Project, organization: Organization) -> None:
    assert run_night(organization, now=NIGHT)
    assert not run_night(organization, now=NIGHT)
    organization.refresh_from_db()
    assert organization.last_night == AS_OF
    with organization_scope(organization):
        job = JobRun.objects.get(kind="night")
        assert (job.status, job.done, job.period) == ("done", 1, "2025-10-15")
        assert Run.objects.filter(trigger="night").count() == 1


def test_the_next_night_costs_nothing_when_nothing_changed(
    project: Project, organization: Organization
) -> None:
    run_night(organization, now=NIGHT)
    run_night(organization, now=NIGHT + datetime.timedelta(days=1))
    with organization_scope(organization):
        assert Run.objects.filter(trigger="night").count() == 1


def test_a_night_values_what_time_alone_changes(project: Project, organization: Organization) -> None:
    run_night(organization, now=NIGHT)
    run_night(organization, now=NIGHT + datetime.timedelta(days=40))
    with organization_scope(organization):
        assert KpiResult.objects.get(kpi__name="Lead time").stale


def test_a_dead_workers_night_is_retaken_and_goes_on(
    organization: Organization, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organization_scope(organization):
        for code in ("A", "B", "C"):
            make_project(alice, organization, code)
        PendingValuation.objects.all().delete()
    monkeypatch.setattr("assessments.services.recompute.CHUNK", 1)
    job = claim_job(organization, kind="night", period=AS_OF.isoformat())
    assert job is not None
    with organization_scope(organization):
        first = Project.objects.get(code="A").pk
    recompute_projects(organization, [first], trigger="night", as_of=AS_OF)
    assert not run_night(organization, now=NIGHT)  # its lease still runs
    with organization_scope(organization):
        JobRun.objects.update(lease_until=timezone.now() - datetime.timedelta(seconds=1))
    assert run_night(organization, now=NIGHT)
    with organization_scope(organization):
        assert Run.objects.count() == 3
        assert JobRun.objects.get().attempts == 2
        request_valuation(organization, [first])
    with pytest.raises(LostClaimError):
        work_through_night(organization, AS_OF, job)
    with organization_scope(organization):
        assert Run.objects.count() == 3  # what it had computed was rolled back


def test_money_is_not_computed_again_where_only_a_value_changed(
    project: Project, organization: Organization
) -> None:
    recompute_organization(organization, as_of=AS_OF)
    before = result_of(project)
    with organization_scope(organization):
        kpi = Kpi.objects.get(name="Lead time")
        newest = Measurement.objects.filter(kpi=kpi).latest("period")
        record_measurements(None, organization, [MeasurementInput(kpi.pk, newest.period, newest.value * 0.9)])
        inputs = load_inputs(organization.pk, as_of=AS_OF, known_at=timezone.now())
        assert not inputs.flows
    recompute_projects(organization, [project.pk], as_of=AS_OF)
    after = result_of(project)
    assert after.inputs_hash != before.inputs_hash
    assert (after.npv_plan, after.figures, after.money_hash) == (
        before.npv_plan,
        before.figures,
        before.money_hash,
    )
    fresh = reproduce(organization, as_of=AS_OF)
    assert fresh.hashes == [bytes(after.inputs_hash)]
    assert fresh.money[project.pk].figures == after.figures


def test_changed_money_is_computed_even_after_a_changed_value(
    project: Project, organization: Organization
) -> None:
    recompute_organization(organization, as_of=AS_OF)
    with organization_scope(organization):
        request_valuation(organization, [project.pk])
        request_valuation(organization, [project.pk], money=False)
        assert load_inputs(organization.pk, as_of=AS_OF, known_at=timezone.now()).flows


def test_a_new_month_computes_money_again(project: Project, organization: Organization) -> None:
    recompute_organization(organization, as_of=AS_OF)
    with organization_scope(organization):
        later = AS_OF + datetime.timedelta(days=31)
        assert load_inputs(organization.pk, as_of=later, known_at=timezone.now()).flows


def test_a_changed_method_values_everything_anew(
    project: Project, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_night(organization, now=NIGHT)
    monkeypatch.setattr("assessments.services.recompute.METHOD_VERSION", "next")
    run_night(organization, now=NIGHT + datetime.timedelta(days=1))
    assert result_of(project).method_version == "next"


def test_a_valuation_takes_a_fixed_number_of_queries(
    project: Project, organization: Organization, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(24):
        recompute_organization(organization, as_of=AS_OF)


def test_results_of_another_organization_stay_untouched(
    project: Project, organization: Organization, other_organization: Organization, charlie: User
) -> None:
    with organization_scope(other_organization):
        make_project(charlie, other_organization)
    recompute_organization(organization, as_of=AS_OF)
    with organization_scope(other_organization):
        assert not ProjectResult.objects.exists()
        assert PendingValuation.objects.count() == 1


def test_the_planned_value_is_read_from_the_path() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT planned_at(ARRAY[1.0, 2.0, 3.0], '2025-01-01', f, p::date) FROM (VALUES ('month', '2025-02-01'),"
            " ('month', '2026-02-01'), ('month', '2024-12-01'), ('quarter', '2025-04-01'), ('year', '2026-01-01')) v(f, p)"
        )
        assert [row[0] for row in cursor.fetchall()] == [2.0, 3.0, None, 2.0, 2.0]


def test_a_measurement_of_a_later_period_does_not_count_as_of_an_earlier_day(
    project: Project, organization: Organization
) -> None:
    valuation = reproduce(organization, as_of=datetime.date(2025, 8, 20))
    place = valuation.kpis.columns["period"]
    assert set(place) == {month(8), None}
    with organization_scope(organization):
        assert Measurement.objects.filter(period=month(9)).exists()
