"""The form of a formula."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.expressions.parsing import LONGEST
from kpis.forms.targets import reason_field


class FormulaForm(forms.Form):
    """An expression over KPIs; `doubts_meant` says that what was asked about is meant."""

    expression = forms.CharField(
        label=_("Formula"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("KPIs by their code in brackets: [ERP-03] / [ERP-04] * 100."),
    )

    def __init__(self, *args: Any, reason_needed: bool, has_doubts: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if has_doubts:
            self.fields["doubts_meant"] = forms.BooleanField(
                label=_("I have looked at what is asked above: it is meant so."), required=False
            )
        self.fields["reason"] = reason_field(needed=reason_needed)
