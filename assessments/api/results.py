"""The API's results, as the last computation left them."""

import django_filters
from django.db.models import QuerySet
from rest_framework import generics, serializers

from assessments.models import KpiResult, ProjectResult
from assessments.models.results import StatusWord
from assessments.worth import worth_of
from kpis.models import Kpi
from organizations.api.views import is_description
from projects.models import Project


class ProjectResultSerializer(serializers.ModelSerializer[ProjectResult]):
    """The newest assessment of a project: scores × 100, reporting currency, payback in months."""

    project: "serializers.SlugRelatedField[Project]" = serializers.SlugRelatedField(
        slug_field="code", read_only=True, help_text="Code of the project."
    )
    name = serializers.CharField(source="project.name", read_only=True)
    tiers = serializers.DictField(help_text="Per tier: coverage, low, high, due, in.", read_only=True)

    worth = serializers.SerializerMethodField(
        help_text="Benefits to date: claimed; of it verified; of that realised, which finance confirmed; and the"
        " realised by kind: cashable, non_cashable, avoidance. Never to be added up."
    )

    def get_worth(self, result: ProjectResult) -> dict[str, float]:
        return worth_of(result).as_record()

    class Meta:
        model = ProjectResult
        fields = [
            "project", "name", "as_of", "known_at", "method_version", "status", "value_index", "plan_index",
            "functional", "operational", "strategic", "tiers", "capped", "kpis_due", "kpis_in", "kpis_late",
            "benefits_actual", "benefits_plan", "worth", "costs_actual", "costs_plan", "roi_plan", "roi_outlook",
            "npv_plan", "npv_outlook", "payback_plan", "payback_outlook", "payback_origin",
        ]  # fmt: skip
        read_only_fields = fields


class ProjectResultFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which projects' results."""

    project = django_filters.CharFilter(field_name="project__code", label="Code of the project.")
    status = django_filters.MultipleChoiceFilter(choices=StatusWord.choices)


class ProjectResultListView(generics.ListAPIView[ProjectResult]):
    """The newest result of each project, by name."""

    serializer_class = ProjectResultSerializer
    filterset_class = ProjectResultFilter

    def get_queryset(self) -> QuerySet[ProjectResult]:
        if is_description(self):
            return ProjectResult.objects.none()  # type: ignore[no-any-return]
        results: QuerySet[ProjectResult] = ProjectResult.objects.current()
        return results.select_related("project").order_by("project__name", "pk")


class KpiResultSerializer(serializers.ModelSerializer[KpiResult]):
    """The newest assessment of one KPI. Ratios are uncapped; null means that it cannot be said."""

    kpi: "serializers.SlugRelatedField[Kpi]" = serializers.SlugRelatedField(
        slug_field="code", read_only=True, help_text="Code of the KPI."
    )
    name = serializers.CharField(source="kpi.name", read_only=True)
    project: "serializers.SlugRelatedField[Project]" = serializers.SlugRelatedField(
        slug_field="code", read_only=True, help_text="Code of its project."
    )
    tier = serializers.ChoiceField(choices=Kpi.Tier.choices, source="kpi.tier", read_only=True)
    unit = serializers.CharField(source="kpi.unit", read_only=True)

    class Meta:
        model = KpiResult
        fields = [
            "kpi", "name", "project", "tier", "unit", "period", "value", "preliminary", "planned", "target",
            "attainment", "on_plan", "status", "due", "stale", "dropped",
        ]  # fmt: skip
        read_only_fields = fields


class KpiResultFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which KPIs' results."""

    kpi = django_filters.CharFilter(field_name="kpi__code", label="Code of the KPI.")
    project = django_filters.CharFilter(field_name="project__code", label="Code of the project.")
    tier = django_filters.MultipleChoiceFilter(field_name="kpi__tier", choices=Kpi.Tier.choices)
    status = django_filters.MultipleChoiceFilter(choices=StatusWord.choices)


class KpiResultListView(generics.ListAPIView[KpiResult]):
    """The newest result of each KPI in use, by code."""

    serializer_class = KpiResultSerializer
    filterset_class = KpiResultFilter

    def get_queryset(self) -> QuerySet[KpiResult]:
        if is_description(self):
            return KpiResult.objects.none()  # type: ignore[no-any-return]
        results: QuerySet[KpiResult] = KpiResult.objects.filter(
            kpi__archived_at__isnull=True, project__archived_at__isnull=True
        )
        return results.select_related("kpi", "project").order_by("kpi__code")
