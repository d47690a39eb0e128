"""Figures of an earlier method: kept each night, and told apart from what today's method says of the same inputs."""

import datetime

import pytest
from django.utils import timezone

from assessments.changes.explaining import explain
from assessments.changes.figures import Cause
from assessments.changes.keeping import keep_reported
from assessments.changes.points import Point, Span
from assessments.changes.presenting import causes_of
from assessments.method import METHOD_VERSION
from assessments.models import ProjectResult, ReportedFigures, Run
from assessments.services.recompute import recompute_organization
from assessments.tasks import run_night
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import Project
from tests.assessments.worked_example import add_money, make_project

pytestmark = pytest.mark.django_db

FORMER = "2025.9"


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    with organization_scope(organization):
        project = make_project(alice, organization)
        add_money(alice, project)
    recompute_organization(organization)
    return project


def say_formerly(organization: Organization, project: Project, npv: float) -> datetime.datetime:
    """An earlier release said another NPV; the moment until which its report is known."""
    moment = timezone.now()
    with organization_scope(organization):
        result = ProjectResult.objects.get(project=project)
        figures = {
            "benefits_actual": result.benefits_actual,
            "npv_outlook": npv,
            "roi_outlook": result.roi_outlook,
            "payback_outlook": result.payback_outlook,
            "value_index": result.value_index,
        }
        ReportedFigures.objects.create(
            organization=organization,
            as_of=organization.today(moment),
            known_at=moment,
            method_version=FORMER,
            figures={str(project.pk): figures},
        )
    return moment


def test_what_the_former_method_said_is_the_start_and_the_difference_its_cause(
    project: Project, organization: Organization
) -> None:
    moment = say_formerly(organization, project, npv=1234.5)
    later = Point.at(organization, timezone.now())
    explanation = explain(organization, Span(later, Point.at(organization, timezone.now())))
    assert explanation.former_method == FORMER
    assert explanation.start.known_at == moment
    assert Cause.METHOD in causes_of(explanation)
    (told,) = explanation.projects
    npv = told.walks["npv_outlook"]
    assert npv.start == 1234.5
    assert float(npv.changes[Cause.METHOD]) == pytest.approx((npv.end or 0) - 1234.5)
    assert [cause for cause, change in npv.changes.items() if change] == [Cause.METHOD]
    assert not told.walks["benefits_actual"].is_changed


def test_without_kept_figures_both_ends_are_by_todays_method_and_that_is_said(
    project: Project, organization: Organization
) -> None:
    with organization_scope(organization):
        Run.objects.update(method_version=FORMER)
    now = Point.at(organization, timezone.now())
    explanation = explain(organization, Span(now, now))
    assert explanation.method_unknown
    assert not explanation.former_method
    assert not any(project.is_changed for project in explanation.projects)


def test_each_night_keeps_what_it_reported_once(project: Project, organization: Organization) -> None:
    run_night(organization.pk)
    keep_reported(organization)
    with organization_scope(organization):
        kept = ReportedFigures.objects.get()
        result = ProjectResult.objects.get(project=project)
    assert kept.method_version == METHOD_VERSION
    assert kept.figures[str(project.pk)]["npv_outlook"] == result.npv_outlook
    explanation = explain(
        organization, Span(Point(kept.as_of, kept.known_at), Point.at(organization, timezone.now()))
    )
    assert not explanation.former_method
    assert explanation.projects[0].walks["npv_outlook"].start == result.npv_outlook
