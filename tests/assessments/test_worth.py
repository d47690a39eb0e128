"""Claimed, verified, realised, cashable: kept apart, and reproduced as they were known."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from assessments.models import ProjectResult
from assessments.services import MeasurementInput, record_measurements
from assessments.services.confirming import confirm_amounts, reopen_amounts
from assessments.services.recompute import recompute_pending, reproduce
from assessments.worth import Worth, load_worth, worth_of
from kpis.models import Kpi, Monetisation
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import LineShare, MoneyLine, Project
from tests.assessments.benefits import FEBRUARY, JANUARY, a_benefit, book, seen
from tests.assessments.roll_out import a_kpi, a_project

LATER = datetime.date(2026, 10, 31)


@pytest.fixture
def project(organization: Organization, scope: None, bob: User) -> Project:
    return a_project(organization, bob)


@pytest.fixture
def line(project: Project, bob: User) -> MoneyLine:
    """1,000 in January and 2,000 in February 2026."""
    line = a_benefit(project, bob)
    book(line, bob, 1000, 2000)
    return line


def worth(project: Project, **known: Any) -> Worth:
    values: dict[str, Any] = {"as_of": LATER, "known_at": timezone.now(), **known}
    found = load_worth(project.organization_id, project_ids=[project.pk], **values)
    return found.get(project.pk, Worth())


def behind(line: MoneyLine, bob: User, **values: Any) -> Kpi:
    """A KPI from which the line follows."""
    kpi = a_kpi(line.project, bob, **values)
    Monetisation.objects.create(
        organization=line.organization, kpi=kpi, line=line, money_value=1, volume_value=1
    )
    return kpi


def enter(kpi: Kpi, actor: User, period: datetime.date, status: str) -> None:
    record_measurements(actor, kpi.organization, [MeasurementInput(kpi.pk, period, 40.0, status=status)])


def confirm(organization: Organization, actor: User, **choice: Any) -> None:
    confirm_amounts(actor=actor, organization=organization, amounts=seen(organization, **choice))


def test_without_a_kpi_finance_alone_makes_it_verified_and_realised(
    line: MoneyLine, project: Project, organization: Organization, fiona: User
) -> None:
    confirm(organization, fiona, month=JANUARY)
    assert worth(project) == Worth(claimed=3000, verified=1000, realised=1000, cashable=1000)


def test_nothing_is_realised_without_both_verified_and_confirmed(
    line: MoneyLine, project: Project, organization: Organization, bob: User, fiona: User
) -> None:
    kpi = behind(line, bob)
    enter(kpi, bob, JANUARY, "submitted")
    enter(kpi, bob, FEBRUARY, "verified")
    assert worth(project) == Worth(claimed=3000, verified=2000)
    confirm(organization, fiona, month=JANUARY)
    assert worth(project) == Worth(claimed=3000, verified=2000)
    confirm(organization, fiona)
    assert worth(project) == Worth(claimed=3000, verified=2000, realised=2000, cashable=2000)
    enter(kpi, bob, JANUARY, "verified")
    assert worth(project).realised == 3000
    enter(kpi, bob, JANUARY, "returned")
    assert worth(project).realised == 2000


@pytest.mark.parametrize(
    ("frequency", "periods"),
    [
        ("quarter", [datetime.date(2026, 1, 1)]),
        ("year", [datetime.date(2026, 1, 1)]),
        ("week", [datetime.date(2026, 1, 12), datetime.date(2026, 2, 9)]),
    ],
)
def test_other_frequencies_verify_the_months_they_cover(
    line: MoneyLine, project: Project, bob: User, frequency: str, periods: list[datetime.date]
) -> None:
    kpi = behind(line, bob, frequency=frequency, expected_start=datetime.date(2025, 1, 6), targets={})
    for period in periods:
        enter(kpi, bob, period, "verified")
    assert worth(project).verified == 3000


def test_realised_is_split_by_the_kind_of_money(
    line: MoneyLine, project: Project, organization: Organization, bob: User, fiona: User
) -> None:
    book(a_benefit(project, bob, "Hours", cashability="non_cashable"), bob, 10)
    book(a_benefit(project, bob, "No new hire", cashability="avoidance"), bob, 5)
    confirm(organization, fiona)
    found = worth(project)
    assert (found.cashable, found.non_cashable, found.avoidance) == (3000, 10, 5)
    assert found.realised == 3015


def test_a_correction_makes_it_claimed_again(
    line: MoneyLine, project: Project, organization: Organization, bob: User, fiona: User
) -> None:
    confirm(organization, fiona)
    book(line, bob, 1100, reason="Late credit note")
    assert worth(project) == Worth(claimed=3100, verified=2000, realised=2000, cashable=2000)


def test_another_currency_counts_at_the_plan_rate(
    project: Project, organization: Organization, bob: User, fiona: User
) -> None:
    values: dict[str, Any] = {
        "currency": "USD",
        "fx_rate": Decimal("0.9"),
        "fx_rate_on": datetime.date(2025, 1, 1),
    }
    book(a_benefit(project, bob, **values), bob, "1000.10")
    confirm(organization, fiona)
    assert worth(project).realised == pytest.approx(900.09, abs=1e-9)


def test_a_shared_line_counts_in_each_project_with_its_part(
    line: MoneyLine, project: Project, organization: Organization, bob: User, fiona: User
) -> None:
    other = a_project(organization, bob, code="CRM", name="CRM group")
    LineShare.objects.create(organization=organization, line=line, project=other, share=0.25)
    confirm(organization, fiona)
    assert (worth(project).realised, worth(other).realised) == (2250, 750)


def test_an_archived_line_is_worth_nothing(
    line: MoneyLine, project: Project, organization: Organization, fiona: User
) -> None:
    confirm(organization, fiona)
    MoneyLine.objects.filter(pk=line.pk).update(archived_at=timezone.now())
    assert worth(project) == Worth()


def test_months_after_the_day_do_not_count(
    line: MoneyLine, project: Project, organization: Organization, fiona: User
) -> None:
    confirm(organization, fiona)
    assert worth(project, as_of=datetime.date(2026, 1, 31)).realised == 1000


def test_what_was_known_before_is_reproduced_from_history(
    line: MoneyLine, project: Project, organization: Organization, bob: User, fiona: User
) -> None:
    confirm(organization, fiona)
    newest = worth(project)
    moment = _clock()
    book(line, bob, 1500, reason="Late credit note")
    reopen_amounts(
        actor=fiona,
        organization=organization,
        amounts=seen(organization, state="confirmed"),
        reason="Doubt",
    )
    assert worth(project).realised == 0
    assert worth(project, known_at=moment, live=False) == newest


def _clock() -> datetime.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime.datetime = cursor.fetchone()[0]
    return moment


@pytest.mark.django_db(transaction=True)
def test_results_carry_the_worth_and_a_verified_value_alone_moves_it(
    organization: Organization, bob: User, fiona: User
) -> None:
    with organization_scope(organization):
        project = a_project(organization, bob)
        line = a_benefit(project, bob)
        kpi = a_kpi(project, bob)
        book(line, bob, 1000)
    recompute_pending(organization)
    with organization_scope(organization):
        assert worth_of(ProjectResult.objects.get()) == Worth(claimed=1000)
        Monetisation.objects.create(
            organization=organization, kpi=kpi, line=line, money_value=1, volume_value=1
        )
        confirm(organization, fiona)
        enter(kpi, bob, JANUARY, "submitted")
    recompute_pending(organization)
    with organization_scope(organization):
        assert worth_of(ProjectResult.objects.get()).realised == 0
        before = ProjectResult.objects.get().known_at
        enter(kpi, bob, JANUARY, "verified")
    recompute_pending(organization)
    with organization_scope(organization):
        assert worth_of(ProjectResult.objects.get()).realised == 1000
    assert reproduce(organization).worth[project.pk].realised == 1000
    assert reproduce(organization, known_at=before).worth[project.pk].realised == 0
