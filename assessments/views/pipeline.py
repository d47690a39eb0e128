"""Projects by stage gate with the value of their plans."""

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.exports.pipeline import pipeline_table
from assessments.pipeline import pipeline_chart, read_pipeline
from organizations.exporting import answer_export
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, requires


@requires(Right.SEE)
@require_safe
def pipeline(request: MemberRequest) -> HttpResponse:
    """Columns L0 to L5, the projects beneath."""
    columns = read_pipeline()
    context = {
        "columns": columns,
        "count": sum(len(column.promises) for column in columns),
        "npv": sum(column.npv for column in columns),
        "weighted_npv": sum(column.weighted_npv for column in columns),
        "benefits": sum(column.benefits for column in columns),
        "weighted_benefits": sum(column.weighted_benefits for column in columns),
        "chart": pipeline_chart(request.organization, columns),
        "may_set_rules": allows(request.membership, Right.MANAGE_SETTINGS),
        "may_define": allows(request.membership, Right.DEFINE),
    }
    return render(request, "assessments/pipeline.html", context)


@requires(Right.SEE)
@require_safe
def pipeline_export(request: MemberRequest, file_format: str) -> FileResponse:
    """The pipeline's projects."""
    return answer_export(request, pipeline_table(request.organization, read_pipeline()), file_format)
