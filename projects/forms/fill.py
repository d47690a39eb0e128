"""The form of the fill tools, and a proposal of amounts that waits to be saved."""

import datetime
import json
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.forms.fields import AmountField, DayInput, NumberField
from projects.models import CashFlow, MoneyLine
from projects.money_grid import MoneyGrid, Table
from projects.periods import Frequency, add_months, months_between, start_of
from projects.services import filling

LONGEST_FILL = 240
ALL = "all"


class FillForm(forms.Form):
    """Amounts of a stretch of months, drawn by a rule."""

    EVEN, LIKE, RAMP, GROWTH, INFLATION, COPY = "even", "like", "ramp", "growth", "inflation", "copy"

    tool = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[
            (EVEN, gettext_lazy("Spread an amount evenly")),
            (LIKE, gettext_lazy("Spread an amount in proportion to another line")),
            (RAMP, gettext_lazy("Ramp: in a straight line from 0 to the amount a month")),
            (GROWTH, gettext_lazy("Growth: the amount in the first month, then per cent a year")),
            (INFLATION, gettext_lazy("Inflation: raise the amounts there are by per cent a year")),
        ],
    )
    line = forms.ChoiceField(label=gettext_lazy("Line"))
    first = forms.DateField(label=gettext_lazy("From the month of"), widget=DayInput())
    last = forms.DateField(label=gettext_lazy("To the month of"), widget=DayInput())
    amount = AmountField(label=gettext_lazy("Amount"), required=False)
    other = forms.ChoiceField(label=gettext_lazy("In proportion to"), required=False)
    length = forms.IntegerField(
        label=gettext_lazy("Months of the ramp"), required=False, min_value=1, max_value=LONGEST_FILL
    )
    percent = NumberField(label=gettext_lazy("Per cent a year"), required=False)
    compounding = forms.ChoiceField(
        label=gettext_lazy("Growth and inflation"),
        choices=[
            ("monthly", gettext_lazy("a little every month, compounded to the per cent a year")),
            ("yearly", gettext_lazy("in one step at each start of the fiscal year")),
        ],
        required=False,
    )

    def __init__(self, *args: Any, grid: MoneyGrid, **options: Any) -> None:
        months = grid.months
        options.setdefault("initial", {"first": months[0], "last": months[-1]})
        super().__init__(*args, **options)
        self.grid = grid
        open_lines = [line for line in grid.lines if line.pk not in grid.closed]
        tool: Any = self.fields["tool"]
        if grid.series == CashFlow.Series.FORECAST:
            tool.choices = [*tool.choices, (self.COPY, _("Copy the plan into the forecast"))]
        line: Any = self.fields["line"]
        line.choices = [*_named(open_lines), (ALL, _("All lines (inflation and copy)"))]
        other: Any = self.fields["other"]
        other.choices = [("", "—"), *_named(grid.lines)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "first" in cleaned and "last" in cleaned:
            count = months_between(cleaned["first"], cleaned["last"]) + 1
            if not 1 <= count <= LONGEST_FILL:
                self.add_error("last", _("Choose at least one month and at most 240."))
        tool = cleaned.get("tool")
        if cleaned.get("line") == ALL and tool not in (self.INFLATION, self.COPY):
            self.add_error("line", _("Choose one line for this."))
        needed = {
            self.EVEN: ["amount"],
            self.LIKE: ["amount", "other"],
            self.RAMP: ["amount", "length"],
            self.GROWTH: ["amount", "percent"],
            self.INFLATION: ["percent"],
        }
        for name in needed.get(tool or "", []):
            if cleaned.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, _("This way of filling needs it."))
        if (percent := cleaned.get("percent")) is not None and not -100 < percent <= 1000:
            self.add_error("percent", _("Type a rate above −100 and at most 1000 per cent a year."))
        return cleaned

    def fill(self) -> Table:
        """The amounts that the rule draws, by line and month.

        Raises:
            ValueError: the other line has nothing to be in proportion to.
        """
        chosen = self.cleaned_data
        if chosen["tool"] == self.COPY:
            return self._copied()
        lines = self._lines()
        if chosen["tool"] == self.INFLATION:
            return {
                line: dict(
                    filling.inflation(self._months, self._amounts(line), chosen["percent"], **self._steps)
                )
                for line in lines
            }
        return {lines[0]: dict(self._drawn())}

    def _drawn(self) -> filling.Amounts:
        chosen, months = self.cleaned_data, self._months
        if chosen["tool"] == self.LIKE:
            weights = self._amounts(int(chosen["other"]))
            return filling.spread(
                months, chosen["amount"], [weights.get(month, Decimal(0)) for month in months]
            )
        if chosen["tool"] == self.RAMP:
            return filling.ramp(months, chosen["amount"], chosen["length"])
        if chosen["tool"] == self.GROWTH:
            return filling.growth(months, chosen["amount"], chosen["percent"], **self._steps)
        return filling.spread(months, chosen["amount"])

    def _copied(self) -> Table:
        months = self._months
        flows = CashFlow.objects.filter(
            line__in=self._lines(), series=CashFlow.Series.PLAN, month__gte=months[0], month__lte=months[-1]
        )
        table: Table = {}
        for line, month, amount in flows.values_list("line_id", "month", "amount"):
            table.setdefault(line, {})[month] = amount
        return table

    def _lines(self) -> list[int]:
        if self.cleaned_data["line"] == ALL:
            return [line.pk for line in self.grid.lines if line.pk not in self.grid.closed]
        return [int(self.cleaned_data["line"])]

    def _amounts(self, line: int) -> filling.Amounts:
        return {month: amount for (pk, month), amount in self.grid.amounts.items() if pk == line}

    @property
    def _months(self) -> list[datetime.date]:
        first = start_of(self.cleaned_data["first"], Frequency.MONTH)
        count = months_between(first, self.cleaned_data["last"]) + 1
        return [add_months(first, step) for step in range(count)]

    @property
    def _steps(self) -> dict[str, Any]:
        return {
            "yearly": self.cleaned_data.get("compounding") == "yearly",
            "year_start": self.grid.project.organization.fiscal_year_start,
        }


class MoneyProposalForm(forms.Form):
    """What a fill tool drew, with the amounts it would replace."""

    proposal = forms.CharField(widget=forms.HiddenInput, max_length=500_000)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=500_000)

    @classmethod
    def of(cls, grid: MoneyGrid, table: Table) -> "MoneyProposalForm":
        """The form that waits for a yes."""
        return cls(
            initial={
                "proposal": write_table(table),
                "seen": write_table(
                    {
                        line: {month: grid.amounts.get((line, month)) for month in months}
                        for line, months in table.items()
                    }
                ),
            }
        )

    def clean_proposal(self) -> Table:
        return read_table(self.cleaned_data["proposal"])

    def clean_seen(self) -> Table:
        return read_table(self.cleaned_data["seen"])

    def is_outdated(self, grid: MoneyGrid) -> bool:
        """Whether somebody changed an amount that the person saw beside the proposal."""
        seen: Table = self.cleaned_data["seen"]
        return any(
            grid.amounts.get((line, month)) != amount
            for line, months in seen.items()
            for month, amount in months.items()
        )


def write_table(table: Table) -> str:
    """Amounts by line and month as text."""
    return json.dumps(
        {
            str(line): {
                f"{month:%Y-%m}": None if amount is None else str(amount) for month, amount in months.items()
            }
            for line, months in table.items()
        }
    )


def read_table(text: str) -> Table:
    """The other way round; a text that was tampered with is refused."""
    try:
        return {
            int(line): {
                datetime.date.fromisoformat(f"{month}-01"): None if amount is None else Decimal(amount)
                for month, amount in months.items()
            }
            for line, months in json.loads(text).items()
        }
    except (ValueError, AttributeError, TypeError, InvalidOperation) as error:
        raise forms.ValidationError(_("This page is too old. Fill again.")) from error


def _named(lines: list[MoneyLine]) -> list[tuple[str, str]]:
    return [(str(line.pk), f"{line.get_kind_display()}: {line.name}") for line in lines]
