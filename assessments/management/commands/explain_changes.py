"""`explain_changes`: why the figures of one day differ from those of an earlier one, by cause."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.changes.details import load_details
from assessments.changes.document import describe
from assessments.changes.explaining import Explanation, explain
from assessments.changes.figures import CAUSES
from assessments.changes.points import read_span
from assessments.changes.presenting import written
from assessments.changes.rounding import shown, shown_changes
from organizations.errors import InvalidInputError
from organizations.models import Organization
from organizations.tenancy import organization_scope


class Command(BaseCommand):
    """See docs/changes.md."""

    help = "Explain by cause why the figures of one day differ from those of an earlier one. Writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, metavar="S", help="slug of the organization")
        parser.add_argument(
            "--from", dest="start", default="", metavar="D", help="date or moment; a week ago by default"
        )
        parser.add_argument(
            "--to", dest="end", default="", metavar="D", help="date or moment; now by default"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization {options['organization']!r}.")
        try:
            span = read_span(organization, options["start"], options["end"])
        except InvalidInputError as error:
            raise CommandError(f"--{error.details['field']}: {error}") from error
        explanation = explain(organization, span)
        if not options["json"]:
            self._tell(explanation)
            return
        with organization_scope(organization):
            details = load_details(organization, explanation.start, explanation.end)
        document = {"organization": organization.slug, **describe(explanation, details)}
        self.stdout.write(json.dumps(document, ensure_ascii=False, default=str))

    def _tell(self, explanation: Explanation) -> None:
        rows = [("", explanation.portfolio)]
        rows += [(f"{project.code}: ", dict(project.walks)) for project in explanation.projects]
        for whose, walks in rows:
            for walk in walks.values():
                if not walk.is_changed:
                    continue
                parts = [
                    f"{CAUSES[cause]} {written(walk.kind, change, sign=True)}"
                    for cause, change in shown_changes(walk).items()
                    if change
                ]
                ends = [written(walk.kind, shown(end, walk.kind.decimals)) for end in (walk.start, walk.end)]
                self.stdout.write(f"{whose}{walk.kind.title}: {ends[0]} → {ends[1]}; {', '.join(parts)}")
