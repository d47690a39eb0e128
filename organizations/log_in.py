"""Asking an anonymous reader to log in, so that nobody lands where they cannot go on."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

View = Callable[..., HttpResponseBase]


def logged_in(view: View) -> View:
    """A view for people with a session; others are asked to log in."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.user.is_authenticated else _ask(request)

    return checked


def _ask(request: HttpRequest) -> HttpResponse:
    """A form's address often refuses to be opened: after the log-in comes the page the form stood on."""
    is_reading = request.method in ("GET", "HEAD")
    if "HX-Request" in request.headers:
        # A redirect would put the log-in page into the part of the page that asked.
        return HttpResponse(status=401, headers={"HX-Refresh": "true"} if is_reading else {})
    if is_reading:
        return redirect_to_login(request.get_full_path())
    messages.warning(request, _("You were logged out, so nothing was saved. Log in and send it again."))
    return redirect_to_login(_page_before(request))


def _page_before(request: HttpRequest) -> str:
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    return urlsplit(before)._replace(scheme="", netloc="").geturl()
