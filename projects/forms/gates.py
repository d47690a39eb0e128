"""Forms of decisions about gates and plans, and of what gates ask."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.models import Role
from projects.gate_conditions import all_conditions
from projects.gate_rules import DECIDERS, Rule
from projects.models import Project

_LADDER = list(Project.Gate)
REFUSE = "refuse"


class GateForm(forms.Form):
    """One step up, the step refused, or back with a reason. Carries the gate that the person saw."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    decision = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    waive = forms.BooleanField(
        label=_("Pass although conditions are not met"),
        required=False,
        help_text=_("The reason and the conditions, as they stand, are kept with the decision."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        help_text=_("Needed unless the project passes with all conditions met; kept with the decision."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, project: Project, is_ready: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        step = [gate.value for gate in _LADDER].index(project.gate)
        choices: list[tuple[str, Any]] = []
        for gate in _LADDER[step + 1 : step + 2]:
            choices.append((gate.value, _("Pass: forward to %(gate)s") % {"gate": gate.label}))
            choices.append((REFUSE, _("Refuse %(gate)s: the project stays") % {"gate": gate.label}))
        for gate in reversed(_LADDER[:step]):
            choices.append((gate.value, _("Back to %(gate)s") % {"gate": gate.label}))
        field = self.fields["decision"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if is_ready and step + 1 < len(_LADDER):
            field.initial = choices[0][0]
        if is_ready:
            del self.fields["waive"]
        self.fields["seen"].initial = project.gate


class FreezeForm(forms.Form):
    """Why the plan is frozen now."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Such as the decision or the contract the plan follows."),
    )


class GateRuleForm(forms.Form):
    """What one gate asks, who decides it, and what it counts in the pipeline."""

    conditions = forms.MultipleChoiceField(
        label=_("Conditions"), required=False, widget=forms.CheckboxSelectMultiple
    )
    approvers = forms.MultipleChoiceField(
        label=_("Who decides"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nobody ticked: every role that may decide gates."),
    )
    percent = forms.FloatField(label=_("Weight in the pipeline"), min_value=0, max_value=100)

    def __init__(self, data: Any, *, rule: Rule) -> None:
        initial = {
            "conditions": list(rule.conditions),
            "approvers": list(rule.approvers),
            "percent": round(rule.weight * 100, 6),
        }
        super().__init__(data, prefix=rule.gate, initial=initial)
        self.gate = Project.Gate(rule.gate)
        self.fields["percent"].unit = "%"  # type: ignore[attr-defined]
        # Nobody decides that a project stands at the first gate: it begins there.
        if self.gate == Project.Gate.L0:
            del self.fields["conditions"], self.fields["approvers"]
        else:
            offered = [(condition.key, condition.label) for condition in all_conditions()]
            self.fields["conditions"].choices = offered  # type: ignore[attr-defined]
            roles = [(role, Role(role).label) for role in DECIDERS]
            self.fields["approvers"].choices = roles  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        """As `set_gate_rules` takes them."""
        return {
            "conditions": self.cleaned_data.get("conditions", []),
            "approvers": self.cleaned_data.get("approvers", []),
            "weight": self.cleaned_data["percent"] / 100,
        }
