"""The page of one KPI, and the sentence it is headed by."""

import datetime
from collections.abc import Callable
from typing import Any

import plotly.graph_objects
import pytest
from django.test import Client
from django.urls import reverse

from assessments.control import control_chart
from assessments.sentences import kpi_message
from assessments.series import KpiSeries, load_series
from kpis.models import Kpi
from organizations.models import Organization, User
from projects.models import Project
from projects.periods import label, shift
from projects.services import update_project
from tests.assessments.roll_out import a_kpi, a_project, enter, last_month
from tests.queries import at_most

ClientOf = Callable[[User], Client]
TODAY = datetime.date(2026, 11, 23)
OCTOBER = datetime.date(2026, 10, 1)


def message(value: float | None, **fields: Any) -> str:
    kpi = Kpi(
        **{
            "name": "Order lead time",
            "unit": "hours",
            "decimals": 0,
            "direction": "lower",
            "baseline_value": 48.0,
            "plan_start": OCTOBER,
            "plan_path": [36.0],
            **fields,
        }
    )
    return kpi_message(kpi, None if value is None else (OCTOBER, value), TODAY)


@pytest.mark.parametrize(
    ("value", "fields", "sentence"),
    [
        (33.0, {}, "Order lead time fell by 15 hours; plan was 12"),
        (33.0, {"plan_path": None}, "Order lead time fell by 15 hours"),
        (51.0, {}, "Order lead time rose by 3 hours; plan was to fall by 12"),
        (48.2, {}, "Order lead time is where it started; plan was to fall by 12"),
        (40.0, {"plan_path": [60.0]}, "Order lead time fell by 8 hours; plan was to rise by 12"),
        (33.0, {"baseline_value": None}, "Order lead time is at 33 hours; plan was 36"),
        (60.0, {"unit": "%", "baseline_value": 50.0, "plan_path": None}, "Order lead time rose by 10 points"),
        (
            7.0,
            {"direction": "range", "range_low": 5.0, "range_high": 8.0},
            "Order lead time is at 7 hours, within 5 to 8",
        ),
        (
            9.0,
            {"direction": "range", "range_low": 5.0, "range_high": 8.0},
            "Order lead time is at 9 hours, outside 5 to 8",
        ),
        (35.0, {"direction": "maintain"}, "Order lead time is at 35 hours; it is to stay at 36"),
        (None, {}, "Order lead time has no value yet"),
        (
            None,
            {"expected_start": datetime.date(2027, 3, 1)},
            "Order lead time is expected to move from Mar 2027 on",
        ),
    ],
)
def test_the_message_is_drafted_from_the_numbers(
    value: float | None, fields: dict[str, Any], sentence: str
) -> None:
    assert message(value, **fields).replace("\u00a0", " ") == sentence


@pytest.fixture
def project(organization: Organization, scope: Organization, bob: User) -> Project:
    return a_project(organization, bob)


@pytest.fixture
def kpi(project: Project, bob: User, dora: User) -> Kpi:
    return a_kpi(project, bob, data_owner=dora, definition="From order to delivery, by the ERP's own log.")


@pytest.fixture
def month(organization: Organization) -> datetime.date:
    return last_month(organization)


@pytest.fixture
def reader(client_of: ClientOf, victor: User) -> Client:
    return client_of(victor)


def page(kpi: Kpi) -> str:
    return reverse("assessments:kpi", args=["acme", kpi.code])


def test_frozen_limits_do_not_move_when_their_points_leave_the_axis() -> None:
    live = 20
    monday = datetime.date(2023, 1, 2)
    weeks = [shift(monday, "week", number) for number in range(live + 110)]
    project = Project(name="ERP group", go_live_actual=weeks[live])
    kpi = Kpi(name="Order lead time", frequency="week", direction="lower", project=project)
    values = {week: (48.0 if place < live else 33.0) + place % 3 / 10 for place, week in enumerate(weeks)}
    chart = control_chart(KpiSeries(kpi, [], values), today=TODAY)
    assert len(chart.labels) < len(weeks)
    assert f"frozen on {live} points before go-live" in chart.title.periods
    assert {chart.labels[signal.index] for signal in chart.signals} <= set(chart.labels[-110:])


@pytest.mark.django_db
def test_a_slip_of_the_keyboard_can_still_be_seen(
    reader: Client, kpi: Kpi, month: datetime.date, dora: User
) -> None:
    for back in range(6):
        enter(kpi, dora, shift(month, "month", -back), 1.7e308 if back % 2 else -1.7e308)
    assert reader.get(page(kpi)).status_code == 200


@pytest.mark.django_db
class TestPage:
    """With values of a year: 48 hours for six months, 33 since go-live."""

    @pytest.fixture(autouse=True)
    def _values(self, kpi: Kpi, project: Project, month: datetime.date, bob: User, dora: User) -> None:
        update_project(actor=bob, project=project, values={"go_live_actual": shift(month, "month", -5)})
        for back in range(12):
            noise = (back % 3) / 10
            enter(kpi, dora, shift(month, "month", -back), (33.0 if back < 6 else 48.0) + noise)

    def test_the_heading_says_what_the_numbers_say(self, reader: Client, kpi: Kpi) -> None:
        content = reader.get(page(kpi)).content.decode().replace("\xa0", " ")
        assert "<h1>Order lead time fell by 15.0 hours; plan was 18.0</h1>" in content

    def test_the_limits_are_those_of_the_points_before_go_live(self, kpi: Kpi) -> None:
        kpi.refresh_from_db()
        chart = control_chart(load_series(kpi), today=TODAY)
        limits = [level for level in chart.levels if level.role == "limit"]
        assert all(47 < float(level.value) < 49 for level in limits)
        assert "frozen on 6 points before go-live" in chart.title.periods
        assert next(mark.label for mark in chart.marks).startswith("go-live ")
        assert {signal.effect for signal in chart.signals} == {"good"}
        assert "6 values are better than chance explains" in chart.message

    def test_the_chart_for_exploring_is_a_valid_figure(self, reader: Client, kpi: Kpi) -> None:
        figure = reader.get(reverse("assessments:kpi_chart", args=["acme", kpi.code])).json()["figure"]
        plotly.graph_objects.Figure(figure)
        assert len(figure["data"][0]["y"]) >= 12

    def test_every_version_of_a_value_can_be_read(
        self, reader: Client, kpi: Kpi, month: datetime.date, bob: User
    ) -> None:
        enter(kpi, bob, month, 31.5, note="Recounted")
        content = reader.get(page(kpi)).content.decode()
        assert "31.5" in content
        assert "33.0" in content
        assert "“Recounted”" in content
        assert "Dora" in content

    def test_a_returned_value_does_not_count(
        self, reader: Client, kpi: Kpi, month: datetime.date, bob: User
    ) -> None:
        enter(kpi, bob, month, 33.0, status="returned", note="Which source?")
        content = reader.get(page(kpi)).content.decode()
        assert "does not count" in content
        latest = load_series(kpi).latest
        assert latest is not None
        assert latest[0] == shift(month, "month", -1)

    def test_each_period_leads_to_the_page_of_its_value(
        self, reader: Client, kpi: Kpi, month: datetime.date
    ) -> None:
        content = reader.get(page(kpi)).content.decode()
        assert f'href="/o/acme/entries/{kpi.code}/{month}/"' in content

    def test_the_page_takes_ten_queries_whatever_it_holds(self, reader: Client, kpi: Kpi) -> None:
        with at_most(10):
            reader.get(page(kpi))

    def test_definition_owner_and_targets_are_one_press_away(
        self, client_of: ClientOf, bob: User, kpi: Kpi
    ) -> None:
        content = client_of(bob).get(page(kpi)).content.decode()
        for name in ("edit", "targets", "history"):
            assert reverse(f"kpis:{name}", args=["acme", kpi.code]) in content
        assert "by the ERP&#x27;s own log" in content
        assert "Dora" in content


@pytest.mark.django_db
def test_without_a_value_the_page_says_what_will_be_here(client_of: ClientOf, dora: User, kpi: Kpi) -> None:
    content = client_of(dora).get(page(kpi)).content.decode()
    assert "Order lead time has no value yet" in content
    assert "Enter the first value" in content
    assert "<figure" not in content


@pytest.mark.django_db
def test_one_value_is_drawn_without_limits(
    reader: Client, kpi: Kpi, dora: User, month: datetime.date
) -> None:
    enter(kpi, dora, month, 40.0)
    content = reader.get(page(kpi)).content.decode()
    assert "<figure" in content
    assert "XmR" not in content
    assert label(month, "month") in content


@pytest.mark.django_db
def test_what_is_not_due_is_never_red(
    reader: Client, project: Project, bob: User, month: datetime.date
) -> None:
    kpi = a_kpi(project, bob, expected_start=shift(month, "month", 6), targets={})
    content = reader.get(page(kpi)).content.decode()
    assert "not due" in content
    assert "badge-bad" not in content


@pytest.mark.django_db
def test_an_auditor_without_a_sample_and_a_stranger_see_nothing(
    client_of: ClientOf, kpi: Kpi, axel: User, charlie: User
) -> None:
    assert client_of(axel).get(page(kpi)).status_code == 403
    assert client_of(charlie).get(page(kpi)).status_code == 404
