"""The page that says how sure a change is, and what people decide on it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from assessments.control import control_chart
from assessments.models import Comparison, RebasePoint
from assessments.series import load_series
from assessments.services.proving import compare, rebase, rebased_periods, remove_rebase
from assessments.services.verdicts import assess_pending
from kpis.models import Kpi
from organizations.errors import InvalidInputError
from organizations.models import AuditEvent, Organization, User
from projects.models import Project
from tests.assessments.roll_out import a_kpi
from tests.assessments.verdicts.conftest import fill, months
from tests.queries import at_most

ClientOf = Callable[[User], Client]


def page(kpi: Kpi, name: str = "proof", *more: int) -> str:
    return reverse(f"assessments:{name}", args=[kpi.organization.slug, kpi.code, *more])


@pytest.fixture
def improved(kpi: Kpi, dora: User) -> Kpi:
    fill(kpi, dora, before=48, after=36)
    assess_pending(kpi.organization)
    return kpi


def test_the_page_says_what_was_found_and_how(improved: Kpi, victor: User, client_of: ClientOf) -> None:
    with at_most(18):
        text = client_of(victor).get(page(improved)).content.decode().replace("\u00a0", " ")
    assert "Real: −12.0 hours since" in text
    assert "The same months before and after the go-live are compared" in text
    assert "Evidence grade 2+ of 5" in text
    assert "Choose a control group" in text
    assert "Compute the limits anew" not in text, "a viewer decides nothing"


def test_the_kpi_page_leads_there(improved: Kpi, victor: User, client_of: ClientOf) -> None:
    url = reverse("assessments:kpi", args=[improved.organization.slug, improved.code])
    text = client_of(victor).get(url).content.decode()
    assert page(improved) in text
    assert "Is it real?" in text


def test_a_kpi_without_values_says_what_is_missing(kpi: Kpi, bob: User, client_of: ClientOf) -> None:
    assert "The verdict is being made." in client_of(bob).get(page(kpi)).content.decode()
    assess_pending(kpi.organization)
    text = client_of(bob).get(page(kpi)).content.decode()
    assert "Without a go-live there is no before and after to compare." in text or "Too few values" in text


def test_after_a_lasting_change_limits_are_new_and_the_old_ones_stay(
    improved: Kpi, bob: User, organization: Organization, client_of: ClientOf
) -> None:
    start = months(organization)[12]
    answer = client_of(bob).post(
        page(improved, "rebase"),
        {"rebase-period": start.isoformat(), "rebase-reason": "The system went live"},
    )
    assert answer.status_code == 302
    assert rebased_periods(improved) == [start]
    chart = control_chart(load_series(improved), today=organization.today(), rebased=[start])
    former, new = (
        level for level in chart.levels if level.role == "limit" and level.label.startswith("upper")
    )
    assert former.value > new.value
    assert AuditEvent.objects.filter(action="kpi.rebased", reason="The system went live").exists()
    assert "The system went live" in client_of(bob).get(page(improved)).content.decode()


def test_a_passing_change_gives_no_new_limits(kpi: Kpi, bob: User, dora: User) -> None:
    fill(kpi, dora, before=48, after=48)
    with pytest.raises(InvalidInputError, match="do not form a new level yet"):
        rebase(actor=bob, kpi=kpi, period=months(kpi.organization)[12], reason="Hope")
    assert not RebasePoint.objects.exists()


def test_new_limits_twice_are_once_and_can_be_taken_back(improved: Kpi, bob: User) -> None:
    start = months(improved.organization)[12]
    first = rebase(actor=bob, kpi=improved, period=start, reason="Live")
    assert rebase(actor=bob, kpi=improved, period=start, reason="Live") == first
    remove_rebase(actor=bob, point=first)
    remove_rebase(actor=bob, point=first)
    assert not RebasePoint.objects.exists()
    assert AuditEvent.objects.filter(action="kpi.rebase_removed").count() == 1


def test_without_a_reason_nothing_is_decided(improved: Kpi, bob: User, client_of: ClientOf) -> None:
    start = months(improved.organization)[12].isoformat()
    answer = client_of(bob).post(page(improved, "rebase"), {"rebase-period": start, "rebase-reason": ""})
    assert answer.status_code == 422
    assert not RebasePoint.objects.exists()


def test_only_like_is_compared_with_like(improved: Kpi, project: Project, bob: User) -> None:
    other = a_kpi(project, bob, code="RATE", name="Error rate", unit="%")
    with pytest.raises(InvalidInputError, match="cannot be compared"):
        compare(actor=bob, kpi=improved, design=Comparison.Design.CONTROL, controls=[other], reason="Why not")


def test_a_control_group_is_chosen_and_ended(
    improved: Kpi, project: Project, bob: User, client_of: ClientOf
) -> None:
    other = a_kpi(project, bob, code="SITE2", name="Lead time, site 2")
    client = client_of(bob)
    sent = {
        "comparison-controls": [str(other.pk)],
        "comparison-design": "staggered",
        "comparison-reason": "Goes live next year",
    }
    assert client.post(page(improved, "compare"), sent).status_code == 302
    assert client.post(page(improved, "compare"), sent).status_code == 302
    assert Comparison.objects.get(kpi=improved).design == "staggered"
    assert AuditEvent.objects.filter(action="kpi.compared").count() == 1
    client.post(page(improved, "compare"), {"comparison-design": "staggered", "comparison-reason": ""})
    assert not Comparison.objects.exists()
