"""Verdicts are made for what changed, only for that, and can be made again as they were."""

import datetime

import pytest
from django.utils import timezone

from assessments.models import Comparison, KpiVerdict, PendingVerdict
from assessments.services import MeasurementInput, record_measurements
from assessments.services.proving import compare
from assessments.services.verdicts import assess_pending, reproduce_verdicts
from assessments.services.verdicts.writing import settle_marks
from kpis.models import Kpi
from kpis.services import archive_kpi, update_kpi
from kpis.services.monetisation import set_monetisation
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import PendingValuation, Project
from projects.services import create_line, update_project
from tests.assessments.roll_out import a_kpi
from tests.assessments.verdicts.conftest import fill, months


def verdict_of(kpi: Kpi) -> KpiVerdict:
    found: KpiVerdict = KpiVerdict.objects.get(kpi=kpi)
    return found


def test_a_clear_improvement_is_real_with_its_size(kpi: Kpi, dora: User) -> None:
    fill(kpi, dora, before=48, after=36)
    assess_pending(kpi.organization)
    verdict = verdict_of(kpi)
    assert (verdict.word, verdict.before, verdict.after) == ("real", 12, 12)
    assert verdict.rule.startswith("same_months")
    assert verdict.effect == pytest.approx(-12, abs=0.5)
    assert verdict.effect_low is not None
    assert verdict.effect_high is not None
    assert verdict.effect_low < -12 < verdict.effect_high < 0
    assert verdict.grade == "2+"
    assert verdict.figures["level_change"]["value"] == pytest.approx(-12, abs=1.5)


def test_no_change_is_not_yet_distinguishable(kpi: Kpi, dora: User) -> None:
    fill(kpi, dora, before=48, after=48)
    assess_pending(kpi.organization)
    assert verdict_of(kpi).word == "not_yet"


def test_what_should_fall_and_rose_is_worse(kpi: Kpi, dora: User) -> None:
    fill(kpi, dora, before=48, after=60)
    assess_pending(kpi.organization)
    assert verdict_of(kpi).word == "worse"


def test_five_values_after_are_too_few(kpi: Kpi, dora: User) -> None:
    fill(kpi, dora, before=48, after=30, count=17)
    assess_pending(kpi.organization)
    assert (verdict_of(kpi).word, verdict_of(kpi).after) == ("too_few", 5)


def test_without_go_live_nothing_is_judged(kpi: Kpi, bob: User, dora: User) -> None:
    fill(kpi, dora, before=48, after=30)
    update_project(actor=bob, project=kpi.project, values={"go_live_actual": None})
    assess_pending(kpi.organization)
    verdict = verdict_of(kpi)
    assert (verdict.word, verdict.grade, verdict.changed_on) == ("", "", None)
    assert verdict.limits == "firm"


def test_a_kpi_without_values_has_a_verdict_that_says_nothing(kpi: Kpi) -> None:
    assert assess_pending(kpi.organization) == 1
    verdict = verdict_of(kpi)
    assert (verdict.word, verdict.newest, verdict.forecast) == ("", None, {})


def test_only_what_changed_is_assessed_again(
    kpi: Kpi, project: Project, bob: User, dora: User, organization: Organization
) -> None:
    other = a_kpi(project, bob, code="COST", name="Cost", data_owner=dora)
    fill(kpi, dora, before=48, after=36)
    fill(other, dora, before=48, after=36)
    assert assess_pending(organization) == 2
    assert assess_pending(organization) == 0
    record_measurements(dora, organization, [MeasurementInput(kpi.pk, months(organization)[3], 47.0)])
    assert list(PendingVerdict.objects.values_list("kpi_id", flat=True)) == [kpi.pk]
    former = verdict_of(other).known_at
    assert assess_pending(organization) == 1
    assert not PendingVerdict.objects.exists()
    assert verdict_of(other).known_at == former


@pytest.mark.parametrize(
    "values", [{"direction": "higher"}, {"expected_start": datetime.date(2020, 1, 1)}, {"source": "survey"}]
)
def test_another_definition_is_assessed_again(
    kpi: Kpi, bob: User, dora: User, values: dict[str, object]
) -> None:
    fill(kpi, dora, before=48, after=36)
    assess_pending(kpi.organization)
    update_kpi(actor=bob, kpi=kpi, values=values)
    assert assess_pending(kpi.organization) == 1


def test_an_archived_kpi_is_left_alone(kpi: Kpi, bob: User, dora: User) -> None:
    fill(kpi, dora, before=48, after=36)
    archive_kpi(actor=bob, kpi=kpi)
    assert assess_pending(kpi.organization) == 0


def test_a_value_that_came_while_verdicts_were_made_still_waits(kpi: Kpi, dora: User) -> None:
    fill(kpi, dora, before=48, after=36)
    looked = timezone.now() - datetime.timedelta(seconds=5)
    settle_marks(kpi.organization_id, [kpi.pk], known_at=looked)
    assert PendingVerdict.objects.filter(kpi=kpi).exists()


def test_a_verdict_can_be_made_again_as_it_was_before_a_correction(
    kpi: Kpi, dora: User, organization: Organization
) -> None:
    fill(kpi, dora, before=48, after=36)
    assess_pending(organization)
    stored = verdict_of(kpi)
    rows = [MeasurementInput(kpi.pk, month, 47.0) for month in months(organization)[12:20]]
    record_measurements(dora, organization, rows)
    assess_pending(organization)
    assert verdict_of(kpi).effect != stored.effect
    (again,) = reproduce_verdicts(organization, known_at=stored.known_at)
    for name in (
        "word",
        "rule",
        "effect",
        "effect_low",
        "effect_high",
        "p_value",
        "grade",
        "figures",
        "forecast",
    ):
        assert again[name] == getattr(stored, name), name
    assert again["inputs_hash"] == bytes(stored.inputs_hash).hex()


def test_what_moved_the_control_group_too_is_no_effect(
    kpi: Kpi, project: Project, bob: User, dora: User, organization: Organization
) -> None:
    control = a_kpi(project, bob, code="SITE2", name="Lead time, site 2", data_owner=dora)
    fill(kpi, dora, before=48, after=36)
    fill(control, dora, before=52, after=40)
    compare(
        actor=bob,
        kpi=kpi,
        design=Comparison.Design.CONTROL,
        controls=[control],
        reason="Same work, no system",
    )
    assess_pending(organization)
    verdict = verdict_of(kpi)
    assert verdict.word == "real"
    assert verdict.figures["comparison"]["word"] == "not_yet"
    assert verdict.grade == "3"


def test_new_values_of_a_control_are_looked_at(
    kpi: Kpi, project: Project, bob: User, dora: User, organization: Organization
) -> None:
    control = a_kpi(project, bob, code="SITE2", name="Lead time, site 2", data_owner=dora)
    fill(kpi, dora, before=48, after=36)
    fill(control, dora, before=48, after=48)
    compare(actor=bob, kpi=kpi, design=Comparison.Design.LOT, controls=[control], reason="Drawn by lot")
    assess_pending(organization)
    assert verdict_of(kpi).grade == "4"
    former = verdict_of(kpi).figures["comparison"]["effect"]
    record_measurements(dora, organization, [MeasurementInput(control.pk, months(organization)[20], 30.0)])
    assert assess_pending(organization) == 2
    assert verdict_of(kpi).figures["comparison"]["effect"] != former


def test_a_range_is_judged_by_the_distance_from_it(
    project: Project, bob: User, dora: User, organization: Organization
) -> None:
    kpi = a_kpi(
        project,
        bob,
        code="STOCK",
        name="Days of stock",
        direction="range",
        range_low=10.0,
        range_high=20.0,
        targets={},
        data_owner=dora,
    )
    fill(kpi, dora, before=40, after=15)
    assess_pending(organization)
    assert verdict_of(kpi).word == "real"


def test_another_organization_is_not_touched(kpi: Kpi, dora: User, other_organization: Organization) -> None:
    fill(kpi, dora, before=48, after=36)
    with organization_scope(other_organization):
        assert assess_pending(other_organization) == 0
    assert PendingVerdict.objects.exists()


def test_a_new_grade_values_again_what_rests_on_it(
    kpi: Kpi, bob: User, dora: User, organization: Organization
) -> None:
    line = create_line(actor=bob, project=kpi.project, values={"kind": "benefit", "name": "Faster orders"})
    set_monetisation(actor=bob, kpi=kpi, line=line, values={"money_value": 12.0, "volume_value": 100.0})
    fill(kpi, dora, before=48, after=36)
    assess_pending(organization)
    PendingValuation.objects.all().delete()
    record_measurements(dora, organization, [MeasurementInput(kpi.pk, months(organization)[3], 47.0)])
    PendingValuation.objects.all().delete()
    assess_pending(organization)
    assert not PendingValuation.objects.exists(), "the grade is the same"
    update_project(actor=bob, project=kpi.project, values={"go_live_actual": months(organization)[22]})
    PendingValuation.objects.all().delete()
    assess_pending(organization)
    assert list(PendingValuation.objects.values_list("project_id", flat=True)) == [kpi.project_id]
