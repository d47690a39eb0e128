"""The organization of a request, the reader's language and zone, and the answer to product errors."""

import re
import zoneinfo
from collections.abc import Callable
from typing import Any, cast

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from organizations.errors import ProductError
from organizations.models import Membership, Organization, User
from organizations.tenancy import organization_scope

Answer = Callable[[HttpRequest], HttpResponse]

# The organization is in the address and nowhere else.
_ADDRESS = re.compile(r"^/(?:o|api/v1/organizations)/(?P<slug>[a-z0-9-]+)/")


class OrganizationMiddleware:
    """Opens the scope of the organization named by the address, around the view and its rendering.

    Sets `request.organization` and, for its members, `request.membership`. Strangers keep both `None`: views
    answer 404 (`organizations.permissions.requires`).
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.organization = None  # type: ignore[attr-defined]
        request.membership = None  # type: ignore[attr-defined]
        match = _ADDRESS.match(request.path_info)
        organization = Organization.objects.filter(slug=match["slug"]).first() if match else None
        if organization is None:
            return self.get_response(request)
        with organization_scope(organization):
            request.organization = organization  # type: ignore[attr-defined]
            if request.user.is_authenticated:
                request.membership = _membership(request, organization)  # type: ignore[attr-defined]
            structlog.contextvars.bind_contextvars(organization=organization.slug)
            return self.get_response(request)


def _membership(request: HttpRequest, organization: Organization) -> Membership | None:
    membership: Membership | None = Membership.objects.filter(user_id=request.user.pk).first()
    if membership is not None:
        # Both are at hand already: following the references would ask the database again.
        membership.organization = organization
        membership.user = cast(User, request.user)
    return membership


class ReaderMiddleware:
    """Speaks the reader's language and shows their zone; the organization's where they chose none."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        language = user.language if user.is_authenticated else translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()
        timezone.activate(_zone_of(request))
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        if not user.is_authenticated:
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response


def _zone_of(request: HttpRequest) -> zoneinfo.ZoneInfo:
    user, organization = request.user, getattr(request, "organization", None)
    name = (user.zone if user.is_authenticated else "") or (organization.zone if organization else "")
    return zoneinfo.ZoneInfo(name or settings.TIME_ZONE)


class ProductErrorMiddleware:
    """The one handler of `ProductError` on pages. The API has its own, with the same shape of content."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ProductError):
            return None
        template = {403: "403.html", 404: "404.html"}.get(error.status, "400.html")
        context: dict[str, Any] = {"exception": error.message, "error": error}
        return render(request, template, context, status=error.status)
