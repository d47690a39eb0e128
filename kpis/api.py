"""The API's KPI definitions."""

import django_filters
from django.db.models import QuerySet
from rest_framework import generics, serializers

from kpis.models import Kpi, Target
from organizations.api.views import is_description
from organizations.errors import NotFoundError
from projects.models import Project


class KpiSerializer(serializers.ModelSerializer[Kpi]):
    """One measure of one project. People are named by e-mail address."""

    project: "serializers.SlugRelatedField[Project]" = serializers.SlugRelatedField(
        slug_field="code", read_only=True, help_text="Code of the project."
    )
    business_owner = serializers.EmailField(source="business_owner.email", default=None, allow_null=True)
    it_owner = serializers.EmailField(source="it_owner.email", default=None, allow_null=True)
    data_owner = serializers.EmailField(source="data_owner.email", default=None, allow_null=True)

    class Meta:
        model = Kpi
        fields = [
            "code", "project", "name", "definition", "tier", "dimension", "direction", "unit", "decimals",
            "baseline_value", "baseline_start", "baseline_end", "range_low", "range_high", "tolerance",
            "weight", "frequency", "source", "expected_start", "business_owner", "it_owner", "data_owner",
            "created_at", "archived_at",
        ]  # fmt: skip
        read_only_fields: list[str] = fields


class TargetSerializer(serializers.ModelSerializer[Target]):
    """The planned value at the end of one period; between points the plan is a straight line."""

    class Meta:
        model = Target
        fields = ["period", "value"]
        read_only_fields = fields


class KpiDetailSerializer(KpiSerializer):
    """One measure with its targets."""

    targets = TargetSerializer(many=True, read_only=True)

    class Meta(KpiSerializer.Meta):
        fields = [*KpiSerializer.Meta.fields, "targets"]
        read_only_fields = fields


class KpiFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which KPIs."""

    project = django_filters.CharFilter(field_name="project__code", label="Code of the project.")
    tier = django_filters.MultipleChoiceFilter(choices=Kpi.Tier.choices)
    dimension = django_filters.MultipleChoiceFilter(choices=Kpi.Dimension.choices)
    direction = django_filters.MultipleChoiceFilter(choices=Kpi.Direction.choices)
    archived = django_filters.BooleanFilter(
        field_name="archived_at",
        lookup_expr="isnull",
        exclude=True,
        label="Archived or not; both when left out.",
    )
    search = django_filters.CharFilter(method="find", label="A part of the name or code.")

    def find(self, kpis: QuerySet[Kpi], _name: str, text: str) -> QuerySet[Kpi]:
        return kpis.matching(text)  # type: ignore[attr-defined, no-any-return]


class KpiListView(generics.ListAPIView[Kpi]):
    """The KPIs of the organization, by code."""

    serializer_class = KpiSerializer
    filterset_class = KpiFilter

    def get_queryset(self) -> QuerySet[Kpi]:
        kpis: QuerySet[Kpi] = (
            Kpi.objects.none() if is_description(self) else Kpi.objects.listed().order_by("code")
        )
        return kpis


class KpiView(generics.RetrieveAPIView[Kpi]):
    """One KPI with its targets."""

    serializer_class = KpiDetailSerializer

    def get_queryset(self) -> QuerySet[Kpi]:
        kpis: QuerySet[Kpi] = Kpi.objects.none() if is_description(self) else Kpi.objects.listed()
        return kpis.prefetch_related("targets")

    def get_object(self) -> Kpi:
        kpi = self.get_queryset().filter(code=self.kwargs["code"]).first()
        if kpi is None:
            raise NotFoundError
        return kpi
