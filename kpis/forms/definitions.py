"""Forms of KPI definitions: they check shape, `kpis.services` checks the rules."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.models import fields_for_model
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from kpis.forms.fields import NumberField, date_field, model_field
from kpis.forms.targets import target_problem
from kpis.models import Kpi
from organizations.models import Membership
from projects.forms.seen import SeenMixin

_OWNERS = ("business_owner", "it_owner", "data_owner")
_NUMBERS = ("baseline_value", "range_low", "range_high", "tolerance", "minimum", "maximum", "weight")
_DATES = ("baseline_start", "baseline_end", "expected_start")
_PLAIN = (
    "name", "code", "definition", "tier", "dimension", "direction", "unit", "decimals", "frequency", "source",
)  # fmt: skip


_PLAIN_OF_STORED = tuple(name for name in _PLAIN if name != "code")


class KpiForm(SeenMixin, forms.Form):
    """A definition, in groups. `kpi` None is a new one, which may bring a first target."""

    def __init__(
        self, *args: Any, members: Iterable[Membership], kpi: Kpi | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.kpi = kpi
        self._add_definition()
        self._add_owners(members)
        self._offer_sources(kpi)
        if kpi is None:
            self._add_first_target()
        else:
            del self.fields["code"]
            self.fields["reason"] = forms.CharField(
                label=_("Why it changes"),
                required=False,
                max_length=500,
                help_text=_("Kept in the history. Needed where the baseline changes."),
            )
            self.remember([*_PLAIN_OF_STORED, *_NUMBERS, *_DATES, *_OWNERS])

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

    def _offer_sources(self, kpi: Kpi | None) -> None:
        """A formula is put in force, and removed, on a page of its own."""
        source: Any = self.fields["source"]
        computed = kpi is not None and kpi.source == Kpi.Source.FORMULA
        source.choices = [
            (value, name) for value, name in Kpi.Source.choices if (value == Kpi.Source.FORMULA) == computed
        ]
        if computed:
            source.help_text = _("To enter values otherwise, remove the formula on its page.")

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
            (_("What is plausible"), "", ["minimum", "maximum"]),
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
        super().clean()
        if self.kpi is None:
            self._check_first_target(self.cleaned_data)
        else:
            self.refuse_overwriting()
        return self.cleaned_data

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
            if name not in ("target_value", "target_date", "reason") and name not in self.left_alone
        }
        if self.kpi is None and self.cleaned_data.get("target_value") is not None:
            values["targets"] = {self.cleaned_data["target_date"]: self.cleaned_data["target_value"]}
        return values


def initial_of(kpi: Kpi) -> dict[str, Any]:
    """What the form of an existing KPI shows first."""
    initial = {name: getattr(kpi, name) for name in (*_PLAIN, *_NUMBERS, *_DATES)}
    return initial | {name: getattr(kpi, f"{name}_id") for name in _OWNERS}


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
