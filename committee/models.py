"""What readers get: subscriptions and deliveries of the digest."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.models import Membership, OutboundMail
from organizations.tenancy.models import OrganizationModel


class Subscription(OrganizationModel):
    """One member's digest. Zone and language are the reader's (`User`)."""

    class Frequency(models.TextChoices):
        OFF = "off", _("Off")
        WEEKLY = "weekly", _("Weekly, Monday 08:00")
        MONTHLY = "monthly", _("Monthly, on the third working day")

    membership = models.OneToOneField(
        Membership, on_delete=models.CASCADE, related_name="subscription", db_index=False
    )
    frequency = models.CharField(
        _("frequency"), max_length=7, choices=Frequency.choices, default=Frequency.WEEKLY
    )
    changed_at = models.DateTimeField(default=timezone.now)
    paused_until = models.DateField(_("paused until"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "membership"], name="committee_subscription_once")
        ]

    def __str__(self) -> str:
        return self.frequency


class Delivery(OrganizationModel):
    """One digest for one reader and period: claimed by this row before it is written, so that it goes once."""

    class Outcome(models.TextChoices):
        SENT = "sent", _("sent")
        SILENT = "silent", _("nothing changed")

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    #: such as 2026-W47 or 2026-10
    period = models.CharField(max_length=10)
    created_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=6, choices=Outcome.choices)
    mail = models.ForeignKey(OutboundMail, on_delete=models.SET_NULL, null=True, related_name="+")
    #: what the digest said, per project: the next one compares with it
    content = models.JSONField(default=dict)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "subscription", "period"], name="committee_delivery_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.outcome}"
