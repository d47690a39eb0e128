"""`verify_ledger`: every hash, the chain, and every signed row, computed again."""

import dataclasses
import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from organizations.ledger_checks import LedgerReport, verify_ledger
from organizations.models import Organization


class Command(BaseCommand):
    """One line for each fault and exit 1, or one line for each organization and exit 0."""

    help = "Check that no sign-off, and no row that was signed, has been changed or removed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", help="its address; all of them when left out")
        parser.add_argument(
            "--receipt", action="append", default=[], help="a receipt that the ledger must still hold"
        )
        parser.add_argument("--json", action="store_true", help="one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        receipts = _receipts(options["receipt"], options["organization"])
        reports = {}
        for organization in _organizations(options["organization"]):
            report = verify_ledger(organization, receipts=receipts, progress=self._progress)
            reports[organization.slug] = report
            if not options["json"]:
                self._tell(organization.slug, report)
        if options["json"]:
            document = {"organizations": [_as_json(slug, report) for slug, report in reports.items()]}
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
        faults = sum(len(report.faults) for report in reports.values())
        if faults:
            raise CommandError("1 fault." if faults == 1 else f"{faults} faults.", returncode=1)

    def _progress(self, entries: int) -> None:
        if entries % 5_000 == 0:
            self.stderr.write(f"{entries} entries …")

    def _tell(self, slug: str, report: LedgerReport) -> None:
        for fault in report.faults:
            self.stdout.write(f"{slug}: {fault.sentence}")
        if report.ok:
            newest = f" Newest: {report.newest} {report.newest_hash}" if report.newest else ""
            self.stdout.write(
                f"{slug}: {report.entries} entries and {report.rows} signed rows are as they were signed.{newest}"
            )


def _organizations(slug: str | None) -> Sequence[Organization]:
    found = list(Organization.objects.filter(**({"slug": slug} if slug else {})).order_by("slug"))
    if slug and not found:
        raise CommandError(f"There is no organization {slug!r}.")
    return found


def _receipts(paths: Sequence[str], slug: str | None) -> list[dict[str, Any]]:
    if paths and not slug:
        raise CommandError("A receipt belongs to one organization: name it with --organization.")
    return [_receipt(path) for path in paths]


def _receipt(path: str) -> dict[str, Any]:
    try:
        receipt = json.loads(Path(path).read_text(encoding="utf-8"))
        if isinstance(receipt["number"], int) and isinstance(receipt["hash"], str):
            return dict(receipt)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise CommandError(f"{path} cannot be read as a receipt.")


def _as_json(slug: str, report: LedgerReport) -> dict[str, Any]:
    return {"organization": slug, "ok": report.ok, **dataclasses.asdict(report)}
