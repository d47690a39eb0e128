"""The pages on which a KPI is turned into money, and a driver gets another value."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from assessments.services.locking import lock_month
from assessments.services.recompute import recompute_pending
from kpis.models import DriverValue, Kpi, Monetisation
from organizations.models import Organization, User
from projects.models import MoneyLine
from tests.assessments.monetised_line import benefit, booked, lead_time, live_project, monetise_line, wage
from tests.assessments.worked_example import month, record
from tests.queries import at_most

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]

SENT = {
    "money_value": "12", "unit_factor": "1", "volume_value": "1,200", "capture_rate": "80", "attribution": "100",
    "ramp_months": "0", "starts_on": "", "ends_on": "", "note": "Counted in May",
}  # fmt: skip


@pytest.fixture
def kpi(organization: Organization, alice: User) -> Kpi:
    kpi = lead_time(alice, live_project(alice, organization))
    record(alice, kpi, {month(2): 20.0, month(3): 18.5})
    return kpi


@pytest.fixture
def finance(client_of: Callable[[User], Client], fiona: User) -> Client:
    return client_of(fiona)


def address(kpi: Kpi, line: MoneyLine | None = None) -> str:
    path = reverse("assessments:monetisation", args=["acme", kpi.code])
    return f"{path}?line={line.pk}" if line else path


def test_it_is_looked_at_before_it_is_in_force(finance: Client, kpi: Kpi) -> None:
    sent = {**SENT, "new_line": "Faster orders", "project": kpi.project_id, "ramp_months": "6"}
    shown = finance.post(address(kpi), {**sent, "preview": "1"})
    assert shown.status_code == 200
    assert not Monetisation.objects.exists()
    assert not MoneyLine.objects.exists()
    assert shown.context["sentence"] == (
        "(24.0 − 18.5\u00a0h) × 1,200 × 12\u00a0EUR × 80\u00a0% × 100\u00a0% × 50\u00a0% ramp = 31,680\u00a0EUR"
    )
    assert shown.context["words"].startswith("improvement of “Lead time” × volume a month × money per unit")
    newest = {row["label"]: row for row in shown.context["rows"]}["Mar 2025"]
    assert (newest["amount"], newest["booked"], newest["is_preliminary"]) == ("31,680", "—", True)
    assert finance.post(address(kpi), {**sent, "save": "1"}).status_code == 302
    recompute_pending(kpi.organization)
    assert booked(MoneyLine.objects.get())[month(3)] == 31_680


def test_a_line_that_stands_is_chosen_and_changed(finance: Client, kpi: Kpi, alice: User) -> None:
    line = benefit(alice, kpi.project)
    driver = wage(alice, kpi.organization)
    sent = {**SENT, "line": line.pk, "project": kpi.project_id, "money_value": "", "money_driver": driver.pk}
    assert finance.post(address(kpi), {**sent, "save": "1"}).status_code == 302
    page = finance.get(address(kpi, line))
    assert page.context["sentence"].startswith("(24.0 − 18.5")
    seen = page.context["form"]["seen"].value()
    again = {**SENT, "money_driver": driver.pk, "money_value": "", "capture_rate": "50", "seen": seen}
    assert finance.post(address(kpi, line), {**again, "save": "1"}).status_code == 302
    assert Monetisation.objects.get().capture_rate == 0.5
    stale = finance.post(address(kpi, line), {**again, "capture_rate": "60", "save": "1"})
    assert stale.status_code == 422
    assert "somebody else" in stale.content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"money_value": ""}, "money_value"),
        ({"volume_value": "a lot"}, "volume_value"),
        ({"capture_rate": "120"}, "capture_rate"),
        ({"new_line": ""}, "new_line"),
        ({"ramp_months": "-1"}, "ramp_months"),
    ],
)
@pytest.mark.parametrize("button", ["preview", "save"])
def test_what_is_wrong_is_said_at_its_field(
    finance: Client, kpi: Kpi, changed: dict[str, str], field: str, button: str
) -> None:
    sent = {**SENT, "new_line": "Faster orders", "project": kpi.project_id, **changed, button: "1"}
    answer = finance.post(address(kpi), sent)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not MoneyLine.objects.exists()


def test_the_computation_is_ended_and_its_amounts_stay(finance: Client, kpi: Kpi, alice: User) -> None:
    line = benefit(alice, kpi.project)
    monetise_line(alice, kpi, line)
    recompute_pending(kpi.organization)
    answer = finance.post(
        reverse("assessments:monetisation_remove", args=["acme", kpi.code]), {"line": line.pk}, follow=True
    )
    assert "typed again" in answer.content.decode()
    assert not Monetisation.objects.exists()
    assert booked(line)[month(2)] == 57_600


def test_a_reader_sees_it_without_the_form(
    client_of: Callable[[User], Client], victor: User, kpi: Kpi, alice: User
) -> None:
    line = benefit(alice, kpi.project)
    monetise_line(alice, kpi, line)
    viewer = client_of(victor)
    viewer.get(address(kpi, line))
    with at_most(19):
        shown = viewer.get(address(kpi, line)).content.decode()
    assert "has been worth 136,800" in shown
    assert "Put in force" not in shown
    assert viewer.post(address(kpi), SENT).status_code == 403


def test_a_line_of_another_kpi_is_not_found(finance: Client, kpi: Kpi) -> None:
    assert finance.get(f"{address(kpi)}?line=77").status_code == 404
    assert finance.get(f"{address(kpi)}?line=x").status_code == 404


def test_another_value_of_a_driver_shows_what_it_changes(finance: Client, kpi: Kpi, alice: User) -> None:
    line = benefit(alice, kpi.project)
    driver = wage(alice, kpi.organization)
    monetise_line(alice, kpi, line, money_driver=driver)
    recompute_pending(kpi.organization)
    lock_month(actor=alice, organization=kpi.organization, projects=[kpi.project], month=month(2))
    path = reverse("assessments:driver", args=["acme", "WAGE"])
    sent = {"valid_from": "2025-01-15", "value": "24", "source": "Agreement"}
    shown = finance.post(path, {**sent, "preview": "1"})
    (effect,) = shown.context["effects"]
    assert (effect.now, effect.after, effect.months, effect.closed) == (136_800, 216_000, 1, 1)
    assert DriverValue.objects.count() == 1
    assert finance.post(path, {**sent, "save": "1"}).status_code == 302
    recompute_pending(kpi.organization)
    assert [booked(line)[month(number)] for number in (2, 3)] == [57_600, 158_400]
    page = finance.get(path)
    assert [row["value"].value for row in page.context["rows"]] == [24.0, 12.0]
    assert page.context["current"]["value"].valid_from == datetime.date(2025, 1, 15)


@pytest.mark.parametrize(
    "sent",
    [
        {"value": "x", "valid_from": "2025-01-01", "source": "S"},
        {"value": "1", "valid_from": "", "source": ""},
    ],
)
def test_a_wrong_value_is_refused(finance: Client, kpi: Kpi, alice: User, sent: dict[str, str]) -> None:
    wage(alice, kpi.organization)
    answer = finance.post(reverse("assessments:driver", args=["acme", "WAGE"]), {**sent, "save": "1"})
    assert answer.status_code == 422
