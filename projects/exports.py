"""The list of projects as a file."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from organizations.exporting import Column, ExportTable, Kind, stream
from organizations.exporting.tables import type_of_row
from projects.filters import ProjectFilter
from projects.models import Project


def projects_table(wanted: ProjectFilter) -> ExportTable:
    """Projects by name, as the page narrows them."""
    return ExportTable(
        name="projects",
        title=_("Projects"),
        columns=[
            Column(_("Project code")),
            Column(_("Name"), width=36),
            Column(_("Part of"), width=16),
            Column(_("Kind of system")),
            Column(_("Industry"), width=20),
            Column(_("Departments"), width=28),
            Column(_("Supplier"), width=24),
            Column(_("Sponsor"), width=24),
            Column(_("Business owner"), width=24),
            Column(_("IT owner"), width=24),
            Column(_("Gate"), width=20),
            Column(_("Delivery")),
            Column(_("Start"), Kind.DATE, 12),
            Column(_("Go-live planned"), Kind.DATE, 12),
            Column(_("Go-live actual"), Kind.DATE, 12),
            Column(_("Description"), width=60),
        ],
        rows=_rows(stream(wanted.apply(Project.objects.listed()))),
        chosen=[
            (_("Name or code"), wanted.text),
            (_("Kind of system"), str(dict(Project.SystemKind.choices).get(wanted.kind, ""))),
            (_("Gate"), str(dict(Project.Gate.choices).get(wanted.gate, ""))),
            (_("Archived"), _("yes") if wanted.archived else ""),
        ],
    )


def _rows(projects: Iterable[Project]) -> Iterator[type_of_row]:
    comma = pgettext("between names", ", ")
    for project in projects:
        departments: list[str] = project.department_names  # type: ignore[attr-defined]
        yield (
            project.code,
            project.name,
            project.parent.code if project.parent else "",
            project.get_system_kind_display(),
            project.industry,
            comma.join(departments),
            project.supplier,
            str(project.sponsor or ""),
            str(project.business_owner or ""),
            str(project.it_owner or ""),
            project.get_gate_display(),
            project.get_delivery_status_display(),
            project.start_on,
            project.go_live_planned,
            project.go_live_actual,
            project.description,
        )
