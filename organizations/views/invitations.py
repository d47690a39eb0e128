"""The page behind an invitation's link."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from organizations.errors import NotFoundError
from organizations.forms import ConfirmationForm, JoinForm, service_errors
from organizations.models import Invitation, Membership, User
from organizations.services import accept_invitation, read_invitation


@never_cache
@sensitive_post_parameters("password")
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Join: with a new log-in, with the one in use, or after logging in as the right person."""
    try:
        invitation = read_invitation(token)
    except NotFoundError:
        return render(request, "organizations/invitation_gone.html", status=404)
    person = request.user if isinstance(request.user, User) else None
    if person is not None:
        return _join_as(request, invitation, token, person)
    if User.objects.filter(email=invitation.email.lower()).exists():
        return render(request, "organizations/invitation_login.html", {"invitation": invitation})
    return _join_new(request, invitation, token)


def _join_new(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    form = JoinForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        with service_errors(form):
            membership = accept_invitation(token=token, user=None, **form.cleaned_data)
            login(request, membership.user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return _welcome(request, membership)
    return render(request, "organizations/invitation.html", {"form": form, "invitation": invitation})


def _join_as(request: HttpRequest, invitation: Invitation, token: str, person: User) -> HttpResponse:
    form = ConfirmationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with service_errors(form):
            return _welcome(request, accept_invitation(token=token, user=person))
    someone_else = person.email.lower() != invitation.email.lower()
    context = {"form": form, "invitation": invitation, "someone_else": someone_else}
    return render(request, "organizations/invitation.html", context)


def _welcome(request: HttpRequest, membership: Membership) -> HttpResponse:
    organization = membership.organization
    messages.success(request, _("Welcome to %(name)s.") % {"name": organization.name})
    return redirect("organizations:home", organization_slug=organization.slug)
