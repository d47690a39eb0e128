"""`manage.py import_measurements --organization S FILE --mapping M.json [--dry-run] [--json]`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.services.importing import ImportReport, import_file, load_mapping
from organizations.errors import ProductError
from organizations.models import Membership, Organization, Role, User
from organizations.tenancy import organization_scope

_SHOWN = 20


class Command(BaseCommand):
    """See docs/import.md for mappings and for what is counted."""

    help = "Import KPI values, or projects with their money, from a CSV or XLSX file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV or XLSX")
        parser.add_argument("--organization", required=True, metavar="SLUG")
        parser.add_argument(
            "--mapping", type=Path, metavar="JSON", help="guessed from the headings where left out"
        )
        parser.add_argument("--dry-run", action="store_true", help="count everything and write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *, file: Path, organization: str, **options: Any) -> None:
        tenant = Organization.objects.filter(slug=organization).first()
        if tenant is None:
            raise CommandError(f"There is no organization {organization!r}.")
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            report = import_file(
                actor=_first_admin(tenant),
                organization=tenant,
                path=file,
                mapping=load_mapping(options["mapping"]) if options["mapping"] else {},
                dry_run=options["dry_run"],
            )
        except ProductError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self._describe(report, dry_run=options["dry_run"])

    def _describe(self, report: ImportReport, *, dry_run: bool) -> None:
        counts = report.as_json()
        rejected = counts.pop("rejected")
        if dry_run:
            self.stdout.write("Dry run: nothing was written.")
        for name, count in counts.items():
            self.stdout.write(f"{name:12} {count:>10,}")
        self.stdout.write(f"{'rejected':12} {len(rejected):>10,}")
        for cell in rejected[:_SHOWN]:
            self.stdout.write(f"  row {cell['row']}, {cell['column']}: {cell['text']!r} {cell['reason']}")
        if len(rejected) > _SHOWN:
            self.stdout.write(f"  and {len(rejected) - _SHOWN:,} more (--json lists them all)")


def _first_admin(organization: Organization) -> User | None:
    """Who answers for a command: the longest-standing administrator."""
    with organization_scope(organization):
        membership = Membership.objects.filter(role=Role.ADMIN).select_related("user").order_by("pk").first()
    return membership.user if membership else None
