"""Forms of charters."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class HandOutForm(forms.Form):
    """The reason of a version; the service says when there must be one."""

    reason = forms.CharField(
        label=_("Why there is a new version"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, is_first: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if is_first:
            self.fields["reason"].label = _("A word to the owners")
            self.fields["reason"].help_text = _("Stands in the mail to them.")
        else:
            self.fields["reason"].help_text = _("Stands in the mail to the owners and in the history.")


class SignForm(forms.Form):
    """What the person saw."""

    content_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ReturnForm(forms.Form):
    """Why it is sent back."""

    reason = forms.CharField(
        label=_("What should be different"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Goes to who handed the charter out, and to the PMO."),
    )
