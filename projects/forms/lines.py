"""The form of a cost or benefit line."""

import copy
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization, User
from projects.forms.fields import DayInput, NumberField, PercentField
from projects.models import MoneyLine

_GROUPS = [
    (_("What it is"), "", ["kind", "name", "category", "owner", "cost_centre", "note"]),
    (
        _("What kind of money"),
        _("Cashable money leaves a budget; time saved does not, until a budget line falls."),
        ["treatment", "rhythm", "cashability", "risk_adjustment"],
    ),
    (
        _("Currency"),
        _(
            "Amounts are converted at one rate. Left at 1 without a day, the plan rate of the organization is taken."
        ),
        ["currency", "fx_rate", "fx_rate_on", "fx_source"],
    ),
]
#: fixed once the line is part of a frozen plan
_PLAN_TERMS = ("kind", "currency", "fx_rate", "risk_adjustment")


class LineForm(forms.ModelForm[MoneyLine]):
    """Create or change a line; `frozen` fixes what turns its amounts into the frozen plan's figures."""

    fx_rate = NumberField(
        label=_("Rate"),
        initial=1,
        help_text=_("Reporting currency per unit of the line's currency; 1 in the reporting currency."),
    )
    risk_adjustment = PercentField(
        label=_("Risk adjustment"),
        initial=0,
        required=False,
        help_text=_("Costs are raised by it, benefits lowered. 0 when forecasts carry the risk already."),
    )

    class Meta:
        model = MoneyLine
        fields = (
            *(
                "kind",
                "name",
                "category",
                "owner",
                "cost_centre",
                "note",
                "treatment",
                "rhythm",
                "cashability",
            ),
            *("risk_adjustment", "currency", "fx_rate", "fx_rate_on", "fx_source"),
        )
        widgets = {"fx_rate_on": DayInput(), "note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, organization: Organization, frozen: bool = False, **options: Any) -> None:
        if options.get("instance") is not None:
            options["instance"] = copy.copy(options["instance"])
        else:
            options["initial"] = {"currency": organization.currency, **options.get("initial", {})}
        super().__init__(*args, **options)
        owner: Any = self.fields["owner"]
        owner.queryset = User.objects.filter(memberships__organization=organization).order_by("name", "email")
        for name in _PLAN_TERMS if frozen else ():
            self.fields[name].disabled = True
            self.fields[name].help_text = _("Part of the frozen plan.")

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    @property
    def fieldsets(self) -> list[dict[str, Any]]:
        """Groups of fields for `components/form.html`."""
        return [
            {"legend": legend, "help_text": help_text, "fields": [self[name] for name in names]}
            for legend, help_text, names in _GROUPS
        ]
