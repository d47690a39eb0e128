"""The request of a member, as views receive it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from organizations.models import Membership, Organization, User


class MemberRequest(HttpRequest):
    """A request inside one organization; the middleware has opened its scope."""

    user: User
    organization: Organization
    membership: Membership
    htmx: HtmxDetails
