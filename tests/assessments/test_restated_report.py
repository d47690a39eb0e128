"""The story: a value and an amount three months old are corrected; yesterday's report stays what it was."""

import datetime
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from assessments.services.locking import lock_month
from assessments.services.recompute import recompute_organization
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import Restatement
from projects.periods import Frequency, last_complete, shift
from projects.services import create_line, set_cash_flows
from tests.assessments.worked_example import make_kpi, make_project, record

pytestmark = pytest.mark.django_db

NEWEST = last_complete(timezone.now().date(), Frequency.MONTH)
OLD = shift(NEWEST, Frequency.MONTH, -2)


def report(as_of: datetime.date, known_at: datetime.datetime) -> dict[str, Any]:
    stream = io.StringIO()
    options = ["--as-of", as_of.isoformat(), "--known-at", known_at.isoformat(), "--json"]
    call_command("recompute", "--organization", "acme", *options, stdout=stream)
    found: dict[str, Any] = json.loads(stream.getvalue())
    return found


def test_a_corrected_report_reproduces_explains_itself_and_shows_its_restatement(
    organization: Organization, alice: User, client_of: Callable[[User], Client]
) -> None:
    with organization_scope(organization):
        project = make_project(alice, organization)
        # Nothing newer: the old month's value is the one that counts.
        kpi = make_kpi(alice, project, "Lead time", "operational")
        record(alice, kpi, {OLD: 90.0})
        line = create_line(actor=alice, project=project, values={"kind": "benefit", "name": "Stock"})
        booked = {OLD: Decimal("1000.00"), NEWEST: Decimal("1100.00")}
        set_cash_flows(actor=alice, line=line, series="actual", amounts=booked)
        lock_month(actor=alice, organization=organization, projects=[project], month=OLD)
    recompute_organization(organization)
    day, yesterday = organization.today(), timezone.now()
    first = report(day, yesterday)

    with organization_scope(organization):
        amounts = {OLD: Decimal("750.25")}
        set_cash_flows(actor=alice, line=line, series="actual", amounts=amounts, reason="counted twice")
        assert Restatement.objects.get().old == Decimal("1000.00")
        newest = make_kpi(alice, project, "Returns", "operational")
        record(alice, newest, {NEWEST: 70.0})
    recompute_organization(organization)

    assert report(day, yesterday) == first
    stream = io.StringIO()
    call_command(
        "explain_changes", "--organization", "acme", "--from", yesterday.isoformat(), "--json", stdout=stream
    )
    document = json.loads(stream.getvalue())
    benefits = document["portfolio"]["benefits_actual"]
    assert benefits["start"] == first["projects"][0]["benefits_actual"] == 2100.0
    assert benefits["causes"] == {
        "method": 0.0, "time": 0.0, "definitions": 0.0, "corrections": -249.75, "values": 0.0,
    }  # fmt: skip
    assert benefits["end"] == 1850.25
    assert benefits["rounded"] == {
        "start": "2100", "end": "1850",
        "causes": {"method": "0", "time": "0", "definitions": "0", "corrections": "-250", "values": "0"},
    }  # fmt: skip
    (restatement,) = document["changed"]["restatements"]
    assert (restatement["old"], restatement["new"], restatement["reason"]) == (
        "1000.00",
        "750.25",
        "counted twice",
    )
    for project_figures in (project["figures"] for project in document["projects"]):
        for figure in project_figures.values():
            if figure["change"] is not None:
                assert sum(figure["causes"].values()) == pytest.approx(figure["change"], abs=1e-9)

    page = client_of(alice).get("/o/acme/changes/", {"from": yesterday.isoformat()}).content.decode()
    assert "Restatements" in page
    assert "counted twice" in page


def test_a_corrected_value_of_an_old_month_leaves_the_former_report_as_it_was(
    organization: Organization, alice: User
) -> None:
    with organization_scope(organization):
        project = make_project(alice, organization)
        kpi = make_kpi(alice, project, "Lead time", "operational")
        record(alice, kpi, {OLD: 90.0})
    recompute_organization(organization)
    day, yesterday = organization.today(), timezone.now()
    first = report(day, yesterday)
    with organization_scope(organization):
        record(alice, kpi, {OLD: 81.5}, note="the sensor was wrong")
    recompute_organization(organization)
    assert report(day, yesterday) == first
    stream = io.StringIO()
    call_command(
        "explain_changes", "--organization", "acme", "--from", yesterday.isoformat(), "--json", stdout=stream
    )
    document = json.loads(stream.getvalue())
    (value,) = document["changed"]["values"]
    assert (value["old"], value["new"], value["reason"]) == (90.0, 81.5, "the sensor was wrong")
    index = document["projects"][0]["figures"]["value_index"]
    assert index["start"] == first["projects"][0]["value_index"]
    assert {cause for cause, change in index["causes"].items() if change} <= {"corrections"}
