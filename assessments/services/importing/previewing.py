"""The first rows of a file as the mapping understands them. Asks the file alone, not what is stored."""

import datetime
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from charts.numbers import exact
from kpis.models import Kpi
from projects.models import Project
from projects.periods import label

from .mapping import Mapping, MeasurementMapping, ProjectMapping, columns_of, read_mapping
from .measurement_rows import period_headings, read_value_rows
from .project_files import ProjectRow, read_project_rows
from .report import ImportReport, Rejection
from .tables import Table, no_progress, open_table
from .value_rows import KpiDraft, ValueRow, ValueRows

SHOWN = 50
#: of a wide file only so many periods are shown, the first ones
SHOWN_PERIODS = 13
_WORDS: dict[str, Any] = {
    "tier": Kpi.Tier,
    "dimension": Kpi.Dimension,
    "direction": Kpi.Direction,
    "system_kind": Project.SystemKind,
    "delivery_status": Project.DeliveryStatus,
}


@dataclass(slots=True)
class PreviewRow:
    """A row of the file: what was understood, and what was not."""

    number: int
    #: text, and whether it is a figure
    cells: list[tuple[str, bool]] = field(default_factory=list)
    faults: list[Rejection] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Preview:
    """`columns` are headings and whether they stand over figures; of `unused` columns nothing is taken."""

    columns: list[tuple[str, bool]]
    rows: list[PreviewRow]
    unused: list[str]
    faults: int


def preview(path: Path, content: dict[str, Any]) -> Preview:
    """The first rows.

    Raises:
        InvalidInputError: the file or the mapping cannot be used.
    """
    mapping = read_mapping(content)
    report = ImportReport()
    with open_table(path, mapping.file) as table:
        rows: dict[int, PreviewRow] = {}
        first = Table(table.headings, _kept(islice(table.rows, SHOWN), rows), SHOWN)
        faults: list[Rejection] = []
        texts: _Texts = {}
        if isinstance(mapping, MeasurementMapping):
            columns, faults = _measured(first, mapping, report, texts)
        else:
            columns = _described(first, mapping, report, texts)
        for fault in [*report.rejected, *faults]:
            if fault not in rows[fault.row].faults:
                rows[fault.row].faults.append(fault)
        unused = _unused(table.headings, mapping)
    shown = list(rows.values())
    keep = [place for place, (_name, _figures, always) in enumerate(columns) if always or _any(texts, place)]
    for row in shown:
        cells = texts.get(row.number)
        row.cells = [(cells[place], columns[place][1]) for place in keep] if cells else []
    heads = [columns[place][:2] for place in keep]
    return Preview(heads, shown, unused, sum(len(row.faults) for row in shown))


#: of each row the texts of all columns
_Texts = dict[int, list[str]]
#: heading, whether it holds figures, whether it is shown though empty
_Column = tuple[str, bool, bool]


def _kept(rows: Any, into: dict[int, PreviewRow]) -> Any:
    for number, cells in rows:
        into[number] = PreviewRow(number)
        yield number, cells


def _any(texts: _Texts, place: int) -> bool:
    return any(cells[place] for cells in texts.values())


def _measured(
    table: Table, mapping: MeasurementMapping, report: ImportReport, texts: _Texts
) -> tuple[list[_Column], list[Rejection]]:
    found = read_value_rows(table, mapping, report, no_progress)
    if mapping.period.headings:
        columns = _wide_cells(table, mapping, found, texts)
    else:
        columns = [*_kpi_columns(), (_("Period"), False, True), (_("Value"), True, True),
                   (_("Target"), True, False), (_("Note"), False, False)]  # fmt: skip
        for row in found:
            texts[row.row] = [
                *_kpi_cells(row.kpi),
                _period(row),
                _figure(row.value),
                _figure(row.target),
                row.note,
            ]
    faults = {id(row.kpi): row.kpi.fault for row in found if row.kpi.fault and mapping.kpi.create}
    return columns, [fault for fault in faults.values() if fault]


def _wide_cells(table: Table, mapping: MeasurementMapping, found: ValueRows, texts: _Texts) -> list[_Column]:
    periods = [name for _place, name, _span in period_headings(table.headings, mapping.period.formats)]
    periods = periods[:SHOWN_PERIODS]
    figures: dict[int, dict[str, str]] = defaultdict(dict)
    for row in found:
        plans = row.target is not None
        figures[row.row][row.period_column] = _figure(row.target if plans else row.value)
        series = (_("Target") if plans else _("Value")) if mapping.series.columns else ""
        texts[row.row] = [*_kpi_cells(row.kpi), series, row.note]
    for number, by_period in figures.items():
        texts[number] += [by_period.get(period, "") for period in periods]
    return [
        *_kpi_columns(),
        (_("Series"), False, False),
        (_("Note"), False, False),
        *((period, True, True) for period in periods),
    ]


def _kpi_columns() -> list[_Column]:
    return [
        (_("Project"), False, False),
        (_("KPI"), False, True),
        (_("Name"), False, False),
        (_("Tier"), False, False),
        (_("Direction"), False, False),
        (_("Unit"), False, False),
    ]


def _kpi_cells(draft: KpiDraft) -> list[str]:
    values = draft.values
    name = draft.name if draft.name != draft.code else ""
    return [
        draft.project.code,
        draft.code or draft.name,
        name if draft.code else "",
        *(_word(attribute, values.get(attribute, "")) for attribute in ("tier", "direction", "unit")),
    ]


def _described(table: Table, mapping: ProjectMapping, report: ImportReport, texts: _Texts) -> list[_Column]:
    for row in read_project_rows(table, mapping, report, no_progress):
        texts[row.row] = _project_cells(row, mapping)
    columns: list[_Column] = [(heading, False, always) for heading, always in _project_headings()]
    columns += [(_amount_heading(money), True, True) for money in mapping.money]
    return columns


def _project_headings() -> list[tuple[str, bool]]:
    return [
        (_("Code"), True),
        (_("Name"), False),
        (_("Department"), False),
        (_("Kind of system"), False),
        (_("Delivery status"), False),
        (_("Start"), False),
        (_("Planned go-live"), False),
        (_("Actual go-live"), False),
    ]


def _project_cells(row: ProjectRow, mapping: ProjectMapping) -> list[str]:
    values = row.draft.values
    amounts = {id(amount.field): amount.value for amount in row.amounts}
    return [
        row.draft.code,
        values["name"] if values["name"] != row.draft.code else "",
        row.draft.department,
        _word("system_kind", values.get("system_kind", "")),
        _word("delivery_status", values.get("delivery_status", "")),
        *(_day(values.get(name)) for name in ("start_on", "go_live_planned", "go_live_actual")),
        *(_figure(amounts.get(id(money))) for money in mapping.money),
    ]


def _amount_heading(money: Any) -> str:
    series = {
        "plan": _("plan"),
        "forecast": _("forecast"),
        "actual": _("actual"),
        "unscheduled": _("without months"),
    }
    return _("%(line)s, %(series)s") % {"line": money.line, "series": series[money.series]}


def _unused(headings: tuple[str, ...], mapping: Mapping) -> list[str]:
    used = {name.casefold() for name in columns_of(mapping)}
    if isinstance(mapping, MeasurementMapping) and mapping.period.headings:
        used |= {name.casefold() for _p, name, _s in period_headings(headings, mapping.period.formats)}
    return [heading for heading in headings if heading.casefold() not in used]


def _period(row: ValueRow) -> str:
    """The period as it was read; which one of the KPI's it is, the check will say."""
    day, length = row.period.span
    return _day(day) if length == "day" else label(day, length)


def _word(attribute: str, text: str) -> str:
    words = _WORDS.get(attribute)
    return str(words(text).label) if words and text in words.values else str(text)


def _figure(value: Any) -> str:
    formatter: Callable[[Any], str] = exact
    return "" if value is None else formatter(value)


def _day(day: datetime.date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else ""
