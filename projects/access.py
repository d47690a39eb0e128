"""The doors to projects and what belongs to them: unknown → 404, without the right → 403."""

from organizations.errors import NotFoundError
from organizations.http import MemberRequest
from organizations.permissions import Right, require
from projects.models import ChangeRequest, Module, MoneyLine, Project


def get_project_for(request: MemberRequest, code: str, need: Right = Right.SEE) -> Project:
    """A project of the organization, archived or not, for a member who has the right `need`."""
    project: Project | None = (
        Project.objects.select_related("organization", "business_owner", "it_owner", "sponsor", "parent")
        .filter(code=code)
        .first()
    )
    if project is None:
        raise NotFoundError
    require(request.membership, need)
    return project


def get_module_for(request: MemberRequest, code: str, module_id: int, need: Right = Right.DEFINE) -> Module:
    """A module of the project with that code."""
    module: Module | None = (
        Module.objects.select_related("project__organization")
        .filter(project__code=code, pk=module_id)
        .first()
    )
    if module is None:
        raise NotFoundError
    require(request.membership, need)
    return module


def get_line_for(request: MemberRequest, code: str, line_id: int, need: Right = Right.SEE) -> MoneyLine:
    """A cost or benefit line of the project with that code."""
    line: MoneyLine | None = (
        MoneyLine.objects.select_related("project", "organization", "owner")
        .filter(project__code=code, pk=line_id)
        .first()
    )
    if line is None:
        raise NotFoundError
    require(request.membership, need)
    return line


def get_change_for(request: MemberRequest, code: str, number: int, need: Right = Right.SEE) -> ChangeRequest:
    """A change of the plan of the project with that code, by its number in the project."""
    change: ChangeRequest | None = (
        ChangeRequest.objects.select_related(
            "project__organization", "project__business_owner", "requested_by", "decided_by", "baseline"
        )
        .filter(project__code=code, number=number)
        .first()
    )
    if change is None:
        raise NotFoundError
    require(request.membership, need)
    return change
