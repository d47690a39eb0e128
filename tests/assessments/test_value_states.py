"""The states of a value: whatever two people do in whatever order, and at the same time."""

import datetime
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from assessments.models import Measurement, PeriodLock
from assessments.services import MeasurementInput, record_measurements
from assessments.services.deciding import SeenCell
from assessments.services.inputs import KPI_COLUMNS, load_inputs
from assessments.services.locking import lock_month, reopen_month
from assessments.services.submitting import submit_values
from assessments.services.verifying import DecisionReport, return_values, verify_values
from kpis.models import Kpi
from kpis.services import create_kpi
from organizations.errors import InvalidInputError
from organizations.models import Membership, Organization, User
from organizations.services import update_organization
from organizations.tenancy import organization_scope
from projects.models import Project
from projects.services import create_project

AUGUST, SEPTEMBER = datetime.date(2025, 8, 1), datetime.date(2025, 9, 1)

Cell = tuple[int, datetime.date]
Row = tuple[int, float | None, str, int | None]

#: what may follow what; a verified version follows nothing but a submitted one
FOLLOWS = {
    "": {"draft", "submitted"},
    "draft": {"draft", "submitted", "returned"},
    "submitted": {"draft", "submitted", "verified", "returned"},
    "verified": {"draft", "submitted", "returned"},
    "returned": {"draft", "submitted"},
}


def make_kpis(organization: Organization, actor: User) -> list[Kpi]:
    """One KPI that asks for four eyes and one that does not."""
    update_organization(actor=actor, organization=organization, values={"four_eyes_strategic": False})
    project = create_project(
        actor=actor, organization=organization, values={"code": "ERP", "name": "ERP group"}
    )
    return [
        create_kpi(actor=actor, project=project, values={"code": tier, "name": tier, "tier": tier})
        for tier in ("operational", "strategic")
    ]


@dataclass(frozen=True)
class Act:
    """What one of two people does to a cell; `lag` is how many versions ago they looked."""

    name: str
    person: int
    cell: tuple[int, datetime.date]
    value: float
    lag: int


#: mostly the same cell and value, so that people meet there
ACTS = st.builds(
    Act,
    name=st.sampled_from(
        [*["draft", "submit", "verify"] * 3, "submit_draft", "submit_draft", "send_back", "lock", "reopen"]
    ),
    person=st.integers(0, 1),
    cell=st.sampled_from([*[(0, SEPTEMBER)] * 3, (0, AUGUST), (1, SEPTEMBER)]),
    value=st.sampled_from([1.0, 1.0, 2.0]),
    lag=st.sampled_from([0, 0, 0, 0, 1]),
)


def acts(*texts: str) -> list[Act]:
    """ "draft 0": the first person drafts the usual value in the usual cell."""
    parts = [text.split() for text in texts]
    return [Act(name, int(person), (0, SEPTEMBER), 1.0, 0) for name, person in parts]


class ValueStates:
    """Two members who may do everything, three cells, one project whose months close and open."""

    def __init__(self, organization: Organization, people: list[User], kpis: list[Kpi]) -> None:
        self.organization, self.people, self.kpis = organization, people, kpis
        self.known: dict[Cell, list[Row]] = {}
        #: what the cells of a closed month held when it was closed
        self.closed: dict[datetime.date, dict[Cell, list[Row]]] = {}
        self.counted: dict[Cell, tuple[float | None, str]] = {}

    def do(self, act: Act) -> None:
        getattr(self, act.name)(act)
        self.the_history_is_whole_and_the_states_follow_each_other()
        self.what_counts_is_the_newest_version_that_is_no_draft()

    def rows(self) -> dict[Cell, list[Row]]:
        found: dict[Cell, list[Row]] = {}
        stored = Measurement.objects.order_by("kpi_id", "period", "version").values_list(
            "kpi_id", "period", "version", "value", "status", "recorded_by_id"
        )
        for kpi_id, period, *row in stored:
            found.setdefault((kpi_id, period), []).append(tuple(row))
        return found

    def seen(self, act: Act) -> SeenCell:
        kpi, period = self.kpis[act.cell[0]], act.cell[1]
        return SeenCell(kpi.pk, period, len(self.known.get((kpi.pk, period), [])) - act.lag)

    def write(self, act: Act, status: str) -> None:
        row = MeasurementInput(self.kpis[act.cell[0]].pk, act.cell[1], act.value, status=status)
        try:
            record_measurements(self.people[act.person], self.organization, [row])
        except InvalidInputError:
            assert act.cell[1] in self.closed

    def draft(self, act: Act) -> None:
        self.write(act, "draft")

    def submit(self, act: Act) -> None:
        self.write(act, "submitted")

    def submit_draft(self, act: Act) -> None:
        member = Membership.objects.select_related("user", "organization").get(user=self.people[act.person])
        self.check(submit_values(membership=member, cells=[self.seen(act)]), act)

    def verify(self, act: Act) -> None:
        actor = self.people[act.person]
        self.check(verify_values(actor=actor, organization=self.organization, cells=[self.seen(act)]), act)

    def send_back(self, act: Act) -> None:
        report = return_values(
            actor=self.people[act.person],
            organization=self.organization,
            cells=[self.seen(act)],
            reason="source?",
        )
        self.check(report, act)

    def check(self, report: DecisionReport, act: Act) -> None:
        event(f"{act.name}: {'done' if report.done else next(iter(report.reasons)).value}")
        assert len(report.done) + len(report.refused) == 1
        assert not (act.lag and report.done), "decided on a version that nobody saw"

    def lock(self, act: Act) -> None:
        month = act.cell[1]
        lock_month(
            actor=self.people[act.person],
            organization=self.organization,
            projects=[Project.objects.get()],
            month=month,
        )
        self.closed.setdefault(month, {cell: rows for cell, rows in self.rows().items() if cell[1] == month})

    def reopen(self, act: Act) -> None:
        month = act.cell[1]
        lock = PeriodLock.objects.in_force().filter(month=month).first()
        assert (lock is not None) == (month in self.closed)
        if lock is not None:
            reopen_month(actor=self.people[act.person], lock=lock, reason="wrong meter")
            del self.closed[month]

    def the_history_is_whole_and_the_states_follow_each_other(self) -> None:
        rows = self.rows()
        for cell, former in self.known.items():
            assert rows[cell][: len(former)] == former, "a version changed or went away"
        for cell, versions in rows.items():
            assert [version for version, *_rest in versions] == list(range(1, len(versions) + 1))
            for place, (_version, value, status, who) in enumerate(versions):
                before = versions[place - 1] if place else None
                assert status in FOLLOWS[before[2] if before else ""]
                if status == "verified":
                    assert before is not None
                    assert value == before[1]
                    self.four_eyes_hold(cell, versions[:place], value, who)
        for month, closed in self.closed.items():
            assert {cell: held for cell, held in rows.items() if cell[1] == month} == closed
        self.known = rows

    def four_eyes_hold(self, cell: Cell, before: list[Row], value: float | None, who: int | None) -> None:
        if cell[0] == self.kpis[0].pk:
            assert who not in {
                author
                for _v, known, status, author in before
                if known == value and status in ("draft", "submitted")
            }

    def what_counts_is_the_newest_version_that_is_no_draft(self) -> None:
        counted: dict[Cell, tuple[float | None, str]] = {}
        for cell, versions in self.rows().items():
            decided = [row for row in versions if row[2] != "draft"]
            if decided and decided[-1][2] != "returned":
                counted[cell] = (decided[-1][1], decided[-1][2])
        stored = Measurement.objects.counted().values_list("kpi_id", "period", "value", "status")
        assert {(kpi, period): (value, status) for kpi, period, value, status in stored} == counted
        self.counted = counted

    def what_counts_is_scored(self) -> None:
        counted = self.counted
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            [now] = cursor.fetchone()
        inputs = load_inputs(self.organization.pk, as_of=self.organization.today(), known_at=now)
        for row in inputs.kpis:
            scored = dict(zip(KPI_COLUMNS, row, strict=False))
            newest = max((period for kpi, period in counted if kpi == scored["id"]), default=None)
            assert scored["period"] == newest
            if newest is not None:
                value, status = counted[scored["id"], newest]
                assert (scored["value"], bool(scored["preliminary"])) == (value, status == "submitted")


def test_any_order_of_acts_keeps_states_history_and_locks(
    scope: Organization, alice: User, bob: User
) -> None:
    kpis = make_kpis(scope, alice)

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @example(acts=acts("draft 0", "submit 1", "verify 0", "verify 1"))
    @example(acts=acts("submit 0", "send_back 1", "submit 1", "verify 0", "lock 0", "verify 1", "reopen 1"))
    @given(acts=st.lists(ACTS, min_size=12, max_size=30))
    def holds(acts: list[Act]) -> None:
        with transaction.atomic():
            states = ValueStates(scope, [alice, bob], kpis)
            for act in acts:
                states.do(act)
            states.what_counts_is_scored()
            transaction.set_rollback(True)

    holds()


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """People with connections of their own."""

    @staticmethod
    def together(*works: Callable[[], Any]) -> list[Any]:
        """Run all at the same moment; what each answered or raised."""
        barrier = threading.Barrier(len(works))
        answers: list[Any] = [None] * len(works)

        def run(place: int) -> None:
            try:
                barrier.wait(10)
                answers[place] = works[place]()
            except Exception as error:
                answers[place] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[place]) for place in range(len(works))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return answers

    @staticmethod
    def prepare(organization: Organization, alice: User, dora: User) -> tuple[Kpi, SeenCell]:
        with organization_scope(organization):
            kpi = make_kpis(organization, alice)[0]
            record_measurements(dora, organization, [MeasurementInput(kpi.pk, SEPTEMBER, 1.0)])
        return kpi, SeenCell(kpi.pk, SEPTEMBER, 1)

    @pytest.mark.parametrize("_round", range(4))
    def test_one_verifies_while_another_corrects(
        self, organization: Organization, alice: User, bob: User, dora: User, _round: int
    ) -> None:
        kpi, cell = self.prepare(organization, alice, dora)

        def verify() -> DecisionReport:
            with organization_scope(organization):
                return verify_values(actor=bob, organization=organization, cells=[cell])

        def correct() -> None:
            with organization_scope(organization):
                record_measurements(dora, organization, [MeasurementInput(kpi.pk, SEPTEMBER, 2.0)])

        report, problem = self.together(verify, correct)
        assert problem is None
        with organization_scope(organization):
            states = list(Measurement.objects.order_by("version").values_list("version", "value", "status"))
        if report.done:
            assert states == [(1, 1.0, "submitted"), (2, 1.0, "verified"), (3, 2.0, "submitted")]
        else:
            # The correction was first: what nobody looked at is not verified.
            assert states == [(1, 1.0, "submitted"), (2, 2.0, "submitted")]

    @pytest.mark.parametrize("_round", range(4))
    def test_one_locks_the_month_while_another_writes_into_it(
        self, organization: Organization, alice: User, bob: User, dora: User, _round: int
    ) -> None:
        kpi, _cell = self.prepare(organization, alice, dora)

        def lock() -> None:
            with organization_scope(organization):
                lock_month(actor=bob, organization=organization, projects=[kpi.project], month=SEPTEMBER)

        def correct() -> None:
            with organization_scope(organization):
                record_measurements(dora, organization, [MeasurementInput(kpi.pk, SEPTEMBER, 2.0)])

        locked, refused = self.together(lock, correct)
        assert locked is None
        assert refused is None or isinstance(refused, InvalidInputError)
        with organization_scope(organization):
            closed = PeriodLock.objects.get()
            written = Measurement.objects.filter(version=2).first()
            assert (written is None) == (refused is not None)
            assert written is None or written.recorded_at <= closed.locked_at

    def test_two_verify_one_value_and_it_is_verified_once(
        self, organization: Organization, alice: User, bob: User, dora: User
    ) -> None:
        _kpi, cell = self.prepare(organization, alice, dora)

        def verify(actor: User) -> DecisionReport:
            with organization_scope(organization):
                return verify_values(actor=actor, organization=organization, cells=[cell])

        reports = self.together(lambda: verify(alice), lambda: verify(bob))
        assert sorted(len(report.done) for report in reports) == [0, 1]
