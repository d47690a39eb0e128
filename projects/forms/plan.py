"""Forms of frozen plans: signatures, and changes that are asked for and decided."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SignPlanForm(forms.Form):
    """What the person saw."""

    content_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ChangeForm(forms.Form):
    """What changes, and why; the amounts are in the grid below it."""

    title = forms.CharField(
        label=_("What changes"),
        max_length=120,
        help_text=_("Such as “Second roll-out wave a quarter later”."),
    )
    reason = forms.CharField(label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class DecideChangeForm(forms.Form):
    """Yes, or no with a reason."""

    answer = forms.ChoiceField(
        label=_("Decision"),
        choices=[("approve", _("Approve: it becomes the plan")), ("refuse", _("Refuse: the plan stays"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed to refuse. Stands in the mail to who asked, and in the history."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
