"""The rows of a file with values, read without the database."""

from collections import Counter
from dataclasses import replace
from operator import itemgetter
from typing import Any, Protocol

from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError
from projects.numbers import parse_number
from projects.period_texts import COARSENESS, Span, read_span

from .cells import Cells, Columns, NumberReader, Period, PeriodReader, TextReader
from .fields import TextField
from .mapping import KpiFields, MeasurementMapping, columns_of
from .project_rows import ProjectDraft, ProjectReader, check_choice
from .report import ImportReport
from .tables import Listener, Table, type_of_cell
from .value_rows import KpiDraft, ValueRows

_TELL_EVERY = 2_000


class RowReader(Protocol):
    """Reads the values of one row of the file; what cannot be read is reported."""

    def read(self, number: int, cells: Cells, rows: ValueRows) -> None:
        """Add none, one or many."""
        ...


def read_value_rows(
    table: Table, mapping: MeasurementMapping, report: ImportReport, progress: Listener
) -> ValueRows:
    """Every row of which KPI and period can be read; what cannot be read goes into `report`."""
    columns = Columns(table.headings, columns_of(mapping))
    layout = WideReader if mapping.period.headings else LongReader
    reader: RowReader = layout(mapping, columns, report)
    width = len(table.headings)
    rows = ValueRows()
    count = 0
    for count, (number, cells) in enumerate(table.rows, start=1):
        if count % _TELL_EVERY == 0:
            progress(count, max(count, table.expected_rows))
        if len(cells) > width and (extra := overflow(cells, width)) is not None:
            refuse_overflow(report, number, extra)
        else:
            reader.read(number, cells, rows)
    report.rows += count
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


class LongReader:
    """One value per row."""

    def __init__(self, mapping: MeasurementMapping, columns: Columns, report: ImportReport) -> None:
        self.report = report
        self.projects = ProjectReader(mapping.project, columns, report)
        self.kpi = _KpiReader(mapping.kpi, self.projects, columns)
        self.period = PeriodReader(mapping.period, columns)
        self.value = NumberReader(mapping.value, columns)
        self.target = NumberReader(mapping.target, columns) if mapping.target else None
        self.note = TextReader(mapping.note, columns, exact=True) if mapping.note != TextField() else None
        self.status = TextReader(mapping.status, columns) if mapping.status.columns else None

    def read(self, number: int, cells: Cells, rows: ValueRows) -> None:
        try:
            kpi = self.kpi(number, cells)
        except InvalidInputError as error:
            self.kpi.reject(self.report, number, cells, str(error))
            return
        try:
            period = self.period(cells)
        except InvalidInputError as error:
            self.period.reject(self.report, number, cells, str(error))
            return
        value = read_number(self.value, self.report, number, cells)
        target = read_number(self.target, self.report, number, cells) if self.target else None
        note = read_note(self.note, self.report, number, cells) if self.note else ""
        status = read_note(self.status, self.report, number, cells) if self.status else ""
        rows.add(number, kpi, period, value, target, note, status)


class WideReader:
    """One KPI per row, a column of values for each heading that is a period."""

    def __init__(self, mapping: MeasurementMapping, columns: Columns, report: ImportReport) -> None:
        self.report = report
        self.projects = ProjectReader(mapping.project, columns, report)
        self.kpi = _KpiReader(mapping.kpi, self.projects, columns)
        self.series = TextReader(mapping.series, columns)
        self.note = TextReader(mapping.note, columns, exact=True)
        periods = period_headings(columns.labels, mapping.period.formats)
        if not periods:
            raise InvalidInputError(
                _(
                    "No heading is a period such as 2026-10 or Oct 2026, so there is no column of values. The "
                    "file has: %(headings)s."
                )
                % {"headings": ", ".join(columns.labels)},
                code="mapping",
                headings=list(columns.labels),
            )
        self.values = [
            (
                Period(label, label, span),
                NumberReader(replace(mapping.value, column=label), columns, at=place),
            )
            for place, label, span in periods
        ]

    def read(self, number: int, cells: Cells, rows: ValueRows) -> None:
        try:
            kpi = self.kpi(number, cells)
        except InvalidInputError as error:
            self.kpi.reject(self.report, number, cells, str(error))
            return
        try:
            plans = self.series(cells) == "target"
        except InvalidInputError as error:
            self.series.reject(self.report, number, cells, str(error))
            return
        note = "" if plans else read_note(self.note, self.report, number, cells)
        for period, reader in self.values:
            figure = read_number(reader, self.report, number, cells)
            if figure is not None:
                value, target = (None, figure) if plans else (figure, None)
                rows.add(number, kpi, period, value, target, note)


def period_headings(labels: tuple[str, ...], formats: tuple[str, ...] = ()) -> list[tuple[int, str, Span]]:
    """Position, heading and span of the columns of values: headings that are periods, all of one length.

    Beside months a heading such as “2026” is a sum, no period of its own.
    """
    found = []
    for position, label in enumerate(labels):
        try:
            found.append((position, label, read_span(label.partition("#")[0], formats)))
        except InvalidInputError:
            continue
    lengths = Counter(span[1] for _position, _label, span in found)
    usual = max(lengths, key=lambda length: (lengths[length], -COARSENESS[length]), default="")
    return [column for column in found if column[2][1] == usual]


def read_number(reader: NumberReader, report: ImportReport, number: int, cells: Cells) -> float | None:
    """The figure, or None with a report of what stands there instead."""
    try:
        return reader(cells)
    except InvalidInputError as error:
        reader.reject(report, number, cells, str(error))
        return None


def read_note(reader: TextReader, report: ImportReport, number: int, cells: Cells) -> str:
    """The note; one that cannot be read is reported and left out."""
    try:
        return reader(cells)
    except InvalidInputError as error:
        reader.reject(report, number, cells, str(error))
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
        self._key_of = itemgetter(*self.positions) if self.positions else lambda _cells: ()
        self._known: dict[Any, KpiDraft] = {}
        self._drafts: dict[tuple[str, str], KpiDraft] = {}

    def __call__(self, row: int, cells: Cells) -> KpiDraft:
        key = self._key_of(cells)
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
