"""The months of a line that one page shows."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from projects.forms.cash import SERIES, Cell
from projects.models import CashFlow, MoneyLine
from projects.numbers import write_amount
from projects.periods import Frequency, add_months, label, months_between, start_of
from projects.services import is_frozen
from projects.services.opening import why_closed

LENGTHS = (12, 24, 36)
_EARLIEST, _LATEST = datetime.date(1990, 1, 1), datetime.date(2110, 1, 1)


@dataclass(frozen=True, slots=True)
class CashWindow:
    """Consecutive months from `start`, their amounts, and the cells nobody may write."""

    start: datetime.date
    length: int
    amounts: Mapping[Cell, Decimal]
    fixed: frozenset[Cell]
    frozen: bool
    #: why some series take no amounts now
    reasons: list[str]

    @classmethod
    def read(cls, query: Mapping[str, Any], line: MoneyLine, *, writable: bool) -> "CashWindow":
        """The window named by the address, otherwise one that holds the amounts there are."""
        flows = {
            (series, month): amount
            for series, month, amount in line.cash_flows.values_list("series", "month", "amount")
        }
        start, length = _bounds(query, line, sorted(month for _series, month in flows))
        months = [add_months(start, step) for step in range(length)]
        frozen = is_frozen(line.project)
        closed = {
            series: why_closed(line.project, series.value, line.kind, is_frozen=frozen) for series in SERIES
        }
        open_for_writing = writable and line.archived_at is None and line.project.archived_at is None
        today = line.organization.today()
        fixed = frozenset(
            (series.value, month)
            for series in SERIES
            for month in months
            if not open_for_writing
            or closed[series]
            or (series is CashFlow.Series.ACTUAL and month > today and (series.value, month) not in flows)
        )
        reasons = [reason for reason in closed.values() if reason] if open_for_writing else []
        return cls(start, length, flows, fixed, frozen, reasons)

    @property
    def months(self) -> list[datetime.date]:
        return [add_months(self.start, step) for step in range(self.length)]

    @property
    def is_writable(self) -> bool:
        return len(self.fixed) < self.length * len(SERIES)

    @property
    def name(self) -> str:
        """`Jan 2025 – Dec 2025`."""
        last = add_months(self.start, self.length - 1)
        return f"{label(self.start, Frequency.MONTH)} – {label(last, Frequency.MONTH)}"

    @property
    def earlier(self) -> str:
        return _address(add_months(self.start, -self.length), self.length)

    @property
    def later(self) -> str:
        return _address(add_months(self.start, self.length), self.length)

    @property
    def longer(self) -> str:
        """The same window with a year more, or "" when it is as long as it gets."""
        return _address(self.start, self.length + 12) if self.length < LENGTHS[-1] else ""

    def totals(self) -> list[str]:
        """The sums of the months shown, by series."""
        shown = set(self.months)
        return [
            write_amount(
                sum(
                    (
                        amount
                        for (name, month), amount in self.amounts.items()
                        if name == series.value and month in shown
                    ),
                    Decimal(0),
                )
            )
            for series in SERIES
        ]


def _bounds(
    query: Mapping[str, Any], line: MoneyLine, months: list[datetime.date]
) -> tuple[datetime.date, int]:
    length = int(query["months"]) if query.get("months") in [str(each) for each in LENGTHS] else 0
    asked = _month(query.get("from", ""))
    if asked is not None:
        return asked, length or LENGTHS[0]
    # The month that is being written belongs on the page, also when the amounts so far end before it.
    today = start_of(line.organization.today(), Frequency.MONTH)
    first = months[0] if months else line.project.start_on or today
    fiscal = line.organization.fiscal_year_start
    start = _fiscal_year(first, fiscal)
    if length:
        return start, length
    last = max(months[-1], today) if months else start
    fitting = next((each for each in LENGTHS if each > months_between(start, last)), None)
    return (start, fitting) if fitting else (max(start, _fiscal_year(min(today, last), fiscal)), LENGTHS[0])


def _month(text: str) -> datetime.date | None:
    try:
        month = datetime.date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return month if _EARLIEST <= month <= _LATEST else None


def _fiscal_year(day: datetime.date, first_month: int) -> datetime.date:
    """First month of the fiscal year that contains `day`."""
    return datetime.date(day.year - (day.month < first_month), first_month, 1)


def _address(start: datetime.date, length: int) -> str:
    return f"?from={start:%Y-%m}&months={length}"
