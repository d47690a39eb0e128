"""Lists of projects as files."""

from django.http import FileResponse
from django.views.decorators.http import require_safe

from organizations.exporting import answer_export
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.access import get_project_for
from projects.exports import money_table, projects_table
from projects.filters import ProjectFilter


@requires(Right.SEE)
@require_safe
def project_export(request: MemberRequest, file_format: str) -> FileResponse:
    """The projects as the page narrows them."""
    return answer_export(request, projects_table(ProjectFilter.read(request.GET)), file_format)


@requires(Right.SEE)
@require_safe
def money_export(request: MemberRequest, code: str, file_format: str) -> FileResponse:
    """The amounts of one project by line and month."""
    return answer_export(request, money_table(get_project_for(request, code)), file_format)
