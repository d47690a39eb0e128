"""The sample organizations as stored and judged by the method."""

import datetime
import json
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from statistics import mean
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import global_settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from assessments.locks import month_of
from assessments.models import KpiResult, Measurement, PeriodLock, ProjectResult
from kpis.charters.states import NO_CHARTER, Word, charter_states
from organizations.models import Membership, Organization, Role, User
from organizations.services import create_organization, create_user
from organizations.tenancy import organization_scope
from projects.models import CashFlow, MoneyLine, PlanBaseline, Project
from valuetrack import demo
from valuetrack.demo.loading import load
from valuetrack.demo.northfield import NORTHFIELD
from valuetrack.demo.people import LOCAL_PASSWORD

LEAP_DAY = datetime.date(2024, 2, 29)


def run(*arguments: str) -> str:
    """What the command prints to standard output."""
    printed = StringIO()
    call_command("demo", *arguments, stdout=printed)
    return printed.getvalue()


@pytest.fixture(scope="module")
def document(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Any]]:
    """Both organizations, loaded once by the command; what it printed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield json.loads(run("--json"))
        transaction.set_rollback(True)


@pytest.fixture
def northfield(document: dict[str, Any]) -> Iterator[Organization]:
    organization = Organization.objects.get(slug="northfield")
    with organization_scope(organization):
        yield organization


@pytest.fixture
def huarui(document: dict[str, Any]) -> Organization:
    return Organization.objects.get(slug="huarui")


def values(code: str) -> list[float]:
    """The values that count, oldest first."""
    counted = Measurement.objects.counted().filter(kpi__code=code, value__isnull=False)
    return [one.value for one in sorted(counted, key=lambda one: one.period)]


def assert_erp_story() -> None:
    """Procurement −12 %, stock 18 days, acceptance 60 → 92 %, payback 36 → 18, from what is stored."""
    results = {result.kpi.name: result for result in KpiResult.objects.select_related("kpi")}
    cost = results["Procurement cost index"]
    prices = values(cost.kpi.code)
    assert mean(prices[12:]) / mean(prices[:12]) - 1 == pytest.approx(-0.12, abs=0.005)
    assert cost.value / cost.kpi.baseline_value - 1 == pytest.approx(-0.12, abs=0.005)
    stock = results["Inventory turnover"]
    assert stock.kpi.baseline_value - stock.value == pytest.approx(18, abs=0.1)
    acceptance = results["Staff acceptance"]
    assert acceptance.value == 92
    assert values(acceptance.kpi.code)[11:18:6] == [60, 92]
    erp = ProjectResult.objects.get(project__code="ERP")
    assert erp.payback_origin == "go_live"
    assert (round(erp.payback_plan), round(erp.payback_outlook)) == (36, 18)
    assert erp.status == "on_track"


def test_the_erp_pays_back_in_half_the_time_by_the_method(northfield: Organization) -> None:
    assert_erp_story()


def test_the_stock_of_the_erp_is_worth_what_its_kpi_says(northfield: Organization) -> None:
    line = MoneyLine.objects.get(project__code="ERP", name="Inventory carrying cost")
    assert line.monetisation.kpi.name == "Inventory turnover"
    amounts = CashFlow.objects.filter(line=line, series="actual").order_by("month")
    assert amounts.count() == 12
    # 18 days × 0.33 m EUR a day × 8 % a year.
    assert float(amounts.last().amount) == pytest.approx(18 * 330_000 * 0.08 / 12, rel=0.01)


def test_the_oa_does_badly_because_two_plants_do_not_use_it(northfield: Organization) -> None:
    oa = ProjectResult.objects.get(project__code="OA")
    assert oa.status == "off_track"
    assert oa.benefits_actual < 0.75 * oa.benefits_plan
    assert oa.payback_outlook > oa.payback_plan + 6
    plants = KpiResult.objects.filter(kpi__name__endswith="plants 2 and 4")
    assert [result.status for result in plants] == ["off_track", "off_track"]


def test_the_hr_system_has_too_little_data_for_a_score(northfield: Organization) -> None:
    hr = ProjectResult.objects.get(project__code="HR")
    assert hr.status == "no_data"
    assert hr.value_index is None
    assert hr.tiers["functional"]["coverage"] < 0.6
    answers = Measurement.objects.filter(kpi__project__code="HR", value__isnull=True)
    assert all(answer.note for answer in answers)
    assert answers


def test_of_a_bi_gone_live_last_month_it_is_too_early_to_speak(northfield: Organization) -> None:
    bi = ProjectResult.objects.get(project__code="BI")
    assert bi.status == "too_early"
    assert bi.plan_index is None
    due = KpiResult.objects.filter(project=bi.project_id, due=True)
    assert {result.kpi.tier for result in due.select_related("kpi")} == {"functional"}


def test_the_other_projects_are_on_track_and_at_risk(northfield: Organization) -> None:
    status = dict(ProjectResult.objects.values_list("project__code", "status"))
    assert (status["WMS"], status["CRM"]) == ("on_track", "at_risk")


def test_not_all_values_of_last_month_are_in(northfield: Organization) -> None:
    results = ProjectResult.objects.all()
    missing = [kpi for project in NORTHFIELD.projects for _code, _tier, kpi in project.kpis if kpi.missing]
    never = [kpi for project in NORTHFIELD.projects for _code, _tier, kpi in project.kpis if kpi.never]
    due, came = (sum(getattr(one, name) for one in results) for name in ("kpis_due", "kpis_in"))
    assert due - came == len(missing) + len(never) == 8


def test_the_chinese_group_tells_all_five_states_too(huarui: Organization) -> None:
    with organization_scope(huarui):
        status = dict(ProjectResult.objects.values_list("project__code", "status"))
    assert status == {
        "MES": "on_track", "ERP": "at_risk", "OA": "off_track", "WMS": "no_data", "PLM": "too_early",
    }  # fmt: skip


def test_values_were_entered_by_contributors_corrected_and_verified(northfield: Organization) -> None:
    kept = Measurement.objects
    contributors = Membership.objects.filter(role=Role.CONTRIBUTOR).values_list("user_id", flat=True)
    first = kept.filter(version=1).values_list("recorded_by_id", flat=True)
    assert set(first) <= set(contributors)
    assert kept.filter(version=2, note=NORTHFIELD.correction).exists()
    assert kept.filter(status="verified").exists()
    assert KpiResult.objects.filter(preliminary=True).exists()


def test_older_months_are_verified_and_locked_and_one_value_came_back(northfield: Organization) -> None:
    locked = set(PeriodLock.objects.in_force().values_list("project_id", "month"))
    states: dict[str, int] = {}
    cells = Measurement.objects.counted().select_related("kpi")
    for one in cells:
        closed = (one.kpi.project_id, month_of(one.period, one.kpi.frequency)) in locked
        assert not closed or one.status == "verified" or one.value is None
        states[one.status] = states.get(one.status, 0) + 1
    assert states["verified"] > 8 * states["submitted"] > 0
    returned = Measurement.objects.newest().get(kpi__code=NORTHFIELD.returned, status="returned")
    assert returned.note == NORTHFIELD.return_reason
    verifiers = Membership.objects.filter(role=Role.PMO).values_list("user_id", flat=True)
    decided = Measurement.objects.filter(status__in=["verified", "returned"])
    assert set(decided.values_list("recorded_by_id", flat=True)) <= set(verifiers)


def test_plans_are_frozen_and_money_has_three_series(northfield: Organization) -> None:
    assert PlanBaseline.objects.count() == len(NORTHFIELD.projects)
    assert set(CashFlow.objects.values_list("series", flat=True)) == {"plan", "forecast", "actual"}


def test_most_charters_are_signed_one_waits_for_it_one_is_outdated_one_is_missing(
    northfield: Organization, huarui: Organization
) -> None:
    for organization in (northfield, huarui):
        with organization_scope(organization):
            states = charter_states()
            words = Counter(states.get(project.pk, NO_CHARTER).word for project in Project.objects.all())
            assert any(state.waiting == {"it"} for state in states.values())
        assert [words[word] for word in (Word.OPEN, Word.OUTDATED, Word.NONE)] == [1, 1, 1]
        assert words[Word.SIGNED] == sum(words.values()) - 3


def test_the_samples_are_marked_and_every_role_can_log_in(document: dict[str, Any], settings: Any) -> None:
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    assert [one["slug"] for one in document["organizations"]] == ["northfield", "huarui"]
    assert Organization.objects.filter(is_sample=True).count() == 2
    for one in document["organizations"]:
        assert set(one) == {"slug", "name", "language", "logins"}
        assert {entry["role"] for entry in one["logins"]} == set(Role.values)
        people = [User.objects.get(email=entry["email"]) for entry in one["logins"]]
        assert people[0].check_password(one["logins"][0]["password"])
        assert len({user.password for user in people}) == 1
        for user, entry in zip(people, one["logins"], strict=True):
            assert entry["password"] == LOCAL_PASSWORD
            assert (user.name, user.language) == (entry["name"], one["language"])
            assert EmailAddress.objects.filter(user=user, verified=True).exists()


def test_the_log_in_page_offers_one_log_in_of_each_role_in_one_query(document: dict[str, Any]) -> None:
    with CaptureQueriesContext(connection) as queries:
        offered = demo.logins()
    assert len(queries) == 1
    assert len(offered) == 2 * len(Role.values)
    assert {entry["password"] for entry in offered} == {LOCAL_PASSWORD}


def test_in_production_no_known_password_is_offered(document: dict[str, Any], settings: Any) -> None:
    settings.LOCAL = False
    assert demo.logins() == []
    printed = json.loads(run("--json"))
    assert {entry["password"] for one in printed["organizations"] for entry in one["logins"]} == {None}


def test_a_second_run_leaves_what_is_there(document: dict[str, Any]) -> None:
    before = list(Organization.objects.order_by("pk").values_list("pk", "generation"))
    again = run("--json")
    assert again.count("\n") == 1
    assert json.loads(again) == document
    assert list(Organization.objects.order_by("pk").values_list("pk", "generation")) == before


def numbers(slug: str) -> list[tuple[Any, ...]]:
    with organization_scope(Organization.objects.get(slug=slug)):
        counted = Measurement.objects.counted().values_list("kpi__code", "period", "value")
        results = ProjectResult.objects.values_list(
            "project__code", "value_index", "npv_outlook", "inputs_hash"
        )
        return [*sorted(counted), *sorted((row[0], row[1] or 0, row[2]) for row in results)]


@pytest.mark.django_db
def test_reset_builds_the_same_numbers_anew_and_remove_takes_all_away() -> None:
    run("--only", "huarui")
    former, before = Organization.objects.get(slug="huarui").pk, numbers("huarui")
    run("--only", "huarui", "--reset")
    assert Organization.objects.get(slug="huarui").pk != former
    assert numbers("huarui") == before
    run("--remove")
    assert not Organization.objects.exists()
    assert demo.logins() == []


@pytest.mark.django_db
def test_the_story_holds_on_a_leap_day() -> None:
    organization = load(NORTHFIELD, password=LOCAL_PASSWORD, today=LEAP_DAY)
    with organization_scope(organization):
        assert_erp_story()


@pytest.mark.django_db
def test_an_organization_of_ones_own_at_a_samples_address_is_never_touched() -> None:
    owner = create_user(email="owner@northfield.test", name="Owner")
    own = create_organization(slug="northfield", name="Northfield Ltd", admin=owner)
    for arguments in ([], ["--reset"], ["--remove"]):
        with pytest.raises(CommandError, match="is no sample"):
            run(*arguments)
    assert list(Organization.objects.all()) == [own]
