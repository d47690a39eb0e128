"""A file with one project per row: projects, departments and money."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError, ProductError
from organizations.models import Organization, User
from projects.models import CashFlow, MoneyLine, Project
from projects.services import create_line, set_cash_flows, update_line

from .cells import Cells, Columns, NumberReader, TextReader
from .making import Made
from .mapping import MoneyField, ProjectMapping, columns_of
from .measurement_rows import overflow, refuse_overflow
from .project_finding import ProjectFinder
from .project_rows import ProjectDraft, ProjectReader
from .report import ImportReport
from .sections import refuse
from .tables import Listener, Table, type_of_cell

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Amount:
    """One readable figure of a row."""

    field: MoneyField
    value: Decimal
    column: str
    cell: type_of_cell


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One row: its project and its figures."""

    row: int
    draft: ProjectDraft
    amounts: list[Amount]
    #: column and text of the project's code
    identity: tuple[str, str]


def read_project_rows(
    table: Table, mapping: ProjectMapping, report: ImportReport, progress: Listener
) -> list[ProjectRow]:
    """Every row with a project; what cannot be read goes into `report`."""
    columns = Columns(table.headings, columns_of(mapping))
    reader = _RowReader(mapping, columns, report)
    rows = []
    for number, cells in table.rows:
        report.rows += 1
        progress(report.rows, max(report.rows, table.expected_rows))
        row = reader.read(number, cells, len(table.headings))
        if row:
            rows.append(row)
    return rows


def write_projects(
    actor: User | None,
    organization: Organization,
    mapping: ProjectMapping,
    rows: list[ProjectRow],
    report: ImportReport,
    made: Made,
) -> None:
    """Create projects and set their money. Inside one transaction and the organization's scope."""
    finder = ProjectFinder(
        actor,
        organization,
        report,
        made,
        create=mapping.project.create,
        create_departments=mapping.create_departments,
    )
    rates = {id(field): _rate_of(field, index, organization) for index, field in enumerate(mapping.money)}
    finder.find(row.draft for row in rows)
    kept = []
    for row in rows:
        if row.draft.code in finder.found:
            kept.append(row)
        else:
            report.reject(row.row, *row.identity, finder.refused[row.draft.code])
    report.projects = len(kept)
    writer = _MoneyWriter(actor, organization, rates, report, made)
    writer.look_up(list(finder.found.values()), mapping.money)
    for row in kept:
        for amount in row.amounts:
            writer.write(row.row, finder.found[row.draft.code], amount)


class _RowReader:
    def __init__(self, mapping: ProjectMapping, columns: Columns, report: ImportReport) -> None:
        self.report = report
        self.project = ProjectReader(mapping.project, columns, report)
        self.department = TextReader(mapping.department, columns)
        self.money = [(field, NumberReader(field.amount, columns)) for field in mapping.money]

    def read(self, number: int, cells: Cells, width: int) -> ProjectRow | None:
        if len(cells) > width and (extra := overflow(cells, width)) is not None:
            refuse_overflow(self.report, number, extra)
            return None
        code = self.project.code
        try:
            draft = self.project(number, cells)
            if not draft.code:
                raise InvalidInputError(_("The project's code is missing."))
            if draft.row != number:
                raise InvalidInputError(
                    _("Row %(row)d has this project already. Keep one of the two.") % {"row": draft.row}
                )
        except InvalidInputError as error:
            code.reject(self.report, number, cells, str(error))
            return None
        self._read_department(number, cells, draft)
        return ProjectRow(number, draft, self._read_amounts(number, cells), code.source(cells))

    def _read_department(self, number: int, cells: Cells, draft: ProjectDraft) -> None:
        try:
            draft.department = self.department(cells)
            draft.cells["department"] = self.department.source(cells)
        except InvalidInputError as error:
            self.department.reject(self.report, number, cells, str(error))

    def _read_amounts(self, number: int, cells: Cells) -> list[Amount]:
        amounts = []
        for field, reader in self.money:
            try:
                value = reader.exact(cells)
            except InvalidInputError as error:
                reader.reject(self.report, number, cells, str(error))
                continue
            if value is not None:
                amounts.append(Amount(field, value, reader.label, cells[reader.position]))
        return amounts


class _MoneyWriter:
    """Writes figures and counts which were new, changed or the same."""

    def __init__(
        self,
        actor: User | None,
        organization: Organization,
        rates: dict[int, dict[str, Any]],
        report: ImportReport,
        made: Made,
    ) -> None:
        self.actor = actor
        self.organization = organization
        self.rates = rates
        self.report = report
        self.made = made
        self.lines: dict[tuple[int, str, str], MoneyLine] = {}
        self.flows: dict[tuple[int, str, datetime.date], Decimal] = {}

    def look_up(self, projects: list[Project], fields: Iterable[MoneyField]) -> None:
        """What is stored already, in two queries: a file that says nothing new then writes nothing."""
        lines = MoneyLine.objects.filter(project__in=projects, name__in={field.line for field in fields})
        self.lines = {(line.project_id, line.kind, line.name): line for line in lines}
        flows = CashFlow.objects.filter(line__in=[line.pk for line in self.lines.values()])
        self.flows = {
            (line, series, month): amount
            for line, series, month, amount in flows.values_list("line_id", "series", "month", "amount")
        }

    def write(self, row: int, project: Project, amount: Amount) -> None:
        """Store one figure; what a rule forbids is reported."""
        try:
            word = self._write(project, amount)
        except ProductError as error:
            self.report.reject(row, amount.column, amount.cell, str(error))
            return
        setattr(self.report, word, getattr(self.report, word) + 1)

    def _write(self, project: Project, amount: Amount) -> str:
        field, value = amount.field, amount.value.quantize(CENT)
        month = field.month
        if month is None:
            return self._note(project, field, value)
        line = self._line(project, field, {"note": field.texts["note"]})
        key = (line.pk, field.series, month)
        former = self.flows.get(key)
        if former == value:
            return "same"
        set_cash_flows(actor=self.actor, line=line, series=field.series, amounts={month: value})
        self.flows[key] = value
        self.made.note_flow(line.pk, field.series, month, former, value)
        return "new" if former is None else "changed"

    def _note(self, project: Project, field: MoneyField, value: Decimal) -> str:
        """A figure without months stands in the line's basis: no month is invented and no total holds it."""
        key = (project.pk, field.kind, field.line)
        stated = f"{value:,.2f} {self._currency(field)}"
        note = f"{stated}. {field.texts['note']}".strip()
        known = key in self.lines
        line = self._line(project, field, {"note": note})
        if not known:
            return "new"
        if line.note.startswith(stated):
            return "same"
        word = "changed" if line.note else "new"
        self.made.note_basis(line.pk, line.note, note)
        self.lines[key] = update_line(actor=self.actor, line=line, values={"note": note})
        return word

    def _line(self, project: Project, field: MoneyField, values: dict[str, str]) -> MoneyLine:
        key = (project.pk, field.kind, field.line)
        line = self.lines.get(key)
        if line is None:
            line = self.lines[key] = create_line(
                actor=self.actor,
                project=project,
                values={
                    "kind": field.kind,
                    "name": field.line,
                    **field.texts,
                    **self.rates[id(field)],
                    **values,
                },
            )
            self.made.lines.append(line.pk)
        if line.currency != self._currency(field):
            raise InvalidInputError(
                _("The line is kept in %(currency)s; the mapping says %(other)s.")
                % {"currency": line.currency, "other": self._currency(field)}
            )
        return line

    def _currency(self, field: MoneyField) -> str:
        return field.currency or self.organization.currency


def _rate_of(field: MoneyField, index: int, organization: Organization) -> dict[str, Any]:
    """Currency and frozen rate of a line, or a fault of the mapping where no rate is given."""
    currency, reporting = field.currency or organization.currency, organization.currency
    if currency == reporting:
        return {"currency": currency}
    if reporting not in field.rates:
        refuse(f"money[{index}].rates", "rate", currency=currency, reporting=reporting)
    if field.rate_on is None:
        refuse(f"money[{index}].rate_on", "missing")
    return {
        "currency": currency,
        "fx_rate": field.rates[reporting],
        "fx_rate_on": field.rate_on,
        "fx_source": field.rate_source,
    }
