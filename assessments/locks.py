"""Which months are closed, and to which month a period belongs."""

import datetime
from collections.abc import Iterable

from assessments.models import PeriodLock
from projects.periods import shift, start_of

#: (project, first day of the month)
ProjectMonth = tuple[int, datetime.date]


def month_of(period: datetime.date, frequency: str) -> datetime.date:
    """First day of the month to which a period belongs: the one in which its last day lies."""
    last_day = shift(period, frequency, 1) - datetime.timedelta(days=1)
    return start_of(last_day, "month")


def month_of_sql(period: str, frequency: str) -> str:
    """`month_of` as an SQL expression over the expressions of a period's first day and its frequency."""
    return (
        f"(CASE {frequency} WHEN 'month' THEN {period} WHEN 'week' THEN date_trunc('month', {period} + 6)::date"
        f" WHEN 'quarter' THEN ({period} + interval '2 months')::date"
        f" ELSE ({period} + interval '11 months')::date END)"
    )


def locked_months(project_ids: Iterable[int]) -> set[ProjectMonth]:
    """The closed months of some projects, in one query."""
    locks = PeriodLock.objects.in_force().filter(project__in=list(project_ids))
    return set(locks.values_list("project_id", "month"))


def locked_of(project_id: int, months: Iterable[datetime.date]) -> set[datetime.date]:
    """Which of these months of a project are closed."""
    locks = PeriodLock.objects.in_force().filter(project=project_id, month__in=list(months))
    return set(locks.values_list("month", flat=True))
