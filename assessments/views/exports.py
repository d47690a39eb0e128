"""Values and imports as files."""

from django.http import FileResponse
from django.views.decorators.http import require_safe

from assessments.entry.reading import chosen_kpis
from assessments.entry.window import read_choice
from assessments.exports import entries_table, entry_set_table, imports_table, values_table
from kpis.access import get_kpi_for
from kpis.forms import KpiFilterForm
from organizations.exporting import answer_export
from organizations.http import MemberRequest
from organizations.permissions import Right, requires


@requires(Right.SEE)
@require_safe
def values_export(request: MemberRequest, file_format: str) -> FileResponse:
    """Every KPI and period with its value; narrowed as the list of KPIs is."""
    chosen = KpiFilterForm(request.GET, projects=[]).chosen
    return answer_export(request, entry_set_table(request.organization, chosen), file_format)


@requires(Right.ENTER)
@require_safe
def entries_export(request: MemberRequest, file_format: str) -> FileResponse:
    """The KPIs of the entry grid with all their periods; whose, the address says as it does there."""
    choice = read_choice(request.GET.dict(), request.membership)
    kpis = chosen_kpis(request.membership, choice)
    scope = request.GET.get("scope", "") if choice.is_wide else ""
    return answer_export(request, entries_table(request.organization, kpis, scope), file_format)


@requires(Right.SEE)
@require_safe
def kpi_values_export(request: MemberRequest, code: str, file_format: str) -> FileResponse:
    """The values of one KPI."""
    kpi = get_kpi_for(request, code)
    return answer_export(request, values_table(request.organization, kpi), file_format)


@requires(Right.IMPORT)
@require_safe
def imports_export(request: MemberRequest, file_format: str) -> FileResponse:
    """The imports so far."""
    return answer_export(request, imports_table(), file_format)
