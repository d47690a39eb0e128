"""Forms of the proof of a KPI: new limits, and a control group."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import Comparison
from kpis.models import Kpi
from projects.periods import label


class RebaseForm(forms.Form):
    """From which period limits are computed anew, and why."""

    period = forms.TypedChoiceField(label=_("New limits from"), coerce=datetime.date.fromisoformat)
    reason = forms.CharField(
        label=_("What changed"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept in the history; the former limits stay drawn."),
    )

    def __init__(self, *args: Any, periods: Sequence[datetime.date], frequency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), label(day, frequency)) for day in reversed(periods)
        ]


class ComparisonForm(forms.Form):
    """The control group. Nothing chosen ends the comparison."""

    controls = forms.MultipleChoiceField(
        label=_("Compared with"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("KPIs of the same unit, frequency and direction, where the roll-out has not happened."),
    )
    design = forms.ChoiceField(label=_("How the controls came about"), choices=Comparison.Design.choices)
    reason = forms.CharField(
        label=_("Why they are comparable"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, candidates: Sequence[Kpi], **options: Any) -> None:
        super().__init__(*args, **options)
        self.candidates = {str(kpi.pk): kpi for kpi in candidates}
        self.fields["controls"].choices = [  # type: ignore[attr-defined]
            (key, f"{kpi.name} · {kpi.project.name}") for key, kpi in self.candidates.items()
        ]

    def chosen(self) -> list[Kpi]:
        """The KPIs that were ticked."""
        return [self.candidates[key] for key in self.cleaned_data["controls"]]
