"""The organization's own lists as files."""

from django.http import FileResponse
from django.views.decorators.http import require_safe

from organizations.exporting import answer_export
from organizations.exports import audit_table, members_table
from organizations.forms import HistoryFilterForm
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from organizations.trail import KINDS


@requires(Right.MANAGE_MEMBERS)
@require_safe
def members_export(request: MemberRequest, file_format: str) -> FileResponse:
    """The members."""
    return answer_export(request, members_table(), file_format)


@requires(Right.SEE_AUDIT)
@require_safe
def audit_export(request: MemberRequest, file_format: str) -> FileResponse:
    """The history as the page narrows it."""
    form = HistoryFilterForm(request.GET, kinds=list(KINDS.items()))
    return answer_export(request, audit_table(form.cleaned_data if form.is_valid() else {}), file_format)
