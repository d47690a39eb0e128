"""When people are reminded of values that are due."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.tenancy.models import OrganizationModel, scoped


def weekend() -> list[int]:
    """Saturday and Sunday, as ISO weekdays."""
    return [6, 7]


class ReminderRule(OrganizationModel):
    """An organization's rule; without a row the defaults hold. Values are due a week after their period has ended."""

    enabled = models.BooleanField(_("send reminders"), default=True)
    days_before = models.PositiveSmallIntegerField(
        _("days before the due day"), default=3, validators=[MaxValueValidator(30)]
    )
    on_due_day = models.BooleanField(_("on the due day"), default=True)
    #: 0: no further reminder
    repeat_days = models.PositiveSmallIntegerField(
        _("days between reminders after it"), default=3, validators=[MaxValueValidator(30)]
    )
    #: 0: no escalation
    escalate_after = models.PositiveSmallIntegerField(
        _("days after the due day until the lead hears of it"), default=7, validators=[MaxValueValidator(90)]
    )
    hour = models.PositiveSmallIntegerField(
        _("hour of sending"), default=8, validators=[MaxValueValidator(23)]
    )
    #: ISO weekdays, 1 Monday to 7 Sunday
    quiet_weekdays = ArrayField(models.PositiveSmallIntegerField(), default=weekend, blank=True)
    #: ISO code of the country whose public holidays are quiet, or ""
    holiday_country = models.CharField(_("public holidays of"), max_length=2, blank=True)
    #: further quiet days of the organization itself
    quiet_days = ArrayField(models.DateField(), default=list, blank=True)

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="assessments_reminder_once")]

    def __str__(self) -> str:
        return str(self.organization_id)


class ReminderPause(OrganizationModel):
    """A member who wants no reminders until a day, for example while on leave."""

    user = models.ForeignKey("organizations.User", on_delete=models.CASCADE, related_name="+")
    #: first day on which reminders come again
    until = models.DateField(_("no reminders before"))

    objects: ClassVar[Any] = scoped(models.QuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="assessments_pause_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.until}"
