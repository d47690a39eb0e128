"""Verdicts: what the values of a KPI prove. Assessed apart from the scores, and only for KPIs that changed."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from assessments.models import KpiVerdict
from assessments.services.recompute import read_clock_alone
from assessments.services.verdicts.computing import assess
from assessments.services.verdicts.loading import KpiSeries, due_kpis, load_series
from assessments.services.verdicts.writing import settle_marks, write_verdicts
from kpis.models import Monetisation
from organizations.models import Organization
from organizations.services.tenants import move_generation
from organizations.tenancy import organization_scope
from projects.services import request_valuation

#: KPIs assessed at once
CHUNK = 1000


def assess_pending(organization: Organization) -> int:
    """Assess every KPI whose verdict no longer holds; how many. Outside of any scope; may run twice."""
    with organization_scope(organization):
        known_at = read_clock_alone(organization)
        day = organization.today(known_at)
        due = due_kpis(organization.pk, as_of=day)
    for start in range(0, len(due), CHUNK):
        piece = due[start : start + CHUNK]
        with organization_scope(organization):
            rows = _assessed(organization, piece, day, known_at, live=True)
            former = dict(KpiVerdict.objects.filter(kpi__in=piece).values_list("kpi_id", "grade"))
            write_verdicts(organization.pk, rows)
            regraded = [row["kpi_id"] for row in rows if row["grade"] != former.get(row["kpi_id"], "")]
            _value_again(organization, regraded)
    if due:
        with organization_scope(organization):
            settle_marks(organization.pk, due, known_at=known_at)
            move_generation(organization.pk)
    return len(due)


def _value_again(organization: Organization, kpi_ids: Sequence[int]) -> None:
    """What benefits that follow from these KPIs count as hangs on the grade of their evidence."""
    projects = Monetisation.objects.filter(kpi__in=kpi_ids).values_list("line__project_id", flat=True)
    if kpi_ids and (found := set(projects)):
        request_valuation(organization, found, money=False)


def reproduce_verdicts(
    organization: Organization,
    *,
    as_of: datetime.date | None = None,
    known_at: datetime.datetime | None = None,
) -> list[dict[str, Any]]:
    """What the verdicts of that day would have been with what was known then; writes nothing."""
    moment = known_at or timezone.now()
    day = as_of or organization.today(moment)
    with organization_scope(organization):
        return _assessed(organization, None, day, moment, live=False)


def _assessed(
    organization: Organization,
    kpi_ids: Sequence[int] | None,
    day: datetime.date,
    known_at: datetime.datetime,
    *,
    live: bool,
) -> list[dict[str, Any]]:
    series = load_series(organization.pk, kpi_ids, as_of=day, known_at=known_at, live=live)
    wanted = {kpi_id for one in series for kpi_id in one.controls}
    known: dict[int, KpiSeries] = {one.kpi_id: one for one in series}
    missing = sorted(wanted - known.keys())
    if missing:
        others = load_series(organization.pk, missing, as_of=day, known_at=known_at, live=live)
        known |= {one.kpi_id: one for one in others}
    return assess(series, known, known_at=known_at)
