"""Forms of decisions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Project

_LADDER = list(Project.Gate)


class GateForm(forms.Form):
    """One step up, or back with a reason."""

    gate = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        help_text=_("Needed when the project goes back; kept with the decision."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, project: Project, **options: Any) -> None:
        super().__init__(*args, **options)
        step = [gate.value for gate in _LADDER].index(project.gate)
        forward = [
            (gate.value, _("Forward to %(gate)s") % {"gate": gate.label})
            for gate in _LADDER[step + 1 : step + 2]
        ]
        back = [
            (gate.value, _("Back to %(gate)s") % {"gate": gate.label}) for gate in reversed(_LADDER[:step])
        ]
        field = self.fields["gate"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = forward + back
        if forward:
            field.initial = forward[0][0]


class FreezeForm(forms.Form):
    """Why the plan is frozen now."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Such as the decision or the contract the plan follows."),
    )
