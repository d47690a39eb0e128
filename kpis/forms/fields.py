"""Fields that forms of KPIs share, and how they show what a service refused."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from kpis.figures import typed
from kpis.models import Kpi
from organizations.errors import ProductError
from projects.numbers import parse_number


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
