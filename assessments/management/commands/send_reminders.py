"""`manage.py send_reminders`: write the day's reminders and send them, or say who would get what."""

import datetime
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from assessments.reminders.calendar import WorkingDays
from assessments.reminders.plan import Message
from assessments.services.reminding import plan_for, rule_of, send_due_reminders
from organizations.models import Organization
from organizations.services.mail import send_waiting_mail
from organizations.tenancy import organization_scope

SUMMARY = "{slug}: {reminders} reminders, {escalations} escalations, {failed} failed{why}"


class Command(BaseCommand):
    help = "Write the reminders of the day into the outbox and send what waits there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="S", help="slug of one organization; all without it")
        parser.add_argument("--at", metavar="TIME", help="as if it were, such as 2026-11-23T08:00+00:00")
        parser.add_argument(
            "--dry-run", action="store_true", help="only say who would get what, whatever the hour"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        moment = _moment(options["at"])
        work = _preview if options["dry_run"] else _send
        lines = [work(organization, moment) for organization in _organizations(options["organization"])]
        if options["json"]:
            total = {key: sum(line[key] for line in lines) for key in ("reminders", "escalations", "failed")}
            self.stdout.write(json.dumps({**total, "organizations": lines}, ensure_ascii=False))
            return
        for line in lines:
            why = f" ({line['skipped']})" if line["skipped"] else ""
            self.stdout.write(SUMMARY.format(**line, why=why))
            for message in line.get("messages", []):
                self.stdout.write(f"  {message['kind']} to {message['reader']}: {message['values']} values")


def _moment(text: str | None) -> datetime.datetime:
    if not text:
        return timezone.now()
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or timezone.is_naive(found):
        raise CommandError(
            f"--at: expected a moment with its offset, such as 2026-11-23T08:00+00:00, found {text}"
        )
    return found


def _organizations(slug: str | None) -> list[Organization]:
    if not slug:
        return list(Organization.objects.order_by("slug"))
    found = list(Organization.objects.filter(slug=slug))
    if not found:
        raise CommandError(f"There is no organization {slug}.")
    return found


def _send(organization: Organization, moment: datetime.datetime) -> dict[str, Any]:
    report = send_due_reminders(organization=organization, now=moment)
    return {
        "slug": organization.slug,
        "reminders": report.reminders,
        "escalations": report.escalations,
        "failed": report.failed,
        "skipped": report.skipped,
        "delivered": send_waiting_mail(organization),
    }


def _preview(organization: Organization, moment: datetime.datetime) -> dict[str, Any]:
    with organization_scope(organization):
        rule = rule_of(organization)
        day = WorkingDays(rule).next_working(organization.today(moment))
        plan = plan_for(organization, rule, day)
        messages = [_line("reminder", message) for message in plan.reminders]
        messages += [_line("escalation", message) for message in plan.escalations]
    return {
        "slug": organization.slug,
        "day": day.isoformat(),
        "reminders": len(plan.reminders),
        "escalations": len(plan.escalations),
        "failed": 0,
        "skipped": "" if rule.enabled else "off",
        "messages": messages,
    }


def _line(kind: str, message: Message) -> dict[str, Any]:
    return {"kind": kind, "reader": message.reader.user.email, "values": len(message.items)}
