"""The tree of departments."""

import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from organizations.access import get_department_for
from organizations.forms import DepartmentForm, service_errors
from organizations.http import MemberRequest
from organizations.models import Department
from organizations.permissions import Right, requires
from organizations.services import create_department, update_department


@requires(Right.DEFINE)
def departments(request: MemberRequest) -> HttpResponse:
    """All departments, each below the one it is part of."""
    rows = [(department, "— " * depth) for department, depth in Department.objects.listed().as_tree()]
    return render(request, "organizations/departments.html", {"rows": rows})


@requires(Right.DEFINE)
def create(request: MemberRequest) -> HttpResponse:
    """A new department."""
    form = DepartmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with service_errors(form):
            department = create_department(
                actor=request.user, organization=request.organization, **form.cleaned_data
            )
            messages.success(request, _("The department %(name)s is created.") % {"name": department.name})
            return _to_departments(request)
    return render(request, "organizations/department.html", {"form": form})


@requires(Right.DEFINE)
def edit(request: MemberRequest, department_id: int) -> HttpResponse:
    """Rename or move a department."""
    department = get_department_for(request, department_id)
    form = DepartmentForm(request.POST or None, instance=copy.copy(department))
    if request.method == "POST" and form.is_valid():
        with service_errors(form):
            update_department(actor=request.user, department=department, **form.cleaned_data)
            messages.success(request, _("The department %(name)s is changed.") % {"name": department.name})
            return _to_departments(request)
    return render(request, "organizations/department.html", {"form": form, "department": department})


def _to_departments(request: MemberRequest) -> HttpResponse:
    return redirect("organizations:departments", organization_slug=request.organization.slug)
