"""Sending reminders: one mail a person and day, claimed by a job a day.

Whatever dies, and whenever: each mail is written in one transaction with the heartbeat of the job, under a key that
names reader and day. Before that commit nothing has happened and the next tick does it; after it the mail stands in
the outbox, and a second run finds its key. What was told to a lead is kept with the job in the same transaction.
"""

import datetime
from dataclasses import dataclass, field

import structlog
from django.utils import timezone

from assessments.models import ReminderPause, ReminderRule
from assessments.reminders.calendar import WorkingDays
from assessments.reminders.mails import escalation_mail, reminder_mail
from assessments.reminders.owed import Key, People, load_owed
from assessments.reminders.plan import Message, Plan, make_plan
from organizations.jobs import LostClaimError, claim_job, fail_job, finish_job, heartbeat
from organizations.models import JobRun, Organization, OutboundMail
from organizations.services import queue_mail
from organizations.tenancy import organization_scope

log = structlog.get_logger(__name__)

KIND = "reminders"
REMINDER, ESCALATION = "reminder", "escalation"
#: a reader whose mail cannot be made is given up for the day after so many runs
MOST_ATTEMPTS = 5


@dataclass(slots=True)
class ReminderReport:
    """How many messages were written into the outbox, and how many could not be made."""

    reminders: int = 0
    escalations: int = 0
    failed: int = 0
    #: why nothing was done: "off", "early", "quiet", "done"; "" when it was
    skipped: str = ""
    readers: list[str] = field(default_factory=list)


def rule_of(organization: Organization) -> ReminderRule:
    """Inside the organization's scope: its rule, or the defaults, which are not stored."""
    found: ReminderRule | None = ReminderRule.objects.first()
    return found or ReminderRule(organization=organization)


def send_due_reminders(*, organization: Organization, now: datetime.datetime | None = None) -> ReminderReport:
    """Write the day's reminders and escalations into the outbox, if the day and the hour have come.

    It opens the organization's scope itself and may run twice, at once, or late.
    """
    moment = now or timezone.now()
    with organization_scope(organization):
        rule = rule_of(organization)
    if reason := _not_now(rule, organization, moment):
        return ReminderReport(skipped=reason)
    day = organization.today(moment)
    job = claim_job(organization, kind=KIND, period=day.isoformat())
    if job is None:
        return ReminderReport(skipped="done")
    try:
        with organization_scope(organization):
            plan = plan_for(organization, rule, day)
        report = _send(organization, plan, job)
    except LostClaimError:
        log.warning("another worker sends the reminders", day=day.isoformat())
        return ReminderReport(skipped="done")
    except Exception as error:
        # The boundary of the job: the claim goes back with the reason, the next tick tries again.
        fail_job(organization, job, f"{type(error).__name__}: {error}")
        raise
    _close(organization, job, report)
    return report


def plan_for(organization: Organization, rule: ReminderRule, day: datetime.date) -> Plan:
    """Inside the organization's scope: what goes out on `day`, a working one. Changes nothing."""
    with timezone.override(organization.tzinfo):
        people = People()
        paused = ReminderPause.objects.filter(until__gt=day).values_list("user_id", flat=True)
        return make_plan(
            rule,
            load_owed(day, people),
            people,
            day=day,
            since=_since(rule, day),
            told=_told(day),
            escalated=_escalated(),
            paused=set(paused),
        )


def _not_now(rule: ReminderRule, organization: Organization, moment: datetime.datetime) -> str:
    if not rule.enabled:
        return "off"
    if moment.astimezone(organization.tzinfo).hour < rule.hour:
        return "early"
    return "quiet" if WorkingDays(rule).is_quiet(organization.today(moment)) else ""


def _since(rule: ReminderRule, day: datetime.date) -> datetime.date:
    """The last day whose messages have gone out; before the first the working day before."""
    done = JobRun.objects.filter(kind=KIND, status=JobRun.Status.DONE, period__lt=day.isoformat())
    newest = done.order_by("-period").values_list("period", flat=True).first()
    former = WorkingDays(rule).former_working(day)
    return min(former, datetime.date.fromisoformat(newest)) if newest else former


def _told(day: datetime.date) -> dict[int, datetime.date]:
    """Reader → the day of their last reminder before `day`: a run that died half-way has told some of them."""
    mails = OutboundMail.objects.filter(kind=REMINDER, reader__isnull=False)
    newest = (
        mails.exclude(key__endswith=f":{day.isoformat()}").order_by("reader_id", "-pk").distinct("reader_id")
    )
    found = ((reader, key.rsplit(":", 1)[1]) for reader, key in newest.values_list("reader_id", "key"))
    return {reader: datetime.date.fromisoformat(on) for reader, on in found if reader is not None}


def _escalated() -> set[Key]:
    """The values that a lead has heard of; kept by the jobs that told them, finished or not."""
    found: set[Key] = set()
    for outcome in JobRun.objects.filter(kind=KIND).values_list("outcome", flat=True):
        found |= {
            (kpi_id, datetime.date.fromisoformat(text)) for kpi_id, text in outcome.get("escalated", [])
        }
    return found


def _send(organization: Organization, plan: Plan, job: JobRun) -> ReminderReport:
    report = ReminderReport()
    work = [(REMINDER, message) for message in plan.reminders]
    work += [(ESCALATION, message) for message in plan.escalations]
    for kind, message in work:
        try:
            written = _write(organization, plan.day, kind, message, job)
        except LostClaimError:
            raise
        except Exception:  # the boundary of one reader: a broken mail must not keep the others from theirs
            log.exception("reminder not made", kind=kind, reader=message.reader.user_id)
            report.failed += 1
            continue
        report.reminders += written and kind == REMINDER
        report.escalations += written and kind == ESCALATION
        report.readers += [message.reader.user.email] if written else []
    return report


def _write(organization: Organization, day: datetime.date, kind: str, message: Message, job: JobRun) -> bool:
    """One mail and the job's sign of life, in one transaction; False when it stands already."""
    reader = message.reader.user
    make = reminder_mail if kind == REMINDER else escalation_mail
    with organization_scope(organization):
        heartbeat(job)
        if kind == ESCALATION:
            _remember(job, message)
        queued = queue_mail(
            organization=organization,
            kind=kind,
            key=f"{kind}:{reader.pk}:{day.isoformat()}",
            address=reader.email,
            mail=make(organization, message, day),
            reader=reader,
        )
    return queued is not None


def _remember(job: JobRun, message: Message) -> None:
    standing = JobRun.objects.only("outcome", "organization").get(pk=job.pk).outcome
    told = [[kpi_id, period.isoformat()] for kpi_id, period in (item.key for item in message.items)]
    known = standing.get("escalated", [])
    outcome = {**standing, "escalated": known + [cell for cell in told if cell not in known]}
    JobRun.objects.filter(pk=job.pk).update(outcome=outcome)


def _close(organization: Organization, job: JobRun, report: ReminderReport) -> None:
    if report.failed and job.attempts < MOST_ATTEMPTS:
        fail_job(organization, job, f"{report.failed} messages could not be made")
        return
    with organization_scope(organization):
        outcome = JobRun.objects.only("outcome", "organization").get(pk=job.pk).outcome
        counts = {"reminders": report.reminders, "escalations": report.escalations, "failed": report.failed}
        finish_job(job, outcome={**outcome, **counts})
