"""The one door for every value."""

import datetime
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from assessments.models import Measurement
from organizations.errors import InvalidInputError
from organizations.models import Organization, User
from organizations.services import record_event
from projects.services import request_valuation

#: rows staged at once: large enough for COPY, small enough for memory
CHUNK = 20_000
MAX_PROBLEMS = 100
TRANSACTION_LOCK = 7381


@dataclass(frozen=True, slots=True)
class MeasurementInput:
    """One value to record. `period` is the first day of a period of the KPI's frequency; `value` None is the
    answer "not available" and needs a `note` that says why."""

    kpi_id: int
    period: datetime.date
    value: float | None
    note: str = ""
    status: str = Measurement.Status.SUBMITTED
    source: str = "manual"


@dataclass(frozen=True, slots=True)
class RecordReport:
    """How many values were new, changed an earlier one, or said what is known already."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: "RecordReport") -> "RecordReport":
        return RecordReport(self.new + other.new, self.changed + other.changed, self.same + other.same)


@transaction.atomic
def record_measurements(
    actor: User | None,
    organization: Organization,
    rows: Iterable[MeasurementInput],
    *,
    batch_id: int | None = None,
) -> RecordReport:
    """Append a version for each value that says something new; all or nothing.

    Inside the organization's scope. A value equal to the newest version changes nothing, so a double click
    and a repeated file leave one version. When a KPI and period stand twice in `rows`, the later one counts.

    Raises:
        InvalidInputError: with `details["rows"]`, a list of {"index", "reason"}, at most 100.
    """
    total = RecordReport()
    projects: set[int] = set()
    stream = iter(rows)
    offset = 0
    with connection.cursor() as cursor:
        # Shared with other writers; a recompute takes it exclusively to decide what is known.
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [TRANSACTION_LOCK, organization.pk])
        while chunk := list(itertools.islice(stream, CHUNK)):
            report, touched = _record_chunk(cursor, actor, organization, chunk, offset, batch_id)
            total += report
            projects |= touched
            offset += len(chunk)
    if total.new or total.changed:
        record_event(
            actor=actor,
            action="values.recorded",
            target=organization,
            after={"new": total.new, "changed": total.changed, "batch": batch_id},
        )
        request_valuation(organization, projects)
    return total


def _record_chunk(
    cursor: Any,
    actor: User | None,
    organization: Organization,
    chunk: Sequence[MeasurementInput],
    offset: int,
    batch_id: int | None,
) -> tuple[RecordReport, set[int]]:
    _refuse(_shape_problems(chunk, offset))
    _stage(cursor, chunk)
    # Two writers of one value wait for each other here; the order of ids keeps them from a deadlock.
    cursor.execute(
        "SELECT id FROM kpis_kpi WHERE organization_id = %s AND id IN (SELECT kpi_id FROM incoming)"
        " ORDER BY id FOR NO KEY UPDATE",
        [organization.pk],
    )
    _refuse(_known_problems(cursor, organization, offset))
    cursor.execute(
        _INSERT, {"organization": organization.pk, "actor": actor.pk if actor else None, "batch": batch_id}
    )
    new, changed, same, projects = cursor.fetchone()
    return RecordReport(new, changed, same), set(projects or [])


def _stage(cursor: Any, chunk: Sequence[MeasurementInput]) -> None:
    # COPY is refused under row-level security, so the rows wait in a temporary table.
    cursor.execute(
        "CREATE TEMPORARY TABLE IF NOT EXISTS incoming (place integer, kpi_id bigint, period date,"
        " value double precision, note text, status text, source text) ON COMMIT DELETE ROWS"
    )
    cursor.execute("TRUNCATE incoming")
    lines = StringIO()
    for place, row in enumerate(chunk):
        value = "\\N" if row.value is None else repr(float(row.value))
        note = _escaped(row.note) if row.note else ""
        lines.write(f"{place}\t{row.kpi_id}\t{row.period}\t{value}\t{note}\t{row.status}\t{row.source}\n")
    lines.seek(0)
    cursor.copy_from(lines, "incoming")
    cursor.execute("ANALYZE incoming")


def _escaped(text: str) -> str:
    clean = text.replace("\x00", "").replace("\\", "\\\\")
    return clean.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _shape_problems(chunk: Sequence[MeasurementInput], offset: int) -> list[dict[str, Any]]:
    problems = []
    for place, row in enumerate(chunk):
        if row.value is None:
            if not row.note.strip():
                problems.append({"index": offset + place, "reason": _("Without a value a reason is needed.")})
        elif not math.isfinite(row.value):
            problems.append({"index": offset + place, "reason": _("The value is not a finite number.")})
        if row.status not in Measurement.Status.values:
            problems.append({"index": offset + place, "reason": _("This status is not known.")})
        if len(problems) >= MAX_PROBLEMS:
            break
    return problems


_PROBLEMS = """
SELECT i.place, CASE
    WHEN k.id IS NULL THEN 'unknown'
    WHEN k.archived_at IS NOT NULL THEN 'archived'
    WHEN i.period <> date_trunc(k.frequency, i.period)::date THEN 'unaligned'
    ELSE 'future' END
FROM incoming i LEFT JOIN kpis_kpi k ON k.organization_id = %s AND k.id = i.kpi_id
WHERE k.id IS NULL OR k.archived_at IS NOT NULL
    OR i.period <> date_trunc(k.frequency, i.period)::date OR i.period > %s
ORDER BY i.place LIMIT %s
"""


def _known_problems(cursor: Any, organization: Organization, offset: int) -> list[dict[str, Any]]:
    cursor.execute(_PROBLEMS, [organization.pk, organization.today(), MAX_PROBLEMS])
    reasons = {
        "unknown": _("There is no such KPI in this organization."),
        "archived": _("This KPI is archived; restore it first."),
        "unaligned": _("The date is not the first day of a period of this KPI."),
        "future": _("The period lies in the future."),
    }
    return [{"index": offset + place, "reason": reasons[word]} for place, word in cursor.fetchall()]


def _refuse(problems: list[dict[str, Any]]) -> None:
    if problems:
        first = problems[0]
        message = _("Row %(row)d: %(reason)s Nothing was saved.") % {
            "row": first["index"] + 1,
            "reason": first["reason"],
        }
        raise InvalidInputError(message, rows=problems)


# A verified value that arrives again as a submitted one says nothing new.
_INSERT = """
WITH latest AS (
    SELECT DISTINCT ON (kpi_id, period) * FROM incoming ORDER BY kpi_id, period, place DESC
), compared AS (
    SELECT i.*, m.version, m.id IS NOT NULL AND m.value IS NOT DISTINCT FROM i.value
        AND (i.note = '' OR i.note = m.note)
        AND (i.status = m.status OR (m.status = 'verified' AND i.status = 'submitted')) AS same
    FROM latest i LEFT JOIN LATERAL (
        SELECT id, version, value, note, status FROM assessments_measurement m
        WHERE m.organization_id = %(organization)s AND m.kpi_id = i.kpi_id AND m.period = i.period
        ORDER BY version DESC LIMIT 1
    ) m ON true
), written AS (
    INSERT INTO assessments_measurement (organization_id, kpi_id, period, version, value, status, recorded_at,
        recorded_by_id, source, note, batch_id)
    SELECT %(organization)s, kpi_id, period, COALESCE(version, 0) + 1, value, status, clock_timestamp(),
        %(actor)s, source, note, %(batch)s
    FROM compared WHERE NOT same
    RETURNING kpi_id
)
SELECT count(*) FILTER (WHERE version IS NULL), count(*) FILTER (WHERE version IS NOT NULL AND NOT same),
    count(*) FILTER (WHERE same),
    (SELECT array_agg(DISTINCT k.project_id) FROM kpis_kpi k
        WHERE k.organization_id = %(organization)s AND k.id IN (SELECT kpi_id FROM written))
FROM compared
"""
