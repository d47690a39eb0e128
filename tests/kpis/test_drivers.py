"""Drivers: dated values that are never changed, kept once for every benefit that uses them."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from kpis.models import Driver, DriverValue, Kpi
from kpis.services.drivers import (
    add_driver_value,
    archive_driver,
    create_driver,
    restore_driver,
    update_driver,
)
from kpis.services.monetisation import monetise_new_line, remove_monetisation, set_monetisation
from organizations.errors import ConflictError, InvalidInputError
from organizations.models import AuditEvent, Organization, User
from projects.models import MoneyLine, PendingValuation, Project
from projects.services import create_line
from tests.queries import at_most

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]
DAY = datetime.date(2025, 1, 1)
ClientOf = Callable[[User], Client]


@pytest.fixture
def wage(fiona: User, organization: Organization) -> Driver:
    values = {"code": "WAGE", "name": "Hourly wage", "unit": "EUR/h", "owner": fiona}
    return create_driver(actor=fiona, organization=organization, values=values)


@pytest.fixture
def kpi(bob: User, organization: Organization) -> Kpi:
    from kpis.services import create_kpi
    from projects.services import create_project

    project = create_project(
        actor=bob, organization=organization, values={"code": "CRM", "name": "CRM", "go_live_actual": DAY}
    )
    values = {
        "name": "Quote",
        "tier": "operational",
        "direction": "lower",
        "unit": "h",
        "baseline_value": 9.0,
    }
    return create_kpi(actor=bob, project=project, values=values)


def give(driver: Driver, actor: User, value: float, day: datetime.date = DAY) -> DriverValue:
    return add_driver_value(actor=actor, driver=driver, valid_from=day, value=value, source="Payroll")


def test_a_correction_is_another_value_for_the_same_day(wage: Driver, fiona: User) -> None:
    give(wage, fiona, 40.0)
    give(wage, fiona, 42.0)
    assert [value.value for value in DriverValue.objects.filter(driver=wage)] == [42.0, 40.0]
    event = AuditEvent.objects.filter(action="driver.value_added").first()
    assert event is not None
    assert (event.before, event.after) == ({"2025-01-01": 40.0}, {"2025-01-01": 42.0, "source": "Payroll"})


def test_what_is_sent_twice_is_one(wage: Driver, fiona: User, organization: Organization) -> None:
    give(wage, fiona, 40.0)
    give(wage, fiona, 40.0)
    again = {"code": "WAGE", "name": "Hourly wage", "unit": "EUR/h", "owner": fiona}
    assert create_driver(actor=fiona, organization=organization, values=again) == wage
    assert DriverValue.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"value": float("nan")}, "value"),
        ({"value": 1e300}, "value"),
        ({"source": "  "}, "source"),
        ({"valid_from": datetime.date(1900, 1, 1)}, "valid_from"),
    ],
)
def test_what_nobody_can_mean_is_refused(
    wage: Driver, fiona: User, changed: dict[str, object], field: str
) -> None:
    given: dict[str, object] = {"valid_from": DAY, "value": 4.0, "source": "Payroll", **changed}
    with pytest.raises(InvalidInputError) as refusal:
        add_driver_value(actor=fiona, driver=wage, **given)  # type: ignore[arg-type]
    assert list(refusal.value.details["fields"]) == [field]


def test_a_code_is_taken_once_and_new_is_an_address(
    wage: Driver, fiona: User, organization: Organization
) -> None:
    for code in ("WAGE", "new"):
        with pytest.raises(InvalidInputError) as refusal:
            create_driver(
                actor=fiona, organization=organization, values={"code": code, "name": "Other", "unit": "EUR"}
            )
        assert "code" in refusal.value.details["fields"]


def test_a_driver_in_use_is_not_archived(wage: Driver, kpi: Kpi, fiona: User) -> None:
    factors = {"money_driver": wage, "volume_value": 10.0}
    made = monetise_new_line(actor=fiona, kpi=kpi, project=kpi.project, name="Hours", values=factors)
    with pytest.raises(ConflictError):
        archive_driver(actor=fiona, driver=wage)
    remove_monetisation(actor=fiona, monetisation=made)
    archive_driver(actor=fiona, driver=wage)
    with pytest.raises(ConflictError):
        give(wage, fiona, 1.0)
    with pytest.raises(InvalidInputError) as refusal:
        set_monetisation(actor=fiona, kpi=kpi, line=made.line, values=factors)
    assert "money_driver" in refusal.value.details["fields"]
    restore_driver(actor=fiona, driver=wage)
    assert Driver.objects.active().get() == wage


def test_a_new_value_asks_for_the_figures_of_who_uses_it(wage: Driver, kpi: Kpi, fiona: User) -> None:
    factors = {"money_driver": wage, "volume_driver": wage}
    monetise_new_line(actor=fiona, kpi=kpi, project=kpi.project, name="Hours", values=factors)
    PendingValuation.objects.all().delete()
    give(wage, fiona, 40.0)
    assert PendingValuation.objects.get().money


@pytest.fixture
def line(kpi: Kpi, fiona: User) -> MoneyLine:
    return create_line(actor=fiona, project=kpi.project, values={"kind": "benefit", "name": "Hours"})


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"money_value": None}, "money_value"),
        ({"volume_value": None}, "volume_value"),
        ({"capture_rate": 1.2}, "capture_rate"),
        ({"attribution": -0.1}, "attribution"),
        ({"unit_factor": 0.0}, "unit_factor"),
        ({"money_value": float("inf")}, "money_value"),
        ({"ramp_months": 200}, "ramp_months"),
        ({"starts_on": datetime.date(2026, 2, 1), "ends_on": datetime.date(2026, 1, 1)}, "ends_on"),
    ],
)
def test_wrong_factors_are_refused_at_their_field(
    kpi: Kpi, line: MoneyLine, fiona: User, changed: dict[str, object], field: str
) -> None:
    values = {"money_value": 2.0, "volume_value": 3.0, **changed}
    with pytest.raises(InvalidInputError) as refusal:
        set_monetisation(actor=fiona, kpi=kpi, line=line, values=values)
    assert field in refusal.value.details["fields"]


def test_only_benefits_of_projects_that_the_kpi_serves_follow(
    kpi: Kpi, fiona: User, organization: Organization
) -> None:
    from projects.services import create_project

    other = create_project(actor=fiona, organization=organization, values={"code": "HR", "name": "HR"})
    lines = [
        create_line(actor=fiona, project=kpi.project, values={"kind": "cost", "name": "Licences"}),
        create_line(actor=fiona, project=other, values={"kind": "benefit", "name": "Elsewhere"}),
    ]
    for line in lines:
        with pytest.raises(InvalidInputError) as refusal:
            set_monetisation(
                actor=fiona, kpi=kpi, line=line, values={"money_value": 1.0, "volume_value": 1.0}
            )
        assert "line" in refusal.value.details["fields"]


def test_a_kpi_that_is_to_stay_as_it_is_is_worth_no_money(kpi: Kpi, line: MoneyLine, bob: User) -> None:
    from kpis.services import update_kpi

    update_kpi(actor=bob, kpi=kpi, values={"direction": "maintain"})
    with pytest.raises(InvalidInputError, match="stay as it is"):
        set_monetisation(actor=bob, kpi=kpi, line=line, values={"money_value": 1.0, "volume_value": 1.0})


def test_a_line_follows_from_one_kpi(kpi: Kpi, line: MoneyLine, bob: User) -> None:
    from kpis.services import create_kpi

    values = {"money_value": 1.0, "volume_value": 1.0}
    set_monetisation(actor=bob, kpi=kpi, line=line, values=values)
    other = create_kpi(
        actor=bob,
        project=kpi.project,
        values={"name": "Other", "tier": "operational", "direction": "lower", "unit": "h"},
    )
    with pytest.raises(ConflictError, match="Quote"):
        set_monetisation(actor=bob, kpi=other, line=line, values=values)


def test_the_list_shows_what_holds_today_in_few_queries(
    wage: Driver, fiona: User, victor: User, client_of: ClientOf
) -> None:
    give(wage, fiona, 40.0)
    give(wage, fiona, 50.0, datetime.date(2125, 1, 1))
    viewer = client_of(victor)
    viewer.get(reverse("kpis:drivers", args=["acme"]))
    with at_most(8):
        shown = viewer.get(reverse("kpis:drivers", args=["acme"]))
    (row,) = shown.context["rows"]
    assert (row.current, row.users) == (40.0, 0)
    assert "New driver" not in shown.content.decode()


def test_a_driver_is_made_changed_and_put_away_on_pages(fiona: User, client_of: ClientOf) -> None:
    finance = client_of(fiona)
    made = finance.post(
        reverse("kpis:driver_create", args=["acme"]), {"name": "Orders", "code": "ORD", "unit": "orders"}
    )
    assert made.headers["Location"] == reverse("assessments:driver", args=["acme", "ORD"])
    page = finance.get(reverse("kpis:driver_edit", args=["acme", "ORD"]))
    sent = {name: page.context["form"].initial.get(name) or "" for name in ("name", "unit", "description")}
    sent |= {"name": "Orders a month", "seen": page.context["form"]["seen"].value()}
    assert finance.post(reverse("kpis:driver_edit", args=["acme", "ORD"]), sent).status_code == 302
    assert Driver.objects.get().name == "Orders a month"
    finance.post(reverse("kpis:driver_archive", args=["acme", "ORD"]))
    assert Driver.objects.get().archived_at is not None


def test_somebody_elses_change_is_not_overwritten(wage: Driver, fiona: User, client_of: ClientOf) -> None:
    finance = client_of(fiona)
    address = reverse("kpis:driver_edit", args=["acme", "WAGE"])
    seen = finance.get(address).context["form"]["seen"].value()
    update_driver(actor=fiona, driver=wage, values={"name": "Wage in 2026"})
    answer = finance.post(address, {"name": "Pay", "unit": "EUR/h", "owner": fiona.pk, "seen": seen})
    assert answer.status_code == 409
    assert "Wage in 2026" in answer.content.decode()


def test_drivers_are_exported_and_read_by_programs(wage: Driver, fiona: User, client_of: ClientOf) -> None:
    give(wage, fiona, 40.5)
    finance = client_of(fiona)
    answer = finance.get(reverse("kpis:drivers_export", args=["acme", "csv"]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "WAGE,Hourly wage,EUR/h,Fiona,2025-01-01,40.5,Payroll,Fiona" in text
    read = finance.get(reverse("api:drivers", args=["acme"])).json()
    assert read["results"][0]["values"][0]["value"] == 40.5
    assert Project.objects.count() == 0
