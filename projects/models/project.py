"""A roll-out, its modules, departments and gates."""

from typing import Any, ClassVar

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.tenancy.models import OrganizationModel, scoped
from projects.querysets import GateDecisionQuerySet, ModuleQuerySet, ProjectQuerySet

CODE = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_-]*$", _("Use letters, digits, hyphens and underscores."))


class Project(OrganizationModel):
    """One software roll-out."""

    keeps_history = True

    class SystemKind(models.TextChoices):
        ERP = "ERP", _("ERP")
        CRM = "CRM", _("CRM")
        MES = "MES", _("MES")
        OA = "OA", _("OA")
        WMS = "WMS", _("WMS")
        PLM = "PLM", _("PLM")
        HR = "HR", _("HR")
        BI = "BI", _("BI")
        OTHER = "other", _("Other")

    class Gate(models.TextChoices):
        L0 = "L0", _("L0 Idea")
        L1 = "L1", _("L1 Identified")
        L2 = "L2", _("L2 Validated")
        L3 = "L3", _("L3 Planned")
        L4 = "L4", _("L4 Live")
        L5 = "L5", _("L5 Realised")

    class DeliveryStatus(models.TextChoices):
        NOT_STARTED = "not_started", _("Not started")
        ON_TRACK = "on_track", _("On track")
        AT_RISK = "at_risk", _("At risk")
        LATE = "late", _("Late")
        LIVE = "live", _("Live")
        CLOSED = "closed", _("Closed")

    code = models.CharField(
        _("code"),
        max_length=40,
        validators=[CODE],
        help_text=_("Short and lasting; part of the page's address."),
    )
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    system_kind = models.CharField(
        _("kind of system"), max_length=5, choices=SystemKind.choices, default=SystemKind.ERP
    )
    industry = models.CharField(_("industry"), max_length=80, blank=True)
    supplier = models.CharField(_("supplier"), max_length=120, blank=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
    )
    sponsor = models.ForeignKey(
        "organizations.User",
        verbose_name=_("sponsor"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    business_owner = models.ForeignKey(
        "organizations.User",
        verbose_name=_("business owner"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    it_owner = models.ForeignKey(
        "organizations.User",
        verbose_name=_("IT owner"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    start_on = models.DateField(_("start"), null=True, blank=True)
    go_live_planned = models.DateField(_("planned go-live"), null=True, blank=True)
    go_live_actual = models.DateField(_("actual go-live"), null=True, blank=True)
    gate = models.CharField(
        _("stage gate"), max_length=2, choices=Gate.choices, default=Gate.L0, editable=False
    )
    delivery_status = models.CharField(
        _("delivery status"),
        max_length=12,
        choices=DeliveryStatus.choices,
        default=DeliveryStatus.NOT_STARTED,
    )
    is_sample = models.BooleanField(_("sample data"), default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = scoped(ProjectQuerySet)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "code"],
                name="projects_project_code",
                violation_error_message=_("Another project has this code. Choose a different one."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def go_live(self) -> object:
        """Actual go-live, else the planned one, else None (a date)."""
        return self.go_live_actual or self.go_live_planned


class ProjectDepartment(OrganizationModel):
    """A department that a project serves."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="department_links")
    department = models.ForeignKey(
        "organizations.Department", on_delete=models.PROTECT, related_name="project_links"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "project", "department"], name="projects_department_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.department)


class Module(OrganizationModel):
    """A part of the contract: delivered, accepted, in use."""

    FLAGS: ClassVar[list[str]] = ["delivered_on", "accepted_on", "in_use_since"]

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="modules")
    name = models.CharField(_("name"), max_length=120)
    weight = models.FloatField(_("weight"), default=1, validators=[MinValueValidator(0)])
    contracted = models.BooleanField(_("contracted"), default=True)
    delivered_on = models.DateField(_("delivered"), null=True, blank=True)
    accepted_on = models.DateField(_("accepted"), null=True, blank=True)
    in_use_since = models.DateField(_("in use since"), null=True, blank=True)

    objects: ClassVar[Any] = scoped(ModuleQuerySet)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "project", "name"],
                name="projects_module_name",
                violation_error_message=_("This project has a module of this name already."),
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_on__isnull=True)
                | models.Q(delivered_on__isnull=False, accepted_on__gte=models.F("delivered_on")),
                name="projects_module_order",
                violation_error_message=_("A module is accepted on or after the day it was delivered."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GateDecision(OrganizationModel):
    """A recorded step to a stage gate."""

    append_only = True

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="gate_decisions")
    gate = models.CharField(_("stage gate"), max_length=2, choices=Project.Gate.choices)
    former = models.CharField(max_length=2, choices=Project.Gate.choices)
    decided_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(_("reason"), blank=True)
    #: false: asked for and refused; the project stays at `former`
    passed = models.BooleanField(default=True)
    #: [{"key", "met", "detail"}] as they stood when it was decided
    conditions = models.JSONField(default=list)

    objects: ClassVar[Any] = scoped(GateDecisionQuerySet)

    class Meta:
        ordering = ["-decided_at", "-id"]

    def __str__(self) -> str:
        return f"{self.former} → {self.gate}"

    @property
    def unmet(self) -> list[dict[str, Any]]:
        """Conditions that were not met when it was decided."""
        return [one for one in self.conditions if not one["met"]]
