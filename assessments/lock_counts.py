"""How complete the months of projects are: what is in, verified and missing, and what is closed."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from assessments.locks import ProjectMonth, month_of
from assessments.models import PeriodLock
from organizations.models import Organization
from projects.periods import Frequency, add_months, shift, start_of


@dataclass(frozen=True, slots=True)
class MonthState:
    """One month of one project. `expected` values were due by its end; `answered` of all its values are in."""

    expected: int = 0
    answered: int = 0
    verified: int = 0
    missing: int = 0
    lock: PeriodLock | None = None

    @property
    def unverified(self) -> int:
        return self.answered - self.verified

    @property
    def is_complete(self) -> bool:
        return not self.missing and not self.unverified


# Expected as in `assessments.due`: the effect was to be seen by the end of the period, and people enter it.
_COUNTS = """
WITH spans AS (
    SELECT * FROM unnest(%(frequencies)s::text[], %(periods)s::date[], %(ends)s::date[], %(months)s::date[])
        AS s (frequency, period, ends, month)
), cells AS (
    SELECT k.project_id, s.month, COALESCE(k.expected_start, (k.created_at AT TIME ZONE %(zone)s)::date) < s.ends
        AND k.source IN ('manual', 'import', 'api') AS expected, d.status
    FROM kpis_kpi k JOIN spans s ON s.frequency = k.frequency
    LEFT JOIN LATERAL (
        SELECT status FROM assessments_measurement m
        WHERE m.organization_id = %(organization)s AND m.kpi_id = k.id AND m.period = s.period AND m.status <> 'draft'
        ORDER BY m.version DESC LIMIT 1
    ) d ON true
    WHERE k.organization_id = %(organization)s AND k.archived_at IS NULL AND k.project_id = ANY(%(projects)s)
)
SELECT project_id, month, count(*) FILTER (WHERE expected),
    count(*) FILTER (WHERE status IN ('submitted', 'verified')), count(*) FILTER (WHERE status = 'verified'),
    count(*) FILTER (WHERE expected AND (status IS NULL OR status = 'returned'))
FROM cells GROUP BY 1, 2
"""


def month_states(
    organization: Organization, project_ids: Iterable[int], months: Sequence[datetime.date]
) -> dict[ProjectMonth, MonthState]:
    """The state of each project in each month (first days), in two statements."""
    ids = list(project_ids)
    locks = (
        PeriodLock.objects.in_force().filter(project__in=ids, month__in=months).select_related("locked_by")
    )
    closed = {(lock.project_id, lock.month): lock for lock in locks}
    spans = [span for month in months for span in _spans(month)]
    values: dict[str, Any] = {
        "organization": organization.pk,
        "zone": organization.zone,
        "projects": ids,
        "frequencies": [span[0] for span in spans],
        "periods": [span[1] for span in spans],
        "ends": [span[2] for span in spans],
        "months": [span[3] for span in spans],
    }
    counts: dict[ProjectMonth, tuple[int, int, int, int]] = defaultdict(lambda: (0, 0, 0, 0))
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, values)
        for row in cursor.fetchall():
            counts[row[0], row[1]] = row[2:]
    return {
        (project_id, month): MonthState(*counts[project_id, month], lock=closed.get((project_id, month)))
        for project_id in ids
        for month in months
    }


def _spans(month: datetime.date) -> list[tuple[str, datetime.date, datetime.date, datetime.date]]:
    """(frequency, first day, day after the last, month) of every period that belongs to a month."""
    found = []
    for frequency in Frequency.values:
        period = start_of(month, frequency)
        while period < add_months(month, 1):
            if month_of(period, frequency) == month:
                found.append((frequency, period, shift(period, frequency, 1), month))
            period = shift(period, frequency, 1)
    return found
