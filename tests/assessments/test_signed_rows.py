"""Everything that people sign off is in the ledger, and no byte of it changes unseen."""

import datetime
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from assessments.services.confirming import confirm_amounts
from committee.services import load_sample, remove_sample
from kpis.models import Charter, CharterSignature
from kpis.services import update_kpi
from kpis.services.charters import hand_out_charter, note_definition_change, return_charter, sign_charter
from organizations.ledger_checks import verify_ledger
from organizations.models import LedgerEntry, Organization, User
from organizations.services.ledger import append_entry
from organizations.tenancy import organization_scope
from projects.frozen_plan import fingerprint
from projects.models import ChangeRequest, Confirmation, GateDecision, PlanBaseline, PlanSignature, Project
from projects.services import create_line, set_cash_flows, update_project
from projects.services.changes import decide_change, request_change
from projects.services.signing import sign_plan
from tests.assessments.benefits import a_benefit, book, seen
from tests.assessments.roll_out import a_kpi, a_project
from tests.organizations.ledger_tampering import change, columns_of, owner_of, remove, undone
from tests.projects.gates import climb

SIGNED = [Charter, CharterSignature, GateDecision, PlanBaseline, PlanSignature, ChangeRequest, Confirmation]


@pytest.fixture
def project(
    organization: Organization, scope: None, bob: User, dora: User, erik: User, fiona: User
) -> Project:
    """A roll-out in which everything is signed that can be."""
    project = a_project(organization, bob)
    update_project(actor=bob, project=project, values={"business_owner": dora, "it_owner": erik})
    kpi = a_kpi(project, bob)
    definition = "Hours from order to delivery, from the ERP, monthly mean."
    update_kpi(actor=bob, kpi=kpi, values={"business_owner": dora, "definition": definition})
    first = hand_out_charter(actor=bob, project=project)
    return_charter(actor=erik, charter=first, side="it", reason="The owner of the value is missing.")
    charter = hand_out_charter(actor=bob, project=project, reason="With an owner")
    for side, owner in (("business", dora), ("it", erik)):
        sign_charter(actor=owner, charter=charter, side=side, content_hash=charter.content_hash)
    line = create_line(actor=bob, project=project, values={"kind": "cost", "name": "Licences"})
    plan = {datetime.date(2025, 1, 1): Decimal(1000)}
    set_cash_flows(actor=bob, line=line, series="plan", amounts=plan)
    climb(project, bob, "L1", "L2", "L3")
    baseline = PlanBaseline.objects.get(version=1)
    for side, signer in (("business", dora), ("finance", fiona)):
        sign_plan(actor=signer, baseline=baseline, side=side, content_hash=fingerprint(baseline))
    change = request_change(
        actor=bob,
        project=project,
        title="More seats",
        reason="A further plant",
        table={line.pk: {datetime.date(2025, 1, 1): Decimal(1100)}},
    )
    decide_change(actor=erik, change=change, approve=True)
    update_project(actor=bob, project=project, values={"go_live_actual": datetime.date(2025, 12, 1)})
    climb(project, bob, "L4")
    book(a_benefit(project, bob, owner=dora, currency="EUR"), bob, 1000)
    confirm_amounts(actor=fiona, organization=organization, amounts=seen(organization))
    return project


def test_every_sign_off_is_an_entry_in_the_order_it_happened(
    organization: Organization, project: Project
) -> None:
    said = LedgerEntry.objects.order_by("number").values_list("kind", "summary", "actor_label")

    assert [(kind, summary, label.partition(" ")[0]) for kind, summary, label in said] == [
        ("charter", "Charter sent back", "Erik"),
        ("charter", "Charter signed", "Dora"),
        ("charter", "Charter signed", "Erik"),
        ("gate", "Stage gate decided", "Bob"),
        ("gate", "Stage gate decided", "Bob"),
        ("gate", "Stage gate decided", "Bob"),
        ("plan", "Plan frozen", "Bob"),
        ("plan", "Plan signed", "Dora"),
        ("plan", "Plan signed", "Fiona"),
        ("change", "Change of plan approved", "Erik"),
        ("gate", "Stage gate decided", "Bob"),
        ("confirmation", "Benefits confirmed by finance", "Fiona"),
    ]
    assert set(LedgerEntry.objects.values_list("project_code", flat=True)) == {project.code}
    report = verify_ledger(organization)
    assert (report.ok, report.entries) == (True, 12)


@pytest.mark.parametrize("model", SIGNED, ids=lambda model: model.__name__)
def test_any_column_of_a_signed_row_that_changes_is_named(
    organization: Organization, project: Project, model: Any
) -> None:
    table = model._meta.db_table
    row = model.objects.first().pk
    open_columns = {model._meta.get_field(name).column for name in model.unsealed}
    for column, data_type in columns_of(table):
        with undone():
            change(table, column, data_type, row)
            found = verify_ledger(organization).faults
        named = {(fault.kind, fault.table, fault.id, fault.columns) for fault in found}
        if column in open_columns:
            assert not named, column
        elif column in {"id", "organization_id"}:
            assert named == {("row_missing", table, row, ())}
        else:
            assert named == {("row_changed", table, row, (column,))}
    with undone():
        remove(table, row)
        (gone,) = verify_ledger(organization).faults
    assert (gone.kind, gone.table, gone.id) == ("row_missing", table, row)


def test_one_cent_or_one_letter_in_what_was_signed_is_found(
    organization: Organization, project: Project
) -> None:
    for model, former, new in ((PlanBaseline, "1100.00", "1100.01"), (Charter, "Hours from", "hours from")):
        row = model.objects.order_by("-pk").first()
        assert row is not None
        with undone():
            replace_text(model._meta.db_table, row.pk, former, new)
            faults = verify_ledger(organization).faults
        assert [(fault.table, fault.columns) for fault in faults] == [(model._meta.db_table, ("content",))]


def replace_text(table: str, row: int, former: str, new: str) -> None:
    with owner_of(table) as cursor:
        cursor.execute(
            f"UPDATE {table} SET content = replace(content::text, %s, %s)::jsonb WHERE id = %s",
            [former, new, row],
        )


def test_what_may_honestly_change_later_is_no_fault(
    organization: Organization, project: Project, bob: User, dora: User, erik: User
) -> None:
    update_project(actor=bob, project=project, values={"name": "ERP of the group", "business_owner": erik})
    note_definition_change([project.pk])
    charter = hand_out_charter(actor=bob, project=project, reason="Another owner")
    sign_charter(actor=erik, charter=charter, side="business", content_hash=charter.content_hash)
    assert set(Charter.objects.values_list("status", flat=True)) == {"replaced", "signed", "open"}

    assert verify_ledger(organization).ok


def test_a_sample_is_in_no_ledger_and_goes_without_a_fault(
    organization: Organization, alice: User, project: Project
) -> None:
    before = LedgerEntry.objects.count()
    sample = load_sample(actor=alice, organization=organization)
    assert sample.gate == "L4"
    remove_sample(actor=alice, organization=organization)

    assert LedgerEntry.objects.count() == before
    assert verify_ledger(organization).ok


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """People with connections of their own."""

    @staticmethod
    def together(organization: Organization, works: list[Callable[[], object]]) -> None:
        barrier = threading.Barrier(len(works))

        def run(work: Callable[[], object]) -> None:
            try:
                barrier.wait(10)
                for _time in range(5):
                    with organization_scope(organization):
                        work()
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[work]) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

    @staticmethod
    def sign(organization: Organization, actor: User) -> LedgerEntry:
        return append_entry(
            organization=organization, actor=actor, kind="gate", summary="Signed.", content={}, rows=[]
        )

    def test_entries_at_the_same_moment_make_no_gap_and_no_fork(
        self, organization: Organization, other_organization: Organization, alice: User
    ) -> None:
        self.together(organization, [lambda: self.sign(organization, alice)] * 4)

        report = verify_ledger(organization)
        assert (report.ok, report.entries, report.newest) == (True, 20, 20)
        assert verify_ledger(other_organization).entries == 0

    def test_what_is_rolled_back_leaves_no_number_behind(
        self, organization: Organization, alice: User
    ) -> None:
        with organization_scope(organization):
            self.sign(organization, alice)
        with organization_scope(organization):
            assert self.sign(organization, alice).number == 2
            transaction.set_rollback(True)
        with organization_scope(organization):
            assert self.sign(organization, alice).number == 2

        assert verify_ledger(organization).entries == 2
