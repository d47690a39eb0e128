"""Which periods the entry grid shows, and whose KPIs: both stand in its address."""

import contextlib
import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from organizations.models import Membership
from organizations.permissions import Right, allows
from projects.periods import last_complete, periods_between, shift, start_of

#: how many periods a person may ask for at once
COLUMNS = (4, 6, 12)
_LONGEST_CODE = 60


@dataclass(frozen=True, slots=True)
class Window:
    """`columns` periods of each frequency; the newest ones, up to the running period, unless `start` says otherwise."""

    today: datetime.date
    columns: int = COLUMNS[0]
    start: datetime.date | None = None

    def periods(self, frequency: str) -> list[datetime.date]:
        """First days of the periods, oldest first; never one that has not begun."""
        first = newest = self._newest_start(frequency)
        if self.start is not None:
            first = min(newest, start_of(self.start, frequency))
        return [shift(first, frequency, step) for step in range(self.columns)]

    def earlier(self, frequency: str) -> datetime.date | None:
        """Where the window before this one starts; None at the beginning of the calendar."""
        first = self.periods(frequency)[0]
        return shift(first, frequency, -self.columns) if first.year > 1990 + self.columns else None

    def later(self, frequency: str) -> datetime.date | None:
        """Where the window after this one starts; None when this one is the newest."""
        first, newest = self.periods(frequency)[0], self._newest_start(frequency)
        return min(newest, shift(first, frequency, self.columns)) if first < newest else None

    def _newest_start(self, frequency: str) -> datetime.date:
        return shift(start_of(self.today, frequency), frequency, 1 - self.columns)


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose KPIs are shown: one's own, everybody's, a project's or a department's; or one KPI."""

    everybody: bool = False
    project: str = ""
    department: int = 0
    kpi: str = ""

    @property
    def is_wide(self) -> bool:
        """Whether it may show KPIs of others."""
        return self.everybody or bool(self.project) or bool(self.department) or bool(self.kpi)


def read_window(address: Mapping[str, str], today: datetime.date) -> Window:
    """The window of an address; what cannot be read is as if it were not there."""
    text = address.get("columns", "")
    columns = int(text) if text in {str(count) for count in COLUMNS} else COLUMNS[0]
    start = None
    with contextlib.suppress(ValueError):
        start = datetime.date.fromisoformat(address.get("from", ""))
    if start is not None and start.year < 1990:
        start = datetime.date(1990, 1, 1)
    return Window(today, columns, start)


def read_choice(address: Mapping[str, str], membership: Membership) -> Choice:
    """The choice of an address: `scope` = all | project:CODE | department:ID, `kpi` = CODE.

    Who may enter only their own sees only their own, of a project or KPI if they ask for one.
    """
    scope, _, name = address.get("scope", "").partition(":")
    kpi = _code(address.get("kpi", ""))
    project = _code(name) if scope == "project" else ""
    if not allows(membership, Right.ENTER_ANY):
        return Choice(project=project, kpi=kpi)
    department = int(name) if scope == "department" and name.isdecimal() and len(name) < 19 else 0
    return Choice(scope == "all", project, department, kpi)


def _code(text: str) -> str:
    # PostgreSQL refuses to look for a text with a zero byte.
    return text.replace("\0", "")[:_LONGEST_CODE]


def position(window: Window, frequency: str) -> int:
    """The column of the last complete period, or of the last one shown before it."""
    periods = window.periods(frequency)
    step = periods_between(periods[0], last_complete(window.today, frequency), frequency)
    return max(0, min(step, len(periods) - 1))
