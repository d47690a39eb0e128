"""The list of projects, and the money of one, as files."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from organizations.exporting import Column, ExportTable, Kind, stream
from organizations.exporting.tables import type_of_row
from projects.filters import ProjectFilter
from projects.models import CashFlow, Project


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


def money_table(project: Project) -> ExportTable:
    """Every amount of the project's lines by month, plan, forecast and actual; in the currency of the line."""
    return ExportTable(
        name=f"money-{project.code}",
        title=_("Money of %(project)s") % {"project": project.name},
        columns=[
            Column(_("Project code")),
            Column(_("Kind")),
            Column(_("Line"), width=36),
            Column(_("Category"), width=24),
            Column(_("Cost centre or account"), width=20),
            Column(_("Treatment"), width=20),
            Column(_("Rhythm")),
            Column(_("Cashability")),
            Column(_("Risk adjustment"), Kind.NUMBER),
            Column(_("Owner"), width=24),
            Column(_("Currency")),
            Column(_("Plan rate"), Kind.NUMBER),
            Column(_("Series")),
            Column(_("Month"), Kind.DATE, 12),
            Column(_("Amount"), Kind.NUMBER),
        ],
        rows=_money_rows(project),
        chosen=[(_("Project"), project.code)],
    )


def _money_rows(project: Project) -> Iterator[type_of_row]:
    flows = CashFlow.objects.filter(line__project=project, line__archived_at__isnull=True)
    ordered = flows.select_related("line__owner").order_by("-line__kind", "line__name", "series", "month")
    for flow in stream(ordered):
        line = flow.line
        yield (
            project.code,
            line.get_kind_display(),
            line.name,
            line.category,
            line.cost_centre,
            line.get_treatment_display(),
            line.get_rhythm_display(),
            line.get_cashability_display(),
            line.risk_adjustment,
            str(line.owner or ""),
            line.currency,
            line.fx_rate,
            flow.get_series_display(),
            flow.month,
            flow.amount,
        )
