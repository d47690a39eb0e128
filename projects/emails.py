"""Mails about plans: each is one function and three templates, in the reader's language and zone."""

from typing import Any

from organizations.emails import Mail, absolute, as_reader, render_mail
from organizations.models import User
from projects.models import ChangeRequest, PlanBaseline, Project

AUTOMATIC = {"Auto-Submitted": "auto-generated"}


def plan_frozen(project: Project, baseline: PlanBaseline, reader: User) -> Mail:
    """The reader is asked to read and sign."""
    is_owner = project.business_owner_id == reader.pk
    return _mail("plan_frozen", project, reader, baseline=baseline, signs_business=is_owner)


def plan_signed(project: Project, baseline: PlanBaseline, reader: User) -> Mail:
    """Both sides have signed."""
    return _mail("plan_signed", project, reader, baseline=baseline)


def change_requested(project: Project, change: ChangeRequest, reader: User) -> Mail:
    """Somebody wants to change the frozen plan."""
    return _mail("change_requested", project, reader, change=change)


def change_decided(project: Project, change: ChangeRequest, reader: User) -> Mail:
    """The wish was approved or refused."""
    return _mail("change_decided", project, reader, change=change)


def _mail(name: str, project: Project, reader: User, **more: Any) -> Mail:
    organization = project.organization
    with as_reader(reader, organization):
        context = {
            "organization": organization,
            "project": project,
            "link": absolute("assessments:plan", organization.slug, project.code),
            **more,
        }
        return render_mail(f"projects/email/{name}", context, AUTOMATIC)
