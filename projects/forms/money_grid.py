"""The form of the money grid, and its cells as HTML."""

import datetime
import json
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from charts.numbers import MISSING
from organizations.errors import ProductError
from projects.forms.fields import AmountField
from projects.forms.seen import SEEN, renew_data
from projects.models import MoneyLine
from projects.money_grid import Cell, MoneyGrid, Table
from projects.numbers import write_amount
from projects.periods import Frequency, label

# Written here and not in a template: a grid has up to 1,000 cells. Everything that a person typed is escaped.
_CELL = (
    '<td class="num entry {state}" data-label="{month}"><input type="text" inputmode="decimal" autocomplete="off"'
    ' id="id_{name}" name="{name}" value="{text}" aria-label="{label}" maxlength="60"{more}></td>'
)
_TEXT = '<td class="num" data-label="{month}">{text}</td>'


class MoneyGridForm(forms.Form):
    """One field per cell that may be written.

    The amounts a person saw travel with the form: only cells they changed are written, and a cell that somebody
    else has changed meanwhile is refused instead of overwritten; sending the form again keeps the own amount.
    """

    reason = forms.CharField(required=False, max_length=1000, widget=forms.TextInput)

    def __init__(self, *args: Any, grid: MoneyGrid, **options: Any) -> None:
        super().__init__(*args, **options)
        self.grid = grid
        self.fields["reason"].label = _("Why amounts are corrected")
        self.fields["reason"].help_text = _(
            "Only needed where finance has confirmed them or the month is locked."
        )
        self.month_names = {month: label(month, Frequency.MONTH) for month in grid.months}
        self.cells: dict[str, Cell] = {}
        for line in grid.lines:
            for month in grid.months:
                if not grid.is_fixed(line, month):
                    self._add_cell(line, month)
        seen = {
            name: _plain(grid.amounts.get(cell)) for name, cell in self.cells.items() if cell in grid.amounts
        }
        self._stored = json.dumps(seen)
        self.fields[SEEN] = forms.CharField(required=False, widget=forms.HiddenInput, initial=self._stored)

    def _add_cell(self, line: MoneyLine, month: datetime.date) -> None:
        name = _name((line.pk, month))
        self.cells[name] = (line.pk, month)
        self.fields[name] = AmountField(
            label=f"{line.name}, {self.month_names[month]}",
            required=False,
            initial=self.grid.amounts.get((line.pk, month)),
        )

    def clean(self) -> dict[str, Any]:
        seen = self._seen()
        self._changed: Table = {}
        for name, cell in self.cells.items():
            if name in self.cleaned_data and name in self.data:
                self._take(name, cell, seen)
        renew_data(self, **{SEEN: self._stored})
        return self.cleaned_data

    def _take(self, name: str, cell: Cell, seen: dict[Cell, Decimal] | None) -> None:
        sent, now = self.cleaned_data[name], self.grid.amounts.get(cell)
        before = now if seen is None else seen.get(cell)
        if sent in (before, now):
            return
        if before != now:
            values = {
                "before": _shown(before) if before is not None else _("nothing"),
                "now": _shown(now) if now is not None else _("nothing"),
            }
            self.add_error(
                name,
                _(
                    "Meanwhile somebody else changed this from “%(before)s” to “%(now)s”. Save again to keep yours."
                )
                % values,
            )
            return
        line, month = cell
        self._changed.setdefault(line, {})[month] = sent

    def _seen(self) -> dict[Cell, Decimal] | None:
        """The amounts on the person's page; None where the page did not say."""
        try:
            seen = json.loads(self.data.get(SEEN, ""))
            return {_cell_of(name): Decimal(text) for name, text in seen.items()}
        except (ValueError, AttributeError, TypeError, InvalidOperation):
            return None

    @property
    def table(self) -> Table:
        """The changed amounts by line and month."""
        return self._changed

    def show_refusal(self, error: ProductError) -> None:
        """Put a service's refusal into the cells it names."""
        shown = False
        for month, message in (error.details.get("months") or {}).items():
            name = f"c{error.details.get('line')}-{month[:7]}"
            self.add_error(name if name in self.fields else None, str(message))
            shown = True
        if not shown:
            self.add_error(None, str(error.message))

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Lines by kind with their cells and sums."""
        return [
            {
                "label": kind.label,
                "rows": [self._row(line) for line in self.grid.lines if line.kind == kind],
                "sums": self._sums([line for line in self.grid.lines if line.kind == kind]),
            }
            for kind in MoneyLine.Kind
            if any(line.kind == kind for line in self.grid.lines)
        ]

    def _row(self, line: MoneyLine) -> dict[str, Any]:
        amounts = [self.grid.amounts.get((line.pk, month)) for month in self.grid.months]
        total = sum((amount for amount in amounts if amount is not None), Decimal(0))
        whole = sum(
            (amount for (pk, _month), amount in self.grid.amounts.items() if pk == line.pk), Decimal(0)
        )
        return {
            "line": line,
            "cells": self._markup(line),
            "total": write_amount(total),
            "whole": write_amount(whole),
        }

    def _sums(self, lines: list[MoneyLine]) -> list[dict[str, str]]:
        """By month and over all months shown, in the reporting currency at the plan's rates."""
        sums = [
            sum(
                (self.grid.amounts.get((line.pk, month), Decimal(0)) * line.fx_rate for line in lines),
                Decimal(0),
            )
            for month in self.grid.months
        ]
        names = [*self.month_names.values(), _("Total")]
        amounts = [*sums, sum(sums, Decimal(0))]
        return [
            {"label": name, "amount": _shown(amount)} for name, amount in zip(names, amounts, strict=True)
        ]

    def _markup(self, line: MoneyLine) -> SafeString:
        return mark_safe("".join(self._cell(line, month) for month in self.grid.months))  # noqa: S308  escaped there

    def _cell(self, line: MoneyLine, month: datetime.date) -> str:
        name, stored = _name((line.pk, month)), self.grid.amounts.get((line.pk, month))
        month_name = escape(self.month_names[month])
        text = "" if stored is None else write_amount(stored)
        if not self.grid.is_writable:
            return _TEXT.format(month=month_name, text=escape(text or MISSING))
        is_open, problems = name in self.cells, self.errors.get(name) if self.is_bound else None
        if is_open and self.is_bound and name in self.data:
            text = str(self.data[name])
        more = "" if is_open else " readonly"
        if problems:
            more += f' aria-invalid="true" title="{escape(problems[0])}"'
        return _CELL.format(
            state="bad"
            if problems
            else "locked"
            if not is_open
            else "submitted"
            if stored is not None
            else "",
            month=month_name,
            name=name,
            text=escape(text),
            label=escape(f"{line.name}, {self.month_names[month]}"),
            more=more,
        )

    def _state(self, line: MoneyLine, month: datetime.date, is_bad: bool, is_open: bool) -> str:
        cell = (line.pk, month)
        if is_bad or not is_open:
            return "bad" if is_bad else "locked"
        return "draft" if cell in self.grid.marked else "submitted" if cell in self.grid.amounts else ""


def _name(cell: Cell) -> str:
    return f"c{cell[0]}-{cell[1]:%Y-%m}"


def _cell_of(name: str) -> Cell:
    line, __, month = name.removeprefix("c").partition("-")
    return int(line), datetime.date.fromisoformat(f"{month}-01")


def _plain(amount: Decimal | None) -> str:
    return str(amount)


def _shown(amount: Decimal) -> str:
    return write_amount(amount.quantize(Decimal("0.01")))
