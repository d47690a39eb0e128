"""Booked benefits month by month, with where finance's confirmation stands and what speaks for each amount."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from assessments.benefit_sql import KPI_MONTH, NEWEST_ANSWERS, STATE
from organizations.models import Organization

#: (line, first day of the month)
LineMonth = tuple[int, datetime.date]


class State(models.TextChoices):
    """Where a booked amount stands."""

    WAITING = "waiting", _("waits for finance")
    CHANGED = "changed", _("changed since finance answered")
    REOPENED = "reopened", _("reopened")
    REFUSED = "refused", _("refused")
    CONFIRMED = "confirmed", _("confirmed")


#: states in which finance is asked
OPEN = (State.WAITING, State.CHANGED, State.REOPENED)


@dataclass(frozen=True, slots=True)
class SeenAmount:
    """An amount as a person saw it, with the id of finance's newest word on it then (0: none)."""

    line_id: int
    month: datetime.date
    amount: Decimal
    answer_id: int

    @property
    def cell(self) -> LineMonth:
        return self.line_id, self.month


@dataclass(frozen=True, slots=True)
class Booked:
    """The actual amount of one benefit line in one month, in the line's currency."""

    line_id: int
    month: datetime.date
    amount: Decimal
    state: str
    line_name: str
    currency: str
    cashability: str
    note: str
    is_archived: bool
    project_id: int
    project_code: str
    project_name: str
    owner_id: int | None
    owner_name: str
    planned: Decimal | None
    answer_id: int
    answer_amount: Decimal | None
    answer_reason: str
    answer_name: str
    answered_at: datetime.datetime | None
    #: who booked this amount; None: the product, or nobody knows any more
    booked_by: int | None
    booked_name: str
    kpi_code: str
    kpi_name: str
    #: values of the KPI behind the line that count in this month, and those of them that are verified, and by whom
    kpi_values: int
    kpi_verified: int
    kpi_people: str
    kpi_period: datetime.date | None
    evidence: int

    @property
    def seen(self) -> SeenAmount:
        return SeenAmount(self.line_id, self.month, self.amount, self.answer_id)

    @property
    def cell(self) -> LineMonth:
        return self.line_id, self.month


@dataclass(frozen=True, slots=True)
class Choice:
    """Which booked benefits; empty means all of them, and `state` "" those that wait for finance."""

    project: str = ""
    month: datetime.date | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A part of the list and the size of the whole."""

    rows: list[Booked]
    total: int


_KPI_MONTH = KPI_MONTH.format(
    values="assessments_measurement",
    person=", COALESCE(NULLIF(w.name, ''), w.email) AS person",
    people=" LEFT JOIN organizations_user w ON w.id = v.recorded_by_id",
)

_ROWS = f"""
WITH newest AS ({NEWEST_ANSWERS}), chosen AS (
    SELECT f.line_id, f.month, f.amount, {STATE} AS state, l.name, l.currency, l.cashability, l.note,
        l.archived_at IS NOT NULL AS is_archived, p.id AS project_id, p.code, p.name AS project_name, l.owner_id,
        n.id AS answer_id, n.amount AS answer_amount, n.reason, n.answered_name, n.answered_at
    FROM projects_moneyline l
    JOIN projects_project p ON p.organization_id = l.organization_id AND p.id = l.project_id
    JOIN projects_cashflow f ON f.organization_id = l.organization_id AND f.line_id = l.id AND f.series = 'actual'
    LEFT JOIN newest n ON n.line_id = f.line_id AND n.month = f.month
    WHERE l.organization_id = %(organization)s AND l.kind = 'benefit' {{chosen}}
), page AS (
    SELECT *, count(*) OVER () AS total FROM chosen WHERE {{state}}
    ORDER BY project_name, project_id, name, line_id, month LIMIT %(limit)s OFFSET %(offset)s
)
SELECT f.line_id, f.month, f.amount, f.state, f.name, f.currency, f.cashability, f.note, f.is_archived, f.project_id,
    f.code, f.project_name, f.owner_id, COALESCE(NULLIF(o.name, ''), o.email, ''), g.amount, COALESCE(f.answer_id, 0),
    f.answer_amount, COALESCE(f.reason, ''), COALESCE(f.answered_name, ''), f.answered_at, b.actor_id,
    COALESCE(NULLIF(u.name, ''), u.email, ''), COALESCE(k.code, ''), COALESCE(k.name, ''), COALESCE(m.counted, 0),
    COALESCE(m.verified, 0), COALESCE(m.people, ''), m.period, COALESCE(e.files, 0), f.total
FROM page f
LEFT JOIN organizations_user o ON o.id = f.owner_id
LEFT JOIN projects_cashflow g ON g.organization_id = %(organization)s AND g.line_id = f.line_id AND g.series = 'plan'
    AND g.month = f.month
LEFT JOIN LATERAL (
    SELECT a.actor_id FROM organizations_auditevent a
    WHERE a.organization_id = %(organization)s AND a.target_type = 'moneyline' AND a.target_id = f.line_id
        AND a.action IN ('line.actual_changed', 'line.actual_computed') AND jsonb_exists(a.after, to_char(f.month, 'YYYY-MM'))
    ORDER BY a.id DESC LIMIT 1
) b ON true
LEFT JOIN organizations_user u ON u.id = b.actor_id
LEFT JOIN kpis_monetisation z ON z.organization_id = %(organization)s AND z.line_id = f.line_id
LEFT JOIN kpis_kpi k ON k.organization_id = %(organization)s AND k.id = z.kpi_id
LEFT JOIN LATERAL (
    {_KPI_MONTH}
) m ON k.id IS NOT NULL
LEFT JOIN LATERAL (
    SELECT count(*) AS files FROM assessments_evidence e
    WHERE e.organization_id = %(organization)s AND e.kpi_id = k.id AND e.removed_at IS NULL AND e.period = m.period
) e ON k.id IS NOT NULL
ORDER BY f.project_name, f.project_id, f.name, f.line_id, f.month
"""  # noqa: S608

_LISTED = "AND l.archived_at IS NULL AND p.archived_at IS NULL"
_WAIT = "state IN ('waiting', 'changed', 'reopened')"


def list_booked(organization: Organization, choice: Choice, *, limit: int, offset: int = 0) -> Listed:
    """Booked benefits by project, line and month, in one statement."""
    chosen = [_LISTED]
    values: dict[str, Any] = {"limit": limit, "offset": offset}
    if choice.project:
        chosen.append("AND p.code = %(project)s")
        values["project"] = choice.project
    if choice.month:
        chosen.append("AND f.month = %(month)s")
        values["month"] = choice.month
    state = _WAIT
    if choice.state == "all":
        state = "true"
    elif choice.state:
        state = "state = %(state)s"
        values["state"] = choice.state
    return _read(organization, " ".join(chosen), state, values)


def read_booked(organization: Organization, cells: Sequence[LineMonth]) -> dict[LineMonth, Booked]:
    """These amounts as they stand, archived ones included."""
    wanted = "AND (f.line_id, f.month) IN (SELECT * FROM unnest(%(lines)s::bigint[], %(months)s::date[]))"
    values = {
        "lines": [line for line, _month in cells],
        "months": [month for _line, month in cells],
        "limit": None,
        "offset": 0,
    }
    return {row.cell: row for row in _read(organization, wanted, "true", values).rows}


def waiting_amounts(organization: Organization) -> int:
    """How many booked benefits wait for finance."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH newest AS ({NEWEST_ANSWERS})"  # noqa: S608
            f" SELECT count(*) FROM (SELECT {STATE} AS state FROM projects_moneyline l"
            " JOIN projects_project p ON p.organization_id = l.organization_id AND p.id = l.project_id"
            " JOIN projects_cashflow f ON f.organization_id = l.organization_id AND f.line_id = l.id"
            " AND f.series = 'actual' LEFT JOIN newest n ON n.line_id = f.line_id AND n.month = f.month"
            f" WHERE l.organization_id = %(organization)s AND l.kind = 'benefit' {_LISTED}) s WHERE {_WAIT}",
            {"organization": organization.pk, "known_at": "infinity"},
        )
        return int(cursor.fetchone()[0])


def _read(organization: Organization, chosen: str, state: str, values: dict[str, Any]) -> Listed:
    with connection.cursor() as cursor:
        cursor.execute(
            _ROWS.format(chosen=chosen, state=state),
            {**values, "organization": organization.pk, "known_at": "infinity"},
        )
        rows = cursor.fetchall()
    return Listed([Booked(*row[:-1]) for row in rows], rows[0][-1] if rows else 0)
