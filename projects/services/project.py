"""Writes of projects."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.definitions import announce_definition_change
from organizations.errors import ConflictError
from organizations.models import Department, Organization, User
from organizations.services import changes_between, record_event
from projects.models import PlanBaseline, Project, ProjectDepartment
from projects.services.validation import assign, refuse, save_checked
from projects.services.valuation import request_valuation

FIELDS = (
    *("code", "name", "description", "system_kind", "industry", "supplier", "parent"),
    *("sponsor", "business_owner", "it_owner"),
    *("start_on", "go_live_planned", "go_live_actual", "delivery_status"),
)
#: words that stand in the code's place in addresses
RESERVED_CODES = ("new",)
PEOPLE = ("sponsor", "business_owner", "it_owner")


@transaction.atomic
def create_project(
    *,
    actor: User | None,
    organization: Organization,
    values: Mapping[str, Any],
    departments: Sequence[Department] = (),
) -> Project:
    """A project at gate L0.

    Raises:
        InvalidInputError: a value breaks a rule; the code is taken.
    """
    project = Project(organization=organization)
    assign(project, values, FIELDS)
    _refuse_contradictions(project)
    _refuse_twin_code(project)
    save_checked(project, people=PEOPLE)
    after = {name: value for name, value in values.items() if value not in (None, "")}
    if departments:
        after["departments"] = _set_departments(project, departments)
    record_event(actor=actor, action="project.created", target=project, after=after)
    request_valuation(organization, [project.pk])
    return project


@transaction.atomic
def update_project(
    *,
    actor: User | None,
    project: Project,
    values: Mapping[str, Any],
    departments: Sequence[Department] | None = None,
) -> Project:
    """Change what is known of a project; `departments` None leaves them as they are."""
    project = _locked(project)
    before, after = changes_between(project, values)
    if "go_live_planned" in after and PlanBaseline.objects.filter(project=project).exists():
        # A plan moved later is lateness against the frozen plan, not a new plan.
        refuse(
            {
                "go_live_planned": [
                    _("The plan is frozen, so this no longer changes. Enter the actual go-live instead.")
                ]
            }
        )
    assign(project, values, FIELDS)
    _refuse_contradictions(project)
    if "code" in after:
        _refuse_twin_code(project)
    if after:
        save_checked(project, people=PEOPLE, only=list(after))
    if departments is not None:
        former = _department_names(project)
        names = _set_departments(project, departments)
        if names != former:
            before["departments"], after["departments"] = former, names
    if after:
        record_event(actor=actor, action="project.updated", target=project, before=before, after=after)
        request_valuation(project.organization, [project.pk])
        announce_definition_change([project.pk])
    return project


@transaction.atomic
def archive_project(*, actor: User | None, project: Project, reason: str = "") -> Project:
    """Take a project out of lists and totals; nothing is lost, and it can be restored."""
    project = _locked(project)
    if project.archived_at is None:
        project.archived_at = timezone.now()
        project.save(update_fields=["archived_at"])
        record_event(actor=actor, action="project.archived", target=project, reason=reason)
        request_valuation(project.organization, [project.pk])
    return project


@transaction.atomic
def restore_project(*, actor: User | None, project: Project) -> Project:
    """Bring an archived project back."""
    project = _locked(project)
    if project.archived_at is not None:
        project.archived_at = None
        project.save(update_fields=["archived_at"])
        record_event(actor=actor, action="project.restored", target=project)
        request_valuation(project.organization, [project.pk])
    return project


def lock_project(project_id: int) -> Project:
    """The project as it is now, locked until the transaction ends: gates and money are changed one by one."""
    # No key lock: a recompute that writes the project's first result refers to its key, and whoever holds it
    # waits for that recompute as soon as a row's history is kept.
    locked = Project.objects.select_for_update(of=("self",), no_key=True)
    project: Project = locked.select_related("organization").get(pk=project_id)
    return project


def refuse_archived(project: Project) -> None:
    """Raise `ConflictError` for an archived project."""
    if project.archived_at is not None:
        raise ConflictError(_("This project is archived. Restore it before you change it."))


def _locked(project: Project) -> Project:
    return lock_project(project.pk)


def _refuse_contradictions(project: Project) -> None:
    if project.code.lower() in RESERVED_CODES:
        refuse({"code": [_("This code is taken by an address of the product. Choose a different one.")]})
    for name in ("go_live_planned", "go_live_actual"):
        day = getattr(project, name)
        if day and project.start_on and day < project.start_on:
            refuse({name: [_("A project goes live on or after the day it starts.")]})
    if project.go_live_actual and project.go_live_actual > project.organization.today():
        refuse({"go_live_actual": [_("This day is still to come. Enter it as the planned go-live.")]})
    if project.gate in (Project.Gate.L4, Project.Gate.L5) and project.go_live_actual is None:
        refuse({"go_live_actual": [_("This project is live. Enter the day it went live.")]})
    _refuse_circle(project)


def _refuse_twin_code(project: Project) -> None:
    """ERP and erp name two projects to a computer and one to a person. Twins that stand already may stay."""
    others = Project.objects.exclude(pk=project.pk) if project.pk else Project.objects.all()
    if others.filter(code__iexact=project.code).exclude(code=project.code).exists():
        refuse({"code": [_("Another project has this code, in other letters. Choose a different one.")]})


def _refuse_circle(project: Project) -> None:
    above = project.parent
    seen = {project.pk} if project.pk else set()
    while above is not None:
        if above.pk in seen:
            refuse({"parent": [_("A project cannot be part of itself. Choose another one above it.")]})
        seen.add(above.pk)
        above = above.parent


def _department_names(project: Project) -> list[str]:
    links = ProjectDepartment.objects.filter(project=project)
    return list(links.order_by("department__name").values_list("department__name", flat=True))


def _set_departments(project: Project, departments: Sequence[Department]) -> list[str]:
    """Link exactly these; returns their names in order."""
    if any(department.organization_id != project.organization_id for department in departments):
        refuse({NON_FIELD_ERRORS: [_("There is no such department.")]})
    chosen = {department.pk for department in departments}
    links = ProjectDepartment.objects.filter(project=project)
    present = set(links.values_list("department_id", flat=True))
    links.exclude(department_id__in=chosen).delete()
    ProjectDepartment.objects.bulk_create(
        [
            ProjectDepartment(organization=project.organization, project=project, department_id=pk)
            for pk in sorted(chosen - present)
        ],
        ignore_conflicts=True,
    )
    return sorted(department.name for department in departments)
