"""The organization's own KPI templates; the product's library is in `kpis/library`."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kpis.models.definition import Kpi
from organizations.tenancy.models import OrganizationModel, scoped
from projects.models import Project
from projects.models.project import CODE
from projects.periods import Frequency


class KpiTemplate(OrganizationModel):
    """A KPI to define again and again, in the organization's own words."""

    code = models.CharField(_("code"), max_length=60, validators=[CODE])
    name = models.CharField(_("name"), max_length=200)
    definition = models.TextField(_("definition"))
    formula = models.TextField(_("formula"), blank=True)
    tier = models.CharField(_("tier"), max_length=11, choices=Kpi.Tier.choices)
    dimension = models.CharField(_("value dimension"), max_length=10, choices=Kpi.Dimension.choices)
    direction = models.CharField(_("direction"), max_length=8, choices=Kpi.Direction.choices)
    unit = models.CharField(_("unit"), max_length=40)
    frequency = models.CharField(
        _("frequency"), max_length=7, choices=Frequency.choices, default=Frequency.MONTH
    )
    system_kind = models.CharField(
        _("kind of system"), max_length=5, choices=Project.SystemKind.choices, blank=True
    )
    industry = models.CharField(_("industry"), max_length=80, blank=True)
    typical_source = models.CharField(_("typical source"), max_length=200, blank=True)
    pitfalls = models.TextField(_("pitfalls"), blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    archived_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "code"],
                name="kpis_template_code",
                violation_error_message=_("Another template has this code. Choose a different one."),
            )
        ]

    def __str__(self) -> str:
        return self.name
