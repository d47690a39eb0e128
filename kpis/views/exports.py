"""KPI definitions and targets as files."""

from django.http import FileResponse
from django.views.decorators.http import require_safe

from kpis.access import get_kpi_for
from kpis.exports import kpis_table, targets_table
from kpis.forms import KpiFilterForm
from organizations.exporting import answer_export
from organizations.http import MemberRequest
from organizations.permissions import Right, requires


@requires(Right.SEE)
@require_safe
def kpi_export(request: MemberRequest, file_format: str) -> FileResponse:
    """The KPIs as the page narrows them."""
    chosen = KpiFilterForm(request.GET, projects=[]).chosen
    return answer_export(request, kpis_table(chosen), file_format)


@requires(Right.DEFINE)
@require_safe
def targets_export(request: MemberRequest, code: str, file_format: str) -> FileResponse:
    """The targets of one KPI."""
    kpi = get_kpi_for(request, code, Right.DEFINE)
    return answer_export(request, targets_table(kpi), file_format)
