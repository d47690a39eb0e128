"""The watch over signed-off benefits: whether what finance confirmed is still there.

A benefit is signed off when at least three of its months are confirmed. It has decayed when its two newest complete
months are both under 80 % of its confirmed level: the booked amounts, or the improvement of the KPI behind it. The
level is the mean over the confirmed months before those two. Then the product reopens the confirmations of these two
months (or the newest one before them) and says so to the owner and to finance; earlier months stay as they were.
"""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from assessments.benefit_sql import NEWEST_ANSWERS, STATE
from assessments.confirmations import SeenAmount, State
from assessments.locks import month_of
from assessments.models import Measurement
from assessments.services.confirming import reopen_amounts
from kpis.models import Kpi, Monetisation
from organizations.models import Organization
from organizations.tenancy import organization_scope
from projects.periods import Frequency, add_months, label, start_of

Month = datetime.date
SIGNED_OFF_MONTHS = 3
DECAYED_MONTHS = 2
KEPT_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class _Booked:
    month: Month
    amount: Decimal
    state: str
    answer_id: int


_LINES = f"""
WITH newest AS MATERIALIZED ({NEWEST_ANSWERS}), signed AS (
    SELECT line_id FROM newest WHERE answer = 'confirmed' GROUP BY 1 HAVING count(*) >= %(signed)s
), watched AS (
    SELECT s.line_id FROM signed s
    WHERE NOT EXISTS (SELECT FROM newest n JOIN projects_confirmation c ON c.id = n.id
        WHERE n.line_id = s.line_id AND n.answer = 'reopened' AND c.answered_by_id IS NULL AND c.answered_name = '')
    AND NOT EXISTS (SELECT FROM projects_confirmation c WHERE c.organization_id = %(organization)s
        AND c.line_id = s.line_id AND c.answer = 'reopened' AND c.answered_by_id IS NULL AND c.answered_name = ''
        AND c.answered_at >= %(running)s)
)
SELECT f.line_id, f.month, f.amount, {STATE}, COALESCE(n.id, 0)
FROM watched w
JOIN projects_moneyline l ON l.organization_id = %(organization)s AND l.id = w.line_id AND l.archived_at IS NULL
    AND l.kind = 'benefit'
JOIN projects_project p ON p.organization_id = %(organization)s AND p.id = l.project_id AND p.archived_at IS NULL
JOIN projects_cashflow f ON f.organization_id = %(organization)s AND f.line_id = l.id AND f.series = 'actual'
    AND f.month < %(running)s
LEFT JOIN newest n ON n.line_id = f.line_id AND n.month = f.month
ORDER BY f.line_id, f.month
"""  # noqa: S608


def watch_benefits(organization: Organization, *, today: datetime.date | None = None) -> int:
    """Reopen what has decayed, once a month at most; the number of lines. Outside of any scope."""
    with organization_scope(organization), translation.override(organization.language):
        running = start_of(today or organization.today(), Frequency.MONTH)
        lines = _read_lines(organization, running)
        courses = _improvements(lines, running) if lines else {}
        decayed = 0
        for line_id, booked in lines.items():
            if reason := _why_decayed(booked, courses.get(line_id, {})):
                reopen_amounts(
                    actor=None, organization=organization, amounts=_to_reopen(line_id, booked), reason=reason
                )
                decayed += 1
    return decayed


def has_decayed(course: Sequence[tuple[float, bool]]) -> bool:
    """Whether a course of (value, is confirmed) by month fell below its confirmed level and stayed there."""
    before, newest = course[:-DECAYED_MONTHS], course[-DECAYED_MONTHS:]
    confirmed = [value for value, is_confirmed in before if is_confirmed]
    if len(newest) < DECAYED_MONTHS or not confirmed:
        return False
    level = sum(confirmed) / len(confirmed)
    return level > 0 and all(value < KEPT_SHARE * level for value, _is_confirmed in newest)


def _read_lines(organization: Organization, running: Month) -> dict[int, list[_Booked]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _LINES,
            {
                "organization": organization.pk,
                "known_at": "infinity",
                "running": running,
                "signed": SIGNED_OFF_MONTHS,
            },
        )
        rows = cursor.fetchall()
    lines: dict[int, list[_Booked]] = defaultdict(list)
    for line_id, *booked in rows:
        lines[line_id].append(_Booked(*booked))
    return {line_id: booked for line_id, booked in lines.items() if _is_signed_off(booked)}


def _is_signed_off(booked: Sequence[_Booked]) -> bool:
    return sum(one.state == State.CONFIRMED for one in booked) >= SIGNED_OFF_MONTHS


def _improvements(lines: Mapping[int, Sequence[_Booked]], running: Month) -> dict[int, dict[Month, float]]:
    """By line and month, how much better the KPI behind it is than its baseline; periods by their last month."""
    behind = Monetisation.objects.filter(
        line__in=lines, kpi__archived_at__isnull=True, kpi__baseline_value__isnull=False
    ).select_related("kpi")
    kpis = {one.line_id: one.kpi for one in behind if one.kpi.direction in _SIGNS}
    values: dict[int, list[tuple[Month, float]]] = defaultdict(list)
    counted = Measurement.objects.counted().filter(
        kpi__in={kpi.pk for kpi in kpis.values()}, value__isnull=False
    )
    for kpi_id, period, value in counted.values_list("kpi_id", "period", "value"):
        values[kpi_id].append((period, value))
    return {line_id: _course(kpi, values[kpi.pk], running) for line_id, kpi in kpis.items()}


_SIGNS: dict[str, int] = {Kpi.Direction.HIGHER: 1, Kpi.Direction.LOWER: -1}


def _course(kpi: Kpi, values: Sequence[tuple[Month, float]], running: Month) -> dict[Month, float]:
    by_month: dict[Month, list[float]] = defaultdict(list)
    for period, value in values:
        month = month_of(period, kpi.frequency)
        if month < running:
            by_month[month].append(_SIGNS[kpi.direction] * (value - (kpi.baseline_value or 0.0)))
    return {month: sum(found) / len(found) for month, found in by_month.items()}


def _why_decayed(booked: Sequence[_Booked], improvements: Mapping[Month, float]) -> str:
    """Why the benefit is no longer what was confirmed, in the language in force; "" while it is."""
    names = {"share": f"{KEPT_SHARE:.0%}", "month": label(booked[-1].month, Frequency.MONTH)}
    if _is_recent(booked) and has_decayed(
        [(float(one.amount), one.state == State.CONFIRMED) for one in booked]
    ):
        return _("The booked amounts up to %(month)s are below %(share)s of what was confirmed.") % names
    confirmed = {one.month for one in booked if one.state == State.CONFIRMED}
    course = [(improvements[month], month in confirmed) for month in sorted(improvements)]
    if has_decayed(course):
        names["month"] = label(max(improvements), Frequency.MONTH)
        return (
            _("The improvement of the KPI up to %(month)s is below %(share)s of its confirmed level.") % names
        )
    return ""


def _is_recent(booked: Sequence[_Booked]) -> bool:
    """Whether the two newest booked months follow each other: a gap is no decay, it is not booked yet."""
    return len(booked) >= DECAYED_MONTHS and add_months(booked[-2].month, 1) == booked[-1].month


def _to_reopen(line_id: int, booked: Sequence[_Booked]) -> list[SeenAmount]:
    confirmed = [one for one in booked if one.state == State.CONFIRMED]
    window = {one.month for one in booked[-DECAYED_MONTHS:]}
    chosen = [one for one in confirmed if one.month in window] or confirmed[-1:]
    return [SeenAmount(line_id, one.month, one.amount, one.answer_id) for one in chosen]
