"""Forms of the library: what it is narrowed by, and the organization's own templates."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.library import SYSTEMS, Industry
from kpis.library.choosing import industry_of, system_of
from kpis.library.template import Template
from kpis.models import Kpi, KpiTemplate
from projects.forms.seen import SeenMixin

_SYSTEM_CHOICES = [("", _("Every system")), *((name, name) for name in SYSTEMS)]
_INDUSTRY_CHOICES = [("", _("Every industry")), *Industry.choices]


class LibraryFilterForm(forms.Form):
    """What the library is narrowed by; wrong values in an old link narrow nothing."""

    hide_optional = True

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    system = forms.ChoiceField(label=_("System"), required=False, choices=_SYSTEM_CHOICES)
    industry = forms.ChoiceField(label=_("Industry"), required=False, choices=_INDUSTRY_CHOICES)
    dimension = forms.ChoiceField(
        label=_("Value dimension"),
        required=False,
        choices=[("", _("Every dimension")), *Kpi.Dimension.choices],
    )
    tier = forms.ChoiceField(required=False, choices=[("", ""), *Kpi.Tier.choices], widget=forms.HiddenInput)
    archived = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @property
    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data


class TemplateForm(SeenMixin, forms.ModelForm[KpiTemplate]):
    """An own template; `values` is what the service takes."""

    class Meta:
        model = KpiTemplate
        fields = (
            *("code", "name", "definition", "formula", "tier", "dimension", "direction", "unit", "frequency"),
            *("system_kind", "industry", "typical_source", "pitfalls"),
        )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: dict[str, Any] = self.fields
        fields["system_kind"].choices = _SYSTEM_CHOICES
        fields["industry"] = forms.ChoiceField(label=_("Industry"), required=False, choices=_INDUSTRY_CHOICES)
        for name in ("definition", "formula", "pitfalls"):
            fields[name].widget.attrs["rows"] = 3
        fields["definition"].help_text = _(
            "One whole sentence: what is counted, what is left out, from which source and how."
        )
        fields["formula"].help_text = _("In words.")
        fields["unit"].help_text = _("hours, %, CNY, pieces")
        fields["code"].required = False
        fields["code"].help_text = _(
            "Empty: the next number. The code of one of the product's templates puts yours in its place."
        )
        if self.instance.pk:
            del self.fields["code"]
            self.remember(list(self.fields))

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.instance.pk:
            self.refuse_overwriting()
        return self.cleaned_data

    def validate_constraints(self) -> None:
        """Left to the service: the same form sent twice is one template."""

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in self.left_alone}

    @property
    def fieldsets(self) -> list[dict[str, Any]]:
        """Groups of fields for `components/form.html`."""
        groups = [
            (_("What is measured"), ["name", "code", "definition", "formula"]),
            (_("How it is read"), ["tier", "dimension", "unit", "direction", "frequency"]),
            (_("Where it fits"), ["system_kind", "industry"]),
            (_("What to know"), ["typical_source", "pitfalls"]),
        ]
        return [
            {"legend": legend, "fields": [self[name] for name in names if name in self.fields]}
            for legend, names in groups
        ]


def values_of_kpi(kpi: Kpi) -> dict[str, Any]:
    """What a template kept from a KPI begins with."""
    names = ("name", "definition", "tier", "dimension", "direction", "unit", "frequency")
    return {name: getattr(kpi, name) for name in names} | {
        "system_kind": system_of(kpi.project.system_kind),
        "industry": industry_of(kpi.project.industry),
    }


def values_of_template(one: Template) -> dict[str, Any]:
    """What the organization's own version of a product's template begins with, in the reader's language."""
    names = ("code", "name", "definition", "formula", "tier", "dimension", "direction", "unit", "frequency")
    return {name: getattr(one, name) for name in names} | {
        "system_kind": one.systems[0] if len(one.systems) == 1 else "",
        "industry": one.industries[0] if len(one.industries) == 1 else "",
        "typical_source": one.source,
        "pitfalls": one.pitfalls,
    }
