"""How the plan is agreed, shared and changed: signatures, change requests, shares of costs, restatements."""

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.tenancy.models import OrganizationModel, scoped
from projects.models.money import CashFlow, MoneyLine, PlanBaseline
from projects.models.project import Project


class PlanSignature(OrganizationModel):
    """One side's yes to one frozen plan. The business owner answers for the benefits, finance for the money."""

    append_only = True

    class Side(models.TextChoices):
        BUSINESS = "business", _("Business owner")
        FINANCE = "finance", _("Finance")

    baseline = models.ForeignKey(PlanBaseline, on_delete=models.CASCADE, related_name="signatures")
    side = models.CharField(max_length=8, choices=Side.choices)
    #: of the content that was on the person's screen
    content_hash = models.CharField(max_length=64)
    signed_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    #: as it was then: the record keeps the name when the account is gone
    signed_name = models.CharField(max_length=200)
    signed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["signed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "baseline", "side"],
                name="projects_plansignature_once",
                violation_error_message=_("This side has signed already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.baseline_id} {self.side}"


class ChangeRequest(OrganizationModel):
    """A wish to change a frozen plan: approved, it becomes the next `PlanBaseline`."""

    keeps_history = True

    class Status(models.TextChoices):
        OPEN = "open", _("waits for a decision")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="change_requests")
    #: counted within the project, from 1
    number = models.PositiveIntegerField()
    title = models.CharField(_("what changes"), max_length=120)
    reason = models.TextField(_("reason"))
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.OPEN)
    #: {"lines": {line id: {"2026-01": "1000.00" or null}}}: planned amounts that would change
    content = models.JSONField(default=dict)
    #: {"before": {…}, "after": {…}}: NPV, ROI, payback and totals of the plan, as they were when it was asked
    effect = models.JSONField(default=dict)
    requested_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(_("reason of the decision"), blank=True)
    #: the plan that came of it
    baseline = models.ForeignKey(
        PlanBaseline, on_delete=models.SET_NULL, null=True, related_name="change_requests"
    )

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "project", "number"], name="projects_changerequest_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id} CR{self.number}"


class LineShare(OrganizationModel):
    """The part of a line that a further project bears; the line's own project keeps the rest."""

    keeps_history = True

    line = models.ForeignKey(MoneyLine, on_delete=models.CASCADE, related_name="shares")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="line_shares")
    #: above 0, at most 1; all shares of a line together at most 1
    share = models.FloatField(_("share"), validators=[MinValueValidator(0.0001), MaxValueValidator(1)])
    note = models.CharField(_("key of the split"), max_length=200, blank=True)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["project__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "line", "project"],
                name="projects_lineshare_once",
                violation_error_message=_("This project has a share of the line already."),
            ),
            models.CheckConstraint(
                condition=models.Q(share__gt=0, share__lte=1), name="projects_lineshare_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.share:g}"


class Restatement(OrganizationModel):
    """An amount that had been reported or confirmed and was corrected afterwards: old, new and why."""

    append_only = True

    line = models.ForeignKey(MoneyLine, on_delete=models.CASCADE, related_name="restatements")
    series = models.CharField(max_length=8, choices=CashFlow.Series.choices)
    month = models.DateField()
    #: null: there was none, or it was taken away
    old = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    new = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    reason = models.TextField(_("reason"))
    restated_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    restated_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["-restated_at", "-id"]

    def __str__(self) -> str:
        return f"{self.line_id} {self.month:%Y-%m}"


class Confirmation(OrganizationModel):
    """Finance's word about the actual amount of a line in one month; the newest one of a month counts.

    It holds while the booked amount is still the confirmed one.
    """

    append_only = True

    class Answer(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("not confirmed")
        REOPENED = "reopened", _("reopened")

    line = models.ForeignKey(MoneyLine, on_delete=models.CASCADE, related_name="confirmations")
    month = models.DateField()
    answer = models.CharField(max_length=9, choices=Answer.choices)
    #: the booked amount that was answered, in the line's currency
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    reason = models.TextField(_("reason"), blank=True)
    #: null: the product itself reopened it
    answered_by = models.ForeignKey(
        "organizations.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    answered_name = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["-answered_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(month__day=1), name="projects_confirmation_month")
        ]
        indexes = [
            models.Index(fields=["organization", "line", "month", "-id"], name="projects_confirmation_newest")
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.month:%Y-%m} {self.answer}"


class GateRule(OrganizationModel):
    """What an organization asks of one gate; gates without a row keep the product's own rules."""

    keeps_history = True

    gate = models.CharField(_("stage gate"), max_length=2, choices=Project.Gate.choices)
    #: keys of `projects.gate_conditions`
    conditions = models.JSONField(default=list)
    #: roles that may decide; empty: whoever may decide gates
    approvers = models.JSONField(default=list)
    #: 0–1: what counts of a project's value in the pipeline while it stands at this gate
    weight = models.FloatField(
        _("weight in the pipeline"), validators=[MinValueValidator(0), MaxValueValidator(1)]
    )

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        ordering = ["gate"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "gate"], name="projects_gaterule_once")
        ]

    def __str__(self) -> str:
        return str(self.gate)
