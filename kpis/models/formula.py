"""KPIs computed from other KPIs, and KPIs that serve several projects."""

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kpis.models.definition import Kpi
from organizations.tenancy.models import OrganizationModel, scoped
from projects.models import Project


class Formula(OrganizationModel):
    """How the values of a KPI are computed: an expression over KPIs named by their codes in brackets."""

    kpi = models.OneToOneField(Kpi, on_delete=models.CASCADE, related_name="formula", db_index=False)
    expression = models.TextField(_("formula"), max_length=1000)
    updated_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "kpi"], name="kpis_formula_once")]

    def __str__(self) -> str:
        return self.expression


class FormulaTerm(OrganizationModel):
    """A KPI that a formula reads: the edge by which cycles are found and changes travel."""

    formula = models.ForeignKey(Formula, on_delete=models.CASCADE, related_name="terms")
    kpi = models.ForeignKey(Kpi, on_delete=models.PROTECT, related_name="formula_terms")

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "formula", "kpi"], name="kpis_term_once")
        ]

    def __str__(self) -> str:
        return f"{self.formula_id} ← {self.kpi_id}"


class Attribution(OrganizationModel):
    """A further project that a KPI serves, beside its own: its share of the effect and its weight there.

    The shares of all further projects are at most 1 together; the rest is the KPI's own project and other causes.
    """

    keeps_history = True

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="attributions")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="attributions")
    share = models.FloatField(_("share"), validators=[MinValueValidator(0), MaxValueValidator(1)])
    weight = models.FloatField(_("weight in its tier"), default=1, validators=[MinValueValidator(0)])

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kpi", "project"],
                name="kpis_attribution_once",
                violation_error_message=_("The KPI serves this project already."),
            ),
            models.CheckConstraint(
                condition=models.Q(share__gt=0, share__lte=1), name="kpis_attribution_share"
            ),
            models.CheckConstraint(condition=models.Q(weight__gte=0), name="kpis_attribution_weight"),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} → {self.project_id}"
