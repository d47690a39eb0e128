"""Making sure that it is really the person who sits there: before a signature the log-in is confirmed anew."""

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _


def has_confirmed(request: HttpRequest) -> bool:
    """Whether the person entered the password, a code or a passkey again within the last five minutes.

    The log-in itself does not count. Who has none of these cannot confirm (allauth would let them through).
    """
    return bool(_ways(request)) and bool(did_recently_reauthenticate(request))


def ask_to_confirm(request: HttpRequest, *, back: str) -> HttpResponse:
    """Send the person to confirm the log-in, and from there to `back`, a page to be read: forms are not sent again."""
    ways = _ways(request)
    if not ways:
        messages.warning(request, _("To sign you need a password. Set one, then open the page again."))
        return redirect("account_set_password")
    return redirect(f"{ways[0]['url']}?{urlencode({'next': back})}")


def _ways(request: HttpRequest) -> list[dict[str, str]]:
    ways: list[dict[str, str]] = get_adapter().get_reauthentication_methods(request.user)
    return ways
