"""`recompute`: write new results, or reproduce old ones to the last digit."""

import argparse
import datetime
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date, parse_datetime

from assessments.method import METHOD_VERSION
from assessments.services.recompute import Valuation, project_row, recompute_organization, reproduce
from organizations.models import Organization


def _day(text: str) -> datetime.date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise argparse.ArgumentTypeError(f"expected a date such as 2026-11-22, found {text!r}")
    return day


def _moment(text: str) -> datetime.datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise argparse.ArgumentTypeError(f"expected a moment such as 2026-11-22T02:14:00Z, found {text!r}")
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


class Command(BaseCommand):
    """See the module."""

    help = (
        "Computes and writes all results of an organization. With --as-of or --known-at it writes nothing and"
        " prints what was, or would have been, computed for that day with what was known at that moment."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--organization", required=True, metavar="S", help="slug of the organization")
        parser.add_argument("--as-of", type=_day, metavar="D", help="date, today in the organization's zone")
        parser.add_argument("--known-at", type=_moment, metavar="T", help="moment, now by default")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization {options['organization']!r}.")
        written = None
        if options["as_of"] is None and options["known_at"] is None:
            written = recompute_organization(organization)
        valuation = reproduce(organization, as_of=options["as_of"], known_at=options["known_at"])
        document = describe(organization, valuation)
        if options["json"]:
            self.stdout.write(json.dumps({**document, "written": written}, ensure_ascii=False, default=str))
            return
        for project in document["projects"]:
            self.stdout.write(
                f"{project['code']}: {project['status']}, value index {project['value_index']},"
                f" payback {project['payback_plan']} → {project['payback_outlook']}"
            )
        if written is not None:
            self.stdout.write(f"{written} results written.")


def describe(organization: Organization, valuation: Valuation) -> dict[str, Any]:
    """Everything a valuation says, as plain values; floats keep their last digit."""
    inputs, kpis = valuation.inputs, valuation.kpis
    by_project: dict[int, list[dict[str, Any]]] = {project.id: [] for project in inputs.projects}
    for place, kpi_id in enumerate(kpis.columns["id"]):
        by_project[kpis.columns["project_id"][place]].append(
            {
                "id": kpi_id,
                **{
                    name: kpis.columns[name][place]
                    for name in ("tier", "period", "value", "planned", "target")
                },
                "attainment": _number(kpis.attainment[place]),
                "on_plan": _number(kpis.on_plan[0][place]),
                "status": kpis.words[place],
                "inputs_hash": kpis.hashes[place].hex(),
            }
        )
    projects = []
    for place, project in enumerate(inputs.projects):
        row = project_row(valuation, place)
        row |= {name: row[name].hex() for name in ("inputs_hash", "money_hash")}
        projects.append({"code": project.code, **row, "kpis": by_project[project.id]})
    return {
        "organization": organization.slug,
        "as_of": inputs.as_of.isoformat(),
        "known_at": inputs.known_at.isoformat(),
        "method_version": METHOD_VERSION,
        "inputs_hash": valuation.inputs_hash,
        "projects": projects,
    }


def _number(value: float) -> float | None:
    return None if value != value else float(value)
