"""Forms of KPI definitions and targets: they check shape, `kpis.services` checks the rules."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.models import fields_for_model
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from kpis.figures import typed
from kpis.models import Kpi
from organizations.errors import ProductError
from organizations.models import Membership
from projects.numbers import parse_number
from projects.periods import Frequency, label, periods_between, shift, start_of

_OWNERS = ("business_owner", "it_owner", "data_owner")
_NUMBERS = ("baseline_value", "range_low", "range_high", "tolerance", "weight")
_DATES = ("baseline_start", "baseline_end", "expected_start")
_PLAIN = (
    "name", "code", "definition", "tier", "dimension", "direction", "unit", "decimals", "frequency", "source",
)  # fmt: skip
LONGEST_FILL = 400


class NumberField(forms.CharField):
    """A number as people write it (`projects.numbers`), read as a float; empty is None."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(widget=widget, max_length=60, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return float(parse_number(text))
        except ProductError as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return typed(value) if isinstance(value, float) else value


def model_field(name: str) -> Any:
    """The column of a definition, for its label and help."""
    return Kpi._meta.get_field(name)


def date_field(**options: Any) -> forms.DateField:
    """A day, with the browser's own calendar."""
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


def show_refusal(form: forms.BaseForm, error: ProductError) -> None:
    """Put what a service refused beside the fields it is about."""
    fields: Mapping[str, Iterable[Any]] = error.details.get("fields") or {}
    if not fields:
        field = error.details.get("field")
        form.add_error(field if field in form.fields else None, str(error))
    for name, messages in fields.items():
        form.add_error(name if name in form.fields else None, [str(message) for message in messages])


class KpiForm(forms.Form):
    """A definition, in groups. `kpi` None is a new one, which may bring a first target."""

    def __init__(
        self, *args: Any, members: Iterable[Membership], kpi: Kpi | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.kpi = kpi
        self._add_definition()
        self._add_owners(members)
        if kpi is None:
            self._add_first_target()
        else:
            del self.fields["code"]
            self.fields["reason"] = forms.CharField(
                label=_("Why it changes"), required=False, max_length=500, help_text=_("Kept in the history.")
            )

    def _add_definition(self) -> None:
        self.fields.update(fields_for_model(Kpi, fields=_PLAIN))
        for name in _NUMBERS:
            field = model_field(name)
            self.fields[name] = NumberField(
                label=capfirst(field.verbose_name), help_text=field.help_text, required=not field.null
            )
        for name in _DATES:
            field = model_field(name)
            self.fields[name] = date_field(
                label=capfirst(field.verbose_name), help_text=field.help_text, required=False
            )
        self.fields["weight"].initial = "1"
        self.fields["code"].required = False
        self.fields["code"].help_text = _(
            "Short and lasting; part of the page's address. Empty: the next number."
        )
        self.fields["decimals"].max_value = 6  # type: ignore[attr-defined]
        self.fields["definition"].widget.attrs["rows"] = 3
        unit = self.fields["unit"]
        unit.required = True
        unit.error_messages["required"] = _("Say in which unit values are entered: hours, %, CNY, pieces.")
        unit.help_text = _("hours, %, CNY, pieces")

    def _add_owners(self, members: Iterable[Membership]) -> None:
        people = {str(member.user_id): member.user for member in members}
        choices = [("", _("Nobody")), *((key, str(person)) for key, person in people.items())]
        for name in _OWNERS:
            self.fields[name] = forms.TypedChoiceField(
                label=capfirst(model_field(name).verbose_name),
                choices=choices,
                required=False,
                coerce=people.get,
                empty_value=None,
            )

    def _add_first_target(self) -> None:
        self.fields["target_value"] = NumberField(label=_("Target"), required=False)
        self.fields["target_date"] = date_field(
            label=_("To be reached by"),
            required=False,
            help_text=_("Any day of the period. More targets can follow on a page of their own."),
        )

    @property
    def fieldsets(self) -> list[dict[str, Any]]:
        """Groups for `components/form.html`; a group without fields is left out."""
        groups = [
            (_("What is measured"), "", ["name", "code", "definition", "tier", "dimension"]),
            (_("How it is read"), "", ["unit", "decimals", "direction", "frequency", "source", "weight"]),
            (
                _("Where it starts and should arrive"),
                _("The plan is a straight line from the baseline to the target."),
                ["baseline_value", "baseline_start", "baseline_end", "expected_start"],
            ),
            (_("First target"), "", ["target_value", "target_date"]),
            (
                _("Range and tolerance"),
                _("For “within a range” both ends are needed; the tolerance also serves “maintain”."),
                ["range_low", "range_high", "tolerance"],
            ),
            (_("Who answers for it"), "", list(_OWNERS)),
            (_("Note"), "", ["reason"]),
        ]
        return [
            {
                "legend": legend,
                "help_text": text,
                "fields": [self[name] for name in names if name in self.fields],
            }
            for legend, text, names in groups
            if any(name in self.fields for name in names)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.kpi is None:
            self._check_first_target(cleaned)
        return cleaned

    def _check_first_target(self, cleaned: dict[str, Any]) -> None:
        value, day = cleaned.get("target_value"), cleaned.get("target_date")
        if value is not None and day is None and "target_date" not in self.errors:
            self.add_error("target_date", _("Say by when the target is to be reached."))
        if day is not None and value is None and "target_value" not in self.errors:
            self.add_error(
                "target_value", _("Give the value to be reached by that day, or leave both empty.")
            )
        if problem := target_problem(cleaned.get("direction"), cleaned.get("baseline_value"), value):
            self.add_error("target_value", problem)
        end = cleaned.get("baseline_end")
        if day and end and day < end:
            self.add_error("target_date", _("The target lies before the baseline ends."))

    def definition(self) -> dict[str, Any]:
        """What `create_kpi` and `update_kpi` take as `values`."""
        values = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("target_value", "target_date", "reason")
        }
        if self.kpi is None and self.cleaned_data.get("target_value") is not None:
            values["targets"] = {self.cleaned_data["target_date"]: self.cleaned_data["target_value"]}
        return values


TARGET_IS_BASELINE = _(
    "The target equals the baseline: nothing would improve. Choose “Maintain” if that is meant."
)


TARGET_IS_WORSE = _(
    "The target is worse than the baseline. Check the direction, the baseline and the target."
)


def target_problem(direction: str | None, baseline: float | None, target: float | None) -> str:
    """What is wrong with where a KPI that should improve is to arrive; empty where nothing is."""
    if direction not in (Kpi.Direction.HIGHER, Kpi.Direction.LOWER) or baseline is None or target is None:
        return ""
    if target == baseline:
        return str(TARGET_IS_BASELINE)
    # Attainment is told along the way from baseline to target: here getting worse would count as success.
    return str(TARGET_IS_WORSE) if (target < baseline) == (direction == Kpi.Direction.HIGHER) else ""


def initial_of(kpi: Kpi) -> dict[str, Any]:
    """What the form of an existing KPI shows first."""
    initial = {name: getattr(kpi, name) for name in (*_PLAIN, *_NUMBERS, *_DATES)}
    return initial | {name: getattr(kpi, f"{name}_id") for name in _OWNERS}


class TargetsForm(forms.Form):
    """One input for each of `periods`, by period."""

    def __init__(
        self,
        *args: Any,
        kpi: Kpi,
        points: Mapping[datetime.date, float],
        periods: Iterable[datetime.date],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.kpi, self.points = kpi, points
        for period in periods:
            self.fields[f"target_{period}"] = NumberField(
                label=label(period, kpi.frequency), required=False, initial=points.get(period)
            )

    def wanted(self) -> dict[datetime.date, float | None]:
        """Period → value or None, of every input."""
        return {
            datetime.date.fromisoformat(name.removeprefix("target_")): value
            for name, value in self.cleaned_data.items()
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        after = {**self.points, **self.wanted()}
        last = max((period for period, value in after.items() if value is not None), default=None)
        problem = target_problem(self.kpi.direction, self.kpi.baseline_value, after[last]) if last else ""
        if problem:
            field = f"target_{last}"
            self.add_error(field if field in self.fields else None, problem)
        return cleaned


class FillForm(forms.Form):
    """A straight line of targets between two periods."""

    first = date_field(label=_("From"))
    first_value = NumberField(label=_("Value then"))
    last = date_field(label=_("To"))
    last_value = NumberField(label=_("Value at the end"))

    def __init__(self, *args: Any, frequency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.frequency = Frequency(frequency)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "first" in cleaned and "last" in cleaned:
            steps = self._steps()
            if steps < 1:
                self.add_error("last", _("The end lies in the period of the start or before it."))
            elif steps > LONGEST_FILL:
                self.add_error("last", _("That is more than 400 periods. Fill a shorter stretch."))
        return cleaned

    def points(self) -> dict[datetime.date, float]:
        """The targets to set, one a period, both ends included."""
        first, steps = start_of(self.cleaned_data["first"], self.frequency), self._steps()
        low, high = self.cleaned_data["first_value"], self.cleaned_data["last_value"]
        points = {
            shift(first, self.frequency, step): low + (high - low) * step / steps for step in range(steps)
        }
        return points | {shift(first, self.frequency, steps): high}

    def _steps(self) -> int:
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return periods_between(
            start_of(first, self.frequency), start_of(last, self.frequency), self.frequency
        )


class KpiFilterForm(forms.Form):
    """What the list of KPIs is narrowed by; wrong values in an old link narrow nothing."""

    hide_optional = True

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    project = forms.CharField(label=_("Project"), required=False, widget=forms.Select)
    direction = forms.ChoiceField(
        label=_("Direction"), required=False, choices=[("", _("Every direction")), *Kpi.Direction.choices]
    )
    tier = forms.ChoiceField(required=False, choices=[("", ""), *Kpi.Tier.choices], widget=forms.HiddenInput)
    archived = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, projects: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["project"].widget.choices = [("", _("Every project")), *projects]

    @property
    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data
