"""The grid of a project's money: all lines by month, one series at a time."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from projects.frozen_plan import plan_state_of
from projects.models import CashFlow, MoneyLine, Project
from projects.periods import Frequency, add_months, label
from projects.services.opening import why_closed

Month = datetime.date
Cell = tuple[int, Month]
Table = dict[int, dict[Month, Decimal | None]]
_EARLIEST, _LATEST = 1990, 2110
MOST_YEARS = 2


@dataclass(frozen=True, slots=True)
class MoneyGrid:
    """Lines × months of one or two fiscal years, with every amount of the series there is."""

    project: Project
    series: str
    #: the calendar year in which the first fiscal year shown begins
    year: int
    years: int
    lines: list[MoneyLine]
    amounts: Mapping[Cell, Decimal]
    #: lines that take no amounts, and why
    closed: Mapping[int, str]
    is_frozen: bool
    today: Month
    #: cells that a change of the plan asks for
    marked: frozenset[Cell] = frozenset()

    @property
    def months(self) -> list[Month]:
        first = datetime.date(self.year, self.project.organization.fiscal_year_start, 1)
        return [add_months(first, step) for step in range(12 * self.years)]

    @property
    def is_writable(self) -> bool:
        return len(self.closed) < len(self.lines)

    @property
    def reasons(self) -> list[str]:
        """Why some lines are closed, each reason once."""
        return list(dict.fromkeys(reason for reason in self.closed.values() if reason))

    @property
    def name(self) -> str:
        """`Jan 2026 – Dec 2026`."""
        months = self.months
        return f"{label(months[0], Frequency.MONTH)} – {label(months[-1], Frequency.MONTH)}"

    def is_fixed(self, line: MoneyLine, month: Month) -> bool:
        """Whether nobody may write this cell."""
        if line.pk in self.closed:
            return True
        is_future = self.series == CashFlow.Series.ACTUAL and month > self.today
        return is_future and (line.pk, month) not in self.amounts

    def address(self, **changed: Any) -> str:
        """The query of the same grid with other years or another series."""
        wanted = {"series": self.series, "year": self.year, "years": self.years, **changed}
        return "?" + "&".join(f"{name}={value}" for name, value in wanted.items())

    def links(self) -> dict[str, str]:
        """Earlier, later, and one year more or less."""
        return {
            "earlier": self.address(year=self.year - self.years),
            "later": self.address(year=self.year + self.years),
            "wider": self.address(years=2) if self.years < MOST_YEARS else "",
            "narrower": self.address(years=1) if self.years > 1 else "",
        }

    def tabs(self) -> list[dict[str, Any]]:
        """Series for `components/tabs.html`."""
        return [
            {
                "label": series.label,
                "url": self.address(series=series.value),
                "current": series.value == self.series,
            }
            for series in CashFlow.Series
        ]


def read_grid(
    query: Mapping[str, Any],
    project: Project,
    *,
    writable: bool,
    series: str = "",
    changes: Mapping[Cell, Decimal | None] | None = None,
) -> MoneyGrid:
    """The grid that the address names, in four queries.

    `changes`: amounts of a change of the plan that is asked for, laid over the plan; the grid is then open though
    the plan is frozen.
    """
    is_frozen = plan_state_of(project).is_frozen
    wanted = series or query.get("series", "")
    if wanted not in CashFlow.Series.values:
        wanted = CashFlow.Series.FORECAST if is_frozen else CashFlow.Series.PLAN
    lines = list(MoneyLine.objects.active().filter(project=project).order_by("-kind", "name"))
    flows = CashFlow.objects.filter(line__in=[line.pk for line in lines], series=wanted)
    amounts: dict[Cell, Decimal] = {
        (line, month): amount for line, month, amount in flows.values_list("line_id", "month", "amount")
    }
    for cell, amount in (changes or {}).items():
        if amount is None:
            amounts.pop(cell, None)
        else:
            amounts[cell] = amount
    is_change = changes is not None
    open_for_writing = writable and project.archived_at is None
    closed = {} if open_for_writing else dict.fromkeys((line.pk for line in lines), "")
    if open_for_writing and not is_change:
        closed = _closed(project, wanted, lines, is_frozen)
    today = project.organization.today()
    year, years = _years(query, project, wanted, sorted(month for _line, month in amounts), today)
    return MoneyGrid(
        project, wanted, year, years, lines, amounts, closed, is_frozen, today, frozenset(changes or ())
    )


def _closed(project: Project, series: str, lines: list[MoneyLine], is_frozen: bool) -> dict[int, str]:
    closed = {
        line.pk: reason
        for line in lines
        if (reason := why_closed(project, series, line.kind, is_frozen=is_frozen))
    }
    if series == CashFlow.Series.ACTUAL:
        # A relation of a later layer, asked for by its name.
        computed = MoneyLine.objects.filter(project=project, monetisation__isnull=False)
        message = _("Some lines are computed from a KPI: nobody types into them.")
        closed |= dict.fromkeys(computed.values_list("pk", flat=True), message)
    return closed


def _years(
    query: Mapping[str, Any], project: Project, series: str, months: list[Month], today: Month
) -> tuple[int, int]:
    years = 2 if query.get("years") == "2" else 1
    asked = query.get("year", "")
    if asked.isdecimal() and len(asked) == 4 and _EARLIEST <= int(asked) <= _LATEST:
        return int(asked), years
    first_month = project.organization.fiscal_year_start
    # The year that is being written; of a plan the nearest one that it holds.
    wanted = max([today, *months[:1]])
    if series == CashFlow.Series.PLAN:
        wanted = min(wanted, months[-1]) if months else project.start_on or today
    return wanted.year - (wanted.month < first_month), years
