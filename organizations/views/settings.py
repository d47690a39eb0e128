"""An organization's settings and its end."""

import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from organizations.forms import DeletionForm, SettingsForm, service_errors
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, requires
from organizations.services import request_deletion, update_organization
from organizations.services.tenants import TERMS


@requires(Right.MANAGE_SETTINGS)
def settings(request: MemberRequest) -> HttpResponse:
    """The terms by which figures are computed."""
    form = SettingsForm(request.POST or None, instance=copy.copy(request.organization))
    if request.method == "POST" and form.is_valid():
        with service_errors(form):
            update_organization(
                actor=request.user, organization=request.organization, values=form.cleaned_data
            )
            if TERMS & set(form.changed_data):
                messages.success(request, _("The settings are saved. All figures are being computed anew."))
            else:
                messages.success(request, _("The settings are saved."))
            return redirect("organizations:settings", organization_slug=request.organization.slug)
    may_delete = allows(request.membership, Right.DELETE_ORGANIZATION)
    return render(request, "organizations/settings.html", {"form": form, "may_delete": may_delete})


@requires(Right.DELETE_ORGANIZATION)
def delete(request: MemberRequest) -> HttpResponse:
    """The last question before everything is taken away; sample data needs one press only."""
    organization = request.organization
    form = DeletionForm(request.POST if request.method == "POST" else None, organization=organization)
    if request.method == "POST" and form.is_valid():
        request_deletion(actor=request.user, organization=organization)
        messages.success(request, _("%(name)s is closed and being deleted.") % {"name": organization.name})
        return redirect("organizations:choose")
    return render(request, "organizations/delete.html", {"form": form})
