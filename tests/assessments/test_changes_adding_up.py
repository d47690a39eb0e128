"""Whatever happens between two reports: the causes add up exactly, and only what happened is a cause."""

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.changes.explaining import Explanation, explain
from assessments.changes.figures import Cause, FigureKind, walk
from assessments.changes.points import Point, Span
from assessments.changes.rounding import shown, shown_changes, total_of
from assessments.services.recompute import project_row, reproduce
from kpis.services import set_targets, update_kpi
from organizations.models import Organization, User
from organizations.services import update_organization
from organizations.tenancy import organization_scope
from projects.models import Project
from projects.services import set_cash_flows
from tests.assessments.worked_example import AS_OF, add_money, make_kpi, make_project, month, record

#: what happened: (kind, which, how much)
Happening = tuple[str, int, int]

HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "value",
                "correction",
                "amount",
                "amount correction",
                "forecast",
                "weight",
                "target",
                "rate",
                "plan",
            ]
        ),
        st.integers(0, 2),
        st.integers(1, 40),
    ),
    max_size=5,
)
CAUSE_OF = {
    "value": Cause.VALUES,
    "correction": Cause.CORRECTIONS,
    "amount": Cause.VALUES,
    "amount correction": Cause.CORRECTIONS,
    "forecast": Cause.VALUES,
    "weight": Cause.DEFINITIONS,
    "target": Cause.DEFINITIONS,
    "rate": Cause.DEFINITIONS,
    "plan": Cause.DEFINITIONS,
}


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    with organization_scope(organization):
        project = make_project(alice, organization)
        for name, tier in [("Orders", "functional"), ("Lead time", "operational"), ("Stock", "strategic")]:
            kpi = make_kpi(alice, project, name, tier)
            record(alice, kpi, {month(7): 79.0, month(8): 75.5})
        add_money(alice, project)
    return project


def make_happen(happening: Happening, project: Project, actor: User) -> None:
    """Values exist for July and August and actual amounts until September before anything happens."""
    what, which, size = happening
    kpi = project.kpis.order_by("name")[which]
    line = project.money_lines.get(kind="benefit")
    amount = Decimal(size) + Decimal("0.37")
    actions: dict[str, Callable[[], object]] = {
        "value": lambda: record(actor, kpi, {month(9): 60.0 + size}),
        "correction": lambda: record(
            actor, kpi, {month(7 + which % 2): 50.0 + size / 3}, note="counted anew"
        ),
        "amount": lambda: set_cash_flows(
            actor=actor, line=line, series="actual", amounts={month(10): amount}
        ),
        "amount correction": lambda: set_cash_flows(
            actor=actor, line=line, series="actual", amounts={month(5 + which): amount}
        ),
        "forecast": lambda: set_cash_flows(
            actor=actor, line=line, series="forecast", amounts={month(10 + which): amount}
        ),
        "weight": lambda: update_kpi(actor=actor, kpi=kpi, values={"weight": float(size)}, reason="r"),
        "target": lambda: set_targets(actor=actor, kpi=kpi, points={month(12): 30.0 + size}, reason="r"),
        "rate": lambda: update_organization(
            actor=actor, organization=project.organization, values={"discount_rate": size / 100}
        ),
        "plan": lambda: set_cash_flows(actor=actor, line=line, series="plan", amounts={month(12): amount}),
    }
    actions[what]()


def assert_adds_up(explanation: Explanation, allowed: set[Cause]) -> None:
    (told,) = explanation.projects
    for name, one in [*told.walks.items(), *explanation.portfolio.items()]:
        moved = {cause for cause, change in one.changes.items() if change} | set(one.turns)
        assert moved <= allowed, name
        if one.total is None:
            continue
        assert sum(one.changes.values()) == one.total, name
        assert abs(sum(map(float, one.changes.values())) - float(one.total)) <= 1e-9
        rounded = shown_changes(one)
        ends = shown(one.start, one.kind.decimals), shown(one.end, one.kind.decimals)
        assert total_of(rounded) == (ends[1] or 0) - (ends[0] or 0), name


@pytest.mark.django_db
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(happenings=HAPPENINGS, days=st.sampled_from([0, 0, 20, 80]))
def test_causes_add_up_and_are_those_that_happened(
    project: Project, organization: Organization, alice: User, happenings: list[Happening], days: int
) -> None:
    with transaction.atomic():
        known = timezone.now()
        with organization_scope(organization):
            for happening in happenings:
                make_happen(happening, project, alice)
        later = AS_OF + datetime.timedelta(days=days)
        span = Span(Point(AS_OF, known), Point(later, timezone.now()))
        explanation = explain(organization, span)
        allowed = {CAUSE_OF[what] for what, _which, _size in happenings} | ({Cause.TIME} if days else set())
        assert_adds_up(explanation, allowed)
        for point, end in ((span.start, "start"), (span.end, "end")):
            row = project_row(reproduce(organization, as_of=point.as_of, known_at=point.known_at), 0)
            (told,) = explanation.projects
            assert {name: getattr(one, end) for name, one in told.walks.items()} == {
                name: row[name] for name in told.walks
            }
        transaction.set_rollback(True)
    organization.refresh_from_db()


AMOUNT = FigureKind("amount", "Amount", "money", 0)
RATIO = FigureKind("ratio", "Ratio", "percent", 3)
SAID = st.none() | st.floats(-1e7, 1e7, allow_nan=False)


@given(values=st.lists(SAID, min_size=6, max_size=6), kind=st.sampled_from([AMOUNT, RATIO]))
def test_any_walk_adds_up_whatever_cannot_be_said_on_the_way(
    values: list[float | None], kind: FigureKind
) -> None:
    one = walk(kind, values[0], zip(Cause, values[1:], strict=True))
    rounded = shown_changes(one)
    assert {cause for cause, change in rounded.items() if change} <= {
        cause for cause, change in one.changes.items() if change
    }
    if one.total is not None:
        assert sum(one.changes.values()) == one.total
        ends = shown(one.start, kind.decimals), shown(one.end, kind.decimals)
        assert total_of(rounded) == (ends[1] or 0) - (ends[0] or 0)
    unit = 10**-kind.decimals
    for cause, change in one.changes.items():
        assert abs(float(rounded[cause]) - float(change)) < 1.01 * unit
