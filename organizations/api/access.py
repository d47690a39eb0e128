"""Who asks, what they may, how much at a time. Imports no view: settings name these classes."""

import datetime
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions, pagination, permissions, throttling
from rest_framework.request import Request

from organizations.models import ApiToken, User
from organizations.permissions import Right, allows
from organizations.services.tokens import hash_secret

USED_STEP = datetime.timedelta(minutes=5)


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer vt_…`: a key of the organization in the address, acting for its member."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _separator, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = None
        if getattr(request._request, "organization", None) is not None:
            token = (
                ApiToken.objects.usable()
                .select_related("membership__user")
                .filter(secret_hash=hash_secret(secret.strip()), membership__user__is_active=True)
                .first()
            )
        if token is None:
            raise exceptions.AuthenticationFailed(
                _("This key is unknown, revoked, expired or belongs to another organization.")
            )
        self._note_use(token)
        request._request.membership = token.membership  # type: ignore[attr-defined]
        return token.membership.user, token

    def _note_use(self, token: ApiToken) -> None:
        # Written at most once in five minutes: a busy program must not turn reads into writes.
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > USED_STEP:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="ValueTrack"'


class MemberSession(authentication.SessionAuthentication):
    """A member's browser session, with CSRF protection for writes."""


class MemberPermission(permissions.BasePermission):
    """Members of the organization with the view's `right` (`write_right` for changes); strangers get 404."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        membership = getattr(request._request, "membership", None)
        if membership is None:
            raise Http404
        writes = request.method not in permissions.SAFE_METHODS
        if writes and isinstance(request.auth, ApiToken) and request.auth.access != ApiToken.Access.WRITE:
            return False
        right: Right = (
            getattr(view, "write_right", Right.DEFINE) if writes else getattr(view, "right", Right.SEE)
        )
        return allows(membership, right)


class Pages(pagination.LimitOffsetPagination):
    """`?limit=` up to 1,000 and `?offset=`; answers count, next, previous, results."""

    default_limit = 100
    max_limit = 1000


class TokenThrottle(throttling.SimpleRateThrottle):
    """Requests per key, or per person for browser sessions."""

    scope = "token"

    def get_rate(self) -> str | None:
        # Read at each request: the base class reads it once, when the module is imported.
        rates: Any = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
        rate: str | None = rates[self.scope]
        return rate

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        if isinstance(request.auth, ApiToken):
            ident = f"token-{request.auth.pk}"
        elif request.user and request.user.is_authenticated:
            ident = f"user-{request.user.pk}"
        else:
            ident = self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}
