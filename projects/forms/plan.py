"""The form of a signature under a plan."""

from django import forms


class SignPlanForm(forms.Form):
    """What the person saw."""

    content_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
