"""The API's drivers."""

from django.db.models import QuerySet
from rest_framework import generics, serializers

from kpis.models import Driver, DriverValue
from organizations.api.views import is_description


class DriverValueSerializer(serializers.ModelSerializer[DriverValue]):
    """A value from one day on. Of several for one day the one recorded last counts."""

    class Meta:
        model = DriverValue
        fields = ["valid_from", "value", "source", "recorded_at"]
        read_only_fields = fields


class DriverSerializer(serializers.ModelSerializer[Driver]):
    """An assumption of the organization. The owner is named by e-mail address."""

    owner = serializers.EmailField(source="owner.email", default=None, allow_null=True)
    values = DriverValueSerializer(many=True, read_only=True)

    class Meta:
        model = Driver
        fields = ["code", "name", "unit", "description", "owner", "archived_at", "values"]
        read_only_fields = fields


class DriverListView(generics.ListAPIView[Driver]):
    """The drivers of the organization with their values, newest first."""

    serializer_class = DriverSerializer

    def get_queryset(self) -> QuerySet[Driver]:
        drivers: QuerySet[Driver] = (
            Driver.objects.none()
            if is_description(self)
            else Driver.objects.select_related("owner").prefetch_related("values").order_by("code")
        )
        return drivers
