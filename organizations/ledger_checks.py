"""Whether the ledger still says what was signed: every hash, the chain, and every sealed row, computed again."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.translation import gettext as _

from organizations.ledger_hashes import hash_of, signed_part
from organizations.models import LedgerEntry, Organization
from organizations.seals import (
    Row,
    Seal,
    column_digests,
    digest,
    read_rows,
    sealed_models,
    standing_columns,
)
from organizations.tenancy import organization_scope

FaultKind = Literal[
    "entry_changed",
    "chain_broken",
    "entries_missing",
    "row_changed",
    "row_missing",
    "seal_unreadable",
    "receipt_differs",
]
_ENTRIES_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was signed. `number` is the entry, `table`, `id` and `columns` the row."""

    number: int
    kind: FaultKind
    sentence: str
    table: str = ""
    id: int | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What a check found: entries and sealed rows looked at, the newest number and hash, faults by entry."""

    entries: int
    rows: int
    newest: int
    newest_hash: str
    faults: list[Fault] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything is as it was signed."""
        return not self.faults


def verify_ledger(
    organization: Organization,
    *,
    receipts: Iterable[Mapping[str, Any]] = (),
    progress: Callable[[int], object] | None = None,
) -> LedgerReport:
    """Check the whole ledger, and that it still holds the entries of `receipts`.

    Entries cut off at the end leave no trace in a chain: that they are missing is told by a receipt, or by the log,
    where every number and hash is written as well. `progress` is called with the number of entries seen so far.
    """
    with organization_scope(organization):
        check = _Check({_number(receipt): receipt for receipt in receipts})
        entries: list[LedgerEntry] = []
        for entry in LedgerEntry.objects.order_by("number").iterator(chunk_size=_ENTRIES_AT_ONCE):
            entries.append(entry)
            if len(entries) == _ENTRIES_AT_ONCE:
                check.take(entries)
                entries = []
                if progress:
                    progress(check.entries)
        check.take(entries)
        return check.report()


class _Check:
    def __init__(self, receipts: dict[int, Mapping[str, Any]]) -> None:
        self._receipts = receipts
        self._models = sealed_models()
        self._columns: dict[str, set[str]] = {}
        self._former: LedgerEntry | None = None
        #: a row that several entries seal is named once
        self._named: set[tuple[str, int]] = set()
        self._rows: set[tuple[str, int]] = set()
        self._faults: list[Fault] = []
        self.entries = 0

    def take(self, entries: list[LedgerEntry]) -> None:
        for entry in entries:
            self._follow(entry)
            self._compare_receipt(entry)
        self._check_seals(entries)
        self.entries += len(entries)

    def report(self) -> LedgerReport:
        for number in sorted(self._receipts):
            self._fault(
                number, "receipt_differs", _("Entry %(number)d is missing: there is a receipt for it.")
            )
        newest = self._former
        return LedgerReport(
            entries=self.entries,
            rows=len(self._rows),
            newest=newest.number if newest else 0,
            newest_hash=newest.hash if newest else "",
            faults=sorted(self._faults, key=lambda fault: fault.number),
        )

    def _follow(self, entry: LedgerEntry) -> None:
        expected = self._former.number + 1 if self._former else 1
        former_hash = self._former.hash if self._former else ""
        if entry.number > expected:
            self._gap(expected, entry.number - 1)
        elif entry.number < expected or entry.previous_hash != former_hash:
            self._fault(
                entry.number,
                "chain_broken",
                _("Entry %(number)d does not follow the entry before it: one of the two was replaced."),
            )
        if hash_of(signed_part(entry)) != entry.hash:
            self._fault(
                entry.number, "entry_changed", _("Entry %(number)d was changed after it was written.")
            )
        self._former = entry

    def _gap(self, first: int, last: int) -> None:
        if first == last:
            self._fault(first, "entries_missing", _("Entry %(number)d is missing."))
        else:
            self._fault(first, "entries_missing", _("Entries %(number)d to %(last)d are missing."), last=last)

    def _compare_receipt(self, entry: LedgerEntry) -> None:
        receipt = self._receipts.pop(entry.number, None)
        if receipt is None:
            return
        said = {name: value for name, value in receipt.items() if name in signed_part(entry)}
        if hash_of(said) != receipt.get("hash") or receipt.get("hash") != entry.hash:
            self._fault(entry.number, "receipt_differs", _("Entry %(number)d is not what its receipt says."))

    def _check_seals(self, entries: list[LedgerEntry]) -> None:
        groups: dict[tuple[str, tuple[str, ...]], list[tuple[int, Seal]]] = defaultdict(list)
        for entry in entries:
            for seal in entry.seals if isinstance(entry.seals, list) else [entry.seals]:
                key = self._readable(entry.number, seal)
                if key is not None:
                    groups[key].append((entry.number, seal))
        for (table, columns), seals in groups.items():
            found = read_rows(table, columns, [seal["id"] for _number, seal in seals])
            for number, seal in seals:
                self._rows.add((table, seal["id"]))
                self._compare_row(number, seal, found.get(seal["id"]))

    def _readable(self, number: int, seal: Any) -> tuple[str, tuple[str, ...]] | None:
        """Table and columns of a seal, or None with a fault: never trusted, they go into a statement."""
        if not _is_seal(seal):
            self._fault(number, "seal_unreadable", _("A seal of entry %(number)d cannot be read."))
            return None
        table, columns, pk = seal["table"], tuple(sorted(seal["columns"])), seal["id"]
        if table not in self._columns:
            self._columns[table] = standing_columns(table) if table in self._models else set()
        if not set(columns) <= self._columns[table]:
            message = _("Entry %(number)d seals columns of %(table)s %(id)d that are no longer there.")
            self._fault(number, "seal_unreadable", message, table=table, id=pk)
            return None
        return table, columns

    def _compare_row(self, number: int, seal: Seal, row: Row | None) -> None:
        table, pk = seal["table"], seal["id"]
        if (table, pk) in self._named:
            return
        if row is None:
            self._named.add((table, pk))
            message = _("%(table)s %(id)d, signed by entry %(number)d, is missing.")
            self._fault(number, "row_missing", message, table=table, id=pk)
        elif digest(row) != seal.get("digest"):
            self._named.add((table, pk))
            now = column_digests(row)
            changed = tuple(name for name, former in sorted(seal["columns"].items()) if now[name] != former)
            message = _("%(table)s %(id)d was changed after entry %(number)d: %(columns)s.")
            self._fault(number, "row_changed", message, table=table, id=pk, columns=changed)

    def _fault(
        self,
        number: int,
        kind: FaultKind,
        message: str,
        *,
        table: str = "",
        id: int | None = None,
        columns: tuple[str, ...] = (),
        **said: Any,
    ) -> None:
        words = {"number": number, "table": table, "id": id, "columns": ", ".join(columns) or "?", **said}
        self._faults.append(Fault(number, kind, message % words, table, id, columns))


def _is_seal(seal: Any) -> bool:
    return (
        isinstance(seal, Mapping)
        and isinstance(seal.get("table"), str)
        and isinstance(seal.get("columns"), Mapping)
        and isinstance(seal.get("id"), int)
        and 0 < seal["id"] < 2**63
    )


def _number(receipt: Mapping[str, Any]) -> int:
    number = receipt.get("number")
    return number if isinstance(number, int) else 0
