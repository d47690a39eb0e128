"""Forms of the committee."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committee.models import Subscription


class SubscriptionForm(forms.Form):
    """How often the digest comes, and until when it rests."""

    frequency = forms.ChoiceField(
        label=_("How often"), choices=Subscription.Frequency.choices, widget=forms.RadioSelect
    )
    paused_until = forms.DateField(
        label=_("Pause until"),
        required=False,
        help_text=_("Nothing is sent before this day, for example while you are on leave."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_paused_until(self) -> Any:
        day = self.cleaned_data["paused_until"]
        # The reader's zone is active; a pause that ended earlier may stay in the field.
        if day and day != self.initial.get("paused_until") and day <= timezone.localdate():
            raise ValidationError(_("Choose a day in the future, or leave it empty."))
        if day and day > timezone.localdate() + datetime.timedelta(days=366):
            raise ValidationError(_("Choose a day within a year; to stop the digest, choose “Off”."))
        return day
