"""Modules of a project."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organizations.errors import ConflictError, InvalidInputError
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.access import get_module_for, get_project_for
from projects.forms import ModuleForm, add_refusal
from projects.models import Module
from projects.navigation import project_page, project_url
from projects.services import create_module, delete_module, update_module


@requires(Right.SEE)
@require_safe
def module_list(request: MemberRequest, code: str) -> HttpResponse:
    """What was contracted, and how much of it is there."""
    return _answer_list(request, code, ModuleForm())


@requires(Right.DEFINE)
@require_POST
def module_create(request: MemberRequest, code: str) -> HttpResponse:
    """Add a module from the form under the list."""
    project = get_project_for(request, code, Right.DEFINE)
    form = ModuleForm(request.POST)
    if form.is_valid():
        try:
            module = create_module(actor=request.user, project=project, values=form.cleaned_data)
        except (InvalidInputError, ConflictError) as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("%(name)s is added.") % {"name": module.name})
            return redirect(project_url(project, "projects:modules"))
    return _answer_list(request, code, form)


@requires(Right.DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def module_edit(request: MemberRequest, code: str, module_id: int) -> HttpResponse:
    """Change a module."""
    module = get_module_for(request, code, module_id)
    list_url = project_url(module.project, "projects:modules")
    form = ModuleForm(request.POST or None, instance=module)
    if request.method == "POST" and form.is_valid():
        try:
            update_module(actor=request.user, module=module, values=form.cleaned_data)
        except (InvalidInputError, ConflictError) as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": module.name})
            return redirect(list_url)
    context = project_page(
        request, module.project, "projects:modules", module=module, form=form, cancel_url=list_url
    )
    return render(request, "projects/module_edit.html", context, status=422 if form.errors else 200)


@requires(Right.DEFINE)
@require_POST
def module_delete(request: MemberRequest, code: str, module_id: int) -> HttpResponse:
    """Take a module out."""
    module = get_module_for(request, code, module_id)
    delete_module(actor=request.user, module=module)
    messages.success(request, _("%(name)s is removed.") % {"name": module.name})
    return redirect(project_url(module.project, "projects:modules"))


def _answer_list(request: MemberRequest, code: str, form: ModuleForm) -> HttpResponse:
    project = get_project_for(request, code)
    modules = Module.objects.filter(project=project)
    context = project_page(
        request,
        project,
        "projects:modules",
        modules=modules,
        coverage=modules.coverage(),
        form=form,
    )
    return render(request, "projects/modules.html", context, status=422 if form.errors else 200)
