"""The pages of reminders, the way out from a mail, and the command."""

import datetime
import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from assessments.models import ReminderPause, ReminderRule
from assessments.reminders.links import pause_token
from assessments.services.reminder_rules import update_reminder_rule
from organizations.models import AuditEvent, Department, Membership, Organization, OutboundMail, User
from organizations.tenancy import organization_scope
from tests.assessments.reminders.conftest import MakeKpi, mails, send
from tests.queries import at_most

ClientOf = Callable[[User], Client]
URL = "/o/acme/reminders/"

pytestmark = pytest.mark.django_db

RULE = {
    "enabled": "on",
    "days_before": "2",
    "on_due_day": "on",
    "repeat_days": "5",
    "escalate_after": "10",
    "hour": "7",
    "quiet_weekdays": ["6", "7"],
    "holiday_country": "CN",
    "quiet_days": "2026-12-24\n2026-12-31",
}


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_defaults_hold_without_a_row(organization: Organization, bob: User, client_of: ClientOf) -> None:
    text = text_of(client_of(bob).get(URL))
    assert 'name="repeat_days" value="3"' in text
    with organization_scope(organization):
        assert not ReminderRule.objects.exists()


def test_the_rule_is_set_and_kept_in_the_audit_trail(
    organization: Organization, bob: User, client_of: ClientOf
) -> None:
    answer = client_of(bob).post(URL, RULE, follow=True)
    assert "The reminders are set." in text_of(answer)
    with organization_scope(organization):
        rule = ReminderRule.objects.get()
        assert (rule.days_before, rule.repeat_days, rule.escalate_after, rule.hour) == (2, 5, 10, 7)
        assert rule.quiet_days == [datetime.date(2026, 12, 24), datetime.date(2026, 12, 31)]
        assert AuditEvent.objects.filter(action="reminders.changed").count() == 1
        update_reminder_rule(actor=bob, organization=organization, values={"hour": 7})
        assert AuditEvent.objects.filter(action="reminders.changed").count() == 1


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"days_before": "31"}, "30"),
        ({"hour": "24"}, "23"),
        ({"quiet_days": "Christmas"}, "“Christmas” is no date."),
        ({"quiet_weekdays": list("1234567")}, "Leave at least one weekday"),
        ({"holiday_country": "XX"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_refused(
    organization: Organization, bob: User, client_of: ClientOf, values: dict[str, Any], reason: str
) -> None:
    answer = client_of(bob).post(URL, {**RULE, **values})
    assert answer.status_code == 422
    assert reason in text_of(answer)


def test_the_holidays_ahead_are_listed(organization: Organization, bob: User, client_of: ClientOf) -> None:
    client_of(bob).post(URL, RULE)
    text = text_of(client_of(bob).get(URL))
    assert "National Day" in text
    assert "Chinese New Year" in text


def test_the_preview_names_who_would_get_what(
    organization: Organization, make_kpi: MakeKpi, bob: User, client_of: ClientOf
) -> None:
    # The numbers stand for every day: something is due or repeated on whichever day the test runs.
    with organization_scope(organization):
        update_reminder_rule(
            actor=bob, organization=organization, values={"repeat_days": 1, "quiet_weekdays": []}
        )
    make_kpi()
    make_kpi("Nobody's", data_owner=None)
    text = text_of(client_of(bob).get(URL))
    assert "1 message goes out on" in text
    assert "Dora" in text
    assert "for which nobody can be asked" in text


def test_the_pages_do_not_ask_more_for_more_kpis(
    organization: Organization, make_kpi: MakeKpi, bob: User, client_of: ClientOf
) -> None:
    for number in range(8):
        make_kpi(f"KPI {number}")
    client = client_of(bob)
    with at_most(18):
        client.get(URL)
    with at_most(8):
        client.get("/o/acme/timeliness/")


# The way out from a mail


@pytest.fixture
def token(organization: Organization, dora: User) -> str:
    with organization_scope(organization):
        return pause_token(Membership.objects.get(user=dora))


def pauses(organization: Organization) -> int:
    with organization_scope(organization):
        count: int = ReminderPause.objects.count()
    return count


def test_one_click_pauses_and_another_takes_it_back(
    organization: Organization, make_kpi: MakeKpi, token: str
) -> None:
    make_kpi()
    send(organization, 4, 8)
    assert f"/reminders/{token}/" in mails(organization)[0].headers["List-Unsubscribe"]
    asked = Client(enforce_csrf_checks=True).get(f"/reminders/{token}/")
    assert "Pause the reminders of Acme for 30 days?" in text_of(asked)
    assert pauses(organization) == 0
    answer = Client(enforce_csrf_checks=True).post(f"/reminders/{token}/")
    assert "No reminders from Acme before" in text_of(answer)
    assert pauses(organization) == 1
    with organization_scope(organization):
        assert OutboundMail.objects.get(kind="reminder").error == "Withdrawn: reminders paused"
    Client(enforce_csrf_checks=True).post(f"/reminders/{token}/")
    assert pauses(organization) == 1
    Client(enforce_csrf_checks=True).post(f"/reminders/{token}/resume/")
    assert pauses(organization) == 0


def test_a_forged_link_is_dead(organization: Organization) -> None:
    assert Client().post("/reminders/forged/").status_code == 404


# Departments


def test_a_department_has_a_lead(
    organization: Organization, bob: User, erik: User, charlie: User, client_of: ClientOf
) -> None:
    client = client_of(bob)
    client.post("/o/acme/departments/new/", {"name": "Buying", "parent": "", "lead": erik.pk})
    with organization_scope(organization):
        assert Department.objects.get().lead == erik
    assert "Erik" in text_of(client.get("/o/acme/departments/"))
    stranger = client.post("/o/acme/departments/new/", {"name": "Sales", "parent": "", "lead": charlie.pk})
    assert "Select a valid choice" in text_of(stranger)


# The command


def run(*arguments: str) -> Any:
    out = StringIO()
    call_command("send_reminders", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_writes_once_and_says_what_it_did(
    organization: Organization, make_kpi: MakeKpi, dora: User
) -> None:
    make_kpi()
    moment = ("--organization", "acme", "--at", "2026-04-08T09:00+02:00")
    dry = run(*moment, "--dry-run")
    assert dry["organizations"][0]["messages"] == [{"kind": "reminder", "reader": dora.email, "values": 1}]
    assert mails(organization) == []
    assert run(*moment)["reminders"] == 1
    again = run(*moment)
    assert (again["reminders"], again["organizations"][0]["skipped"]) == (0, "done")
    assert len(mails(organization)) == 1


def test_a_dry_run_looks_at_the_next_working_day(organization: Organization, make_kpi: MakeKpi) -> None:
    make_kpi()
    dry = run("--organization", "acme", "--at", "2026-04-04T06:00+02:00", "--dry-run")
    assert dry["organizations"][0]["day"] == "2026-04-06"
    assert dry["reminders"] == 1


def test_the_command_speaks_plainly(organization: Organization, make_kpi: MakeKpi) -> None:
    make_kpi()
    out = StringIO()
    call_command("send_reminders", "--at", "2026-04-08T09:00+02:00", "--dry-run", stdout=out)
    assert "reminder to dora@acme.example: 1 values" in out.getvalue()
    for wrong in (["--organization", "nobody"], ["--at", "tomorrow"], ["--at", "2026-04-08T09:00"]):
        with pytest.raises(CommandError):
            call_command("send_reminders", *wrong)
