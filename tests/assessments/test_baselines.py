"""Baselines: computed from values or typed with a reason, never lost, and looked at before they hold."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessments.services import baselines
from kpis.models import Baseline, Kpi
from kpis.services import NewBaseline, create_kpis, set_baseline, update_kpi
from organizations.errors import InvalidInputError
from organizations.models import AuditEvent, Organization, User
from projects.models import PendingValuation, Project
from tests.assessments.worked_example import make_kpi, make_project, month, record
from tests.queries import at_most

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]

NEXT_JANUARY = datetime.date(2025, 1, 1)
#: 96, 98, … 118 in 2024: mean and median 107, sample standard deviation 2·√13
YEAR = {month(number, 2024): 94.0 + 2 * number for number in range(1, 13)}


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    return make_project(alice, organization)


@pytest.fixture
def kpi(project: Project, alice: User) -> Kpi:
    kpi = make_kpi(alice, project, "Lead time", "operational")
    record(alice, kpi, {**YEAR, month(2): 80.0})
    return kpi


@pytest.fixture
def pmo(client_of: Callable[[User], Client], bob: User) -> Client:
    return client_of(bob)


def address(kpi: Kpi) -> str:
    return reverse("assessments:baseline", args=["acme", kpi.code])


@pytest.mark.parametrize(
    ("how", "value"), [("mean", 107.0), ("median", 107.0), ("last", 118.0), ("sum", 12 * 107.0)]
)
def test_a_baseline_is_computed_from_the_values_of_a_period(kpi: Kpi, how: str, value: float) -> None:
    values = baselines.counted_values(kpi)
    found = baselines.computed_baseline(kpi, values, start=month(1, 2024), end=NEXT_JANUARY, how=how)
    assert found.value == pytest.approx(value)
    assert (found.points, found.season_covered) == (12, True)
    assert found.spread == pytest.approx(2 * 13**0.5)


def test_a_period_that_lies_only_partly_inside_does_not_count(kpi: Kpi) -> None:
    values = baselines.counted_values(kpi)
    found = baselines.computed_baseline(
        kpi, values, start=datetime.date(2024, 1, 2), end=datetime.date(2024, 4, 30), how="mean"
    )
    assert (found.points, found.value) == (2, 99.0)
    assert not found.season_covered


def test_a_period_without_values_gives_no_baseline(kpi: Kpi) -> None:
    values = baselines.counted_values(kpi)
    with pytest.raises(InvalidInputError, match="No value"):
        baselines.computed_baseline(kpi, values, start=month(1, 2020), end=month(1, 2021), how="mean")


def test_short_late_and_seasonal_baselines_say_so(kpi: Kpi) -> None:
    notes = baselines.notes_on(kpi, NewBaseline(1.0, month(1), month(5), "computed", points=4, spread=1.0))
    assert len(notes) == 3
    assert "go-live" in notes[2]


def test_every_baseline_stays_on_record_and_a_new_one_needs_a_reason(kpi: Kpi, alice: User) -> None:
    new = NewBaseline(107.0, month(1, 2024), NEXT_JANUARY, "computed", 12, 7.2, True)
    with pytest.raises(InvalidInputError, match="Say why the baseline is replaced"):
        set_baseline(actor=alice, kpi=kpi, new=new)
    set_baseline(actor=alice, kpi=kpi, new=new, reason="Measured at last")
    assert list(Baseline.objects.values_list("value", "reason", "points")) == [
        (107.0, "Measured at last", 12),
        (100.0, "", 0),
    ]
    kpi.refresh_from_db()
    assert (kpi.baseline_value, kpi.plan_path[0]) == (107.0, 107.0)  # type: ignore[index]
    assert PendingValuation.objects.filter(project=kpi.project_id).exists()
    event = AuditEvent.objects.get(action="kpi.baseline_set")
    assert (event.before["baseline_value"], event.after["baseline_value"]) == (100.0, 107.0)


def test_a_baseline_changed_with_the_definition_is_on_record_too(kpi: Kpi, alice: User) -> None:
    with pytest.raises(InvalidInputError, match="Say why the baseline is replaced"):
        update_kpi(actor=alice, kpi=kpi, values={"baseline_value": 90.0})
    kpi.refresh_from_db()
    update_kpi(actor=alice, kpi=kpi, values={"baseline_value": 90.0}, reason="Wrong year")
    assert list(Baseline.objects.values_list("value", flat=True)) == [90.0, 100.0]
    update_kpi(actor=alice, kpi=kpi, values={"weight": 2.0})
    assert Baseline.objects.count() == 2


def test_baselines_of_many_new_kpis_are_put_on_record_at_once(project: Project, alice: User) -> None:
    definitions = [
        {"name": f"K{number}", "tier": "operational", "unit": "h", "baseline_value": float(number)}
        for number in range(40)
    ]
    create_kpis(
        actor=alice, project=project, definitions=[*definitions, {"name": "None", "tier": "operational"}]
    )
    assert Baseline.objects.count() == 40


def test_a_baseline_from_before_records_were_kept_is_kept_when_it_is_replaced(kpi: Kpi, alice: User) -> None:
    Baseline.objects.filter(kpi=kpi)._raw_delete("default")  # as data from before looks
    set_baseline(actor=alice, kpi=kpi, new=NewBaseline(95.0), reason="Recount")
    assert list(Baseline.objects.values_list("value", flat=True)) == [95.0, 100.0]


def test_the_preview_shows_what_happens_to_attainment(pmo: Client, kpi: Kpi) -> None:
    sent = {"how": "mean", "start": "2024-01-01", "end": "2025-01-01"}
    preview = pmo.post(address(kpi), sent)
    # Newest value 80, target 60: (80 − 100) / (60 − 100) = 50 %; (80 − 107) / (60 − 107) = 57.4 %.
    assert (preview.context["before"], preview.context["after"]) == (
        "50.0\N{NO-BREAK SPACE}%",
        "57.4\N{NO-BREAK SPACE}%",
    )
    assert Baseline.objects.count() == 1
    form = preview.context["form"]
    confirmed = {name: form[name].value() or "" for name in form.fields if name != "evidence"}
    assert pmo.post(address(kpi), confirmed).status_code == 422
    assert pmo.post(address(kpi), {**confirmed, "reason": "Measured"}).status_code == 302
    kpi.refresh_from_db()
    assert kpi.baseline_value == pytest.approx(107.0)


def test_a_typed_baseline_takes_a_reason_and_a_file_that_can_be_fetched(
    pmo: Client, kpi: Kpi, settings: Any, tmp_path: Any, client_of: Callable[[User], Client], victor: User
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    preview = pmo.post(address(kpi), {"how": "typed", "value": "9５", "start": "", "end": ""})
    form = preview.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields if name != "evidence"}
    file = SimpleUploadedFile("stopwatch.csv", b"day,hours\n1,95\n2,95\n")
    answer = pmo.post(address(kpi), {**sent, "reason": "Stopwatch, 20 orders", "evidence": file})
    assert answer.status_code == 302
    row = Baseline.objects.first()
    assert (row.value, row.reason, row.evidence.name) == (95.0, "Stopwatch, 20 orders", "stopwatch.csv")
    assert "stopwatch.csv" in pmo.get(address(kpi)).content.decode()
    download = client_of(victor).get(reverse("assessments:baseline_file", args=["acme", kpi.code, row.pk]))
    assert download.headers["Content-Disposition"].startswith("attachment")


def test_a_preview_whose_values_moved_is_shown_again(pmo: Client, kpi: Kpi, alice: User) -> None:
    preview = pmo.post(address(kpi), {"how": "mean", "start": "2024-01-01", "end": "2025-01-01"})
    form = preview.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields if name != "evidence"}
    record(alice, kpi, {month(1, 2024): 0.0})
    answer = pmo.post(address(kpi), {**sent, "reason": "Measured"})
    assert answer.status_code == 422
    assert "Meanwhile its values changed" in answer.content.decode()


def test_the_page_asks_a_fixed_number_of_questions(pmo: Client, kpi: Kpi) -> None:
    with at_most(11):
        pmo.get(address(kpi))


def test_a_baseline_that_measures_the_effect_itself_is_refused_before_it_is_looked_at(
    pmo: Client, kpi: Kpi, alice: User
) -> None:
    update_kpi(actor=alice, kpi=kpi, values={"expected_start": month(1)})
    answer = pmo.post(address(kpi), {"how": "mean", "start": "2024-06-01", "end": "2025-03-01"})
    assert answer.status_code == 422
    assert "before the effect is expected" in " ".join(answer.context["form"].errors["end"])
