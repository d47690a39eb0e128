"""Pages of KPI definitions."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kpis.models import Kpi, Target
from kpis.services import archive_kpi, create_kpi, update_kpi
from organizations.models import AuditEvent, User
from projects.models import Project
from tests.queries import at_most

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]

NEW = {
    "name": "Order lead time",
    "code": "ERP-01",
    "definition": "",
    "tier": "operational",
    "dimension": "efficiency",
    "unit": "hours",
    "decimals": "1",
    "direction": "lower",
    "frequency": "month",
    "source": "manual",
    "weight": "1",
    "baseline_value": "48",
    "baseline_end": "2025-03-01",
    "expected_start": "2025-03-01",
}
ClientOf = Callable[[User], Client]


def page(name: str, *arguments: str) -> str:
    return reverse(f"kpis:{name}", args=["acme", *arguments])


@pytest.fixture
def pmo(client_of: ClientOf, bob: User) -> Client:
    return client_of(bob)


def test_a_kpi_is_defined_with_its_first_target(pmo: Client, project: Project, dora: User) -> None:
    sent = {**NEW, "target_value": "3０", "target_date": "2025-09-30", "data_owner": dora.pk}
    answer = pmo.post(page("create", "ERP"), sent)
    kpi = Kpi.objects.get()
    assert answer.headers["Location"] == reverse("assessments:kpi", args=["acme", kpi.code])
    assert (kpi.name, kpi.baseline_value, kpi.data_owner) == ("Order lead time", 48.0, dora)
    assert list(Target.objects.values_list("period", "value")) == [(datetime.date(2025, 9, 1), 30.0)]


def test_the_form_suggests_the_next_code_and_a_double_click_defines_one_kpi(
    pmo: Client, project: Project
) -> None:
    assert 'value="ERP-01"' in pmo.get(page("create", "ERP")).content.decode()
    for _click in range(2):
        assert pmo.post(page("create", "ERP"), NEW).status_code == 302
    assert Kpi.objects.count() == 1


@pytest.mark.parametrize(
    ("broken", "field", "words"),
    [
        ({"unit": ""}, "unit", "in which unit"),
        ({"baseline_end": "2025-04-01"}, "baseline_end", "before the effect"),
        ({"target_value": "48", "target_date": "2025-09-01"}, "target_value", "nothing would improve"),
        ({"target_value": "60", "target_date": "2025-09-01"}, "target_value", "worse than the baseline"),
        ({"target_value": "30"}, "target_date", "by when"),
        ({"target_date": "2025-09-01"}, "target_value", "Give the value"),
        ({"target_value": "30", "target_date": "2025-02-01"}, "target_date", "before the baseline ends"),
        ({"direction": "range", "range_low": "8", "range_high": "5"}, "range_low", "above the upper"),
        ({"weight": "-1"}, "weight", "greater than or equal to 0"),
        ({"baseline_value": "1.2万%"}, "baseline_value", "two units"),
        ({"baseline_start": "yesterday"}, "baseline_start", "valid date"),
        ({"code": "a b"}, "code", "letters, digits"),
    ],
)
def test_a_wrong_definition_says_what_is_wrong_at_its_field(
    pmo: Client, project: Project, broken: dict[str, str], field: str, words: str
) -> None:
    answer = pmo.post(page("create", "ERP"), {**NEW, **broken})
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert "Order lead time" in answer.content.decode()
    assert not Kpi.objects.exists()


def test_an_owner_of_another_organization_cannot_be_chosen(
    pmo: Client, project: Project, charlie: User
) -> None:
    answer = pmo.post(page("create", "ERP"), {**NEW, "data_owner": charlie.pk})
    assert "data_owner" in answer.context["form"].errors


def test_a_target_that_equals_the_baseline_is_meant_for_what_is_maintained(
    pmo: Client, project: Project
) -> None:
    sent = {**NEW, "direction": "maintain", "target_value": "48", "target_date": "2025-09-01"}
    assert pmo.post(page("create", "ERP"), sent).status_code == 302


def test_an_edited_definition_keeps_what_was_not_touched_and_says_why(
    pmo: Client, kpi: Kpi, dora: User
) -> None:
    shown = pmo.get(page("edit", kpi.code)).context["form"]
    sent = {name: shown[name].value() for name in shown.fields if shown[name].value() is not None}
    answer = pmo.post(page("edit", kpi.code), {**sent, "baseline_value": "50", "reason": "Recount"})
    assert answer.status_code == 302
    event = AuditEvent.objects.get(action="kpi.updated")
    assert (event.before, event.after, event.reason) == (
        {"baseline_value": 48.0},
        {"baseline_value": 50.0},
        "Recount",
    )


def test_a_refused_change_shows_the_stored_name_and_the_typed_one(pmo: Client, kpi: Kpi) -> None:
    sent = {**NEW, "name": "Another name", "direction": "range"}
    text = pmo.post(page("edit", kpi.code), sent).content.decode()
    assert "Change what “Order lead time” means" in text
    assert 'value="Another name"' in text


def test_targets_are_kept_by_period_and_an_empty_field_removes_one(pmo: Client, kpi: Kpi) -> None:
    answer = pmo.post(page("targets", kpi.code), {"target_2025-06-01": "40", "target_2025-09-01": ""})
    assert answer.status_code == 302
    assert list(Target.objects.values_list("period", "value")) == [(datetime.date(2025, 6, 1), 40.0)]


def test_a_target_that_is_no_number_is_kept_as_typed_with_its_reason(pmo: Client, kpi: Kpi) -> None:
    answer = pmo.post(page("targets", kpi.code), {"target_2025-06-01": "n/a", "target_2025-09-01": "30"})
    assert answer.status_code == 422
    assert "“n/a” is not a number." in answer.content.decode()
    assert 'value="n/a"' in answer.content.decode()


def test_a_last_target_that_is_worse_than_the_baseline_is_refused(pmo: Client, kpi: Kpi) -> None:
    answer = pmo.post(page("targets", kpi.code), {"target_2025-09-01": "60"})
    assert "worse than the baseline" in answer.content.decode()
    # A dip on the way is a plan like any other.
    dip = {"target_2025-06-01": "60", "target_2025-09-01": "30"}
    assert pmo.post(page("targets", kpi.code), dip).status_code == 302


def test_a_last_target_at_the_baseline_is_refused(pmo: Client, kpi: Kpi) -> None:
    answer = pmo.post(page("targets", kpi.code), {"target_2025-09-01": "48"})
    assert "nothing would improve" in answer.content.decode()
    assert Target.objects.get().value == 30.0


@pytest.mark.parametrize("last", ["2025-03-20", "2024-01-01", "2099-01-01"])
def test_a_line_that_goes_nowhere_or_for_ever_is_refused(pmo: Client, kpi: Kpi, last: str) -> None:
    line = {"fill": "1", "first": "2025-03-15", "first_value": "46", "last": last, "last_value": "40"}
    answer = pmo.post(page("targets", kpi.code), line)
    assert answer.status_code == 422
    assert "last" in answer.context["fill"].errors


def test_the_history_names_targets_by_their_period(pmo: Client, kpi: Kpi) -> None:
    pmo.post(page("targets", kpi.code), {"target_2025-09-01": "33", "reason": "Agreed"})
    text = pmo.get(page("history", kpi.code)).content.decode()
    assert "target Sep 2025" in text
    assert "<del>30" in text.replace(".0", "")
    assert "“Agreed”" in text
    assert "Bob" in text


def test_an_archived_kpi_is_listed_apart_and_can_be_restored(pmo: Client, kpi: Kpi) -> None:
    pmo.post(page("archive", kpi.code), {"reason": "Measured elsewhere"}, follow=True)
    assert "Order lead time" not in pmo.get(page("list")).content.decode()
    assert "Order lead time" in pmo.get(page("list"), {"archived": "on"}).content.decode()
    pmo.post(page("archive", kpi.code), {"restore": "1"})
    assert "Order lead time" in pmo.get(page("list")).content.decode()


@pytest.mark.parametrize(
    ("query", "is_listed"),
    [
        ({"q": "LEAD"}, True),
        ({"q": "stock"}, False),
        ({"tier": "strategic"}, False),
        ({"direction": "lower"}, True),
        ({"project": "CRM"}, False),
        ({"tier": "nonsense", "page": "x"}, True),
    ],
)
def test_the_list_is_narrowed_by_its_address(
    pmo: Client, kpi: Kpi, query: dict[str, str], is_listed: bool
) -> None:
    assert ("Order lead time" in pmo.get(page("list"), query).content.decode()) == is_listed


def test_the_list_takes_the_same_queries_for_one_kpi_and_for_many(
    pmo: Client, project: Project, bob: User, lead_time: dict[str, Any]
) -> None:
    for number in range(20):
        create_kpi(
            actor=bob, project=project, values={**lead_time, "name": f"KPI {number}", "data_owner": bob}
        )
    with at_most(10):
        pmo.get(page("list"))


def test_a_viewer_reads_definitions_and_changes_none(client_of: ClientOf, victor: User, kpi: Kpi) -> None:
    viewer = client_of(victor)
    assert viewer.get(page("list")).status_code == 200
    assert viewer.get(page("history", kpi.code)).status_code == 200
    for name in ("edit", "targets"):
        assert viewer.get(page(name, kpi.code)).status_code == 403
    assert viewer.post(page("archive", kpi.code)).status_code == 403
    assert viewer.get(page("create", "ERP")).status_code == 403


def test_a_stranger_finds_nothing(
    client_of: ClientOf, charlie: User, kpi: Kpi, other_organization: Any
) -> None:
    stranger = client_of(charlie)
    assert stranger.get(page("edit", kpi.code)).status_code == 404
    elsewhere = reverse("kpis:edit", args=["globex", kpi.code])
    assert stranger.get(elsewhere).status_code == 404


def test_a_change_of_a_kpi_that_was_archived_meanwhile_is_kept(pmo: Client, kpi: Kpi, bob: User) -> None:
    archive_kpi(actor=bob, kpi=kpi)
    update_kpi(actor=bob, kpi=kpi, values={"unit": "days"})
    kpi.refresh_from_db()
    assert kpi.archived_at is not None
