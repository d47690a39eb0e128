"""Digests are due by the reader's clock, go once, and only to whom may read them."""

import datetime
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from committee.models import Delivery, Subscription
from committee.services import send_due_digests, unsubscribe
from committee.tasks import send_due_digests as task
from organizations.models import Membership, Organization, OutboundMail, User
from organizations.services import change_member, remove_member, update_profile
from organizations.services.mail import send_waiting_mail
from organizations.tenancy import organization_scope
from tests.committee.conftest import MONDAY, Mailbox
from tests.committee.results import result

Subscribe = Callable[..., Subscription]
WEEK = datetime.timedelta(weeks=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def results(organization: Organization) -> None:
    with organization_scope(organization):
        result(organization, "ERP", benefits_actual=1200.0)
        result(organization, "OA", status="off_track", benefits_actual=300.0)


def deliveries(organization: Organization) -> list[tuple[str, str]]:
    with organization_scope(organization):
        return list(Delivery.objects.order_by("pk").values_list("period", "outcome"))


def dispatch(organization: Organization, moment: datetime.datetime = MONDAY) -> None:
    send_due_digests(organization=organization, now=moment)
    send_waiting_mail(organization)


@pytest.mark.usefixtures("results")
def test_a_digest_falls_due_on_monday_at_eight_by_the_readers_own_clock(
    organization: Organization, bob: User, fiona: User, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    update_profile(user=fiona, values={"zone": "America/New_York"})
    subscribe(bob)
    subscribe(fiona)
    # The week before is told first, so that only this Monday is open.
    dispatch(organization, MONDAY - datetime.timedelta(minutes=11))
    assert deliveries(organization) == [("2026-W46", "sent"), ("2026-W46", "sent")]
    mailbox.messages.clear()
    with organization_scope(organization):
        result(organization, "OA", status="at_risk", benefits_actual=300.0)
    dispatch(organization)
    assert mailbox.addresses() == ["bob@acme.example"]
    dispatch(organization, MONDAY + datetime.timedelta(hours=6))
    assert mailbox.addresses() == ["bob@acme.example", "fiona@acme.example"]


@pytest.mark.usefixtures("results")
def test_a_machine_that_was_off_for_a_month_sends_one_digest(
    organization: Organization, bob: User, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe(bob)
    dispatch(organization, MONDAY - 4 * WEEK)
    with organization_scope(organization):
        result(organization, "OA", status="at_risk")
    dispatch(organization, MONDAY + datetime.timedelta(days=3))
    assert deliveries(organization) == [("2026-W43", "sent"), ("2026-W47", "sent")]


@pytest.mark.usefixtures("results")
def test_the_monthly_digest_is_about_the_month_before_and_comes_on_the_third_working_day(
    organization: Organization, bob: User, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe(bob, "monthly")
    dispatch(organization, datetime.datetime(2026, 8, 5, 5, 59, tzinfo=datetime.UTC))
    with organization_scope(organization):
        result(organization, "OA", status="at_risk")
    dispatch(organization, datetime.datetime(2026, 8, 5, 6, 1, tzinfo=datetime.UTC))
    assert [period for period, _outcome in deliveries(organization)] == ["2026-06", "2026-07"]


@pytest.mark.usefixtures("results")
def test_what_has_been_delivered_is_not_delivered_again(
    organization: Organization, bob: User, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe(bob)
    for minutes in (0, 10, 20):
        dispatch(organization, MONDAY + datetime.timedelta(minutes=minutes))
    mailbox.only()


@pytest.mark.usefixtures("results")
def test_nothing_changed_means_nothing_sent(
    organization: Organization, bob: User, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe(bob)
    dispatch(organization)
    with organization_scope(organization):
        # A rename, and a move too small to be read, are no news.
        result(organization, "ERP", benefits_actual=1200.4)
    dispatch(organization, MONDAY + WEEK)
    mailbox.only()
    assert deliveries(organization) == [("2026-W47", "sent"), ("2026-W48", "silent")]


@pytest.mark.usefixtures("results")
def test_small_changes_add_up_against_the_last_digest_that_was_read(
    organization: Organization, bob: User, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe(bob)
    for week, index in enumerate((100.0, 100.3, 100.6)):
        with organization_scope(organization):
            result(organization, "ERP", benefits_actual=1200.0, value_index=index)
        dispatch(organization, MONDAY + week * WEEK)
    assert [outcome for _period, outcome in deliveries(organization)] == ["sent", "silent", "sent"]


def test_the_first_digest_comes_with_the_first_results(
    organization: Organization, bob: User, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe(bob)
    dispatch(organization)
    assert mailbox.messages == []
    assert deliveries(organization) == []
    with organization_scope(organization):
        result(organization, "ERP")
    dispatch(organization, MONDAY + datetime.timedelta(days=1))
    assert deliveries(organization) == [("2026-W47", "sent")]


@pytest.mark.usefixtures("results", "bob", "victor", "fiona")
def test_only_executives_are_subscribed_without_asking(
    organization: Organization, erik: User, mailbox: Mailbox
) -> None:
    dispatch(organization)
    assert mailbox.addresses() == [erik.email]


@pytest.mark.usefixtures("results")
def test_an_executive_who_switched_it_off_stays_off(
    organization: Organization, erik: User, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe(erik, "off")
    dispatch(organization)
    assert mailbox.messages == []


@pytest.mark.usefixtures("results")
def test_a_pause_skips_the_mondays_inside_it(
    organization: Organization, bob: User, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe(bob, paused_until=datetime.date(2026, 11, 27))
    dispatch(organization)
    dispatch(organization, MONDAY + datetime.timedelta(days=5))  # the pause is over, its Monday stays skipped
    assert deliveries(organization) == []
    dispatch(organization, MONDAY + WEEK)
    assert deliveries(organization) == [("2026-W48", "sent")]


def lose_the_role(membership: Membership, alice: User) -> None:
    change_member(actor=alice, membership=membership, role="auditor", department=None)


def leave(membership: Membership, alice: User) -> None:
    remove_member(actor=alice, membership=membership)


def be_disabled(membership: Membership, alice: User) -> None:
    User.objects.filter(pk=membership.user_id).update(is_active=False)


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize("lose", [lose_the_role, leave, be_disabled])
def test_whoever_may_no_longer_read_gets_nothing(
    organization: Organization,
    alice: User,
    bob: User,
    subscribe: Subscribe,
    mailbox: Mailbox,
    lose: Callable[[Membership, User], None],
) -> None:
    subscribe(bob)
    with organization_scope(organization):
        lose(Membership.objects.get(user=bob), alice)
    dispatch(organization)
    assert mailbox.messages == []
    assert deliveries(organization) == []


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize("lose", [lose_the_role, leave, be_disabled])
def test_a_mail_that_waited_is_withdrawn_from_whoever_may_no_longer_read(
    organization: Organization,
    alice: User,
    bob: User,
    subscribe: Subscribe,
    mailbox: Mailbox,
    lose: Callable[[Membership, User], None],
) -> None:
    subscribe(bob)
    send_due_digests(organization=organization, now=MONDAY)
    with organization_scope(organization):
        lose(Membership.objects.get(user=bob), alice)
    assert send_waiting_mail(organization) == 0
    assert mailbox.messages == []
    with organization_scope(organization):
        assert "may no longer" in OutboundMail.objects.get().error


@pytest.mark.usefixtures("results")
def test_unsubscribing_withdraws_the_mail_that_waits(
    organization: Organization, bob: User, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscription = subscribe(bob)
    send_due_digests(organization=organization, now=MONDAY)
    subscribe(bob, "off")
    send_waiting_mail(organization)
    assert mailbox.messages == []
    assert subscription.pk


@pytest.mark.usefixtures("results")
def test_a_server_that_refuses_gets_the_mail_again_later(
    organization: Organization, bob: User, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe(bob)
    mailbox.refuses = True
    dispatch(organization)
    mailbox.refuses = False
    assert send_waiting_mail(organization) == 0  # not at once
    with organization_scope(organization):
        OutboundMail.objects.update(claimed_until=timezone.now())
    assert send_waiting_mail(organization) == 1
    mailbox.only()


@pytest.mark.usefixtures("results")
def test_an_address_that_cannot_be_written_does_not_stop_the_others(
    organization: Organization, bob: User, fiona: User, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe(bob)
    subscribe(fiona)
    send_due_digests(organization=organization, now=MONDAY)
    with organization_scope(organization):
        OutboundMail.objects.filter(reader=bob).update(address="bob@acme.example\nBcc: all@acme.example")
    send_waiting_mail(organization)
    assert mailbox.addresses() == [fiona.email]


@pytest.mark.usefixtures("results")
def test_a_reader_of_one_organization_learns_nothing_of_another(
    organization: Organization,
    other_organization: Organization,
    charlie: User,
    erik: User,
    mailbox: Mailbox,
) -> None:
    from committee.services import update_subscription

    with organization_scope(other_organization):
        result(other_organization, "SECRET", status="off_track")
        update_subscription(
            actor=charlie, membership=Membership.objects.get(user=charlie), frequency="weekly"
        )
    for each in (organization, other_organization):
        dispatch(each)
    bodies = {str(message["To"]): message.as_string() for message in mailbox.messages}
    assert set(bodies) == {erik.email, charlie.email}
    assert "SECRET" not in bodies[erik.email]
    assert "Acme" not in bodies[charlie.email]


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Two workers with connections of their own."""

    @staticmethod
    def in_a_process_that_dies(work: Callable[[], Any]) -> None:
        """Run `work` in a process of its own that gets kill -9 at its end, or earlier by its own hand."""
        connection.close()  # the child must not share it
        child = os.fork()
        if not child:
            try:
                work()
            finally:
                os.kill(os.getpid(), signal.SIGKILL)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL

    @staticmethod
    def together(work: Callable[[], Any], workers: int = 3) -> None:
        barrier = threading.Barrier(workers)
        problems: list[BaseException] = []

        def run() -> None:
            try:
                barrier.wait(10)
                work()
            except BaseException as error:
                problems.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert problems == []

    @pytest.mark.usefixtures("results")
    def test_workers_that_race_send_one_mail_to_each_reader(
        self, organization: Organization, bob: User, erik: User, subscribe: Subscribe, mailbox: Mailbox
    ) -> None:
        subscribe(bob)
        self.together(lambda: dispatch(organization))
        assert mailbox.addresses() == [bob.email, erik.email]
        assert len(deliveries(organization)) == 2

    @pytest.mark.usefixtures("results")
    def test_a_worker_that_died_between_claim_and_sending_loses_and_doubles_nothing(
        self, organization: Organization, bob: User, subscribe: Subscribe, mailbox: Mailbox
    ) -> None:
        from organizations.services.mail import _claim_next

        subscribe(bob)
        send_due_digests(organization=organization, now=MONDAY)
        self.in_a_process_that_dies(lambda: _claim_next(organization))
        self.together(lambda: dispatch(organization))
        assert mailbox.messages == []  # the claim holds while its worker may be alive
        with organization_scope(organization):
            OutboundMail.objects.update(claimed_until=timezone.now())
        self.together(lambda: dispatch(organization))
        mailbox.only()

    @pytest.mark.usefixtures("results")
    def test_a_worker_that_died_before_its_commit_has_written_nothing(
        self, organization: Organization, bob: User, subscribe: Subscribe, mailbox: Mailbox
    ) -> None:
        from committee.services.digests import _deliver, _read_situation

        subscription = subscribe(bob)
        with organization_scope(organization):
            situation = _read_situation(organization)

        def write_and_die() -> None:
            with organization_scope(organization):
                _deliver(organization, subscription.pk, situation, MONDAY)
                os.kill(os.getpid(), signal.SIGKILL)

        self.in_a_process_that_dies(write_and_die)
        assert deliveries(organization) == []
        dispatch(organization)
        mailbox.only()


@pytest.mark.usefixtures("results")
def test_the_task_writes_the_digests_of_its_organization(
    organization: Organization, erik: User, mailbox: Mailbox
) -> None:
    task(organization.pk)
    task(organization.pk)
    send_waiting_mail(organization)
    assert mailbox.addresses() == [erik.email]


def test_a_deleted_organization_is_no_error(db: None) -> None:
    task(2**40)
    with pytest.raises(Exception, match="no longer valid"):
        unsubscribe(token="forged")
