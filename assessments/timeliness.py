"""How timely values come: per owner and per department, in one statement."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import connection

from assessments.due import ENTERED, due_day
from assessments.models import Measurement
from organizations.models import Organization
from projects.periods import Frequency, last_complete, shift

#: of each frequency
PERIODS = 12

# Of each KPI the periods that were expected and whose due day is over (or whose value is there), with the moment of
# the first version that was handed in. A value recorded before its KPI could be on time is not held against anybody:
# periods whose due day lies before the day on which the KPI was defined are left out.
_STATEMENT = """
WITH calendar AS (
    SELECT * FROM unnest(%(frequencies)s::text[], %(periods)s::date[], %(ends)s::date[], %(dues)s::date[])
        AS c (frequency, period, ends, due)
), asked AS (
    SELECT k.id, k.frequency, coalesce(k.data_owner_id, k.business_owner_id, k.it_owner_id) AS owner,
        coalesce(k.expected_start, (k.created_at AT TIME ZONE %(zone)s)::date) AS start,
        (k.created_at AT TIME ZONE %(zone)s)::date AS defined
    FROM kpis_kpi k JOIN projects_project p ON p.organization_id = k.organization_id AND p.id = k.project_id
    WHERE k.organization_id = %(organization)s AND k.archived_at IS NULL AND p.archived_at IS NULL
        AND NOT p.is_sample AND k.source = ANY(%(sources)s)
), handed_in AS (
    SELECT kpi_id, period, (min(recorded_at) AT TIME ZONE %(zone)s)::date AS day
    FROM assessments_measurement
    WHERE organization_id = %(organization)s AND period >= %(oldest)s AND status = ANY(%(counted)s)
    GROUP BY kpi_id, period
), cells AS (
    SELECT a.owner, m.department_id AS department, h.day IS NULL AS missing, h.day - c.due AS late
    FROM asked a
    JOIN calendar c ON c.frequency = a.frequency AND c.ends > a.start AND c.due >= a.defined
    LEFT JOIN organizations_membership m ON m.organization_id = %(organization)s AND m.user_id = a.owner
    LEFT JOIN handed_in h ON h.kpi_id = a.id AND h.period = c.period
    WHERE h.day IS NOT NULL OR c.due < %(today)s
)
SELECT grouping(owner) AS of_department, u.name, u.email, d.name,
    count(*), count(*) FILTER (WHERE late <= 0), count(*) FILTER (WHERE late > 0), count(*) FILTER (WHERE missing),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY late) FILTER (WHERE late > 0)
FROM cells
LEFT JOIN organizations_user u ON u.id = cells.owner
LEFT JOIN organizations_department d ON d.organization_id = %(organization)s AND d.id = cells.department
GROUP BY GROUPING SETS ((owner, u.name, u.email), (department, d.name))
ORDER BY 1, 8 DESC, 7 DESC, 5 DESC, 2, 4
"""


@dataclass(frozen=True, slots=True)
class Timeliness:
    """One owner or department; `name` "" are the values without one."""

    name: str
    due: int
    on_time: int
    late: int
    missing: int
    #: of the late ones
    median_days_late: float | None

    @property
    def share(self) -> float:
        """Of what was due, how much came in time."""
        return self.on_time / self.due if self.due else 0.0


@dataclass(frozen=True, slots=True)
class TimelinessTable:
    """Owners and departments, most missing first."""

    owners: list[Timeliness]
    departments: list[Timeliness]

    @property
    def due(self) -> int:
        return sum(row.due for row in self.owners)

    @property
    def on_time(self) -> int:
        return sum(row.on_time for row in self.owners)


def load_timeliness(organization: Organization, today: datetime.date) -> TimelinessTable:
    """Of the last 12 complete periods of each frequency; the first version handed in against the due day."""
    cells = [
        (str(frequency), shift(last_complete(today, frequency), frequency, -step))
        for frequency in Frequency
        for step in range(PERIODS)
    ]
    values: dict[str, Any] = {
        "organization": organization.pk,
        "zone": organization.zone,
        "today": today,
        "oldest": min(period for _frequency, period in cells),
        "frequencies": [frequency for frequency, _period in cells],
        "periods": [period for _frequency, period in cells],
        "ends": [shift(period, frequency, 1) for frequency, period in cells],
        "dues": [due_day(period, frequency) for frequency, period in cells],
        "sources": [str(source) for source in ENTERED],
        "counted": [str(Measurement.Status.SUBMITTED), str(Measurement.Status.VERIFIED)],
    }
    owners: list[Timeliness] = []
    departments: list[Timeliness] = []
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, values)
        for of_department, person, address, department, *counts in cursor.fetchall():
            name = (department if of_department else person or address) or ""
            (departments if of_department else owners).append(Timeliness(name, *counts))
    return TimelinessTable(owners, departments)
