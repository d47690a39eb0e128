"""Sign-offs are chained, and what they stand for is sealed."""

import datetime
import decimal

import pytest
from django.db import ProgrammingError, connection, transaction

from organizations.ledger_hashes import hash_of, signed_part
from organizations.models import Department, LedgerEntry, Organization, User
from organizations.services import create_department, delete_organization
from organizations.services.ledger import append_entry
from organizations.tenancy import organization_scope

KIND = LedgerEntry.Kind.GATE


def entry_about(organization: Organization, actor: User | None, *rows: Department) -> LedgerEntry:
    return append_entry(
        organization=organization,
        actor=actor,
        kind=KIND,
        summary="Something was decided.",
        content={
            "amount": decimal.Decimal("1200.50"),
            "month": datetime.date(2026, 1, 1),
            "share": 30.0,
            "tiny": 1e-7,
            "huge": 1e16,
        },
        rows=rows,
        project_code="ERP",
    )


def test_entries_are_numbered_and_each_carries_the_hash_before_it(scope: Organization, alice: User) -> None:
    first, second = entry_about(scope, alice), entry_about(scope, None)

    assert (first.number, second.number) == (1, 2)
    assert (first.previous_hash, second.previous_hash) == ("", first.hash)
    assert first.actor_label == "Alice <alice@acme.example>"
    assert second.actor_label == ""


def test_an_entry_read_again_has_the_hash_it_was_written_with(scope: Organization, alice: User) -> None:
    department = create_department(actor=alice, organization=scope, name="采购 “A”")
    written = entry_about(scope, alice, department)

    read = LedgerEntry.objects.get(pk=written.pk)

    assert hash_of(signed_part(read)) == read.hash == written.hash
    assert read.content["amount"] == "1200.50"
    assert read.seals[0]["table"] == "organizations_department"
    assert set(read.seals[0]["columns"]) == {"id", "organization_id", "name", "parent_id", "lead_id"}


def test_a_row_that_does_not_stand_cannot_be_sealed(scope: Organization, alice: User) -> None:
    department = create_department(actor=alice, organization=scope, name="Sales")
    Department.objects.filter(pk=department.pk).delete()

    with pytest.raises(ValueError, match="cannot be sealed"):
        entry_about(scope, alice, department)
    assert not LedgerEntry.objects.exists()


def test_the_application_may_neither_change_nor_delete_an_entry(scope: Organization, alice: User) -> None:
    entry = entry_about(scope, alice)

    for statement in (
        "UPDATE organizations_ledgerentry SET summary = ''",
        "DELETE FROM organizations_ledgerentry",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement)
    assert LedgerEntry.objects.get().hash == entry.hash


def test_entries_go_with_their_organization(
    organization: Organization, other_organization: Organization, alice: User, charlie: User
) -> None:
    for one, actor in ((organization, alice), (other_organization, charlie)):
        with organization_scope(one):
            entry_about(one, actor)

    delete_organization(organization=organization)

    with organization_scope(other_organization):
        assert LedgerEntry.objects.count() == 1
    with organization_scope(organization):
        assert LedgerEntry.objects.count() == 0
