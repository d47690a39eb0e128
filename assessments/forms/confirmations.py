"""Forms of confirmations."""

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.forms import AmountField


class CorrectionForm(forms.Form):
    """The right amount and why; carries what the person saw."""

    seen = forms.CharField(widget=forms.HiddenInput)
    amount = AmountField(label=_("Right amount"))
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Old amount, new amount and this reason stay visible as a restatement."),
    )
