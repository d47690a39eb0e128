"""The form by which a line of benefit follows from a KPI."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from kpis.forms.fields import NumberField, date_field
from kpis.forms.targets import reason_field
from kpis.models import Driver, Kpi, Monetisation
from kpis.services.monetisation import FIELDS, LONGEST_RAMP
from projects.forms.fields import PercentField
from projects.forms.seen import SeenMixin
from projects.models import MoneyLine, Project

_GROUPS = [
    (_("Which benefit"), "", ["line", "new_line", "project"]),
    (
        _("Money per unit of improvement"),
        _("In the currency of the line: a number, or a driver that others use too."),
        ["money_value", "money_driver", "unit_factor"],
    ),
    (
        _("Volume a month"),
        _("How many units a month the improvement applies to: a number, a driver or a KPI that counts them."),
        ["volume_value", "volume_driver", "volume_kpi"],
    ),
    (
        _("How much of it counts"),
        "",
        ["capture_rate", "attribution", "ramp_months"],
    ),
    (_("When"), "", ["starts_on", "ends_on"]),
    (_("Basis"), "", ["note", "reason"]),
]


class MonetisationForm(SeenMixin, forms.Form):
    """`present` is the one that is changed; without it the line is chosen among `lines`, or named anew."""

    line = forms.ChoiceField(label=_("Line of benefit"), required=False)
    new_line = forms.CharField(
        label=_("Name of the new line"),
        required=False,
        max_length=120,
        help_text=_("Where no line is chosen."),
    )
    project = forms.ChoiceField(label=_("Project of the new line"))
    money_value = NumberField(label=_("Money per unit"), required=False)
    money_driver = forms.ChoiceField(label=_("or a driver"), required=False)
    unit_factor = NumberField(
        label=_("Factor of the unit"),
        initial=1.0,
        help_text=_("1 where nothing is converted; 0.01 for an improvement in per cent."),
    )
    volume_value = NumberField(label=_("Volume a month"), required=False)
    volume_driver = forms.ChoiceField(label=_("or a driver"), required=False)
    volume_kpi = forms.ChoiceField(
        label=_("or a KPI"),
        required=False,
        help_text=_("Weeks are added up to their month, a quarter is spread evenly over its months."),
    )
    capture_rate = PercentField(
        label=_("Capture rate"),
        initial=1.0,
        help_text=_("Which part of the improvement really becomes money."),
    )
    attribution = PercentField(
        label=_("Attribution share"),
        help_text=_("Which part of the improvement this project has brought about."),
    )
    ramp_months = forms.IntegerField(
        label=_("Adoption ramp in months"),
        initial=0,
        validators=[MinValueValidator(0), MaxValueValidator(LONGEST_RAMP)],
        help_text=_("In which the effect grows in a straight line to the whole; 0: it is there at once."),
    )
    starts_on = date_field(label=_("From"), required=False, help_text=_("Empty: from go-live."))
    ends_on = date_field(label=_("Until"), required=False, help_text=_("Empty: without end."))
    note = forms.CharField(label=_("Basis"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(
        self,
        *args: Any,
        present: Monetisation | None,
        lines: Sequence[MoneyLine],
        projects: Mapping[Project, float],
        drivers: Sequence[Driver],
        kpis: Sequence[Kpi],
        reason_needed: bool,
        **options: Any,
    ) -> None:
        shares = list(projects.values())
        options["initial"] = (
            _initial(present) if present else {"attribution": shares[0] if shares else 1.0}
        ) | options.get("initial", {})
        super().__init__(*args, **options)
        self.present = present
        self.lines = {str(line.pk): line for line in lines}
        self.projects = {str(project.pk): project for project in projects}
        self.drivers = {str(driver.pk): driver for driver in drivers}
        self.kpis = {str(kpi.pk): kpi for kpi in kpis}
        self._offer()
        self.fields["reason"] = reason_field(needed=reason_needed)
        if present is not None:
            for name in ("line", "new_line", "project"):
                del self.fields[name]
            self.remember(FIELDS)

    def _offer(self) -> None:
        fields: dict[str, Any] = self.fields
        names = {key: f"{line.name} ({line.project.name})" for key, line in self.lines.items()}
        fields["line"].choices = [("", _("A new line")), *names.items()]
        fields["project"].choices = [(key, project.name) for key, project in self.projects.items()]
        drivers = [(key, f"{driver.name} ({driver.unit})") for key, driver in self.drivers.items()]
        for name in ("money_driver", "volume_driver"):
            fields[name].choices = [("", "—"), *drivers]
        counted = [(key, f"{kpi.name} ({kpi.unit}) – {kpi.project.name}") for key, kpi in self.kpis.items()]
        fields["volume_kpi"].choices = [("", "—"), *counted]

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.present is not None:
            self.refuse_overwriting()
        elif not self.cleaned_data.get("line") and not (self.cleaned_data.get("new_line") or "").strip():
            self.add_error("new_line", _("Choose a line, or name a new one."))
        return self.cleaned_data

    @property
    def chosen_line(self) -> MoneyLine | None:
        """The line that stands; None: a new one is wanted."""
        if self.present is not None:
            return self.present.line
        return self.lines.get(self.cleaned_data["line"])

    @property
    def chosen_project(self) -> Project:
        return self.projects[self.cleaned_data["project"]]

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        given = {name: self.cleaned_data.get(name) for name in FIELDS if name not in self.left_alone}
        for name, rows in (
            ("money_driver", self.drivers),
            ("volume_driver", self.drivers),
            ("volume_kpi", self.kpis),
        ):
            if name in given:
                given[name] = rows.get(given[name] or "")
        return given

    @property
    def fieldsets(self) -> list[dict[str, Any]]:
        """Groups of fields for `components/form.html`."""
        return [
            {
                "legend": legend,
                "help_text": text,
                "fields": [self[name] for name in names if name in self.fields],
            }
            for legend, text, names in _GROUPS
            if any(name in self.fields for name in names)
        ]


def _initial(present: Monetisation) -> dict[str, Any]:
    relations = ("money_driver", "volume_driver", "volume_kpi")
    plain = {name: getattr(present, name) for name in FIELDS if name not in relations}
    return plain | {name: getattr(present, f"{name}_id") for name in relations}
