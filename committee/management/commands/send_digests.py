"""`manage.py send_digests`: write the due digests and send them, now or as if it were another moment."""

import datetime
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from committee.services import DigestReport, send_due_digests
from organizations.models import Organization
from organizations.services.mail import send_waiting_mail

SUMMARY = "{slug}: {sent} written, {silent} with nothing to say, {failed} failed, {delivered} mails sent"


class Command(BaseCommand):
    help = "Write the digests that are due into the outbox and send what waits there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="S", help="slug of one organization; all without it")
        parser.add_argument("--at", metavar="TIME", help="as if it were, such as 2026-11-23T08:00+00:00")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        moment = _moment(options["at"])
        lines = [_send(organization, moment) for organization in _organizations(options["organization"])]
        total = {key: sum(line[key] for line in lines) for key in ("sent", "silent", "failed", "delivered")}
        if options["json"]:
            self.stdout.write(json.dumps({**total, "organizations": lines}, ensure_ascii=False))
            return
        for line in lines:
            self.stdout.write(SUMMARY.format(**line))


def _send(organization: Organization, moment: datetime.datetime) -> dict[str, Any]:
    report: DigestReport = send_due_digests(organization=organization, now=moment)
    return {
        "slug": organization.slug,
        "sent": report.sent,
        "silent": report.silent,
        "failed": report.failed,
        # Mails that left by now, of every kind; a running worker may have sent some of them first.
        "delivered": send_waiting_mail(organization),
    }


def _organizations(slug: str | None) -> list[Organization]:
    if not slug:
        return list(Organization.objects.order_by("slug"))
    found = list(Organization.objects.filter(slug=slug))
    if not found:
        raise CommandError(f"There is no organization {slug!r}.")
    return found


def _moment(text: str | None) -> datetime.datetime:
    if not text:
        return timezone.now()
    try:
        moment = parse_datetime(text)
    except ValueError as error:
        raise CommandError(f"--at: {error}") from error
    if moment is None:
        raise CommandError(f"--at: expected a time such as 2026-11-23T08:00+00:00, found {text!r}.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
