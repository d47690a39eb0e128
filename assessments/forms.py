"""The forms of entered values: one for each KPI, its fields named by KPI and period."""

import datetime
from collections.abc import Container, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.services.entering import EnteredValue
from kpis.models import Kpi
from organizations.errors import ProductError
from projects.numbers import parse_number
from projects.periods import label

LONGEST_NOTE = 1000


def value_name(kpi: Kpi, period: datetime.date) -> str:
    """The name of the input of one cell."""
    return f"value-{kpi.pk}-{period}"


def seen_name(kpi: Kpi, period: datetime.date) -> str:
    """The hidden field with the version that was on the screen."""
    return f"seen-{kpi.pk}-{period}"


def note_name(kpi: Kpi) -> str:
    """The field that says why, or why not."""
    return f"note-{kpi.pk}"


class EntryForm(forms.Form):
    """What a person typed for one KPI in its open periods.

    The note belongs to the first period; without a value there it is the answer "not available because …".
    """

    def __init__(self, data: Mapping[str, Any], *, kpi: Kpi, periods: list[datetime.date]) -> None:
        super().__init__(data)
        self.kpi, self.periods = kpi, periods
        for period in periods:
            name = label(period, kpi.frequency)
            self.fields[value_name(kpi, period)] = forms.CharField(label=name, required=False)
            self.fields[seen_name(kpi, period)] = forms.IntegerField(required=False, min_value=0)
        self.fields[note_name(kpi)] = forms.CharField(
            label=_("note"), required=False, max_length=LONGEST_NOTE
        )
        self.values: list[EnteredValue] = []

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        note = cleaned.get(note_name(self.kpi)) or ""
        for period in self.periods:
            if value_name(self.kpi, period) in self.data:
                self._read(cleaned, period, note if period == self.periods[0] else "")
        return cleaned

    def _read(self, cleaned: dict[str, Any], period: datetime.date, note: str) -> None:
        name = value_name(self.kpi, period)
        text, seen = cleaned.get(name) or "", cleaned.get(seen_name(self.kpi, period)) or 0
        value = None
        if text:
            try:
                value = float(parse_number(text))
            except (ProductError, OverflowError) as error:
                self.add_error(name, str(error))
                return
        if text or seen or note:
            self.values.append(EnteredValue(self.kpi.pk, period, value, seen, note))

    def error_of(self, period: datetime.date) -> str:
        """The first thing wrong with one cell, or nothing."""
        found = self.errors.get(value_name(self.kpi, period)) or self.errors.get(seen_name(self.kpi, period))
        return str(found[0]) if found else ""

    def unsaved(self, cells: Container[tuple[int, datetime.date]]) -> dict[str, str]:
        """The texts of those of its cells that were not saved, with the note, by field name."""
        names = [note_name(self.kpi)]
        for period in self.periods:
            if (self.kpi.pk, period) in cells:
                names += [value_name(self.kpi, period), seen_name(self.kpi, period)]
        return {name: self.data[name] for name in names if name in self.data}
