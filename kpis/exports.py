"""KPI definitions, their targets and the drivers as files."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kpis.models import Driver, DriverValue, Kpi, Target
from organizations.exporting import Column, ExportTable, Kind, stream
from organizations.exporting.tables import type_of_row
from projects.periods import Frequency


def kpis_table(chosen: Mapping[str, Any]) -> ExportTable:
    """Definitions; `chosen` as `KpiFilterForm` cleans it."""
    return ExportTable(
        name="kpis",
        title=_("KPIs"),
        columns=[
            Column(_("KPI code")),
            Column(_("KPI name"), width=36),
            Column(_("Project code")),
            Column(_("Tier")),
            Column(_("Value dimension"), width=24),
            Column(_("Direction"), width=18),
            Column(_("Unit"), width=10),
            Column(_("Frequency"), width=12),
            Column(_("Baseline"), Kind.NUMBER, 12),
            Column(_("Baseline from"), Kind.DATE, 12),
            Column(_("Baseline until"), Kind.DATE, 12),
            Column(_("Range from"), Kind.NUMBER, 12),
            Column(_("Range to"), Kind.NUMBER, 12),
            Column(_("Last target"), Kind.NUMBER, 12),
            Column(_("Last target in"), Kind.DATE, 12),
            Column(_("Expected from"), Kind.DATE, 12),
            Column(_("Weight"), Kind.NUMBER, 10),
            Column(_("Source of values"), width=18),
            Column(_("Business owner"), width=24),
            Column(_("IT owner"), width=24),
            Column(_("Enters the values"), width=24),
            Column(_("Definition"), width=60),
        ],
        rows=_rows(stream(Kpi.objects.narrowed(chosen))),
        chosen=filter_in_words(chosen),
    )


def filter_in_words(chosen: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a list of KPIs is narrowed by."""
    return [
        (_("Search"), chosen.get("q") or ""),
        (_("Project"), chosen.get("project") or ""),
        (_("Tier"), str(dict(Kpi.Tier.choices).get(chosen.get("tier") or "", ""))),
        (_("Direction"), str(dict(Kpi.Direction.choices).get(chosen.get("direction") or "", ""))),
        (_("Archived"), _("yes") if chosen.get("archived") else ""),
    ]


def _rows(kpis: Iterable[Any]) -> Iterator[type_of_row]:
    for kpi in kpis:
        yield (
            kpi.code,
            kpi.name,
            kpi.project.code,
            kpi.get_tier_display(),
            kpi.get_dimension_display(),
            kpi.get_direction_display(),
            kpi.unit,
            kpi.get_frequency_display(),
            kpi.baseline_value,
            kpi.baseline_start,
            kpi.baseline_end,
            kpi.range_low,
            kpi.range_high,
            kpi.last_target,
            kpi.last_target_period,
            kpi.expected_start,
            kpi.weight,
            kpi.get_source_display(),
            str(kpi.business_owner or ""),
            str(kpi.it_owner or ""),
            str(kpi.data_owner or ""),
            kpi.definition,
        )


def targets_table(kpi: Kpi) -> ExportTable:
    """The targets of one KPI by period."""
    targets = Target.objects.filter(kpi=kpi).order_by("period").values_list("period", "value")
    return ExportTable(
        name=f"{kpi.code}-targets",
        title=_("Targets"),
        columns=[
            Column(_("KPI code")),
            Column(_("Period"), Kind.DATE, 12),
            Column(_("Frequency"), width=12),
            Column(_("Target"), Kind.NUMBER, 14),
            Column(_("Unit"), width=10),
        ],
        rows=(
            (kpi.code, period, str(Frequency(kpi.frequency).label), value, kpi.unit)
            for period, value in stream(targets)
        ),
        chosen=[(_("KPI"), f"{kpi.code} {kpi.name}")],
    )


def drivers_table() -> ExportTable:
    """Every value of every driver, newest first; a driver without values has one row."""
    return ExportTable(
        name="drivers",
        title=_("Drivers"),
        columns=[
            Column(_("Driver code")),
            Column(_("Driver name"), width=36),
            Column(_("Unit"), width=14),
            Column(_("Owner"), width=24),
            Column(_("Valid from"), Kind.DATE, 12),
            Column(_("Value"), Kind.NUMBER, 14),
            Column(_("Source"), width=40),
            Column(_("Recorded by"), width=24),
            Column(_("Recorded at"), Kind.MOMENT, 20),
            Column(_("Archived"), Kind.MOMENT, 20),
        ],
        rows=_driver_rows(stream(Driver.objects.select_related("owner").order_by("code"))),
    )


def _driver_rows(drivers: Iterable[Driver]) -> Iterator[type_of_row]:
    values: dict[int, list[DriverValue]] = {}
    for value in DriverValue.objects.select_related("recorded_by"):
        values.setdefault(value.driver_id, []).append(value)
    for driver in drivers:
        about = (driver.code, driver.name, driver.unit, str(driver.owner or ""))
        for one in values.get(driver.pk, []):
            who = str(one.recorded_by or "")
            said = (one.valid_from, one.value, one.source, who, one.recorded_at)
            yield (*about, *said, driver.archived_at)
        if driver.pk not in values:
            yield (*about, None, None, None, None, None, driver.archived_at)
