"""Where a person goes: the first page, the chooser, and each role's first screen."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from organizations.access import for_members
from organizations.http import MemberRequest
from organizations.models import Membership, Role, User
from organizations.permissions import Right, allows
from organizations.tenancy import user_scope

FIRST_SCREENS = {
    Role.ADMIN: "committee:committee",
    Role.PMO: "committee:committee",
    Role.FINANCE: "committee:committee",
    Role.EXECUTIVE: "committee:committee",
    Role.VIEWER: "committee:committee",
    Role.CONTRIBUTOR: "assessments:entries",
}


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Into the only organization a person belongs to; otherwise to the chooser."""
    memberships = _memberships(request)
    if len(memberships) == 1:
        return redirect("organizations:home", organization_slug=memberships[0].organization.slug)
    return redirect("organizations:choose")


@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """The person's organizations; with none, what to do about it."""
    return render(request, "organizations/choose.html", {"memberships": _memberships(request)})


@for_members
def member_home(request: MemberRequest) -> HttpResponse:
    """The member's first screen. An auditor from outside has none until a sample is shared with them."""
    screen = FIRST_SCREENS.get(Role(request.membership.role))
    if not request.organization.generation and allows(request.membership, Right.DEFINE):
        # Nothing was ever computed here: the committee page would be empty.
        screen = "committee:start"
    if screen is None:
        return render(request, "organizations/nothing_shared.html")
    return redirect(screen, organization_slug=request.organization.slug)


def _memberships(request: HttpRequest) -> list[Membership]:
    user = cast(User, request.user)
    with user_scope(user):
        return list(Membership.objects.of_user(user))
