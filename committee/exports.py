"""The committee's table as a file."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from assessments.models import ProjectResult
from assessments.models.results import StatusWord
from assessments.worth import worth_of
from kpis.models import Kpi
from organizations.exporting import Column, ExportTable, Kind
from organizations.exporting.tables import type_of_row
from projects.models import Project


def committee_table(
    results: Iterable[ProjectResult], *, currency: str, kind: str = "", gate: str = ""
) -> ExportTable:
    """Projects, worst first, with every figure unrounded. ROI as a ratio, payback in months, money in `currency`."""
    money = {"unit": currency}
    return ExportTable(
        name="committee",
        title=_("Committee"),
        columns=[
            Column(_("Project code")),
            Column(_("Project"), width=36),
            Column(_("Kind of system")),
            Column(_("Gate"), width=20),
            Column(_("Business owner"), width=24),
            Column(_("Status"), width=14),
            Column(_("As of"), Kind.DATE, 12),
            Column(_("Benefits, actual (%(unit)s)") % money, Kind.NUMBER),
            Column(_("Benefits, plan (%(unit)s)") % money, Kind.NUMBER),
            Column(_("Benefits, verified (%(unit)s)") % money, Kind.NUMBER),
            Column(_("Benefits, realised (%(unit)s)") % money, Kind.NUMBER),
            Column(_("Benefits, realised and cashable (%(unit)s)") % money, Kind.NUMBER),
            Column(_("Costs, actual (%(unit)s)") % money, Kind.NUMBER),
            Column(_("Costs, plan (%(unit)s)") % money, Kind.NUMBER),
            Column(_("Value index"), Kind.NUMBER, 12),
            *(Column(str(tier.label), Kind.NUMBER, 12) for tier in Kpi.Tier),
            Column(_("ROI, plan"), Kind.NUMBER, 12),
            Column(_("ROI, outlook"), Kind.NUMBER, 12),
            Column(_("Net present value, plan (%(unit)s)") % money, Kind.NUMBER),
            Column(_("Net present value, outlook (%(unit)s)") % money, Kind.NUMBER),
            Column(_("Payback in months, plan"), Kind.NUMBER, 12),
            Column(_("Payback in months, outlook"), Kind.NUMBER, 12),
            Column(_("KPIs due"), Kind.NUMBER, 10),
            Column(_("KPIs in"), Kind.NUMBER, 10),
            Column(_("KPIs late"), Kind.NUMBER, 10),
        ],
        rows=_rows(results),
        chosen=[
            (_("Kind of system"), str(dict(Project.SystemKind.choices).get(kind, ""))),
            (_("Gate"), str(dict(Project.Gate.choices).get(gate, ""))),
        ],
    )


def _rows(results: Iterable[ProjectResult]) -> Iterator[type_of_row]:
    for result in results:
        project, worth = result.project, worth_of(result)
        yield (
            project.code,
            project.name,
            project.get_system_kind_display(),
            project.get_gate_display(),
            str(project.business_owner or ""),
            str(StatusWord(result.status).label),
            result.as_of,
            result.benefits_actual,
            result.benefits_plan,
            worth.verified,
            worth.realised,
            worth.cashable,
            result.costs_actual,
            result.costs_plan,
            result.value_index,
            *(getattr(result, tier.value) for tier in Kpi.Tier),
            result.roi_plan,
            result.roi_outlook,
            result.npv_plan,
            result.npv_outlook,
            result.payback_plan,
            result.payback_outlook,
            result.kpis_due,
            result.kpis_in,
            result.kpis_late,
        )
