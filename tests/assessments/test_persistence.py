"""Signed-off benefits that decay are reopened by the product."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.services import MeasurementInput, record_measurements
from assessments.services.confirming import confirm_amounts
from assessments.services.persistence import has_decayed, watch_benefits
from kpis.models import Monetisation
from organizations.models import Organization, OutboundMail, User
from organizations.tenancy import organization_scope
from projects.models import Confirmation, MoneyLine
from tests.assessments.benefits import a_benefit, book, seen, states
from tests.assessments.roll_out import a_kpi, a_project

pytestmark = pytest.mark.django_db(transaction=True)
JUNE = datetime.date(2026, 6, 15)


def signed_off(organization: Organization, bob: User, fiona: User, dora: User, *amounts: int) -> MoneyLine:
    """A line of Dora's whose first three months are confirmed."""
    line = a_benefit(a_project(organization, bob), bob, owner=dora)
    book(line, bob, *amounts)
    confirm_amounts(actor=fiona, organization=organization, amounts=seen(organization)[:3])
    return line


def test_two_months_below_the_confirmed_level_reopen_it_once(
    organization: Organization, bob: User, fiona: User, dora: User, alice: User
) -> None:
    with organization_scope(organization):
        signed_off(organization, bob, fiona, dora, 1000, 1000, 1000, 790, 700)
    assert watch_benefits(organization, today=JUNE) == 1
    with organization_scope(organization):
        assert states(organization)[:3] == ["confirmed", "confirmed", "reopened"]
        answer = Confirmation.objects.get(answer="reopened")
        assert (answer.answered_by, answer.month) == (None, datetime.date(2026, 3, 1))
        assert "below 80% of what was confirmed" in answer.reason
        told = OutboundMail.objects.filter(kind="unconfirmed").values_list("address", flat=True)
        assert sorted(told) == sorted([alice.email, dora.email, fiona.email])
    assert watch_benefits(organization, today=JUNE) == 0


def test_after_finance_confirmed_again_the_same_month_is_not_reopened_twice(
    organization: Organization, bob: User, fiona: User, dora: User
) -> None:
    with organization_scope(organization):
        signed_off(organization, bob, fiona, dora, 1000, 1000, 1000, 790, 700)
    watch_benefits(organization, today=JUNE)
    with organization_scope(organization):
        confirm_amounts(actor=fiona, organization=organization, amounts=seen(organization, state="reopened"))
    assert watch_benefits(organization, today=JUNE) == 0


@pytest.mark.parametrize(
    "amounts",
    [
        pytest.param([1000, 1000, 1000, 790, 800], id="one month at the edge"),
        pytest.param([1000, 1000, 1000, 700], id="only one month"),
        pytest.param([1000, 1000, 1000], id="nothing after"),
    ],
)
def test_what_holds_is_left_alone(
    organization: Organization, bob: User, fiona: User, dora: User, amounts: list[int]
) -> None:
    with organization_scope(organization):
        signed_off(organization, bob, fiona, dora, *amounts)
    assert watch_benefits(organization, today=JUNE) == 0


def test_the_running_month_says_nothing_yet(
    organization: Organization, bob: User, fiona: User, dora: User
) -> None:
    with organization_scope(organization):
        signed_off(organization, bob, fiona, dora, 1000, 1000, 1000, 700, 100)
    assert watch_benefits(organization, today=datetime.date(2026, 5, 31)) == 0


def test_a_kpi_that_falls_back_reopens_the_benefit_behind_it(
    organization: Organization, bob: User, fiona: User, dora: User
) -> None:
    with organization_scope(organization):
        line = signed_off(organization, bob, fiona, dora, 1000, 1000, 1000, 1000, 1000)
        kpi = a_kpi(line.project, bob, expected_start=datetime.date(2026, 1, 1), targets={})
        Monetisation.objects.create(
            organization=organization, kpi=kpi, line=line, money_value=1, volume_value=1
        )
        values = zip(range(1, 6), [38.0, 38.0, 38.0, 44.0, 45.0], strict=True)
        record_measurements(
            bob,
            organization,
            [MeasurementInput(kpi.pk, datetime.date(2026, month, 1), value) for month, value in values],
        )
    assert watch_benefits(organization, today=JUNE) == 1
    with organization_scope(organization):
        assert "improvement of the KPI" in Confirmation.objects.get(answer="reopened").reason


@given(
    level=st.floats(1, 1e6),
    shares=st.lists(st.floats(0.81, 5), min_size=2, max_size=2),
    confirmed=st.integers(1, 12),
)
def test_a_benefit_above_its_share_never_decays(level: float, shares: list[float], confirmed: int) -> None:
    course = [(level, True)] * confirmed + [(level * share, False) for share in shares]
    assert not has_decayed(course)
    assert has_decayed([*course[:confirmed], (level * 0.79, False), (level * 0.1, True)])
