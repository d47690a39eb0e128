"""The organization itself, the list of one's organizations, and what is no address."""

from typing import Any, cast

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, generics, permissions, serializers, views
from rest_framework.request import Request
from rest_framework.response import Response

from organizations.http import MemberRequest
from organizations.models import Membership, Organization, User
from organizations.tenancy import user_scope


def member_request(request: Request) -> MemberRequest:
    """The request with its organization and membership, as the middleware left it."""
    return cast(MemberRequest, request._request)


def is_description(view: Any) -> bool:
    """Whether the schema is being written: there is no request, hence no organization in scope."""
    return bool(getattr(view, "swagger_fake_view", False))


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    """The organization and the terms by which its figures are computed."""

    class Meta:
        model = Organization
        fields = [
            "slug", "name", "zone", "language", "currency", "fiscal_year_start", "discount_rate",
            "weight_functional", "weight_operational", "weight_strategic", "score_cap", "is_sample",
            "generation",
        ]  # fmt: skip
        read_only_fields = fields


class OrganizationView(generics.RetrieveAPIView[Organization]):
    """The organization and the terms by which its figures are computed."""

    serializer_class = OrganizationSerializer

    def get_object(self) -> Organization:
        return member_request(self.request).organization


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    """An organization one belongs to, and one's role there."""

    slug = serializers.SlugField(source="organization.slug")
    name = serializers.CharField(source="organization.name")

    class Meta:
        model = Membership
        fields = ["slug", "name", "role"]


class OrganizationListView(generics.ListAPIView[Membership]):
    """The organizations of the person who is logged in. Not for keys: they belong to one organization."""

    serializer_class = MembershipSerializer
    permission_classes = [permissions.IsAuthenticated]
    pagination_class = None
    filter_backends = []

    def get_queryset(self) -> QuerySet[Membership]:
        return cast("QuerySet[Membership]", Membership.objects.none())

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        user = cast(User, request.user)
        with user_scope(user):
            memberships = list(Membership.objects.of_user(user))
        return Response(self.get_serializer(memberships, many=True).data)


@extend_schema(exclude=True)
class NoSuchAddressView(views.APIView):
    """Whatever stands below /api/v1/ and is no address: the same shape of error as everywhere."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise exceptions.NotFound(_("There is no such address. Addresses of the API end with a slash."))
