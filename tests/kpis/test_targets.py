"""Targets over time: filled by rule, pasted, looked at first, undone by history."""

import datetime
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from assessments.services import MeasurementInput, record_measurements
from kpis import filling
from kpis.models import Kpi, Target
from kpis.pasting import read_pasted
from kpis.services import set_targets
from organizations.errors import InvalidInputError
from organizations.models import AuditEvent, User
from projects.services import freeze_plan
from tests.assessments.worked_example import add_money
from tests.queries import at_most

MONTHS = [datetime.date(2025, number, 1) for number in range(1, 6)]
march, june, september = (datetime.date(2025, number, 1) for number in (3, 6, 9))


def test_a_straight_line_takes_equal_steps() -> None:
    assert list(filling.straight(MONTHS, 100, 60).values()) == [100, 90, 80, 70, 60]


def test_an_s_curve_is_slow_fast_slow() -> None:
    # Logistic with steepness 10: at a quarter of the way (1/(1+e^2.5) − 1/(1+e^5)) / (1 − 2/(1+e^5)) = 0.0701037.
    found = list(filling.s_curve(MONTHS, 100, 60).values())
    assert found == pytest.approx([100, 97.195851, 80, 62.804149, 60], abs=1e-5)
    assert (found[0], found[-1]) == (100, 60)


@given(
    low=st.floats(-1e9, 1e9),
    high=st.floats(-1e9, 1e9),
    count=st.integers(2, 40),
    draw=st.sampled_from([filling.straight, filling.s_curve]),
)
def test_a_filling_begins_and_ends_exactly_and_never_turns(
    low: float, high: float, count: int, draw: Callable[..., filling.Points]
) -> None:
    periods = filling.stretch(march, march + datetime.timedelta(weeks=count - 1), "week")
    values = list(draw(periods, low, high).values())
    assert (values[0], values[-1]) == (low, high)
    steps = [after - before for before, after in pairwise(values)]
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert all(step >= -slack for step in steps) or all(step <= slack for step in steps)


def test_last_year_again_takes_the_same_period_times_the_factor() -> None:
    known = {datetime.date(2024, 1, 1): 200.0, datetime.date(2024, 3, 1): 100.0}
    found = filling.last_year_again(MONTHS, known, 0.95, "month")
    assert found == {MONTHS[0]: 190.0, MONTHS[2]: 95.0}


def test_cells_of_a_spreadsheet_are_read_with_their_heading_marks_and_line_ends() -> None:
    pasted = read_pasted("Month\tTarget\r\n2025-03\t1,234.5\r\nApr 2025\t１.2万\r\n2025年5月\t\r\n", "month")
    assert pasted.points == {march: 1234.5, MONTHS[3]: 12000.0, MONTHS[4]: None}
    assert not pasted.rejects


def test_a_column_of_values_counts_from_its_beginning_and_skips_empty_cells() -> None:
    pasted = read_pasted("46\n\n42\n", "month", march)
    assert pasted.points == {march: 46.0, MONTHS[4]: 42.0}


def test_lines_that_cannot_be_read_are_told_with_their_reason() -> None:
    text = "2025-03\tn/a\n2025-04\t40\n2025-04\t41\n2025\t30\nnever\t1\na\tb\tc"
    rejects = read_pasted(text, "month").rejects
    assert [reject.line for reject in rejects] == [1, 3, 4, 5, 6]
    reasons = " ".join(reject.reason for reject in rejects)
    for words in (
        "is not a number",
        "stands twice",
        "longer than one period",
        "not a period",
        "More than two",
    ):
        assert words in reasons


def test_a_column_without_a_beginning_is_refused() -> None:
    assert "Which period" in read_pasted("46", "month").rejects[0].reason


@given(st.text(max_size=300))
def test_pasting_anything_never_fails(text: str) -> None:
    read_pasted(text, "month", march)


# --- the page ---------------------------------------------------------------------------------------------------


@pytest.fixture
def pmo(client_of: Callable[[User], Client], bob: User) -> Client:
    return client_of(bob)


def address(kpi: Kpi) -> str:
    return reverse("kpis:targets", args=["acme", kpi.code])


def stored() -> dict[datetime.date, float]:
    return dict(Target.objects.values_list("period", "value"))


def confirmed(pmo: Client, kpi: Kpi, preview: Any, **more: str) -> Any:
    """Press "Save these targets" on a preview."""
    form = preview.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    return pmo.post(address(kpi), {**sent, **more})


@pytest.mark.django_db
@pytest.mark.usefixtures("scope")
class TestThePage:
    LINE = {"fill": "1", "first": "2025-03-15", "first_value": "46", "last": "2025-06-01", "last_value": "40"}

    def test_a_filling_is_shown_first_and_saved_when_confirmed(self, pmo: Client, kpi: Kpi) -> None:
        preview = pmo.post(address(kpi), self.LINE)
        assert stored() == {september: 30.0}
        text = preview.content.decode()
        assert "4 targets would change" in text
        assert "<svg" in text
        assert confirmed(pmo, kpi, preview).status_code == 302
        assert list(stored().values()) == [46.0, 44.0, 42.0, 40.0, 30.0]

    def test_last_years_actuals_are_copied_with_a_factor(self, pmo: Client, kpi: Kpi, bob: User) -> None:
        values = [MeasurementInput(kpi.pk, datetime.date(2024, 8, 1), 50.0)]
        record_measurements(bob, kpi.organization, values)
        sent = {
            "fill": "1",
            "method": "last_actual",
            "first": "2025-07-01",
            "last": "2025-09-01",
            "factor": "0.9",
        }
        assert confirmed(pmo, kpi, pmo.post(address(kpi), sent)).status_code == 302
        assert stored() == {datetime.date(2025, 8, 1): 45.0, september: 30.0}

    def test_pasted_cells_show_what_is_refused_before_anything_is_saved(self, pmo: Client, kpi: Kpi) -> None:
        preview = pmo.post(address(kpi), {"paste": "1", "text": "2025-06\t38\n2025-07\tsoon\n"})
        assert "1 line is not taken" in preview.content.decode()
        assert "“soon” is not a number." in preview.content.decode()
        confirmed(pmo, kpi, preview)
        assert stored() == {june: 38.0, september: 30.0}

    def test_typed_targets_can_be_looked_at_first(self, pmo: Client, kpi: Kpi) -> None:
        preview = pmo.post(
            address(kpi), {"target_2025-06-01": "40", "target_2025-09-01": "30", "preview": "1"}
        )
        assert "1 target would change" in preview.content.decode()
        assert stored() == {september: 30.0}

    def test_a_change_is_undone_by_history(self, pmo: Client, kpi: Kpi, bob: User) -> None:
        set_targets(actor=bob, kpi=kpi, points={june: 39.0, september: 31.0})
        event = AuditEvent.objects.filter(action="kpi.targets_changed").latest("pk")
        assert "changed 2 targets" in pmo.get(address(kpi)).content.decode()
        assert confirmed(pmo, kpi, pmo.post(address(kpi), {"undo": str(event.pk)})).status_code == 302
        assert stored() == {september: 30.0}

    def test_a_reason_is_asked_for_once_the_plan_is_frozen(self, pmo: Client, kpi: Kpi, bob: User) -> None:
        add_money(bob, kpi.project)
        freeze_plan(actor=bob, project=kpi.project, reason="Approved")
        with pytest.raises(InvalidInputError, match="Say why"):
            set_targets(actor=bob, kpi=kpi, points={june: 39.0})
        preview = pmo.post(address(kpi), self.LINE)
        assert "Say why" in confirmed(pmo, kpi, preview).content.decode()
        assert confirmed(pmo, kpi, preview, reason="Supplier late").status_code == 302

    def test_a_preview_that_somebody_overtook_shows_both_values(
        self, pmo: Client, kpi: Kpi, bob: User
    ) -> None:
        preview = pmo.post(address(kpi), self.LINE)
        set_targets(actor=bob, kpi=kpi, points={june: 39.0})
        answer = confirmed(pmo, kpi, preview)
        assert answer.status_code == 409
        assert "from “nothing” to “39”" in answer.content.decode()
        assert stored()[june] == 39.0
        assert confirmed(pmo, kpi, answer).status_code == 302
        assert stored()[june] == 40.0

    def test_a_filling_that_ends_worse_than_the_baseline_is_not_saved(self, pmo: Client, kpi: Kpi) -> None:
        sent = {**self.LINE, "last": "2025-10-01", "last_value": "60"}
        answer = confirmed(pmo, kpi, pmo.post(address(kpi), sent))
        assert answer.status_code == 422
        assert "worse than the baseline" in answer.content.decode()

    @pytest.mark.parametrize(
        "broken", ["", "[]", "{", '{"2025-01-01": "x"}', '{"x": 1}', '{"2025-01-01": 1e999}']
    )
    def test_a_spoiled_preview_is_refused(self, pmo: Client, kpi: Kpi, broken: str) -> None:
        assert pmo.post(address(kpi), {"proposal": broken, "seen": "{}"}).status_code == 422

    def test_the_page_asks_a_fixed_number_of_questions(self, pmo: Client, kpi: Kpi) -> None:
        with at_most(12):
            pmo.get(address(kpi))
