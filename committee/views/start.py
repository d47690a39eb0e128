"""First steps of a new organization, and sample data to look around in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from committee.first_steps import first_steps
from committee.services import load_sample, remove_sample
from organizations.errors import ConflictError
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.models import Project


@requires(Right.DEFINE)
@require_safe
def start(request: MemberRequest) -> HttpResponse:
    """The checklist that ticks itself."""
    steps = first_steps(request)
    context = {"steps": steps, "heading": _heading(steps), "sample": _sample()}
    return render(request, "committee/start.html", context)


@requires(Right.DEFINE)
@require_POST
def sample_load(request: MemberRequest) -> HttpResponse:
    """Make the sample roll-out; pressed twice, there is one."""
    project = load_sample(actor=request.user, organization=request.organization)
    messages.success(request, _("The sample is there. Its figures follow in a moment."))
    return redirect("assessments:project", request.organization.slug, project.code)


@requires(Right.DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def sample_remove(request: MemberRequest) -> HttpResponse:
    """Ask, then take the sample away."""
    if request.method == "POST":
        try:
            remove_sample(actor=request.user, organization=request.organization)
        except ConflictError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The sample is gone. Nothing else was touched."))
        return redirect("committee:start", request.organization.slug)
    return render(request, "committee/sample_remove.html", {"sample": _sample()})


def _sample() -> Project | None:
    found: Project | None = Project.objects.filter(is_sample=True).first()
    return found


def _heading(steps: list[dict[str, object]]) -> str:
    left = sum(not step["done"] for step in steps)
    if not left:
        return _("Everything is set up")
    return ngettext("%(count)d step is left", "%(count)d steps are left", left) % {"count": left}
