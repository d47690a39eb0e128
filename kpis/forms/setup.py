"""Setting up many KPIs on one page: what holds for all of them, and what each promises."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from kpis.forms.fields import NumberField, date_field, model_field
from kpis.forms.targets import target_problem
from kpis.library import Template
from kpis.models import Kpi
from kpis.vagueness import Claim, Warning, warnings_of
from organizations.models import Membership, User
from projects.models import Project

OWNERS = ("business_owner", "it_owner", "data_owner")


class SharedForm(forms.Form):
    """What holds for every KPI that says nothing else."""

    prefix = "all"
    hide_optional = True

    def __init__(self, *args: Any, people: Mapping[str, User], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["target_date"] = date_field(
            label=_("Targets to be reached by"), required=False, help_text=_("Any day of the period.")
        )
        self.fields["expected_start"] = date_field(
            label=capfirst(model_field("expected_start").verbose_name),
            required=False,
            help_text=model_field("expected_start").help_text,
        )
        for name in OWNERS:
            self.fields[name] = _owner_field(name, people, _("Nobody"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        refuse_early_target(self, cleaned.get("target_date"), cleaned.get("expected_start"))
        return cleaned


class PickForm(forms.Form):
    """One KPI made from a template; what is left empty here is as for all."""

    # A browser cannot show what is missing inside the folded part.
    use_required_attribute = False
    hide_optional = True

    def __init__(self, *args: Any, template: Template, people: Mapping[str, User], **options: Any) -> None:
        texts = {name: getattr(template, name) for name in ("name", "definition", "unit")}
        options["initial"] = {**texts, "weight": 1.0} | (options.get("initial") or {})
        options["prefix"] = f"kpi-{template.code}"
        super().__init__(*args, **options)
        self.template = template
        self.shared: Mapping[str, Any] = {}
        self.warnings: list[Warning] = []
        self._add_numbers()
        if template.direction != Kpi.Direction.RANGE:  # a range holds from the day its effect is expected
            self.fields["target_date"] = date_field(label=_("To be reached by"), required=False)
        for name in OWNERS:
            self.fields[name] = _owner_field(name, people, _("as for all"))
        self._add_texts()

    def _add_numbers(self) -> None:
        ends = {"range_low": _("From"), "range_high": _("To")}
        is_range = self.template.direction == Kpi.Direction.RANGE
        labels = {"baseline_value": _("Baseline"), **(ends if is_range else {"target_value": _("Target")})}
        for name, label in labels.items():
            self.fields[name] = NumberField(label=label, required=name in ends)
            self.fields[name].error_messages["required"] = _("“Within a range” needs both ends of the range.")
            self.fields[name].unit = self.initial["unit"]  # type: ignore[attr-defined]

    def _add_texts(self) -> None:
        for name in ("name", "unit"):
            field = model_field(name)
            self.fields[name] = forms.CharField(
                label=capfirst(field.verbose_name), max_length=field.max_length
            )
        self.fields["weight"] = NumberField(label=_("Weight in its tier"))
        self.fields["expected_start"] = date_field(
            label=capfirst(model_field("expected_start").verbose_name), required=False
        )
        self.fields["definition"] = forms.CharField(
            label=_("Definition"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
        )

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """What is asked of every KPI."""
        names = ("baseline_value", "target_value", "range_low", "range_high", "target_date")
        return [self[name] for name in (*names, "business_owner", "data_owner") if name in self.fields]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """What mostly stays as it is."""
        return [self[name] for name in ("name", "unit", "weight", "it_owner", "expected_start", "definition")]

    @property
    def has_hidden_errors(self) -> bool:
        return any(field.errors for field in self.more_fields)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        day, target = self._own_or_shared("target_date"), cleaned.get("target_value")
        if target is not None and day is None and "target_date" not in self.errors:
            self.add_error("target_date", _("Say by when the target is to be reached."))
        if cleaned.get("target_date"):
            refuse_early_target(self, day, self._own_or_shared("expected_start"))
        if problem := target_problem(self.template.direction, cleaned.get("baseline_value"), target):
            self.add_error("target_value", problem)
        low, high = cleaned.get("range_low"), cleaned.get("range_high")
        if low is not None and high is not None and low > high:
            self.add_error("range_low", _("The lower end lies above the upper end. Swap them."))
        return cleaned

    def _own_or_shared(self, name: str) -> Any:
        return self.cleaned_data.get(name) or self.shared.get(name)

    def definition(self) -> dict[str, Any]:
        """What `set_up_kpis` takes."""
        own = self.cleaned_data
        names = ("name", "definition", "unit", "baseline_value", "range_low", "range_high", "weight")
        values = {name: own[name] for name in names if name in own}
        values |= {name: self._own_or_shared(name) for name in ("expected_start", *OWNERS)}
        values |= {
            name: getattr(self.template, name) for name in ("tier", "dimension", "direction", "frequency")
        }
        if own.get("target_value") is not None:
            values["targets"] = {self._own_or_shared("target_date"): own["target_value"]}
        return {**values, "template": self.template.code}

    def note_warnings(self) -> None:
        """Keep in `warnings` what is still vague about the KPI."""
        own = self.cleaned_data
        target, day = own.get("target_value"), self._own_or_shared("target_date")
        if self.template.direction == Kpi.Direction.RANGE:
            target, day = own["range_low"], self._own_or_shared("expected_start")
        claim = Claim(
            name=own["name"],
            definition=own["definition"],
            unit=own["unit"],
            direction=self.template.direction,
            baseline=own.get("baseline_value"),
            target=target,
            day=day,
            has_owner=self._own_or_shared("business_owner") is not None,
            has_data_owner=self._own_or_shared("data_owner") is not None,
        )
        self.warnings = warnings_of(claim)


class SetupForms:
    """Everything that is typed on the page. `data` None shows it empty; `is_draft` shows what was typed, unjudged."""

    def __init__(
        self,
        project: Project,
        picked: Sequence[Template],
        *,
        members: Iterable[Membership],
        data: Mapping[str, str] | None = None,
        is_draft: bool = False,
    ) -> None:
        people = {str(member.user_id): member.user for member in members}
        bound = None if is_draft else data
        typed = data if is_draft else None
        first = {"expected_start": project.go_live} | {
            name: getattr(project, f"{name}_id", None) for name in OWNERS
        }
        self.shared = SharedForm(bound, people=people, initial=first | _typed(typed, "all"))
        self.picks = [
            PickForm(bound, template=one, people=people, initial=_typed(typed, f"kpi-{one.code}"))
            for one in picked
        ]

    def is_valid(self) -> bool:
        """Whether all of it can be defined; what is vague is noted on each KPI."""
        is_whole = self.shared.is_valid()
        for pick in self.picks:
            pick.shared = self.shared.cleaned_data
            if pick.is_valid():
                pick.note_warnings()
            else:
                is_whole = False
        return is_whole

    @property
    def vague_count(self) -> int:
        return sum(bool(pick.warnings) for pick in self.picks)

    @property
    def invalid_forms(self) -> list[tuple[str, forms.Form]]:
        """Forms with errors, by what they are about."""
        everything = [
            (str(_("For all KPIs")), self.shared),
            *((pick.template.name, pick) for pick in self.picks),
        ]
        return [(name, form) for name, form in everything if form.is_bound and form.errors]

    def definitions(self) -> list[dict[str, Any]]:
        return [pick.definition() for pick in self.picks]


def refuse_early_target(form: forms.Form, day: datetime.date | None, start: datetime.date | None) -> None:
    """A target is reached after the effect begins."""
    if day and start and day < start:
        form.add_error("target_date", _("The target lies before the effect is expected."))


def _owner_field(name: str, people: Mapping[str, User], nobody: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=capfirst(model_field(name).verbose_name),
        choices=[("", nobody), *((key, str(person)) for key, person in people.items())],
        required=False,
        coerce=people.get,
        empty_value=None,
    )


def _typed(data: Mapping[str, str] | None, prefix: str) -> dict[str, str]:
    """What was typed into the fields with the prefix."""
    if data is None:
        return {}
    start = f"{prefix}-"
    return {name.removeprefix(start): data[name] for name in data if name.startswith(start)}
