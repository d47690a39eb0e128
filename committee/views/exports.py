"""The committee's table as a file."""

from django.http import FileResponse
from django.views.decorators.http import require_safe

from committee.dashboard import read_results
from committee.exports import committee_table
from organizations.exporting import answer_export
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.models import Project


@requires(Right.SEE_COMMITTEE)
@require_safe
def committee_export(request: MemberRequest, file_format: str) -> FileResponse:
    """The projects as the page narrows them."""
    kind, gate = request.GET.get("kind", ""), request.GET.get("gate", "")
    kind = kind if kind in Project.SystemKind.values else ""
    gate = gate if gate in Project.Gate.values else ""
    shown = [
        result
        for result in read_results()
        if kind in ("", result.project.system_kind) and gate in ("", result.project.gate)
    ]
    table = committee_table(shown, currency=request.organization.currency, kind=kind, gate=gate)
    return answer_export(request, table, file_format)
