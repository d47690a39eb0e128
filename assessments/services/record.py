"""The one door for every value."""

import datetime
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from assessments.locks import month_of_sql
from assessments.models import Measurement, PeriodLock
from kpis.models import Kpi
from organizations.errors import InvalidInputError
from organizations.models import Organization, User
from organizations.services import record_event
from projects.periods import Frequency, label
from projects.services import request_valuation

#: rows staged at once: large enough for COPY, small enough for memory
CHUNK = 20_000
MAX_PROBLEMS = 100
TRANSACTION_LOCK = 7381


class MeasurementInput(NamedTuple):
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
    audit: bool = True,
    alone: bool = False,
) -> RecordReport:
    """Append a version for each value that says something new; all or nothing.

    Inside the organization's scope. A value equal to the newest version changes nothing, so a double click
    and a repeated file leave one version; a file is compared with what counts, whatever draft lies above it.
    When a KPI and period stand twice in `rows`, the later one counts. In a month that is locked nothing changes.
    With `audit` False the caller writes the audit row, because it can say more. `alone` is for a valuation: it holds
    the organization's lock exclusively, so no row need be held, and none is that an editor of its KPI may hold.

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
            report, touched = _record_chunk(cursor, actor, organization, chunk, offset, batch_id, alone)
            total += report
            projects |= touched
            offset += len(chunk)
    if audit and (total.new or total.changed):
        record_event(
            actor=actor,
            action="values.recorded",
            target=organization,
            after={"new": total.new, "changed": total.changed, "batch": batch_id},
        )
    if total.new or total.changed:
        request_valuation(organization, projects, money=False)
    return total


def _record_chunk(
    cursor: Any,
    actor: User | None,
    organization: Organization,
    chunk: Sequence[MeasurementInput],
    offset: int,
    batch_id: int | None,
    alone: bool,
) -> tuple[RecordReport, set[int]]:
    _refuse(_shape_problems(chunk, offset))
    _stage(cursor, chunk)
    if not alone:
        # Two writers of one value wait for each other here; the order of ids keeps them from a deadlock.
        cursor.execute(
            "SELECT id FROM kpis_kpi WHERE organization_id = %s AND id IN (SELECT kpi_id FROM incoming)"
            " ORDER BY id FOR NO KEY UPDATE",
            [organization.pk],
        )
    _refuse(_known_problems(cursor, organization, offset, batch_id, MAX_PROBLEMS))
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
    lines = []
    for place, (kpi_id, period, number, note, status, source) in enumerate(chunk):
        value = "\\N" if number is None else repr(float(number))
        text = _escaped(note) if note else ""
        lines.append(f"{place}\t{kpi_id}\t{period.isoformat()}\t{value}\t{text}\t{status}\t{source}\n")
    cursor.copy_from(StringIO("".join(lines)), "incoming")
    cursor.execute("ANALYZE incoming")


def _escaped(text: str) -> str:
    clean = text.replace("\x00", "").replace("\\", "\\\\")
    return clean.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _shape_problems(chunk: Sequence[MeasurementInput], offset: int) -> list[dict[str, Any]]:
    problems = []
    known = frozenset(Measurement.Status.values)
    for place, row in enumerate(chunk):
        if row.value is None:
            if not row.note.strip():
                problems.append({"index": offset + place, "reason": _("Without a value a reason is needed.")})
        elif not math.isfinite(row.value):
            problems.append({"index": offset + place, "reason": _("The value is not a finite number.")})
        if row.status not in known:
            problems.append({"index": offset + place, "reason": _("This status is not known.")})
        if len(problems) >= MAX_PROBLEMS:
            break
    return problems


# The version to compare with: the newest; for files, which know no drafts, the one that counts under a draft.
_KNOWN = """
LEFT JOIN LATERAL (
    SELECT version, value, status, note FROM assessments_measurement n
    WHERE n.organization_id = %(organization)s AND n.kpi_id = i.kpi_id AND n.period = i.period {asked}
    ORDER BY version DESC LIMIT 1
) m ON true LEFT JOIN LATERAL (
    SELECT version, value, status, note FROM assessments_measurement n
    WHERE m.status = 'draft' AND %(batch)s::bigint IS NOT NULL AND n.status <> 'draft'
        AND n.organization_id = %(organization)s AND n.kpi_id = i.kpi_id AND n.period = i.period
    ORDER BY version DESC LIMIT 1
) d ON true
CROSS JOIN LATERAL (
    SELECT COALESCE(d.version, m.version) IS NOT NULL
        AND CASE WHEN d.version IS NULL THEN m.value ELSE d.value END IS NOT DISTINCT FROM i.value
        AND (i.note = '' OR i.note = COALESCE(d.note, m.note))
        AND {says_nothing_new} AS same
) s
"""
# A verified value that arrives again as a submitted one says nothing new, nor does a draft of what counts.
_SAYS_NOTHING_NEW = (
    "(i.status = COALESCE(d.status, m.status)"
    " OR (i.status = 'submitted' AND COALESCE(d.status, m.status) = 'verified')"
    " OR (i.status = 'draft' AND COALESCE(d.status, m.status) IN ('submitted', 'verified')))"
)

_PROBLEMS = f"""
SELECT i.place, CASE
    WHEN k.id IS NULL THEN 'unknown'
    WHEN k.archived_at IS NOT NULL THEN 'archived'
    WHEN i.period <> date_trunc(k.frequency, i.period)::date THEN 'unaligned'
    WHEN i.period > %(today)s THEN 'future'
    WHEN k.source = 'formula' AND i.source <> 'formula' THEN 'computed'
    ELSE 'locked' END, l.month, (SELECT p.name FROM projects_project p WHERE p.id = l.project_id)
FROM incoming i LEFT JOIN kpis_kpi k ON k.organization_id = %(organization)s AND k.id = i.kpi_id
LEFT JOIN assessments_periodlock l ON l.organization_id = %(organization)s AND l.project_id = k.project_id
    AND l.reopened_at IS NULL AND l.month = {month_of_sql("i.period", "k.frequency")}
{_KNOWN.format(asked="AND (l.id IS NOT NULL OR k.source = 'formula')", says_nothing_new=_SAYS_NOTHING_NEW)}
WHERE k.id IS NULL OR k.archived_at IS NOT NULL
    OR i.period <> date_trunc(k.frequency, i.period)::date OR i.period > %(today)s
    OR ((l.id IS NOT NULL OR (k.source = 'formula' AND i.source <> 'formula')) AND NOT s.same)
ORDER BY i.place LIMIT %(limit)s
"""  # noqa: S608


def _known_problems(
    cursor: Any, organization: Organization, offset: int, batch_id: int | None, limit: int | None
) -> list[dict[str, Any]]:
    values = {
        "organization": organization.pk,
        "today": organization.today(),
        "batch": batch_id,
        "limit": limit,
    }
    cursor.execute(_PROBLEMS, values)
    reasons = {
        "unknown": _("There is no such KPI in this organization."),
        "archived": _("This KPI is archived; restore it first."),
        "computed": _("This KPI is computed by a formula. Record the KPIs it reads, or remove the formula."),
        "unaligned": _("The date is not the first day of a period of this KPI."),
        "future": _("The period lies in the future."),
    }
    return [
        {"index": offset + place, "reason": reasons.get(word) or locked_reason(month, project)}
        for place, word, month, project in cursor.fetchall()
    ]


def locked_reason(month: datetime.date, project: str) -> str:
    """Why a value of a closed month is refused, and what to do."""
    return _("%(month)s of %(project)s is locked. Ask the PMO to reopen the month, with a reason.") % {
        "month": label(month, Frequency.MONTH),
        "project": project,
    }


def locked_rows(
    organization: Organization, rows: Sequence[MeasurementInput], *, batch_id: int | None = None
) -> dict[int, str]:
    """Which rows would be refused because a month is closed or a formula computes their KPI: place in `rows` → why.
    For imports, which go on without them. Empty at once where nothing is locked or computed."""
    nothing_is_closed = not PeriodLock.objects.in_force().exists()
    if nothing_is_closed and not Kpi.objects.filter(source=Kpi.Source.FORMULA).exists():
        return {}
    refused: dict[int, str] = {}
    with connection.cursor() as cursor:
        for offset in range(0, len(rows), CHUNK):
            _stage(cursor, rows[offset : offset + CHUNK])
            problems = _known_problems(cursor, organization, offset, batch_id, None)
            refused |= {problem["index"]: problem["reason"] for problem in problems}
    return refused


def _refuse(problems: list[dict[str, Any]]) -> None:
    if problems:
        first = problems[0]
        message = _("Row %(row)d: %(reason)s Nothing was saved.") % {
            "row": first["index"] + 1,
            "reason": first["reason"],
        }
        raise InvalidInputError(message, rows=problems)


_INSERT = f"""
WITH latest AS (
    SELECT DISTINCT ON (kpi_id, period) * FROM incoming ORDER BY kpi_id, period, place DESC
), compared AS (
    SELECT i.*, m.version, s.same
    FROM latest i {_KNOWN.format(asked="", says_nothing_new=_SAYS_NOTHING_NEW)}
), written AS (
    INSERT INTO assessments_measurement (organization_id, kpi_id, period, version, value, status, recorded_at,
        recorded_by_id, source, note, batch_id)
    SELECT %(organization)s, kpi_id, period, COALESCE(version, 0) + 1, value, status, clock_timestamp(),
        %(actor)s, source, note, %(batch)s
    FROM compared WHERE NOT same
    RETURNING kpi_id
), marked AS (
    INSERT INTO assessments_pendingverdict (organization_id, kpi_id, marked_at)
    SELECT %(organization)s, kpi_id, clock_timestamp() FROM (SELECT DISTINCT kpi_id FROM written) w
    ON CONFLICT (organization_id, kpi_id) DO UPDATE SET marked_at = excluded.marked_at
)
SELECT count(*) FILTER (WHERE version IS NULL), count(*) FILTER (WHERE version IS NOT NULL AND NOT same),
    count(*) FILTER (WHERE same),
    (SELECT array_agg(DISTINCT k.project_id) FROM kpis_kpi k
        WHERE k.organization_id = %(organization)s AND k.id IN (SELECT kpi_id FROM written))
FROM compared
"""  # noqa: S608
