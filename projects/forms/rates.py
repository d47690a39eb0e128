"""The form of a currency rate."""

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.models import FxRate
from projects.forms.fields import DayInput, NumberField


class RateForm(forms.Form):
    """A new rate; there is no form that changes one."""

    currency = forms.CharField(
        label=_("Currency"), max_length=3, min_length=3, help_text=_("ISO code, such as USD.")
    )
    use = forms.ChoiceField(
        label=_("Used for"),
        choices=FxRate.Use.choices,
        help_text=_(
            "Plans take the plan rate when they are frozen. Actual rates show what the currency did since."
        ),
    )
    valid_from = forms.DateField(label=_("Valid from"), widget=DayInput())
    rate = NumberField(label=_("Rate"), help_text=_("Reporting currency per unit of the foreign currency."))
    source = forms.CharField(label=_("Source"), max_length=120)
