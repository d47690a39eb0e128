"""The rows of a file with values, read without the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError
from projects.numbers import parse_number

from .cells import Cells, Columns, NumberReader, Period, PeriodReader, TextReader
from .mapping import KpiFields, MeasurementMapping, columns_of
from .project_rows import ProjectDraft, ProjectReader, check_choice
from .report import ImportReport, Rejection
from .tables import Listener, Table, type_of_cell

_TELL_EVERY = 2_000


@dataclass(slots=True)
class KpiDraft:
    """A KPI of the file; `values` are what `create_kpis` takes, as far as the file says them.

    `fault` is why it cannot be created from this file; it may still name a KPI that exists.
    """

    project: ProjectDraft
    code: str
    name: str
    cell: str
    column: str
    values: dict[str, Any]
    fault: Rejection | None = None


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One row: `value` and `target` None where the file has none."""

    row: int
    kpi: KpiDraft
    period: Period
    value: float | None
    target: float | None
    note: str


def read_value_rows(
    table: Table, mapping: MeasurementMapping, report: ImportReport, progress: Listener
) -> list[ValueRow]:
    """Every row of which KPI and period can be read; what cannot be read goes into `report`."""
    columns = Columns(table.headings, columns_of(mapping))
    reader = _RowReader(mapping, columns, report)
    rows = []
    for number, cells in table.rows:
        report.rows += 1
        if report.rows % _TELL_EVERY == 0:
            progress(report.rows, max(report.rows, table.expected_rows))
        row = reader.read(number, cells, len(table.headings))
        if row:
            rows.append(row)
    return rows


def overflow(cells: Cells, width: int) -> type_of_cell:
    """The first filled cell right of the last heading: a sign that a delimiter stands inside a value."""
    return next((cell for cell in cells[width:] if cell not in (None, "")), None)


def refuse_overflow(report: ImportReport, number: int, cell: type_of_cell) -> None:
    report.reject(
        number,
        "",
        cell,
        _("The row has more cells than there are headings; the row is left out. Check its quotation marks."),
    )


class _RowReader:
    def __init__(self, mapping: MeasurementMapping, columns: Columns, report: ImportReport) -> None:
        self.report = report
        self.projects = ProjectReader(mapping.project, columns, report)
        self.kpi = _KpiReader(mapping.kpi, self.projects, columns)
        self.period = PeriodReader(mapping.period, columns)
        self.value = NumberReader(mapping.value, columns)
        self.target = NumberReader(mapping.target, columns) if mapping.target else None
        self.note = TextReader(mapping.note, columns)

    def read(self, number: int, cells: Cells, width: int) -> ValueRow | None:
        if len(cells) > width and (extra := overflow(cells, width)) is not None:
            refuse_overflow(self.report, number, extra)
            return None
        try:
            kpi = self.kpi(number, cells)
        except InvalidInputError as error:
            self.kpi.reject(self.report, number, cells, str(error))
            return None
        try:
            period = self.period(cells)
        except InvalidInputError as error:
            self.period.reject(self.report, number, cells, str(error))
            return None
        value = self._number(self.value, number, cells)
        target = self._number(self.target, number, cells) if self.target else None
        return ValueRow(number, kpi, period, value, target, self._note(number, cells))

    def _number(self, reader: NumberReader, number: int, cells: Cells) -> float | None:
        try:
            return reader(cells)
        except InvalidInputError as error:
            reader.reject(self.report, number, cells, str(error))
            return None

    def _note(self, number: int, cells: Cells) -> str:
        try:
            return self.note(cells)
        except InvalidInputError as error:
            self.note.reject(self.report, number, cells, str(error))
            return ""


class _KpiReader:
    """Finds the KPI of a row; each combination of cells is understood once."""

    def __init__(self, fields: KpiFields, project: ProjectReader, columns: Columns) -> None:
        self.project = project
        self.code = TextReader(fields.code, columns)
        self.texts = {
            name: TextReader(text, columns, lines=name == "definition") for name, text in fields.texts.items()
        }
        self.names = bool(fields.code.columns or fields.code.constant)
        self.identity = self.code if self.names else self.texts["name"]
        positions = [*project.code.positions, *self.identity.positions]
        self.positions = list(dict.fromkeys(positions))
        self._known: dict[tuple[type_of_cell, ...], KpiDraft] = {}
        self._drafts: dict[tuple[str, str], KpiDraft] = {}

    def __call__(self, row: int, cells: Cells) -> KpiDraft:
        key = tuple([cells[position] for position in self.positions])
        draft = self._known.get(key)
        if draft is None:
            draft = self._known[key] = self._draft(row, cells)
        return draft

    def reject(self, report: ImportReport, row: int, cells: Cells, reason: str) -> None:
        self.identity.reject(report, row, cells, reason)

    def _draft(self, row: int, cells: Cells) -> KpiDraft:
        project = self.project(row, cells)
        identity = self.identity(cells)
        if not identity:
            raise InvalidInputError(_("The KPI is missing."))
        key = (project.code, identity if self.names else identity.casefold())
        known = self._drafts.get(key)
        if known is None:
            known = self._drafts[key] = self._new(row, cells, project, identity)
        return known

    def _new(self, row: int, cells: Cells, project: ProjectDraft, identity: str) -> KpiDraft:
        code = identity if self.names else ""
        column = self.identity.labels[self.identity.positions[0]] if self.identity.positions else ""
        draft = KpiDraft(project, code, "", identity, column, {})
        for name, reader in self.texts.items():
            try:
                text = reader(cells)
                check_choice(name, text)
                if text:
                    draft.values[name] = _typed(name, text)
            except InvalidInputError as error:
                faults = ImportReport()
                reader.reject(faults, row, cells, str(error))
                draft.fault = draft.fault or faults.rejected[0]
        draft.name = draft.values.setdefault("name", code)
        draft.values["code"] = code
        return draft


def _typed(name: str, text: str) -> Any:
    if name == "decimals":
        number = parse_number(text)
        if number != int(number) or not 0 <= number <= 12:
            raise InvalidInputError(_("Decimal places are a whole number from 0 to 12."))
        return int(number)
    return float(parse_number(text)) if name == "weight" else text


def distinct_kpis(rows: list[ValueRow]) -> Iterator[KpiDraft]:
    """Each KPI once, in the order of the file."""
    seen: set[int] = set()
    for row in rows:
        if id(row.kpi) not in seen:
            seen.add(id(row.kpi))
            yield row.kpi
