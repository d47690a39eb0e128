"""Further projects that bear a part of a line."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organizations.errors import ConflictError, InvalidInputError
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.access import get_line_for
from projects.forms.shares import LineSharesForm
from projects.models import LineShare, Project
from projects.navigation import project_page, project_url
from projects.services.shares import share_line


@requires(Right.MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def line_shares(request: MemberRequest, code: str, line_id: int) -> HttpResponse:
    """The part of each further project; the line's own keeps the rest."""
    line = get_line_for(request, code, line_id, Right.MONEY)
    rows = list(LineShare.objects.filter(line=line).select_related("project").order_by("project__name"))
    others = list(Project.objects.active().exclude(pk=line.project_id).order_by("name"))
    form = LineSharesForm(request.POST if request.method == "POST" else None, rows=rows, projects=others)
    if request.method == "POST" and form.is_valid():
        try:
            share_line(actor=request.user, line=line, parts=form.parts)
        except (InvalidInputError, ConflictError) as error:
            form.show_refusal(error)
        else:
            messages.success(request, _("The sharing is saved. Figures follow in a moment."))
            return redirect(project_url(line.project, "projects:line_shares", line.pk))
    context = project_page(
        request,
        line.project,
        "projects:money",
        line=line,
        form=form,
        rest=max(0.0, 1 - sum(row.share for row in rows)),
        count=len(rows),
    )
    return render(request, "projects/line_shares.html", context, status=422 if form.errors else 200)
