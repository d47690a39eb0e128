"""The API of trust: verify and return values, lock and reopen months."""

import datetime
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.access import get_lock_for
from assessments.models import PeriodLock
from assessments.services.deciding import SeenCell
from assessments.services.locking import lock_month, reopen_month
from assessments.services.verifying import DecisionReport, return_values, verify_values
from kpis.models import Kpi
from organizations.api.parsing import StrictJSONParser
from organizations.api.views import is_description, member_request
from organizations.errors import InvalidInputError
from organizations.permissions import Right
from projects.access import get_project_for
from projects.models import Project

MAX_ROWS = 10_000


class SeenSerializer(serializers.Serializer[Any]):
    """One value and the version that was looked at."""

    kpi = serializers.CharField(max_length=60, help_text="Code of the KPI.")
    period = serializers.DateField(help_text="First day of the period.")
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class VerifySerializer(serializers.Serializer[Any]):
    """Values to verify."""

    measurements = SeenSerializer(many=True, allow_empty=False, max_length=MAX_ROWS)  # type: ignore[call-arg]


class ReturnSerializer(VerifySerializer):
    """Values to send back, and why."""

    reason = serializers.CharField(max_length=1000)


class LeftSerializer(serializers.Serializer[Any]):
    """A value that was left as it is."""

    kpi = serializers.CharField()
    period = serializers.DateField()
    reason = serializers.CharField()


class DecisionSerializer(serializers.Serializer[Any]):
    """How many values were decided on, and which were left."""

    done = serializers.IntegerField()
    left = LeftSerializer(many=True)


class DecisionView(generics.GenericAPIView[Any]):
    """Up to 10,000 values at once; each names the version that was looked at."""

    parser_classes = [StrictJSONParser]
    right = write_right = Right.VERIFY

    def decide(self, request: Request) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        rows = body.validated_data["measurements"]
        codes = dict(Kpi.objects.filter(code__in={row["kpi"] for row in rows}).values_list("code", "pk"))
        unknown = [
            {"index": index, "column": "kpi", "reason": _("There is no KPI with this code.")}
            for index, row in enumerate(rows)
            if row["kpi"] not in codes
        ]
        if unknown:
            raise InvalidInputError(_("Some rows cannot be read. Nothing was saved."), rows=unknown[:100])
        cells = [SeenCell(codes[row["kpi"]], row["period"], row["version"]) for row in rows]
        report = self.act(request, cells, body.validated_data)
        names = {pk: code for code, pk in codes.items()}
        left = [
            {"kpi": names[kpi_id], "period": period, "reason": reason}
            for (kpi_id, period), reason in sorted(report.refused.items())
        ]
        return Response({"done": len(report.done), "left": left})

    def act(self, request: Request, cells: list[SeenCell], values: dict[str, Any]) -> DecisionReport:
        raise NotImplementedError


class VerifyView(DecisionView):
    """Verify submitted values."""

    serializer_class = VerifySerializer

    @extend_schema(responses={200: DecisionSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Verify the values that stand as they were seen; the others are left, each with its reason."""
        return self.decide(request)

    def act(self, request: Request, cells: list[SeenCell], values: dict[str, Any]) -> DecisionReport:
        member = member_request(request)
        return verify_values(actor=member.membership.user, organization=member.organization, cells=cells)


class ReturnView(DecisionView):
    """Return submitted or verified values with a reason."""

    serializer_class = ReturnSerializer

    @extend_schema(responses={200: DecisionSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Send back the values that stand as they were seen; the others are left, each with its reason."""
        return self.decide(request)

    def act(self, request: Request, cells: list[SeenCell], values: dict[str, Any]) -> DecisionReport:
        member = member_request(request)
        return return_values(
            actor=member.membership.user,
            organization=member.organization,
            cells=cells,
            reason=values["reason"],
        )


class LockSerializer(serializers.ModelSerializer[PeriodLock]):
    """A closed month of a project; reopened ones stay on record."""

    project: "serializers.SlugRelatedField[Project]" = serializers.SlugRelatedField(
        slug_field="code", read_only=True, help_text="Code of the project."
    )
    locked_by = serializers.EmailField(source="locked_by.email", default=None, read_only=True)
    reopened_by = serializers.EmailField(source="reopened_by.email", default=None, read_only=True)

    class Meta:
        model = PeriodLock
        fields = [
            "id", "project", "month", "locked_at", "locked_by", "reason", "reopened_at", "reopened_by",
            "reopen_reason",
        ]  # fmt: skip
        read_only_fields = fields


class NewLockSerializer(serializers.Serializer[Any]):
    """A month to close, complete or not."""

    project = serializers.CharField(max_length=60, help_text="Code of the project.")
    month = serializers.DateField(help_text="First day of the month.")
    reason = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class ReopenSerializer(serializers.Serializer[Any]):
    """Why a month is opened again."""

    reason = serializers.CharField(max_length=1000)


class LockFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which locks."""

    project = django_filters.CharFilter(field_name="project__code", label="Code of the project.")
    month = django_filters.DateFilter(field_name="month", label="First day of the month.")
    in_force = django_filters.BooleanFilter(
        field_name="reopened_at", lookup_expr="isnull", label="Only those in force, or only reopened ones."
    )


class LockListView(generics.ListAPIView[PeriodLock]):
    """Locks of months, newest first."""

    serializer_class = LockSerializer
    filterset_class = LockFilter
    parser_classes = [StrictJSONParser]
    write_right = Right.LOCK

    def get_queryset(self) -> QuerySet[PeriodLock]:
        if is_description(self):
            return PeriodLock.objects.none()  # type: ignore[no-any-return]
        locks: QuerySet[PeriodLock] = PeriodLock.objects.select_related("project", "locked_by", "reopened_by")
        return locks.order_by("-month", "-pk")

    @extend_schema(request=NewLockSerializer, responses={200: LockSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Close a month of a project; closed already, it stays as it is. Answers the lock in force."""
        body = NewLockSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        member, values = member_request(request), body.validated_data
        month: datetime.date = values["month"]
        project = get_project_for(member, values["project"], Right.LOCK)
        lock_month(
            actor=member.membership.user,
            organization=member.organization,
            projects=[project],
            month=month,
            reason=values["reason"],
        )
        lock = (
            PeriodLock.objects.in_force()
            .select_related("project", "locked_by")
            .get(project=project, month=month)
        )
        return Response(LockSerializer(lock).data)


class LockReopenView(generics.GenericAPIView[Any]):
    """Open a closed month again."""

    serializer_class = ReopenSerializer
    parser_classes = [StrictJSONParser]
    right = write_right = Right.LOCK

    @extend_schema(responses={200: LockSerializer})
    def post(self, request: Request, lock_id: int, *args: Any, **kwargs: Any) -> Response:
        """Open the month with a reason; the lock stays on record."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        member = member_request(request)
        lock = get_lock_for(member, lock_id)
        held = reopen_month(actor=member.membership.user, lock=lock, reason=body.validated_data["reason"])
        return Response(LockSerializer(held).data)
