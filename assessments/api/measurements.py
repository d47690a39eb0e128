"""The API's values: read in versions, written in bulk."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.api.rows import read_rows
from assessments.models import Measurement
from assessments.services import record_measurements
from kpis.models import Kpi
from organizations.api.parsing import StrictJSONParser
from organizations.api.views import is_description, member_request
from organizations.permissions import Right


class MeasurementSerializer(serializers.ModelSerializer[Measurement]):
    """One version of one value. `value` null with a note means "not available"."""

    kpi: "serializers.SlugRelatedField[Kpi]" = serializers.SlugRelatedField(
        slug_field="code", read_only=True, help_text="Code of the KPI."
    )
    project = serializers.SlugField(
        source="kpi.project.code", read_only=True, help_text="Code of its project."
    )
    recorded_by = serializers.EmailField(
        source="recorded_by.email", default=None, allow_null=True, read_only=True
    )

    class Meta:
        model = Measurement
        fields = [
            "kpi", "project", "period", "version", "value", "status", "source", "note", "recorded_at",
            "recorded_by",
        ]  # fmt: skip
        read_only_fields = fields


class MeasurementFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which values; the status is looked at after the version was chosen."""

    kpi = django_filters.CharFilter(field_name="kpi__code", label="Code of the KPI.")
    project = django_filters.CharFilter(field_name="kpi__project__code", label="Code of the project.")
    period_from = django_filters.DateFilter(
        field_name="period", lookup_expr="gte", label="Periods that begin on this day or later."
    )
    period_before = django_filters.DateFilter(
        field_name="period", lookup_expr="lt", label="Periods that begin before this day."
    )


class VersionsQuery(serializers.Serializer[Any]):
    """Which version of each value, and with which status."""

    versions = serializers.ChoiceField(choices=["counted", "newest", "all"], default="counted")
    status = serializers.ChoiceField(choices=Measurement.Status.choices, required=False)


class NewMeasurementSerializer(serializers.Serializer[Any]):
    """One value to write."""

    kpi = serializers.CharField(help_text="Code of the KPI.")
    period = serializers.DateField(help_text="First day of a period of the KPI's frequency.")
    value = serializers.FloatField(allow_null=True, help_text="null: not available; then a note is needed.")
    note = serializers.CharField(required=False, allow_blank=True)


class NewMeasurementsSerializer(serializers.Serializer[Any]):
    """Up to 10,000 values, written all or none."""

    measurements = NewMeasurementSerializer(many=True)


class RecordReportSerializer(serializers.Serializer[Any]):
    """How many values were new, changed an earlier one, or said what is known already."""

    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    same = serializers.IntegerField()


class MeasurementListView(generics.ListAPIView[Measurement]):
    """Values by KPI and period. By default the version that counts: the newest submitted or verified one."""

    serializer_class = MeasurementSerializer
    filterset_class = MeasurementFilter
    parser_classes = [StrictJSONParser]
    write_right = Right.ENTER

    def get_queryset(self) -> QuerySet[Measurement]:
        values: QuerySet[Measurement] = (
            Measurement.objects.none() if is_description(self) else Measurement.objects.all()
        )
        return values

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = VersionsQuery(data=self.request.query_params)
        chosen.is_valid(raise_exception=True)
        values: Any = super().filter_queryset(queryset)
        versions = chosen.validated_data["versions"]
        if versions == "newest":
            values = values.newest()
        elif versions == "counted":
            values = values.counted()
        if "status" in chosen.validated_data:
            # Around the choice of the version, not inside it: otherwise an older version would step forward.
            values = Measurement.objects.filter(
                pk__in=values.values("pk"), status=chosen.validated_data["status"]
            )
        ordered: QuerySet[Measurement] = values.order_by("kpi_id", "period", "-version").select_related(
            "kpi__project", "recorded_by"
        )
        return ordered

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "versions",
                enum=["counted", "newest", "all"],
                default="counted",
                description="Which version of each value.",
            ),
            OpenApiParameter(
                "status",
                enum=Measurement.Status.values,
                description="Only values whose chosen version has this status.",
            ),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Values by KPI and period; by default the version that counts (submitted or verified)."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=NewMeasurementsSerializer, responses={200: RecordReportSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write up to 10,000 values, all or none. Saying the same again changes nothing."""
        member = member_request(request)
        rows = read_rows(member, request.data)
        report = record_measurements(member.membership.user, member.organization, rows)
        return Response({"new": report.new, "changed": report.changed, "same": report.same})
