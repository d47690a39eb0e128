"""The stories as drawn, on any day: no database."""

import datetime
from statistics import mean

import pytest

from projects.periods import add_months, last_complete, months_between
from valuetrack.demo import series
from valuetrack.demo.northfield import NORTHFIELD
from valuetrack.demo.stories import STORIES
from valuetrack.demo.story import MONTHS, QUARTER, KpiStory, OrganizationStory, ProjectStory

DAYS = [
    datetime.date(2024, 2, 29),
    datetime.date(2024, 12, 31),
    datetime.date(2025, 1, 1),
    datetime.date(2025, 3, 31),
    datetime.date(2026, 11, 23),
    datetime.date(2028, 2, 29),
]
ERP = next(project for project in NORTHFIELD.projects if project.code == "ERP")


def drawn(project: ProjectStory, name: str, today: datetime.date) -> list[float]:
    """The values of a KPI, oldest first."""
    code, _tier, kpi = next(row for row in project.kpis if row[2].name == name)
    values = series.values_of(kpi, code, series.go_live(project, today), today)
    return [value for _period, value in sorted(values.items())]


def everything(story: OrganizationStory) -> list[tuple[ProjectStory, str, KpiStory]]:
    return [(project, code, kpi) for project in story.projects for code, _tier, kpi in project.kpis]


@pytest.mark.parametrize("today", DAYS)
def test_procurement_costs_twelve_percent_less_than_last_year_on_any_day(today: datetime.date) -> None:
    values = drawn(ERP, "Procurement cost index", today)
    assert mean(values[12:]) / mean(values[:12]) - 1 == pytest.approx(-0.12, abs=0.002)
    assert values[-1] / mean(values[:12]) - 1 == pytest.approx(-0.12, abs=0.002)


@pytest.mark.parametrize("today", DAYS)
def test_stock_turns_over_eighteen_days_faster_on_any_day(today: datetime.date) -> None:
    values = drawn(ERP, "Inventory turnover", today)
    assert mean(values[:12]) - values[-1] == pytest.approx(18, abs=0.1)


@pytest.mark.parametrize("today", DAYS)
def test_acceptance_rises_from_60_to_92_percent_within_half_a_year_of_go_live(today: datetime.date) -> None:
    values = drawn(ERP, "Staff acceptance", today)
    assert (values[11], values[17]) == (60, 92)
    assert min(values[17:]) >= 88


@pytest.mark.parametrize("today", DAYS)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_values_fill_24_months_up_to_the_last_complete_period(
    story: OrganizationStory, today: datetime.date
) -> None:
    for project, code, kpi in everything(story):
        periods = sorted(series.values_of(kpi, code, series.go_live(project, today), today))
        newest = last_complete(today, kpi.frequency)
        assert periods[-1] == newest
        months = months_between(periods[0], newest) + (3 if kpi.frequency == QUARTER else 1)
        assert MONTHS <= months <= MONTHS + 1


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_the_same_day_draws_the_same_numbers(story: OrganizationStory) -> None:
    today = DAYS[0]
    for project, code, kpi in everything(story):
        live = series.go_live(project, today)
        assert series.values_of(kpi, code, live, today) == series.values_of(kpi, code, live, today)
        for line in project.lines:
            assert series.turned_out(line, code, live, today) == series.turned_out(line, code, live, today)


@pytest.mark.parametrize("today", DAYS)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_money_is_actual_to_last_month_and_forecast_from_this_one(
    story: OrganizationStory, today: datetime.date
) -> None:
    this_month = today.replace(day=1)
    for project in story.projects:
        live = series.go_live(project, today)
        for line in project.lines:
            actual, forecast = series.turned_out(line, project.code, live, today)
            assert all(month < this_month for month in actual)
            assert all(month >= this_month for month in forecast)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_a_baseline_is_the_mean_of_the_values_before_go_live(story: OrganizationStory) -> None:
    today = DAYS[4]
    for project, code, kpi in everything(story):
        live = series.go_live(project, today)
        values = series.values_of(kpi, code, live, today)
        baseline, since = series.baseline_of(kpi, values, live)
        assert baseline == pytest.approx(kpi.before, abs=1.01 * 10**-kpi.decimals)
        assert since < live <= add_months(live, kpi.due_after)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_a_story_covers_every_tier_dimension_and_direction(story: OrganizationStory) -> None:
    kpis = [kpi for _project, _code, kpi in everything(story)]
    assert {kpi.dimension for kpi in kpis} == {"financial", "efficiency", "capability", "innovation"}
    assert {kpi.direction for kpi in kpis} == {"higher", "lower", "range", "maintain"}
    assert {kpi.frequency for kpi in kpis} == {"week", "month", "quarter"}
