"""Members and open invitations."""

import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import get_invitation_for, get_member_for
from organizations.forms import ConfirmationForm, InviteForm, MemberForm, service_errors
from organizations.http import MemberRequest
from organizations.models import Invitation, Membership
from organizations.permissions import Right, requires
from organizations.services import change_member, invite, remove_member, revoke_invitation


@requires(Right.MANAGE_MEMBERS)
def members(request: MemberRequest) -> HttpResponse:
    """Who belongs to the organization, and who is invited."""
    context = {
        "members": list(Membership.objects.listed()),
        "invitations": list(Invitation.objects.listed().select_related("invited_by", "department")),
        "now": timezone.now(),
    }
    return render(request, "organizations/members.html", context)


@requires(Right.MANAGE_MEMBERS)
def invite_member(request: MemberRequest) -> HttpResponse:
    """Invite one address."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with service_errors(form):
            invitation = invite(actor=request.user, organization=request.organization, **form.cleaned_data)
            messages.success(
                request, _("An invitation is on its way to %(email)s.") % {"email": invitation.email}
            )
            return _to_members(request)
    return render(request, "organizations/invite.html", {"form": form})


@requires(Right.MANAGE_MEMBERS)
def edit(request: MemberRequest, member_id: int) -> HttpResponse:
    """Change a member's role or department."""
    member = get_member_for(request, member_id)
    form = MemberForm(request.POST or None, instance=copy.copy(member))
    if request.method == "POST" and form.is_valid():
        with service_errors(form):
            change_member(actor=request.user, membership=member, **form.cleaned_data)
            messages.success(request, _("%(name)s is changed.") % {"name": member.user})
            return _to_members(request)
    return render(request, "organizations/member.html", {"form": form, "member": member})


@requires(Right.MANAGE_MEMBERS)
def remove(request: MemberRequest, member_id: int) -> HttpResponse:
    """Ask, then take a member's access away."""
    member = get_member_for(request, member_id)
    form = ConfirmationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with service_errors(form):
            remove_member(actor=request.user, membership=member)
            messages.success(request, _("%(name)s no longer has access.") % {"name": member.user})
            return redirect("organizations:choose") if member.user == request.user else _to_members(request)
    return render(request, "organizations/member_remove.html", {"form": form, "member": member})


@requires(Right.MANAGE_MEMBERS)
def revoke(request: MemberRequest, invitation_id: int) -> HttpResponse:
    """Ask, then make an invitation's link worthless."""
    invitation = get_invitation_for(request, invitation_id)
    if request.method == "POST":
        revoke_invitation(actor=request.user, invitation=invitation)
        messages.success(
            request, _("The invitation of %(email)s is withdrawn.") % {"email": invitation.email}
        )
        return _to_members(request)
    return render(request, "organizations/invitation_revoke.html", {"invitation": invitation})


def _to_members(request: MemberRequest) -> HttpResponse:
    return redirect("organizations:members", organization_slug=request.organization.slug)
