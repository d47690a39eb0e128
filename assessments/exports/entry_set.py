"""The whole entry set: every KPI and period with plan, target, value, state, note, who and when.

The file is what the importer reads without a mapping: codes name the KPIs, the newest version stands as it was
entered, and periods without a value are empty rows to be filled in. Brought back untouched it changes nothing.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assessments.models import Measurement
from kpis.exports import filter_in_words
from kpis.models import Kpi
from organizations.exporting import Column, ExportTable, Kind, stream_sql
from organizations.exporting.tables import type_of_row
from organizations.models import Organization
from projects.periods import Frequency

from .headings import HEADINGS

#: empty rows reach back no further than this many years
MOST_YEARS = 20

# Every period that has a value or a target, and those between the first of them (or the expected start) and
# today. What is known of the value comes from its newest version, whatever its state; a draft hides no other.
_ENTRIES = """
WITH chosen AS (
    SELECT k.id, k.code, k.name, k.unit, k.frequency, k.plan_path, k.plan_start, p.code AS project_code,
        p.name AS project_name, date_trunc(k.frequency, k.expected_start)::date AS expected,
        date_trunc(k.frequency, %(today)s::date)::date AS current
    FROM kpis_kpi k JOIN projects_project p ON p.organization_id = k.organization_id AND p.id = k.project_id
    WHERE k.organization_id = %(organization)s AND k.id = ANY(%(kpis)s)
), newest AS (
    SELECT DISTINCT ON (kpi_id, period) kpi_id, period, value, status, note, source, recorded_at, recorded_by_id
    FROM assessments_measurement
    WHERE organization_id = %(organization)s AND kpi_id = ANY(%(kpis)s)
    ORDER BY kpi_id, period, status = 'draft', version DESC
), targets AS (
    SELECT kpi_id, period, value FROM kpis_target
    WHERE organization_id = %(organization)s AND kpi_id = ANY(%(kpis)s)
), stated AS (
    SELECT kpi_id, period FROM newest UNION SELECT kpi_id, period FROM targets
), spans AS (
    SELECT c.id, c.frequency, c.current,
        GREATEST(LEAST(min(s.period), c.expected, c.current),
            date_trunc(c.frequency, c.current - make_interval(years => %(years)s))::date) AS first
    FROM chosen c LEFT JOIN stated s ON s.kpi_id = c.id GROUP BY c.id, c.frequency, c.current, c.expected
), periods AS (
    SELECT * FROM stated
    UNION
    SELECT id, generate_series(first, current,
        CASE frequency WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || frequency)::interval END)::date
    FROM spans
)
SELECT c.project_code, c.project_name, c.code, c.name, s.period, c.frequency, c.unit,
    planned_at(c.plan_path, c.plan_start, c.frequency, s.period), t.value, n.value, n.status, n.note,
    COALESCE(NULLIF(u.name, ''), u.email), n.recorded_at, n.source
FROM periods s JOIN chosen c ON c.id = s.kpi_id
LEFT JOIN newest n ON n.kpi_id = s.kpi_id AND n.period = s.period
LEFT JOIN targets t ON t.kpi_id = s.kpi_id AND t.period = s.period
LEFT JOIN organizations_user u ON u.id = n.recorded_by_id
ORDER BY c.project_code, c.code, s.period
"""
_FREQUENCY, _STATUS, _SOURCE = 5, 10, 14


def entry_set_table(organization: Organization, chosen: Mapping[str, Any]) -> ExportTable:
    """The entries of the KPIs that `chosen` (as `KpiFilterForm` cleans it) leaves. Inside the scope."""
    ids = list(Kpi.objects.narrowed(chosen).order_by().values_list("pk", flat=True))
    return _table(organization, ids, "values", filter_in_words(chosen))


def entries_table(organization: Organization, kpis: QuerySet[Kpi], scope: str) -> ExportTable:
    """The entries of the KPIs of an entry grid; `scope` as its address says it. Inside the scope."""
    ids = list(kpis.order_by().values_list("pk", flat=True))
    return _table(organization, ids, "entries", [(_("Entries of"), scope or _("Me"))])


def values_table(organization: Organization, kpi: Kpi) -> ExportTable:
    """The entries of one KPI. Inside the scope."""
    return _table(organization, [kpi.pk], f"{kpi.code}-values", [(_("KPI"), f"{kpi.code} {kpi.name}")])


def _table(
    organization: Organization, ids: Sequence[int], name: str, chosen: Sequence[tuple[str, str]]
) -> ExportTable:
    return ExportTable(
        name=name,
        title=_("Values"),
        columns=[
            Column(str(HEADINGS["project"])),
            Column(_("Project name"), width=28),
            Column(str(HEADINGS["code"])),
            Column(str(HEADINGS["name"]), width=36),
            Column(str(HEADINGS["period"]), Kind.DATE, 12),
            Column(_("Frequency"), width=12),
            Column(_("Unit"), width=10),
            Column(_("Plan"), Kind.NUMBER, 14),
            Column(str(HEADINGS["target"]), Kind.NUMBER, 14),
            Column(str(HEADINGS["value"]), Kind.NUMBER, 14),
            Column(str(HEADINGS["status"]), width=12),
            Column(str(HEADINGS["note"]), width=40),
            Column(_("Entered by"), width=24),
            Column(_("Entered at"), Kind.MOMENT, 20),
            Column(_("Source"), width=18),
        ],
        rows=_rows(organization, ids, organization.today()),
        chosen=chosen,
    )


def _rows(organization: Organization, ids: Sequence[int], today: datetime.date) -> Iterator[type_of_row]:
    frequencies = {value: str(label) for value, label in Frequency.choices}
    statuses = {value: str(label) for value, label in Measurement.Status.choices}
    sources = {value: str(label) for value, label in Kpi.Source.choices}
    wanted = {"organization": organization.pk, "kpis": list(ids), "today": today, "years": MOST_YEARS}
    for row in stream_sql(_ENTRIES, wanted):
        cells = list(row)
        cells[_FREQUENCY] = frequencies[cells[_FREQUENCY]]
        cells[_STATUS] = statuses.get(cells[_STATUS])
        cells[_SOURCE] = sources.get(cells[_SOURCE])
        yield cells
