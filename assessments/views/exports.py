"""Values and imports as files."""

from django.http import FileResponse
from django.views.decorators.http import require_safe

from assessments.exports import entry_set_table, imports_table, values_table
from kpis.access import get_kpi_for
from kpis.forms import KpiFilterForm
from organizations.exporting import answer_export
from organizations.http import MemberRequest
from organizations.permissions import Right, requires


@requires(Right.SEE)
@require_safe
def entries_export(request: MemberRequest, file_format: str) -> FileResponse:
    """Every KPI and period with its value; narrowed as the list of KPIs is."""
    chosen = KpiFilterForm(request.GET, projects=[]).chosen
    return answer_export(request, entry_set_table(request.organization, chosen), file_format)


@requires(Right.SEE)
@require_safe
def values_export(request: MemberRequest, code: str, file_format: str) -> FileResponse:
    """The values of one KPI."""
    kpi = get_kpi_for(request, code)
    return answer_export(request, values_table(request.organization, kpi), file_format)


@requires(Right.IMPORT)
@require_safe
def imports_export(request: MemberRequest, file_format: str) -> FileResponse:
    """The imports so far."""
    return answer_export(request, imports_table(), file_format)
