"""Reminders: their rule, who would get what next, the quiet days ahead; and the way out from the mail itself."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from assessments.forms.reminders import ReminderRuleForm
from assessments.models import ReminderRule
from assessments.reminders.calendar import DAY, WorkingDays
from assessments.reminders.mails import escalation_title, reminder_title
from assessments.reminders.plan import Message, Plan
from assessments.services import reminder_rules
from assessments.services.reminding import KIND, plan_for, rule_of
from organizations.forms import service_errors
from organizations.http import MemberRequest
from organizations.models import JobRun, Organization
from organizations.permissions import Right, requires

#: how far ahead quiet days are listed
DAYS_AHEAD = 365


@requires(Right.DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: MemberRequest) -> HttpResponse:
    """The rule as a form, with what it leads to."""
    organization = request.organization
    rule = rule_of(organization)
    form = ReminderRuleForm(request.POST or None, rule=rule)
    if request.method == "POST" and form.is_valid():
        with service_errors(form):
            reminder_rules.update_reminder_rule(
                actor=request.user, organization=organization, values=form.cleaned_data
            )
            messages.success(request, _("The reminders are set."))
            return redirect("assessments:reminders", organization_slug=organization.slug)
    context = {"form": form, "rule": rule, **_ahead(organization, rule)}
    return render(request, "assessments/reminders.html", context, status=422 if form.errors else 200)


def _ahead(organization: Organization, rule: ReminderRule) -> dict[str, Any]:
    """Who would get what on the next working day, and which days are quiet."""
    # As it is stored: a form that was refused may have changed nothing.
    calendar, today = WorkingDays(rule), organization.today()
    day = calendar.next_working(today + DAY if _is_over(organization, rule, today) else today)
    plan = plan_for(organization, rule, day) if rule.enabled else Plan(day, [], [], [])
    return {
        "day": day,
        "messages_ahead": [
            *_lines(plan.reminders, lambda message: reminder_title(message.items, day)),
            *_lines(plan.escalations, lambda message: escalation_title(message.items)),
        ],
        "unowned": plan.unowned,
        "named_days": list(calendar.named(today, DAYS_AHEAD)),
    }


def _is_over(organization: Organization, rule: ReminderRule, today: datetime.date) -> bool:
    """Whether the day's messages are out."""
    done = JobRun.objects.filter(kind=KIND, period=today.isoformat(), status=JobRun.Status.DONE)
    return timezone.now().astimezone(organization.tzinfo).hour >= rule.hour and done.exists()


def _lines(found: Iterable[Message], write: Any) -> list[dict[str, Any]]:
    return [{"reader": message.reader.user, "text": write(message)} for message in found]


@csrf_exempt  # a mail program posts without cookie or log-in (RFC 8058); the signed token is the permission
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, token: str) -> HttpResponse:
    """POST pauses the reminders at once; GET only asks, because mail scanners open every link."""
    act = reminder_rules.pause_reminders if request.method == "POST" else reminder_rules.read_pause
    return _show(request, act(token))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """POST takes the pause back."""
    act = reminder_rules.resume_reminders if request.method == "POST" else reminder_rules.read_pause
    return _show(request, act(token))


def _show(request: HttpRequest, found: reminder_rules.Pause) -> HttpResponse:
    """The reader is not logged in here: the page speaks the language of their mails."""
    with translation.override(found.reader.language):
        response = render(request, "assessments/reminder_pause.html", {"pause": found})
    response.headers["Content-Language"] = found.reader.language
    return response
