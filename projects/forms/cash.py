"""The grid of one line: months by plan, forecast and actual."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charts.numbers import MISSING
from organizations.errors import ProductError
from projects.forms.fields import AmountField
from projects.models import CashFlow
from projects.numbers import write_amount
from projects.periods import Frequency, label

Cell = tuple[str, datetime.date]
SERIES = [CashFlow.Series.PLAN, CashFlow.Series.FORECAST, CashFlow.Series.ACTUAL]


class CashFlowForm(forms.Form):
    """One field per month and series that may be written.

    The amounts a person saw travel with the form: only cells they changed are written, and a cell that
    somebody else has changed meanwhile is refused instead of overwritten.
    """

    reason = forms.CharField(
        label=gettext_lazy("Why amounts are corrected"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Only needed where finance has confirmed them or the month is locked."),
    )

    def __init__(
        self,
        *args: Any,
        months: Sequence[datetime.date],
        amounts: Mapping[Cell, Decimal],
        fixed: frozenset[Cell] = frozenset(),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.months, self.amounts, self.fixed = months, amounts, fixed
        for month in months:
            for series in SERIES:
                if (series.value, month) not in fixed:
                    self.fields[_name(series, month)] = self._cell(series, month)

    def _cell(self, series: CashFlow.Series, month: datetime.date) -> AmountField:
        return AmountField(
            label=_("%(month)s, %(series)s")
            % {"month": label(month, Frequency.MONTH), "series": series.label.lower()},
            required=False,
            initial=self.amounts.get((series.value, month)),
            show_hidden_initial=True,
        )

    def clean(self) -> dict[str, Any]:
        for name in self._changed_cells():
            if name in self.cleaned_data:
                self._refuse_overwriting(name)
        return self.cleaned_data

    def _changed_cells(self) -> list[str]:
        return [name for name in self.changed_data if name != "reason"]

    def _refuse_overwriting(self, name: str) -> None:
        field = self.fields[name]
        seen = field.to_python(self.data.get(self.add_initial_prefix(name)))
        now = self.amounts.get(_cell_of(name))
        if seen == now or self.cleaned_data[name] == now:
            return
        if now is None:
            self.add_error(name, _("Meanwhile somebody else removed this amount."))
        else:
            message = _("Meanwhile somebody else changed this to %(amount)s.")
            self.add_error(name, message % {"amount": write_amount(now)})

    @property
    def table(self) -> dict[str, dict[datetime.date, Decimal | None]]:
        """The changed amounts by series and month."""
        changed: dict[str, dict[datetime.date, Decimal | None]] = {}
        for name in self._changed_cells():
            series, month = _cell_of(name)
            changed.setdefault(series, {})[month] = self.cleaned_data[name]
        return changed

    def show_refusal(self, error: ProductError) -> None:
        """Put a service's refusal into the cells it names."""
        months = error.details.get("months") or {}
        for month, message in months.items():
            name = f"{error.details.get('series')}-{month[:7]}"
            self.add_error(name if name in self.fields else None, str(message))
        if not months:
            self.add_error(None, str(error.message))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows for `components/grid.html`."""
        return [
            {
                "label": label(month, Frequency.MONTH),
                "cells": [self._drawn(series, month) for series in SERIES],
            }
            for month in self.months
        ]

    def _drawn(self, series: CashFlow.Series, month: datetime.date) -> dict[str, Any]:
        name = _name(series, month)
        if name not in self.fields:
            amount = self.amounts.get((series.value, month))
            return {"text": MISSING if amount is None else write_amount(amount), "short": series.label}
        bound = self[name]
        state = "check" if bound.errors else "saved" if bound.initial is not None else ""
        return {"field": bound, "label": bound.label, "short": series.label, "state": state}


def _name(series: CashFlow.Series, month: datetime.date) -> str:
    return f"{series.value}-{month:%Y-%m}"


def _cell_of(name: str) -> Cell:
    series, __, month = name.partition("-")
    return series, datetime.date.fromisoformat(f"{month}-01")
