"""Reads of KPI definitions."""

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.functions import Coalesce

from organizations.models import Membership
from organizations.permissions import Right, allows

if TYPE_CHECKING:
    from kpis.models import Driver, Kpi, Monetisation, Target


class KpiQuerySet(models.QuerySet["Kpi"]):
    """KPIs of the organization in scope."""

    def active(self) -> Self:
        return self.filter(archived_at__isnull=True, project__archived_at__isnull=True)

    def owned_by(self, user_id: int) -> Self:
        """KPIs whose values the person answers for, in any of the three ways."""
        return self.filter(
            models.Q(data_owner_id=user_id)
            | models.Q(business_owner_id=user_id)
            | models.Q(it_owner_id=user_id)
        )

    def enterable_by(self, membership: Membership) -> Self:
        """KPIs whose values this member may enter; those of a formula are computed."""
        entered = self.active().exclude(source="formula")
        if allows(membership, Right.ENTER_ANY):
            return entered
        if allows(membership, Right.ENTER):
            return entered.owned_by(membership.user_id)
        return self.none()

    def listed(self) -> Self:
        return self.select_related("project", "business_owner", "it_owner", "data_owner")

    def with_last_target(self) -> Self:
        """Adds `last_target` and `last_target_period`: where the KPI is to arrive."""
        from kpis.models import Target

        newest = Target.objects.filter(kpi=models.OuterRef("pk")).order_by("-period")
        return self.annotate(
            last_target=models.Subquery(newest.values("value")[:1]),
            last_target_period=models.Subquery(newest.values("period")[:1]),
        )

    def matching(self, text: str) -> Self:
        return self.filter(models.Q(name__icontains=text) | models.Q(code__icontains=text)) if text else self

    def narrowed(self, chosen: Mapping[str, Any]) -> Self:
        """The list of KPIs as `KpiFilterForm.chosen` says, by project and tier."""
        kpis = self.listed().with_last_target().matching(chosen.get("q") or "")
        kpis = kpis.filter(archived_at__isnull=False) if chosen.get("archived") else kpis.active()
        for name, lookup in (("tier", "tier"), ("direction", "direction"), ("project", "project__code")):
            if chosen.get(name):
                kpis = kpis.filter(**{lookup: chosen[name]})
        return kpis.order_by("project__name", "tier", "name")


class TargetQuerySet(models.QuerySet["Target"]):
    """Target points of KPIs, by period."""


class DriverQuerySet(models.QuerySet["Driver"]):
    """Drivers of the organization in scope."""

    def active(self) -> Self:
        return self.filter(archived_at__isnull=True)

    def listed(self, today: datetime.date) -> Self:
        """With their owners, `current` and `current_from` (the value that holds today), `users` (lines that use it)."""
        from kpis.models import DriverValue, Monetisation

        values = DriverValue.objects.filter(driver=models.OuterRef("pk"), valid_from__lte=today)
        uses = [
            Monetisation.objects.filter(**{name: models.OuterRef("pk")})
            .order_by()
            .values(name)
            .annotate(count=models.Count("pk"))
            .values("count")
            for name in ("money_driver", "volume_driver")
        ]
        money, volume = (Coalesce(models.Subquery(use), 0) for use in uses)
        return self.select_related("owner").annotate(
            current=models.Subquery(values.values("value")[:1]),
            current_from=models.Subquery(values.values("valid_from")[:1]),
            current_source=models.Subquery(values.values("source")[:1]),
            users=money + volume,
        )


class MonetisationQuerySet(models.QuerySet["Monetisation"]):
    """How benefit lines follow from KPIs."""

    def using_driver(self, driver_id: int) -> Self:
        return self.filter(models.Q(money_driver=driver_id) | models.Q(volume_driver=driver_id))

    def listed(self) -> Self:
        """With everything that its formula names."""
        return self.select_related(
            "kpi__project", "line__project", "line__owner", "money_driver", "volume_driver", "volume_kpi"
        )
