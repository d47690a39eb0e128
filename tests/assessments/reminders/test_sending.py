"""One reminder a person and day, about everything they owe; none on a quiet day, none twice."""

import datetime
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from assessments.models import ReminderPause
from assessments.services import reminding
from assessments.services.reminding import plan_for, rule_of
from assessments.tasks import send_reminders
from kpis.services import archive_kpi
from organizations.jobs import claim_job
from organizations.models import Department, JobRun, Membership, Organization, OutboundMail, Role, User
from organizations.services import change_member, create_department, remove_member, update_profile
from organizations.services.mail import send_waiting_mail
from organizations.tenancy import organization_scope
from projects.models import Project
from projects.services import update_project
from tests.assessments.reminders.conftest import DUE, MARCH, MakeKpi, days_with_mail, mails, send
from tests.assessments.roll_out import a_project, enter
from tests.conftest import person

pytestmark = pytest.mark.django_db

Rule = Callable[..., Any]


def record(kpi: Any, actor: User, *arguments: Any, **options: Any) -> None:
    with organization_scope(kpi.organization):
        enter(kpi, actor, *arguments, **options)


def test_one_message_lists_everything_a_person_owes_by_project(
    organization: Organization, make_kpi: MakeKpi, bob: User, dora: User
) -> None:
    with organization_scope(organization):
        crm = a_project(organization, bob, code="CRM", name="CRM sales")
    make_kpi()
    make_kpi("Stock accuracy")
    make_kpi("Leads", project=crm)
    assert send(organization, 4, 8).reminders == 1
    (mail,) = mails(organization)
    assert mail.address == dora.email
    assert mail.subject == "Acme: 3 values to enter"
    body = mail.text.split("\n\n")
    assert body[1].splitlines() == ["CRM sales", "- Leads, Mar 2026: due today"]
    assert body[2].splitlines() == [
        "ERP group",
        "- Order lead time, Mar 2026: due today",
        "- Stock accuracy, Mar 2026: due today",
    ]
    assert "/o/acme/entries/\n" in mail.text
    assert "/o/acme/entries/" in mail.html
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_reminders_come_before_on_and_after_the_due_day_until_the_value_is_there(
    organization: Organization, make_kpi: MakeKpi, rule: Rule, dora: User
) -> None:
    kpi = make_kpi()
    rule(days_before=2, repeat_days=3, escalate_after=0)
    # The 11th is a Saturday: that reminder comes on Monday.
    first = datetime.date(2026, 4, 1)
    assert days_with_mail(organization, first, datetime.date(2026, 4, 17)) == [
        "04-06", "04-08", "04-13", "04-14", "04-17",
    ]  # fmt: skip
    record(kpi, dora, MARCH, 33.0)
    assert days_with_mail(organization, datetime.date(2026, 4, 18), datetime.date(2026, 4, 30)) == []


@pytest.mark.parametrize(
    ("values", "days"),
    [
        ({"days_before": 0}, ["04-08"]),
        ({"days_before": 0, "on_due_day": False}, []),
        ({"days_before": 30}, ["04-01", "04-08"]),  # not before the period has ended
        ({"days_before": 3}, ["04-06", "04-08"]),  # the 5th is a Sunday
        ({"enabled": False}, []),
        ({"quiet_days": [DUE]}, ["04-06", "04-09"]),
        ({"holiday_country": "CN"}, ["04-07", "04-08"]),  # Tomb-Sweeping Day lasts until the 6th
    ],
)
def test_the_rule_decides_the_days(
    organization: Organization, make_kpi: MakeKpi, rule: Rule, values: dict[str, Any], days: list[str]
) -> None:
    make_kpi()
    rule(**{"repeat_days": 0, "escalate_after": 0, "days_before": 3, **values})
    assert days_with_mail(organization, datetime.date(2026, 4, 1), datetime.date(2026, 4, 12)) == days


def test_nothing_is_sent_on_a_holiday_and_a_worked_saturday_is_no_weekend(
    organization: Organization, make_kpi: MakeKpi, rule: Rule
) -> None:
    # The values of January are due on Sunday, February 8th; the Saturday after it is worked.
    make_kpi(expected_start=datetime.date(2026, 1, 1))
    rule(holiday_country="CN", days_before=0, on_due_day=False, repeat_days=6, escalate_after=0)
    found = days_with_mail(organization, datetime.date(2026, 2, 7), datetime.date(2026, 2, 28))
    # The 20th is in the Spring Festival, which ends on the 23rd.
    assert found == ["02-14", "02-24", "02-26"]
    assert send(organization, 2, 17).skipped == "quiet"


def test_nothing_is_sent_before_the_hour_by_the_organizations_clock(
    organization: Organization, make_kpi: MakeKpi, rule: Rule
) -> None:
    make_kpi()
    rule(hour=10)
    assert send(organization, 4, 8, hour=9).skipped == "early"
    assert send(organization, 4, 8, hour=10).reminders == 1


def test_a_second_tick_of_the_day_writes_nothing(organization: Organization, make_kpi: MakeKpi) -> None:
    make_kpi()
    assert send(organization, 4, 8).reminders == 1
    assert send(organization, 4, 8, hour=17).skipped == "done"
    assert len(mails(organization)) == 1


def test_a_machine_that_was_off_reminds_once_when_it_is_back(
    organization: Organization, make_kpi: MakeKpi, rule: Rule
) -> None:
    make_kpi()
    rule(escalate_after=0)
    send(organization, 4, 1)
    assert send(organization, 4, 16).reminders == 1
    assert "8 days late" in mails(organization)[-1].text


def test_what_nobody_types_or_nobody_may_type_is_not_asked_for(
    organization: Organization, make_kpi: MakeKpi, bob: User, project: Project
) -> None:
    make_kpi("By formula", source="formula")
    make_kpi("By survey", source="survey")
    make_kpi("Not yet", expected_start=datetime.date(2026, 6, 1))
    archived = make_kpi("Archived")
    with organization_scope(organization):
        archive_kpi(actor=bob, kpi=archived)
    assert send(organization, 4, 8).reminders == 0


def test_a_not_available_answer_and_a_submitted_value_are_answers_and_a_draft_is_none(
    organization: Organization, make_kpi: MakeKpi, dora: User
) -> None:
    record(make_kpi("Answered"), dora, MARCH, None, note="The log was lost")
    record(make_kpi("Submitted"), dora, MARCH, 33.0)
    record(make_kpi("Draft"), dora, MARCH, 33.0, status="draft")
    assert send(organization, 4, 8).reminders == 1
    text = mails(organization)[0].text
    assert "Draft, Mar 2026: due today; a draft waits to be submitted" in text
    assert "Answered" not in text
    assert "Submitted" not in text


def test_a_returned_value_is_listed_with_its_reason(
    organization: Organization, make_kpi: MakeKpi, dora: User, bob: User
) -> None:
    make_kpi("Missing")
    kpi = make_kpi("Returned")
    record(kpi, dora, MARCH, 33.0)
    record(kpi, bob, MARCH, 33.0, status="returned", note="Which orders?")
    send(organization, 4, 8)
    assert "Returned, Mar 2026: returned: “Which orders?”" in mails(organization)[0].text


def test_late_values_are_counted_and_the_link_shows_the_oldest(
    organization: Organization, make_kpi: MakeKpi
) -> None:
    make_kpi(expected_start=datetime.date(2025, 12, 1))
    send(organization, 4, 8)
    mail = mails(organization)[0]
    assert mail.subject == "Acme: 4 values to enter, 3 of them late"
    assert "/o/acme/entries/?columns=6\n" in mail.text
    send(organization, 5, 4)
    assert mails(organization)[-1].subject == "Acme: 5 values to enter, 4 of them late"
    send(organization, 5, 20)
    assert mails(organization)[-1].subject == "Acme: 5 values are late"


def test_the_first_owner_who_may_enter_is_asked(
    organization: Organization, make_kpi: MakeKpi, dora: User, bob: User, victor: User, erik: User
) -> None:
    make_kpi("Without a data owner", data_owner=None, business_owner=erik, it_owner=bob)
    make_kpi("Of a reader", data_owner=victor)
    assert send(organization, 4, 8).readers == [bob.email]
    with organization_scope(organization):
        plan = plan_for(organization, rule_of(organization), DUE)
        assert [item.kpi.name for item in plan.unowned] == ["Of a reader"]


def test_who_has_left_gets_nothing(
    organization: Organization, make_kpi: MakeKpi, alice: User, dora: User
) -> None:
    make_kpi()
    send(organization, 4, 8)
    with organization_scope(organization):
        remove_member(actor=alice, membership=Membership.objects.get(user=dora))
    assert send_waiting_mail(organization) == 0
    assert send(organization, 4, 13).reminders == 0


def test_the_mail_speaks_the_readers_language(
    organization: Organization, make_kpi: MakeKpi, dora: User
) -> None:
    update_profile(user=dora, values={"language": "zh-hans"})
    make_kpi()
    send(organization, 4, 8)
    mail = mails(organization)[0]
    assert 'lang="zh-hans"' in mail.html
    assert "Mar 2026" not in mail.text


def test_a_paused_person_is_left_alone_until_the_day(
    organization: Organization, make_kpi: MakeKpi, dora: User
) -> None:
    make_kpi()
    with organization_scope(organization):
        until = datetime.date(2026, 4, 13)
        ReminderPause.objects.create(organization=organization, user=dora, until=until)
    assert send(organization, 4, 8).reminders == 0
    assert send(organization, 4, 14).reminders == 1


# Escalation


@pytest.fixture
def departments(organization: Organization, alice: User, dora: User) -> tuple[Department, Department]:
    """Dora works in Buying, a part of Operations."""
    with organization_scope(organization):
        operations = create_department(actor=alice, organization=organization, name="Operations")
        buying = create_department(actor=alice, organization=organization, name="Buying", parent=operations)
        change_member(
            actor=alice,
            membership=Membership.objects.get(user=dora),
            role=Role.CONTRIBUTOR,
            department=buying,
        )
    return operations, buying


def led_by(department: Department, lead: User) -> None:
    with organization_scope(department.organization):
        department.lead = lead
        department.save()


def test_the_lead_hears_once_of_what_stays_missing(
    organization: Organization, make_kpi: MakeKpi, departments: Any, erik: User, dora: User
) -> None:
    led_by(departments[1], erik)
    make_kpi()
    make_kpi("Stock accuracy")
    assert send(organization, 4, 14).escalations == 0
    assert send(organization, 4, 15).escalations == 1
    (mail,) = mails(organization, "escalation")
    assert mail.address == erik.email
    assert mail.subject == "Acme: 2 values of your people are still missing"
    assert "Dora\n- ERP group, Order lead time, Mar 2026: 7 days late" in mail.text
    assert f"/o/acme/entries/{make_code(organization)}/2026-03-01/" in mail.text
    for day in (16, 17, 20, 30):
        assert send(organization, 4, day).escalations == 0


def make_code(organization: Organization) -> str:
    from kpis.models import Kpi

    with organization_scope(organization):
        return str(Kpi.objects.get(name="Order lead time").code)


def test_without_a_lead_the_one_above_is_told_and_nobody_about_themselves(
    organization: Organization, make_kpi: MakeKpi, departments: Any, erik: User, dora: User
) -> None:
    operations, buying = departments
    led_by(buying, dora)
    led_by(operations, erik)
    make_kpi()
    assert [mail.address for mail in escalated(organization)] == [erik.email]


def test_without_any_lead_the_projects_business_owner_is_told(
    organization: Organization, make_kpi: MakeKpi, project: Project, fiona: User, bob: User
) -> None:
    with organization_scope(organization):
        update_project(actor=bob, project=project, values={"business_owner": fiona})
    make_kpi()
    assert [mail.address for mail in escalated(organization)] == [fiona.email]


def test_a_value_that_nobody_is_asked_for_is_told_to_the_projects_business_owner(
    organization: Organization, make_kpi: MakeKpi, project: Project, fiona: User, bob: User
) -> None:
    with organization_scope(organization):
        update_project(actor=bob, project=project, values={"business_owner": fiona})
    make_kpi(data_owner=None)
    (mail,) = escalated(organization)
    assert "Nobody is asked" in mail.text


def test_a_lead_who_may_see_nothing_is_told_nothing(
    organization: Organization, make_kpi: MakeKpi, departments: Any, axel: User
) -> None:
    led_by(departments[1], axel)
    make_kpi()
    assert escalated(organization) == []


def escalated(organization: Organization) -> list[OutboundMail]:
    send(organization, 4, 15)
    return mails(organization, "escalation")


# What dies, and when


def jobs(organization: Organization) -> list[tuple[str, str]]:
    with organization_scope(organization):
        return list(JobRun.objects.filter(kind="reminders").order_by("pk").values_list("period", "status"))


def end_leases(organization: Organization) -> None:
    with organization_scope(organization):
        JobRun.objects.update(lease_until=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))


@pytest.mark.django_db(transaction=True)
class TestKilled:
    """Killed with -9 in a process of its own, between each two commits."""

    @staticmethod
    def in_a_process_that_dies(work: Callable[[], Any]) -> None:
        connection.close()
        child = os.fork()
        if child == 0:
            try:
                work()
            finally:
                os.kill(os.getpid(), signal.SIGKILL)
        _child, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL

    def test_killed_after_the_claim(self, organization: Organization, make_kpi: MakeKpi) -> None:
        make_kpi()
        self.in_a_process_that_dies(lambda: claim_job(organization, kind="reminders", period="2026-04-08"))
        assert send(organization, 4, 8).skipped == "done"  # the claim may be alive
        end_leases(organization)
        assert send(organization, 4, 8).reminders == 1
        assert jobs(organization) == [("2026-04-08", "done")]

    def test_killed_before_the_commit_of_a_mail(self, organization: Organization, make_kpi: MakeKpi) -> None:
        make_kpi()

        def write_and_die() -> None:
            job = claim_job(organization, kind="reminders", period="2026-04-08")
            assert job is not None
            with organization_scope(organization):
                plan = plan_for(organization, rule_of(organization), DUE)
                reminding._write(organization, DUE, "reminder", plan.reminders[0], job)
                os.kill(os.getpid(), signal.SIGKILL)

        self.in_a_process_that_dies(write_and_die)
        assert mails(organization) == []
        end_leases(organization)
        assert send(organization, 4, 8).reminders == 1

    def test_killed_between_two_readers_and_before_the_end(
        self,
        organization: Organization,
        make_kpi: MakeKpi,
        project: Project,
        bob: User,
        dora: User,
        fiona: User,
    ) -> None:
        with organization_scope(organization):
            update_project(actor=bob, project=project, values={"business_owner": fiona})
        make_kpi()
        make_kpi("Stock accuracy", data_owner=bob)
        day = datetime.date(2026, 4, 15)

        def write_two_and_die() -> None:
            job = claim_job(organization, kind="reminders", period=day.isoformat())
            assert job is not None
            with organization_scope(organization):
                plan = plan_for(organization, rule_of(organization), day)
            reminding._write(organization, day, "escalation", plan.escalations[0], job)
            if plan.reminders:
                reminding._write(organization, day, "reminder", plan.reminders[0], job)

        self.in_a_process_that_dies(write_two_and_die)
        assert len(mails(organization, "escalation")) == 1
        end_leases(organization)
        send(organization, 4, 15)
        # Also when the day passes without another run: nobody hears of a value twice.
        send(organization, 4, 16)
        assert len(mails(organization, "escalation")) == 1
        readers = [(mail.address, mail.key) for mail in mails(organization)]
        assert len(readers) == len(set(readers))

    def test_killed_and_resumed_on_the_day_after(
        self, organization: Organization, make_kpi: MakeKpi, bob: User, dora: User, rule: Rule
    ) -> None:
        make_kpi()
        make_kpi("Stock accuracy", data_owner=bob)
        rule(days_before=0, repeat_days=0, escalate_after=0)

        def write_one_and_die() -> None:
            job = claim_job(organization, kind="reminders", period=DUE.isoformat())
            assert job is not None
            with organization_scope(organization):
                plan = plan_for(organization, rule_of(organization), DUE)
            reminding._write(organization, DUE, "reminder", plan.reminders[0], job)

        send(organization, 4, 7)
        self.in_a_process_that_dies(write_one_and_die)
        assert [mail.address for mail in mails(organization)] == [bob.email]
        assert send(organization, 4, 9).readers == [dora.email]

    def test_killed_between_claiming_a_mail_and_sending_it(
        self, organization: Organization, make_kpi: MakeKpi
    ) -> None:
        from organizations.services.mail import _claim_next

        make_kpi()
        send(organization, 4, 8)
        self.in_a_process_that_dies(lambda: _claim_next(organization))
        assert send_waiting_mail(organization) == 0  # the claim may be alive
        with organization_scope(organization):
            OutboundMail.objects.update(claimed_until=None)
        assert send_waiting_mail(organization) == 1
        assert send_waiting_mail(organization) == 0


def test_the_task_of_a_deleted_organization_is_no_error(db: None) -> None:
    send_reminders(2**40)


def test_somebody_else_of_the_same_name_is_another_person(
    organization: Organization, make_kpi: MakeKpi
) -> None:
    twin = person("Dora2", organization, Role.CONTRIBUTOR)
    update_profile(user=twin, values={"name": "Dora"})
    make_kpi()
    make_kpi("Stock accuracy", data_owner=twin)
    assert send(organization, 4, 8).reminders == 2
