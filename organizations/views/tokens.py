"""Keys for programs."""

import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from organizations.access import get_token_for, tokens_for
from organizations.forms import TokenForm
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from organizations.services import create_token, revoke_token


@requires(Right.MANAGE_TOKENS)
def tokens(request: MemberRequest) -> HttpResponse:
    """Keys in force."""
    return render(
        request, "organizations/tokens.html", {"tokens": list(tokens_for(request)), "now": timezone.now()}
    )


@never_cache
@requires(Right.MANAGE_TOKENS)
def create(request: MemberRequest) -> HttpResponse:
    """A new key. The answer to the form shows its secret, once: not even the session keeps it."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        token, secret = create_token(
            membership=request.membership,
            name=form.cleaned_data["name"],
            access=form.cleaned_data["access"],
            expires_at=timezone.now() + datetime.timedelta(days=days) if days else None,
        )
        return render(request, "organizations/token_created.html", {"token": token, "secret": secret})
    return render(request, "organizations/token.html", {"form": form})


@requires(Right.MANAGE_TOKENS)
def revoke(request: MemberRequest, token_id: int) -> HttpResponse:
    """Ask, then stop a key."""
    token = get_token_for(request, token_id)
    if request.method == "POST":
        revoke_token(membership=request.membership, token=token)
        messages.success(request, _("The key %(name)s no longer works.") % {"name": token.name})
        return redirect("organizations:tokens", organization_slug=request.organization.slug)
    return render(request, "organizations/token_revoke.html", {"token": token})
