"""The list of projects, and one project's definition and history."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organizations.errors import InvalidInputError
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, requires
from projects.access import get_project_for
from projects.filters import ProjectFilter
from projects.forms import ArchiveForm, ProjectForm, add_refusal
from projects.history import events_of, project_history_entries
from projects.models import Project
from projects.navigation import project_page, project_url
from projects.services import archive_project, create_project, restore_project, update_project

ROWS = 50


@requires(Right.SEE)
@require_safe
def project_list(request: MemberRequest) -> HttpResponse:
    """Projects by name, searched and filtered by the address."""
    wanted = ProjectFilter.read(request.GET)
    page = Paginator(wanted.apply(Project.objects.listed()), ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "filter": wanted,
        "chips": wanted.chips(),
        "may_define": allows(request.membership, Right.DEFINE),
    }
    return render(request, "projects/list.html", context)


@requires(Right.DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def project_create(request: MemberRequest) -> HttpResponse:
    """A new project."""
    form = ProjectForm(request.POST or None, organization=request.organization)
    if request.method == "POST" and form.is_valid():
        try:
            project = create_project(
                actor=request.user,
                organization=request.organization,
                values=form.values,
                departments=form.chosen_departments,
            )
        except InvalidInputError as error:
            twin = Project.objects.just_created(form.values, request.user)
            if twin is not None:
                return redirect(project_url(twin))
            add_refusal(form, error)
        else:
            messages.success(request, _("%(name)s is set up.") % {"name": project.name})
            return redirect(project_url(project))
    context = {"form": form, "cancel_url": reverse("projects:list", args=[request.organization.slug])}
    return render(request, "projects/create.html", context, status=422 if form.errors else 200)


@requires(Right.DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def project_edit(request: MemberRequest, code: str) -> HttpResponse:
    """Change what is known of a project."""
    project = get_project_for(request, code, Right.DEFINE)
    initial = {"departments": project.department_links.values_list("department_id", flat=True)}
    form = ProjectForm(
        request.POST or None, instance=project, initial=initial, organization=request.organization
    )
    if request.method == "POST" and form.is_valid():
        sent = "departments" in form.fields and "departments" not in form.left_alone
        departments = form.chosen_departments if sent else None
        try:
            changed = update_project(
                actor=request.user, project=project, values=form.values, departments=departments
            )
        except InvalidInputError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": changed.name})
            return redirect(project_url(changed))
    context = project_page(request, project, "projects:edit", form=form, cancel_url=project_url(project))
    refused = 409 if form.has_conflicts else 422
    return render(request, "projects/edit.html", context, status=refused if form.errors else 200)


@requires(Right.DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def project_archive(request: MemberRequest, code: str) -> HttpResponse:
    """Ask once more, then archive."""
    project = get_project_for(request, code, Right.DEFINE)
    form = ArchiveForm(request.POST or None, code=project.code)
    if request.method == "POST" and form.is_valid():
        archive_project(actor=request.user, project=project, reason=form.cleaned_data["reason"])
        messages.success(request, _("%(name)s is archived. It can be restored.") % {"name": project.name})
        return redirect("projects:list", request.organization.slug)
    context = project_page(
        request, project, "projects:edit", form=form, cancel_url=project_url(project, "projects:edit")
    )
    return render(request, "projects/archive.html", context, status=422 if form.errors else 200)


@requires(Right.DEFINE)
@require_POST
def project_restore(request: MemberRequest, code: str) -> HttpResponse:
    """Bring an archived project back."""
    project = restore_project(actor=request.user, project=get_project_for(request, code, Right.DEFINE))
    messages.success(request, _("%(name)s is back.") % {"name": project.name})
    return redirect(project_url(project))


@requires(Right.SEE)
@require_safe
def project_history(request: MemberRequest, code: str) -> HttpResponse:
    """Who changed what of the project, its modules and its money."""
    project = get_project_for(request, code)
    events = events_of(project)
    page = Paginator(events, ROWS).get_page(request.GET.get("page"))
    context = project_page(
        request, project, "projects:history", page=page, entries=project_history_entries(page.object_list)
    )
    return render(request, "projects/history.html", context)
