"""Reads of projects and money."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.utils import timezone

from organizations.models import AuditEvent, User

if TYPE_CHECKING:
    from projects.models import CashFlow, GateDecision, Module, MoneyLine, Project


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects of the organization in scope."""

    def active(self) -> Self:
        return self.filter(archived_at__isnull=True)

    def listed(self) -> Self:
        """Everything a list of projects shows, in one query; `department_names` is a sorted list.

        Not by prefetching: scoped related managers filter again and ask once for each row.
        """
        from projects.models import ProjectDepartment

        links = ProjectDepartment.objects.filter(project=models.OuterRef("pk")).order_by("department__name")
        return (
            self.select_related("business_owner", "it_owner", "sponsor", "parent")
            .annotate(department_names=ArraySubquery(links.values_list("department__name", flat=True)))
            .order_by("name")
        )

    def matching(self, text: str) -> Self:
        return self.filter(models.Q(name__icontains=text) | models.Q(code__icontains=text)) if text else self

    def just_created(self, values: Mapping[str, Any], actor: User) -> "Project | None":
        """The project that the same person made of the same words a moment ago: a form sent twice."""
        twin = self.filter(
            code=values["code"],
            name=values["name"],
            created_at__gte=timezone.now() - datetime.timedelta(minutes=2),
        ).first()
        made = twin and AuditEvent.objects.about("project", twin.pk).filter(
            action="project.created", actor=actor
        )
        return twin if made and made.exists() else None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of the contracted weight, from 0 to 1; None while nothing is contracted."""

    contracted: float
    delivered: float | None
    accepted: float | None
    in_use: float | None


class ModuleQuerySet(models.QuerySet["Module"]):
    """Modules of the organization in scope."""

    def coverage(self) -> Coverage:
        """Weight delivered, accepted and in use over weight contracted (METHOD §6), of contracted modules."""
        names = {"delivered": "delivered_on", "accepted": "accepted_on", "in_use": "in_use_since"}
        sums = self.filter(contracted=True).aggregate(
            contracted=models.Sum("weight", default=0.0),
            **{
                name: models.Sum("weight", default=0.0, filter=models.Q(**{f"{field}__isnull": False}))
                for name, field in names.items()
            },
        )
        total = sums["contracted"]
        return Coverage(total, *[sums[name] / total if total else None for name in names])


class GateDecisionQuerySet(models.QuerySet["GateDecision"]):
    """Gate decisions, newest first."""

    def listed(self) -> Self:
        return self.select_related("decided_by")


class MoneyLineQuerySet(models.QuerySet["MoneyLine"]):
    """Lines of cost and benefit."""

    def active(self) -> Self:
        return self.filter(archived_at__isnull=True)


class CashFlowQuerySet(models.QuerySet["CashFlow"]):
    """Amounts by month."""
