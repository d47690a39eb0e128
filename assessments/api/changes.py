"""The API's answer to what changed since an earlier report."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assessments.changes.answering import answer
from assessments.changes.details import load_details
from assessments.changes.document import describe
from assessments.changes.points import read_span
from organizations.api.views import member_request
from organizations.permissions import Right

_DAY = _("A date, meaning its end in the organization's zone, or a moment with its offset.")
#: seconds after which an explanation that is still being made may be asked for again
_RETRY = "3"


class ChangesView(APIView):
    """Why the figures of one day differ from those of an earlier one."""

    right = Right.SEE_COMMITTEE

    @extend_schema(
        parameters=[
            OpenApiParameter("from", str, description=str(_DAY)),
            OpenApiParameter("to", str, description=str(_DAY)),
        ],
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, "See docs/changes.md."),
            202: OpenApiResponse(description="Being made; ask again after Retry-After seconds."),
        },
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every figure from its start to its end by cause, adding up; without `from` since a week ago."""
        organization = member_request(request).organization
        span = read_span(
            organization, request.query_params.get("from", ""), request.query_params.get("to", "")
        )
        explanation = answer(organization, span)
        if explanation is None:
            return Response(status=status.HTTP_202_ACCEPTED, headers={"Retry-After": _RETRY})
        details = load_details(organization, explanation.start, explanation.end)
        return Response(describe(explanation, details))
