"""Reads of values and results."""

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.fields.json import KeyTransform

if TYPE_CHECKING:
    from assessments.models import ImportBatch, KpiResult, Measurement, PeriodLock, ProjectResult


class MeasurementQuerySet(models.QuerySet["Measurement"]):
    """Versions of values of the organization in scope."""

    def newest(self) -> Self:
        """The newest version of each KPI and period, whatever its status."""
        return self.order_by("kpi_id", "period", "-version").distinct("kpi_id", "period")

    def counted(self, *, known_at: datetime.datetime | None = None) -> Self:
        """The value that counts for each KPI and period: the newest submitted or verified version that no
        later version returned. Drafts never count; "not available" answers carry no value."""
        known = self.filter(recorded_at__lte=known_at) if known_at else self
        returned = known.filter(
            kpi=models.OuterRef("kpi"),
            period=models.OuterRef("period"),
            version__gt=models.OuterRef("version"),
            status="returned",
        )
        return (
            known.filter(status__in=["submitted", "verified"])
            .exclude(models.Exists(returned.order_by()))
            .order_by("kpi_id", "period", "-version")
            .distinct("kpi_id", "period")
        )


class PeriodLockQuerySet(models.QuerySet["PeriodLock"]):
    """Locks of the organization in scope, those that were opened again included."""

    def in_force(self) -> Self:
        return self.filter(reopened_at__isnull=True)


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Imports of the organization in scope."""

    def listed(self) -> Self:
        """Newest first, with their counts but without the refused cells, of which there may be many."""
        report = {name: KeyTransform(name, "report") for name in ("new", "changed", "same")}
        cells = models.Func(
            KeyTransform("rejected", "report"),
            function="jsonb_array_length",
            output_field=models.IntegerField(),
        )
        return (
            self.select_related("created_by")
            .defer("report", "mapping")
            .annotate(**report, rejected=cells)
            .order_by("-created_at", "-pk")
        )


@dataclass(frozen=True, slots=True)
class Trust:
    """Of how many KPIs the newest value counts, and how many of these nobody has verified yet."""

    values: int = 0
    preliminary: int = 0

    def __add__(self, other: "Trust") -> "Trust":
        return Trust(self.values + other.values, self.preliminary + other.preliminary)

    @property
    def verified(self) -> int:
        return self.values - self.preliminary


class KpiResultQuerySet(models.QuerySet["KpiResult"]):
    """Newest results of KPIs."""


class ProjectResultQuerySet(models.QuerySet["ProjectResult"]):
    """Newest results of projects."""

    def current(self) -> Self:
        return self.filter(project__archived_at__isnull=True)
