"""How likely a project pays back as planned."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.models import ProjectOutlook
from assessments.outlook_page import MOST_DAYS, outlook_basis, outlook_history, outlook_message, outlook_stats
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.access import get_project_for
from projects.navigation import project_page


@requires(Right.SEE)
@require_safe
def outlook(request: MemberRequest, code: str) -> HttpResponse:
    """The newest simulation, what it was drawn from, and how the probability moved."""
    project = get_project_for(request, code)
    newest = list(ProjectOutlook.objects.filter(project=project).order_by("-as_of")[:MOST_DAYS])
    context = project_page(request, project, "assessments:outlook")
    if newest:
        context |= {
            "outlook": newest[0],
            "message": outlook_message(project, newest[0]),
            "stats": outlook_stats(newest[0], request.organization.currency),
            "basis": outlook_basis(newest[0]),
            "history": outlook_history(project, newest[::-1]),
            "rows": newest,
        }
    return render(request, "assessments/outlook.html", context)
