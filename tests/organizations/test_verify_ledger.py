"""Whatever is changed in the ledger, or in a row that it seals, is found and named."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from organizations.ledger_checks import Fault, verify_ledger
from organizations.ledger_hashes import hash_of, receipt_of
from organizations.models import Department, LedgerEntry, Organization, User
from organizations.services import create_department
from organizations.services.ledger import append_entry
from organizations.tenancy import organization_scope
from tests.organizations.ledger_tampering import change, columns_of, owner_of, remove, undone

LEDGER = "organizations_ledgerentry"
DEPARTMENT = "organizations_department"
#: columns of an entry that say nothing: the row's own number, the tenant (its entries go missing), the account that
#: `actor_label` names
SILENT = {"id", "organization_id", "actor_id"}


def sign(organization: Organization, actor: User, *rows: Department, code: str = "ERP") -> LedgerEntry:
    return append_entry(
        organization=organization,
        actor=actor,
        kind=LedgerEntry.Kind.GATE,
        summary="Signed.",
        content={"amount": 1},
        rows=rows,
        project_code=code,
    )


@pytest.fixture
def entries(scope: Organization, alice: User) -> list[LedgerEntry]:
    """Four entries; the first two seal a department."""
    departments = [create_department(actor=alice, organization=scope, name=name) for name in ("Sales", "IT")]
    signed = [sign(scope, alice, department) for department in departments]
    return [*signed, sign(scope, alice), sign(scope, alice)]


def faults(organization: Organization, **options: Any) -> list[Fault]:
    return verify_ledger(organization, **options).faults


def test_an_untouched_ledger_is_whole(organization: Organization, entries: list[LedgerEntry]) -> None:
    report = verify_ledger(organization)

    assert report.ok
    assert (report.entries, report.rows) == (4, 2)
    assert (report.newest, report.newest_hash) == (4, entries[-1].hash)


def test_any_column_of_an_entry_that_changes_is_found(
    organization: Organization, entries: list[LedgerEntry]
) -> None:
    for column, data_type in columns_of(LEDGER):
        if column in SILENT:
            continue
        with undone():
            change(LEDGER, column, data_type, entries[1].pk if column != "number" else entries[3].pk)
            found = faults(organization)
        assert found, column
    assert not faults(organization)


def test_an_entry_rewritten_with_a_fitting_hash_breaks_the_chain(
    organization: Organization, entries: list[LedgerEntry]
) -> None:
    forged = {**receipt_of(entries[1]), "summary": "Never signed."}
    forged.pop("hash")
    with owner_of(LEDGER) as cursor:
        cursor.execute(
            f"UPDATE {LEDGER} SET summary = 'Never signed.', hash = %s WHERE id = %s",
            [hash_of(forged), entries[1].pk],
        )

    (found,) = faults(organization)
    assert (found.number, found.kind) == (3, "chain_broken")


@pytest.mark.parametrize(("gone", "sentence"), [([1], "Entry 2 is missing."), ([0, 1], "Entries 1 to 2 are")])
def test_entries_missing_in_the_middle_or_at_the_start_are_named(
    organization: Organization, entries: list[LedgerEntry], gone: list[int], sentence: str
) -> None:
    for index in gone:
        remove(LEDGER, entries[index].pk)

    (found,) = faults(organization)
    assert found.kind == "entries_missing"
    assert found.sentence.startswith(sentence)


def test_entries_cut_off_at_the_end_are_found_by_a_receipt(
    organization: Organization, entries: list[LedgerEntry]
) -> None:
    receipt = receipt_of(entries[3])
    assert not faults(organization, receipts=[receipt])
    remove(LEDGER, entries[3].pk)

    assert not faults(organization)
    (found,) = faults(organization, receipts=[receipt])
    assert (found.number, found.kind) == (4, "receipt_differs")


def test_a_ledger_written_anew_is_found_by_a_receipt(
    organization: Organization, alice: User, entries: list[LedgerEntry]
) -> None:
    receipt = receipt_of(entries[3])
    remove(LEDGER, entries[3].pk)
    sign(organization, alice, code="CRM")

    assert not faults(organization)
    assert [fault.number for fault in faults(organization, receipts=[receipt])] == [4]


def test_any_column_of_a_sealed_row_that_changes_is_found_and_named(
    organization: Organization, entries: list[LedgerEntry]
) -> None:
    row = entries[0].seals[0]["id"]
    for column, data_type in columns_of(DEPARTMENT):
        with undone():
            change(DEPARTMENT, column, data_type, row)
            (found,) = faults(organization)
        assert (found.number, found.table, found.id) == (1, DEPARTMENT, row)
        if column in {"id", "organization_id"}:
            assert found.kind == "row_missing"
        else:
            assert (found.kind, found.columns) == ("row_changed", (column,))


def test_a_sealed_row_that_is_gone_is_found(organization: Organization, entries: list[LedgerEntry]) -> None:
    remove(DEPARTMENT, entries[1].seals[0]["id"])

    (found,) = faults(organization)
    assert (found.number, found.kind, found.table) == (2, "row_missing", DEPARTMENT)


def test_a_row_sealed_twice_is_named_once(
    organization: Organization, alice: User, entries: list[LedgerEntry]
) -> None:
    department = Department.objects.get(name="Sales")
    sign(organization, alice, department)
    change(DEPARTMENT, "name", "character varying", department.pk)

    assert [fault.number for fault in faults(organization)] == [1]


def test_a_column_added_later_breaks_no_seal(organization: Organization, entries: list[LedgerEntry]) -> None:
    with undone():
        with owner_of(DEPARTMENT) as cursor:
            cursor.execute(f"ALTER TABLE {DEPARTMENT} ADD COLUMN colour text NOT NULL DEFAULT 'blue'")
        assert not faults(organization)


def test_a_sealed_column_that_is_taken_away_is_a_fault(
    organization: Organization, entries: list[LedgerEntry]
) -> None:
    with undone():
        with owner_of(DEPARTMENT) as cursor:
            cursor.execute(f"ALTER TABLE {DEPARTMENT} DROP COLUMN name CASCADE")
        assert {fault.kind for fault in faults(organization)} == {"seal_unreadable"}


def test_each_organization_has_a_chain_of_its_own(
    organization: Organization,
    other_organization: Organization,
    charlie: User,
    entries: list[LedgerEntry],
) -> None:
    with organization_scope(other_organization):
        first = sign(other_organization, charlie)

    assert (first.number, first.previous_hash) == (1, "")
    assert verify_ledger(other_organization).entries == 1
    remove(LEDGER, entries[1].pk)
    assert verify_ledger(other_organization).ok
    assert not verify_ledger(organization).ok


def run(*arguments: str) -> tuple[str, str]:
    """(what it says, how it fails or "")."""
    out, failure = io.StringIO(), ""
    try:
        call_command("verify_ledger", *arguments, stdout=out, stderr=io.StringIO())
    except CommandError as error:
        failure = f"{error} exit {error.returncode}"
    return out.getvalue(), failure


def test_the_command_says_what_it_checked(organization: Organization, entries: list[LedgerEntry]) -> None:
    out, error = run("--organization", "acme")

    assert out == f"acme: 4 entries and 2 signed rows are as they were signed. Newest: 4 {entries[3].hash}\n"
    assert error == ""


def test_the_command_names_each_fault_on_a_line_and_fails(
    organization: Organization, other_organization: Organization, entries: list[LedgerEntry]
) -> None:
    row = entries[0].seals[0]["id"]
    change(DEPARTMENT, "name", "character varying", row)
    remove(LEDGER, entries[2].pk)

    out, error = run()

    assert out.splitlines() == [
        f"acme: organizations_department {row} was changed after entry 1: name.",
        "acme: Entry 3 is missing.",
        "globex: 0 entries and 0 signed rows are as they were signed.",
    ]
    assert error == "2 faults. exit 1"


def test_the_command_answers_json(organization: Organization, entries: list[LedgerEntry]) -> None:
    remove(LEDGER, entries[0].pk)

    out, _error = run("--json")

    (said,) = json.loads(out)["organizations"]
    assert (said["organization"], said["ok"], said["entries"], said["newest"]) == ("acme", False, 3, 4)
    assert said["faults"] == [
        {
            "number": 1,
            "kind": "entries_missing",
            "sentence": "Entry 1 is missing.",
            "table": "",
            "id": None,
            "columns": [],
        }
    ]


def test_the_command_compares_receipts(
    organization: Organization, entries: list[LedgerEntry], tmp_path: Path
) -> None:
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(receipt_of(entries[3])), encoding="utf-8")
    assert run("--organization", "acme", "--receipt", str(receipt))[1] == ""
    remove(LEDGER, entries[3].pk)

    out, _error = run("--organization", "acme", "--receipt", str(receipt))

    assert out == "acme: Entry 4 is missing: there is a receipt for it.\n"


def test_the_command_refuses_what_it_cannot_read(organization: Organization, tmp_path: Path) -> None:
    for arguments, words in (
        (["--organization", "none"], "no organization"),
        (["--receipt", str(tmp_path / "none.json")], "--organization"),
        (["--organization", "acme", "--receipt", str(tmp_path / "none.json")], "cannot be read"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("verify_ledger", *arguments)
