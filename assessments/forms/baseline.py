"""The forms of a baseline: from where, and then why."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.services import baselines
from kpis.forms import NumberField, date_field

TYPED = "typed"
_COMPUTED = [
    (baselines.MEAN, _("Mean of the values of a period")),
    (baselines.MEDIAN, _("Median of the values of a period")),
    (baselines.LAST, _("Last value of a period")),
    (baselines.SUM, _("Sum of the values of a period")),
]


class BaselineForm(forms.Form):
    """A baseline computed from values, or typed."""

    how = forms.ChoiceField(label=_("How"), choices=[*_COMPUTED, (TYPED, _("Typed, with a reason"))])
    value = NumberField(label=_("Value"), required=False, help_text=_("Only for a typed baseline."))
    start = date_field(label=_("From"), required=False)
    end = date_field(
        label=_("Until"), required=False, help_text=_("The first day that no longer belongs to it.")
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("how") == TYPED:
            if cleaned.get("value") is None and "value" not in self.errors:
                self.add_error("value", _("Type the value."))
        else:
            for name in ("start", "end"):
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Say which period the values are taken from."))
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end <= start:
            self.add_error("end", _("The baseline must end after it begins."))
        return cleaned


class BaselineReasonForm(BaselineForm):
    """The same once more, looked at, with what it needs to be saved."""

    #: the value that was on the person's screen
    shown = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Where it comes from, and why it replaces the one before. Kept in the history."),
    )
    evidence = forms.FileField(
        label=_("Evidence"),
        required=False,
        max_length=200,
        help_text=_("A file that shows the number: a report, a workbook, a picture."),
    )

    def __init__(self, *args: Any, reason_needed: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("how", "value", "start", "end"):
            self.fields[name].widget = forms.HiddenInput()
        self.fields["reason"].required = reason_needed


def day_or_none(day: datetime.date | None) -> str:
    """A date as a hidden input carries it."""
    return day.isoformat() if day else ""
