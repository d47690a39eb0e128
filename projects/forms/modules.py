"""The form of a module."""

import copy
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.forms.fields import DayInput, NumberField
from projects.models import Module


class ModuleForm(forms.ModelForm[Module]):
    """Create or change a module."""

    columns = True
    weight = NumberField(
        label=_("Weight"), initial=1, help_text=_("How much it counts in coverage; 1 for all is fine.")
    )

    class Meta:
        model = Module
        fields = ("name", "weight", "delivered_on", "accepted_on", "in_use_since", "contracted")
        widgets = {name: DayInput() for name in ("delivered_on", "accepted_on", "in_use_since")}

    def __init__(self, *args: Any, **options: Any) -> None:
        if options.get("instance") is not None:
            options["instance"] = copy.copy(options["instance"])
        super().__init__(*args, **options)

    def clean_weight(self) -> float:
        return float(self.cleaned_data["weight"])
