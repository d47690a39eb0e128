"""Forms of drivers: what they are, and a value from a day on."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_scopes import get_scope

from kpis.forms.fields import NumberField, date_field
from kpis.models import Driver
from organizations.models import User
from projects.forms.seen import SeenMixin


class DriverForm(SeenMixin, forms.ModelForm[Driver]):
    """A driver; `values` is what the service takes. The code of one that stands does not change."""

    class Meta:
        model = Driver
        fields = ("name", "code", "unit", "owner", "description")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: dict[str, Any] = self.fields
        fields["owner"].queryset = User.objects.filter(
            memberships__organization=get_scope()["organization"]
        ).order_by("name", "email")
        fields["owner"].help_text = _("Who knows the number and keeps it up to date.")
        fields["unit"].help_text = _("EUR/h, orders a month, EUR/piece")
        fields["description"].widget.attrs["rows"] = 3
        fields["code"].help_text = _("Short and lasting; part of the page's address.")
        if self.instance.pk:
            del self.fields["code"]
            self.remember(list(self.fields))

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.instance.pk:
            self.refuse_overwriting()
        return self.cleaned_data

    def validate_constraints(self) -> None:
        """Left to the service: the same form sent twice is one driver."""

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in self.left_alone}


class DriverValueForm(forms.Form):
    """A value that holds from a day on."""

    valid_from = date_field(
        label=_("Valid from"),
        help_text=_(
            "A month counts with the value that holds on its first day. A day that has a value is corrected."
        ),
    )
    value = NumberField(label=_("Value"))
    source = forms.CharField(
        label=_("Source"),
        max_length=200,
        help_text=_("Where the number comes from, so that others can look it up."),
    )

    def __init__(self, *args: Any, driver: Driver, today: datetime.date, **options: Any) -> None:
        options.setdefault("initial", {"valid_from": today.replace(day=1)})
        super().__init__(*args, **options)
        self.fields["value"].unit = driver.unit  # type: ignore[attr-defined]
