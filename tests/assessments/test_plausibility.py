"""Which values ask for a word of explanation."""

import datetime

import pytest

from assessments.plausibility import doubts, histories_of
from kpis.models import Kpi
from organizations.models import Organization, User
from projects.periods import shift
from tests.assessments.roll_out import a_kpi, a_project, enter, last_month
from tests.queries import at_most

MONTH = datetime.date(2026, 10, 1)


def history(*values: float) -> list[tuple[datetime.date, float]]:
    return [(shift(MONTH, "month", place - len(values)), value) for place, value in enumerate(values)]


@pytest.mark.parametrize(("value", "words"), [(-0.1, "Below the lowest"), (100.1, "Above the highest")])
def test_a_value_outside_its_plausible_range_is_doubted(value: float, words: str) -> None:
    [doubt] = doubts(Kpi(minimum=0, maximum=100), MONTH, value, [])
    assert doubt.startswith(words)


@pytest.mark.parametrize("value", [0.0, 50.0, 100.0, None])
def test_the_ends_of_the_range_and_no_value_are_plausible(value: float | None) -> None:
    assert doubts(Kpi(minimum=0, maximum=100), MONTH, value, []) == []


@pytest.mark.parametrize(
    ("value", "doubted"), [(149, False), (150, False), (151, True), (50, False), (49, True)]
)
def test_with_few_values_a_change_by_more_than_half_is_a_jump(value: float, doubted: bool) -> None:
    assert bool(doubts(Kpi(), MONTH, value, history(90, 100))) is doubted


def test_with_five_values_the_natural_limits_decide() -> None:
    # Centre 10.8, mean moving range 2: limits 5.48 to 16.12, and a step of 6.54 from the last value.
    known = history(10, 12, 10, 12, 10)
    assert doubts(Kpi(), MONTH, 16.1, known) == []
    assert doubts(Kpi(), MONTH, 5.5, known) == []
    [above] = doubts(Kpi(), MONTH, 16.6, known)
    assert above == "+66 % against the last value, 10.0.".replace(" %", "\u00a0%")
    wide = history(100, 102, 100, 102, 100)
    [below] = doubts(Kpi(), MONTH, 93.4, wide)
    assert "outside the limits of the 5 before" in below


def test_a_small_step_of_a_process_that_has_moved_is_usual() -> None:
    assert doubts(Kpi(), MONTH, 101, history(*[100, 102] * 5)) == []
    moved = history(*[100, 102] * 8, 60, 61, 60, 61)
    assert doubts(Kpi(), MONTH, 60, moved) == []
    assert doubts(Kpi(), MONTH, 40, moved)


def test_limits_without_width_leave_it_to_the_last_value() -> None:
    assert doubts(Kpi(), MONTH, 101, history(*[100] * 8)) == []
    [doubt] = doubts(Kpi(), MONTH, 360, history(*[100] * 8))
    assert doubt == "3.6 times the last value, 100.0."


def test_only_the_values_before_the_period_say_what_is_usual() -> None:
    known = [*history(100.0), (shift(MONTH, "month", 1), 300.0)]
    assert doubts(Kpi(), MONTH, 110, known) == []
    assert doubts(Kpi(), MONTH, 300, known)


@pytest.mark.django_db
@pytest.mark.usefixtures("scope")
def test_the_history_is_what_counts_read_in_one_query(organization: Organization, bob: User) -> None:
    kpi = a_kpi(a_project(organization, bob), bob)
    last = last_month(organization)
    before = shift(last, "month", -1)
    enter(kpi, bob, before, 40.0)
    enter(kpi, bob, before, 41.0, status="draft")
    enter(kpi, bob, last, None, note="Meter broken")
    with at_most(1):
        assert histories_of([kpi.pk]) == {kpi.pk: [(before, 40.0)]}
