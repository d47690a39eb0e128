"""Lists of projects as files."""

from django.http import FileResponse
from django.views.decorators.http import require_safe

from organizations.exporting import answer_export
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.exports import projects_table
from projects.filters import ProjectFilter


@requires(Right.SEE)
@require_safe
def project_export(request: MemberRequest, file_format: str) -> FileResponse:
    """The projects as the page narrows them."""
    return answer_export(request, projects_table(ProjectFilter.read(request.GET)), file_format)
