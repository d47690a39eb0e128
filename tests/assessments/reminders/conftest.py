"""A roll-out with monthly KPIs that Dora enters: the values of March 2026 are due on Wednesday, April 8th."""

import datetime
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assessments.models import ReminderRule
from assessments.services.reminding import ReminderReport, send_due_reminders
from kpis.models import Kpi
from organizations.models import Organization, OutboundMail, User
from organizations.tenancy import organization_scope
from projects.models import Project
from tests.assessments.roll_out import a_kpi, a_project

MARCH = datetime.date(2026, 3, 1)
DUE = datetime.date(2026, 4, 8)

MakeKpi = Callable[..., Kpi]


def at(month: int, day: int, hour: int = 9) -> datetime.datetime:
    """A moment of 2026 in Berlin, the organization's zone."""
    return datetime.datetime(2026, month, day, hour, tzinfo=ZoneInfo("Europe/Berlin"))


def send(organization: Organization, month: int, day: int, hour: int = 9) -> ReminderReport:
    return send_due_reminders(organization=organization, now=at(month, day, hour))


def mails(organization: Organization, kind: str = "reminder") -> list[OutboundMail]:
    with organization_scope(organization):
        return list(OutboundMail.objects.filter(kind=kind).order_by("pk"))


def days_with_mail(organization: Organization, first: datetime.date, last: datetime.date) -> list[str]:
    """The days between two on which a tick at nine writes to somebody."""
    found = []
    while first <= last:
        if send(organization, first.month, first.day).reminders:
            found.append(f"{first:%m-%d}")
        first += datetime.timedelta(days=1)
    return found


@pytest.fixture
def project(organization: Organization, bob: User) -> Project:
    with organization_scope(organization):
        return a_project(organization, bob)


@pytest.fixture
def make_kpi(project: Project, bob: User, dora: User) -> MakeKpi:
    def make(name: str = "Order lead time", **values: Any) -> Kpi:
        with organization_scope(project.organization):
            fields = {"name": name, "data_owner": dora, "expected_start": MARCH, **values}
            return a_kpi(fields.pop("project", project), bob, **fields)

    return make


@pytest.fixture
def rule(organization: Organization) -> Callable[..., ReminderRule]:
    def write(**values: Any) -> ReminderRule:
        with organization_scope(organization):
            row, _created = ReminderRule.objects.update_or_create(organization=organization, defaults=values)
        found: ReminderRule = row
        return found

    return write
