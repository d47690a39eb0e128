"""The API's projects."""

from typing import Any, cast

import django_filters
from django.db.models import QuerySet
from rest_framework import generics, serializers

from organizations.api.views import is_description
from organizations.errors import NotFoundError
from projects.models import Project


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """One software roll-out. People are named by e-mail address."""

    parent: "serializers.SlugRelatedField[Project]" = serializers.SlugRelatedField(  # type: ignore[assignment]
        slug_field="code", read_only=True, allow_null=True, help_text="Code of the project it is part of."
    )
    departments = serializers.SerializerMethodField()
    sponsor = serializers.EmailField(source="sponsor.email", default=None, allow_null=True)
    business_owner = serializers.EmailField(source="business_owner.email", default=None, allow_null=True)
    it_owner = serializers.EmailField(source="it_owner.email", default=None, allow_null=True)

    class Meta:
        model = Project
        fields = [
            "code", "name", "description", "system_kind", "industry", "supplier", "parent", "departments",
            "sponsor", "business_owner", "it_owner", "start_on", "go_live_planned", "go_live_actual", "gate",
            "delivery_status", "created_at", "archived_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_departments(self, project: Project) -> list[str]:
        # Annotated by `listed`.
        return list(cast(Any, project).department_names)


class ProjectFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which projects."""

    gate = django_filters.MultipleChoiceFilter(choices=Project.Gate.choices)
    system_kind = django_filters.MultipleChoiceFilter(choices=Project.SystemKind.choices)
    delivery_status = django_filters.MultipleChoiceFilter(choices=Project.DeliveryStatus.choices)
    archived = django_filters.BooleanFilter(
        field_name="archived_at",
        lookup_expr="isnull",
        exclude=True,
        label="Archived or not; both when left out.",
    )
    search = django_filters.CharFilter(method="find", label="A part of the name or code.")

    def find(self, projects: QuerySet[Project], _name: str, text: str) -> QuerySet[Project]:
        return projects.matching(text)  # type: ignore[attr-defined, no-any-return]


class ProjectListView(generics.ListAPIView[Project]):
    """The projects of the organization, by name."""

    serializer_class = ProjectSerializer
    filterset_class = ProjectFilter

    def get_queryset(self) -> QuerySet[Project]:
        projects: QuerySet[Project] = (
            Project.objects.none() if is_description(self) else Project.objects.listed()
        )
        return projects


class ProjectView(generics.RetrieveAPIView[Project]):
    """One project."""

    serializer_class = ProjectSerializer

    def get_queryset(self) -> QuerySet[Project]:
        projects: QuerySet[Project] = (
            Project.objects.none() if is_description(self) else Project.objects.listed()
        )
        return projects

    def get_object(self) -> Project:
        project = self.get_queryset().filter(code=self.kwargs["code"]).first()
        if project is None:
            raise NotFoundError
        return project
