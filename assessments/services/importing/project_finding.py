"""Finding the projects a file names, and creating those it may."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError, ProductError
from organizations.models import Department, Organization, User
from organizations.services import create_department
from projects.models import Project
from projects.services import create_project

from .making import Made
from .project_rows import ProjectDraft
from .report import ImportReport


class ProjectFinder:
    """`found` is code → project; `refused` is code → why there is none. Inside the organization's scope."""

    def __init__(
        self,
        actor: User | None,
        organization: Organization,
        report: ImportReport,
        made: Made,
        *,
        create: bool,
        create_departments: bool = False,
    ) -> None:
        self.actor = actor
        self.organization = organization
        self.report = report
        self.made = made
        self.create = create
        self.found: dict[str, Project] = {}
        self.refused: dict[str, str] = {}
        self.departments = _Departments(actor, organization, made, create=create_departments)

    def find(self, drafts: Iterable[ProjectDraft]) -> None:
        """Look all of them up in one query, then create what is missing."""
        wanted = {draft.code: draft for draft in drafts if draft.code}
        for project in Project.objects.filter(code__in=wanted):
            if project.archived_at:
                self.refused[project.code] = _("This project is archived; restore it first.")
            else:
                self.found[project.code] = project
        for code, draft in wanted.items():
            if code not in self.found and code not in self.refused:
                self._create(draft)

    def _create(self, draft: ProjectDraft) -> None:
        if not self.create:
            self.refused[draft.code] = _(
                "There is no project with this code. Create it, or let the mapping create projects."
            )
            return
        values = dict(draft.values)
        department = self.departments.find(draft, self.report)
        # Attributes that a rule forbids are reported and left out one by one; the project itself is wanted.
        while True:
            try:
                self.found[draft.code] = create_project(
                    actor=self.actor,
                    organization=self.organization,
                    values=values,
                    departments=[department] if department else [],
                )
                self.made.projects.append(self.found[draft.code].pk)
                return
            except InvalidInputError as error:
                name = str(error.details.get("field", ""))
                if name not in values or name == "code":
                    self.refused[draft.code] = str(error)
                    return
                self.report.reject(draft.row, *draft.cells.get(name, ("", str(values[name]))), str(error))
                del values[name]
                if name == "name":
                    values["name"] = draft.code
                    draft.values["name"] = draft.code
            except ProductError as error:
                self.refused[draft.code] = str(error)
                return


class _Departments:
    """Departments by name, without regard to case."""

    def __init__(self, actor: User | None, organization: Organization, made: Made, *, create: bool) -> None:
        self.actor = actor
        self.organization = organization
        self.made = made
        self.create = create
        self._known: dict[str, Department] | None = None

    def find(self, draft: ProjectDraft, report: ImportReport) -> Department | None:
        """The draft's department; one that is missing and may not be created is reported."""
        if not draft.department:
            return None
        if self._known is None:
            self._known = {department.name.casefold(): department for department in Department.objects.all()}
        department = self._known.get(draft.department.casefold())
        if department is None and self.create:
            with transaction.atomic():
                department = create_department(
                    actor=self.actor, organization=self.organization, name=draft.department
                )
            self._known[draft.department.casefold()] = department
            self.made.departments.append(department.pk)
        if department is None:
            column, text = draft.cells.get("department", ("", draft.department))
            report.reject(
                draft.row,
                column,
                text,
                _("There is no such department. Create it, or let the mapping create departments."),
            )
        return department
