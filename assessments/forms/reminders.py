"""The form of the reminders' rule."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assessments.models import ReminderRule
from assessments.reminders.calendar import countries

WEEKDAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]
_NUMBERS = ("days_before", "repeat_days", "escalate_after", "hour")
_HELP = {
    "days_before": _("0: no early reminder. Nobody is asked before the period has ended."),
    "repeat_days": _("0: nobody is reminded again after the due day."),
    "escalate_after": _("0: leads hear of nothing. They hear of each value once."),
    "hour": _("By the organization's clock."),
}


class ReminderRuleForm(forms.Form):
    """When reminders are sent, and on which days not."""

    enabled = forms.BooleanField(label=_("Send reminders"), required=False)
    on_due_day = forms.BooleanField(label=_("Also on the due day itself"), required=False)
    quiet_weekdays = forms.TypedMultipleChoiceField(
        label=_("Quiet weekdays"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    holiday_country = forms.ChoiceField(
        label=_("Public holidays of"),
        required=False,
        help_text=_("China includes the weekends on which the government moves work."),
    )
    quiet_days = forms.CharField(
        label=_("Further quiet days"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One day a line, such as 2026-12-24."),
    )

    def __init__(self, *args: Any, rule: ReminderRule, **options: Any) -> None:
        initial = {name: getattr(rule, name) for name in (*_NUMBERS, "enabled", "on_due_day")}
        initial |= {
            "quiet_weekdays": rule.quiet_weekdays,
            "holiday_country": rule.holiday_country,
            "quiet_days": "\n".join(day.isoformat() for day in rule.quiet_days),
        }
        super().__init__(*args, **{**options, "initial": initial})
        for name in _NUMBERS:
            field: Any = ReminderRule._meta.get_field(name)
            made = field.formfield(min_value=0, help_text=_HELP[name])
            made.label = str(made.label)[:1].upper() + str(made.label)[1:]
            self.fields[name] = made
        country: Any = self.fields["holiday_country"]
        country.choices = [("", _("None")), *countries(get_language() or "en")]

    def clean_quiet_days(self) -> list[datetime.date]:
        days: set[datetime.date] = set()
        for line in str(self.cleaned_data["quiet_days"]).split():
            try:
                days.add(datetime.date.fromisoformat(line))
            except ValueError as error:
                raise ValidationError(
                    _("“%(text)s” is no date. Write year, month and day, such as 2026-12-24."),
                    params={"text": line},
                ) from error
        return sorted(days)

    @property
    def fieldsets(self) -> list[dict[str, Any]]:
        """The form in groups, as the form template expects them."""
        return [
            self._group(_("When"), ["enabled", "days_before", "on_due_day", "repeat_days", "hour"]),
            self._group(_("Escalation"), ["escalate_after"]),
            self._group(_("Quiet days"), ["quiet_weekdays", "holiday_country", "quiet_days"]),
        ]

    def _group(self, legend: Any, names: list[str]) -> dict[str, Any]:
        return {"legend": legend, "help_text": "", "fields": [self[name] for name in names]}
