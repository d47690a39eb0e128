"""Lines that several projects bear, currencies and changed plans: what the results say of them."""

import datetime
from decimal import Decimal

import pytest

from assessments.models import ProjectResult
from assessments.services.recompute import recompute_organization, reproduce
from organizations.errors import InvalidInputError
from organizations.models import FxRate, Organization, User
from organizations.tenancy import organization_scope
from projects.models import LineShare, MoneyLine, PlanBaseline, Project
from projects.services import archive_project, create_line, freeze_plan, set_cash_flows
from projects.services.changes import decide_change, request_change
from projects.services.rates import add_rate
from projects.services.shares import Part, share_line
from tests.assessments.worked_example import AS_OF, make_project, month

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(organization: Organization, alice: User) -> Project:
    with organization_scope(organization):
        return make_project(alice, organization)


@pytest.fixture
def other(organization: Organization, alice: User) -> Project:
    with organization_scope(organization):
        return make_project(alice, organization, "CRM")


@pytest.fixture
def licences(home: Project, alice: User) -> MoneyLine:
    with organization_scope(home.organization):
        line = create_line(actor=alice, project=home, values={"kind": "cost", "name": "Licences"})
        for series in ("plan", "actual"):
            amounts = {month(1): Decimal(1000), month(2): Decimal(200)}
            set_cash_flows(actor=alice, line=line, series=series, amounts=amounts)
        return line


def result_of(project: Project) -> ProjectResult:
    recompute_organization(project.organization, as_of=AS_OF)
    with organization_scope(project.organization):
        found: ProjectResult = ProjectResult.objects.get(project=project)
    return found


def test_each_project_bears_its_share_and_the_own_one_the_rest(
    home: Project, other: Project, licences: MoneyLine, alice: User
) -> None:
    with organization_scope(home.organization):
        share_line(actor=alice, line=licences, parts=[Part(other, 0.3, "seats")])
    assert (result_of(home).costs_actual, result_of(other).costs_actual) == (840, 360)
    assert (result_of(home).costs_plan, result_of(other).costs_plan) == (840, 360)


def test_the_total_of_all_projects_stays_whatever_is_shared(
    home: Project, other: Project, licences: MoneyLine, alice: User
) -> None:
    with organization_scope(home.organization):
        share_line(actor=alice, line=licences, parts=[Part(other, 1 / 3)])
    assert result_of(home).costs_actual + result_of(other).costs_actual == pytest.approx(1200, abs=1e-9)


def test_what_was_known_before_the_sharing_is_reproduced(
    home: Project, other: Project, licences: MoneyLine, alice: User
) -> None:
    result_of(home)
    with organization_scope(home.organization):
        share_line(actor=alice, line=licences, parts=[Part(other, 0.5)])
    assert result_of(other).costs_actual == 600
    again = reproduce(home.organization, as_of=AS_OF)
    assert again.money[other.pk].values["costs_actual"] == 600
    with organization_scope(home.organization):
        moment = ProjectResult.objects.get(project=home).known_at
        share_line(actor=alice, line=licences, parts=[])
    assert other.pk in reproduce(home.organization, as_of=AS_OF, known_at=moment).money
    then = reproduce(home.organization, as_of=AS_OF, known_at=moment).money[other.pk].values
    assert then["costs_actual"] == 600
    assert result_of(other).costs_actual == 0


@pytest.mark.parametrize(
    ("shares", "message"),
    [((0.7, 0.4), "110 %"), ((0.0,), "between 0.01 %"), ((float("nan"),), "between 0.01 %")],
)
def test_shares_that_cannot_be_are_refused(
    home: Project,
    other: Project,
    licences: MoneyLine,
    alice: User,
    shares: tuple[float, ...],
    message: str,
) -> None:
    with organization_scope(home.organization):
        third = make_project(alice, home.organization, "MES")
        parts = [Part(project, share) for project, share in zip((other, third), shares, strict=False)]
        with pytest.raises(InvalidInputError, match=message):
            share_line(actor=alice, line=licences, parts=parts)
        assert not LineShare.objects.exists()


def test_the_own_project_a_twin_and_an_archived_one_are_refused(
    home: Project, other: Project, licences: MoneyLine, alice: User
) -> None:
    with organization_scope(home.organization):
        for parts, message in (
            ([Part(home, 0.1)], "own project"),
            ([Part(other, 0.1), Part(other, 0.1)], "stands twice"),
        ):
            with pytest.raises(InvalidInputError, match=message):
                share_line(actor=alice, line=licences, parts=parts)
        archive_project(actor=alice, project=other)
        other.refresh_from_db()
        with pytest.raises(InvalidInputError, match="archived"):
            share_line(actor=alice, line=licences, parts=[Part(other, 0.1)])


def test_a_changed_plan_keeps_the_original_in_the_result(
    home: Project, licences: MoneyLine, alice: User, bob: User
) -> None:
    assert "original" not in result_of(home).figures
    with organization_scope(home.organization):
        freeze_plan(actor=alice, project=home, reason="Board")
        table = {licences.pk: {month(2): Decimal(900)}}
        change = request_change(actor=bob, project=home, title="More", reason="Seats", table=table)
        decide_change(actor=alice, change=change, approve=True)
    result = result_of(home)
    assert result.costs_plan == 1900
    assert result.figures["original"]["costs"] == 1200


def rate(alice: User, organization: Organization, use: str, value: str, day: datetime.date) -> FxRate:
    return add_rate(
        actor=alice,
        organization=organization,
        currency="usd",
        use=use,
        valid_from=day,
        rate=Decimal(value),
        source="ECB",
    )


def test_a_line_takes_the_plan_rate_at_the_freeze_and_keeps_it(
    home: Project, alice: User, organization: Organization
) -> None:
    with organization_scope(organization):
        with pytest.raises(InvalidInputError, match="no plan rate of USD"):
            create_line(
                actor=alice, project=home, values={"kind": "cost", "name": "Cloud", "currency": "USD"}
            )
        rate(alice, organization, "plan", "0.90", month(1))
        line = create_line(
            actor=alice, project=home, values={"kind": "cost", "name": "Cloud", "currency": "USD"}
        )
        assert line.fx_rate == Decimal("0.90")
        set_cash_flows(actor=alice, line=line, series="plan", amounts={month(1): Decimal(100)})
        rate(alice, organization, "plan", "0.95", month(2))
        baseline = freeze_plan(actor=alice, project=home, reason="Board")
        assert Decimal(baseline.content[0]["fx_rate"]) == Decimal("0.95")
        rate(alice, organization, "plan", "0.99", month(3))
        line.refresh_from_db()
        assert (line.fx_rate, line.fx_rate_on, line.fx_source) == (Decimal("0.95"), month(2), "ECB")
        assert PlanBaseline.objects.count() == 1


def test_the_effect_of_the_currency_on_actual_amounts_stands_apart(
    home: Project, alice: User, organization: Organization
) -> None:
    with organization_scope(organization):
        rate(alice, organization, "plan", "0.90", month(1))
        line = create_line(
            actor=alice, project=home, values={"kind": "cost", "name": "Cloud", "currency": "USD"}
        )
        amounts = {month(1): Decimal(100), month(3): Decimal(100)}
        set_cash_flows(actor=alice, line=line, series="actual", amounts=amounts)
        rate(alice, organization, "actual", "1.00", datetime.date(2025, 3, 20))
    result = result_of(home)
    # At the plan rate: 180. Of March alone an actual rate is known: (1.00 − 0.90) × 100.
    assert result.costs_actual == 180
    assert result.figures["fx_effect"] == {"cost": pytest.approx(10)}


def test_the_reporting_currency_needs_no_rate(alice: User, organization: Organization) -> None:
    with organization_scope(organization), pytest.raises(InvalidInputError, match="its rate is 1"):
        add_rate(
            actor=alice,
            organization=organization,
            currency=organization.currency,
            use="plan",
            valid_from=month(1),
            rate=Decimal(2),
            source="ECB",
        )
