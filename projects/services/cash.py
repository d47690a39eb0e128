"""Amounts of a line by month."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from organizations.definitions import announce_definition_change
from organizations.errors import ConflictError, InvalidInputError, ProductError
from organizations.models import User
from organizations.services import record_event
from projects.models import CashFlow, MoneyLine, Project
from projects.services.computed import refuse_computed
from projects.services.opening import why_closed
from projects.services.plan import is_frozen, refuse_frozen
from projects.services.project import lock_project, refuse_archived
from projects.services.restatements import note_corrections
from projects.services.shares import sharing_projects
from projects.services.validation import EARLIEST_YEAR, LATEST_YEAR
from projects.services.valuation import request_valuation

Amounts = Mapping[datetime.date, Decimal | None]
CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 13


@dataclass(frozen=True, slots=True)
class CashFlowReport:
    """How many months were new, changed, removed, or the same as before."""

    new: int
    changed: int
    removed: int
    same: int


@transaction.atomic
def set_cash_flows(
    *, actor: User | None, line: MoneyLine, series: str, amounts: Amounts, reason: str = ""
) -> CashFlowReport:
    """Set amounts of some months of one series, rounded to cents; None removes, other months stay.

    Raises:
        ConflictError: the plan is frozen, or the line or its project is archived.
        InvalidInputError: a month or an amount that cannot be, or a correction that needs a `reason` (see
            `projects.services.restatements`); `details["months"]` is month → message.
    """
    project = lock_project(line.project_id)
    refuse_archived(project)
    if line.archived_at is not None:
        raise ConflictError(_("This line is archived and takes no amounts."))
    if series == CashFlow.Series.PLAN and is_frozen(project):
        _refuse_changed_plan(line, check_amounts(amounts, project, series), project)
    return write_amounts(
        actor=actor, line=line, series=series, amounts=amounts, project=project, reason=reason
    )


def write_amounts(
    *, actor: User | None, line: MoneyLine, series: str, amounts: Amounts, project: Project, reason: str = ""
) -> CashFlowReport:
    """As `set_cash_flows`, also into a frozen plan; the caller holds the project's lock and has asked what may be."""
    rounded = check_amounts(amounts, project, series)
    flows = CashFlow.objects.filter(line=line, series=series, month__in=rounded)
    former: dict[datetime.date, Decimal] = dict(flows.values_list("month", "amount"))
    changed = {month: amount for month, amount in rounded.items() if former.get(month) != amount}
    if changed:
        refuse_computed(line, series, changed)
        note_corrections(actor=actor, line=line, series=series, former=former, changed=changed, reason=reason)
        _write(line, series, changed, project)
        _record(actor, line, series, former, changed)
        request_valuation(project.organization, {project.pk, *sharing_projects([line.pk])})
        if series == CashFlow.Series.PLAN:
            announce_definition_change([project.pk])
    return _report(former, changed, rounded)


@transaction.atomic
def set_cash_flow_table(
    *, actor: User | None, line: MoneyLine, table: Mapping[str, Amounts], reason: str = ""
) -> dict[str, CashFlowReport]:
    """Set amounts of several series, all or nothing; `details["series"]` of an error names the series.

    What people type: as in `set_money_table`, a series takes amounts only while it is open.
    """
    reports = {}
    frozen = is_frozen(line.project)
    for series, amounts in table.items():
        if closed := why_closed(line.project, series, line.kind, is_frozen=frozen):
            raise ConflictError(closed, series=series)
        try:
            reports[series] = set_cash_flows(
                actor=actor, line=line, series=series, amounts=amounts, reason=reason
            )
        except ProductError as error:
            error.details["series"] = series
            raise
    return reports


@transaction.atomic
def set_money_table(
    *,
    actor: User | None,
    project: Project,
    series: str,
    table: Mapping[int, Amounts],
    reason: str = "",
) -> int:
    """Set amounts of one series of several lines of a project, all or nothing; the number of amounts that changed.

    What people type: a series takes amounts only while it is open (`projects.services.opening`).

    Raises:
        ConflictError, InvalidInputError: as `set_cash_flows`; `details["line"]` is the line it is about.
    """
    current = lock_project(project.pk)
    lines = {line.pk: line for line in MoneyLine.objects.filter(project=project, pk__in=table)}
    frozen = is_frozen(current)
    count = 0
    for pk, amounts in sorted(table.items()):
        if pk not in lines:
            raise ConflictError(_("A line is gone. Open the page again."))
        if closed := why_closed(current, series, lines[pk].kind, is_frozen=frozen):
            raise ConflictError(closed, line=pk)
        try:
            report = set_cash_flows(
                actor=actor, line=lines[pk], series=series, amounts=amounts, reason=reason
            )
        except ProductError as error:
            error.details["line"] = pk
            raise
        count += report.new + report.changed + report.removed
    return count


def _refuse_changed_plan(line: MoneyLine, amounts: Amounts, project: Project) -> None:
    flows = CashFlow.objects.filter(line=line, series=CashFlow.Series.PLAN, month__in=amounts)
    planned = dict(flows.values_list("month", "amount"))
    if any(planned.get(month) != amount for month, amount in amounts.items()):
        refuse_frozen(project)


def check_amounts(amounts: Amounts, project: Project, series: str) -> dict[datetime.date, Decimal | None]:
    """Amounts rounded to cents.

    Raises:
        InvalidInputError: a month or an amount cannot be; `details["months"]` is month → message.
    """
    if series not in CashFlow.Series.values:
        raise InvalidInputError(_("Amounts are plan, forecast or actual."))
    today = project.organization.today()
    rounded: dict[datetime.date, Decimal | None] = {}
    problems: dict[str, str | Promise] = {}
    for month, amount in amounts.items():
        message = _problem(month, amount, today if series == CashFlow.Series.ACTUAL else None)
        if message:
            problems[month.isoformat()] = message
        else:
            rounded[month] = None if amount is None else amount.quantize(CENT, ROUND_HALF_UP)
    for message in problems.values():
        raise InvalidInputError(message, months=problems)
    return rounded


def _problem(
    month: datetime.date, amount: Decimal | None, today: datetime.date | None
) -> str | Promise | None:
    if month.day != 1 or not EARLIEST_YEAR <= month.year <= LATEST_YEAR:
        return _("A month is named by its first day, between 1950 and 2150.")
    if amount is None:
        return None
    if not amount.is_finite() or abs(amount) >= LARGEST:
        return _("This amount is too large to be kept.")
    if today and month > today:
        return _("This month has not begun, so nothing was spent or gained in it yet. Use the forecast.")
    return None


def _write(
    line: MoneyLine, series: str, changed: Mapping[datetime.date, Decimal | None], project: Project
) -> None:
    removed = [month for month, amount in changed.items() if amount is None]
    if removed:
        CashFlow.objects.filter(line=line, series=series, month__in=removed).delete()
    CashFlow.objects.bulk_create(
        [
            CashFlow(organization=project.organization, line=line, series=series, month=month, amount=amount)
            for month, amount in sorted(changed.items())
            if amount is not None
        ],
        update_conflicts=True,
        unique_fields=["organization", "line", "series", "month"],
        update_fields=["amount"],
    )


def _record(
    actor: User | None,
    line: MoneyLine,
    series: str,
    former: Mapping[datetime.date, Decimal],
    changed: Mapping[datetime.date, Decimal | None],
) -> None:
    months = sorted(changed)
    record_event(
        actor=actor,
        action=f"line.{series}_changed",
        target=line,
        before={f"{month:%Y-%m}": former.get(month) for month in months},
        after={f"{month:%Y-%m}": changed[month] for month in months},
    )


def _report(
    former: Mapping[datetime.date, Decimal],
    changed: Mapping[datetime.date, Decimal | None],
    rounded: Mapping[datetime.date, Decimal | None],
) -> CashFlowReport:
    removed = sum(amount is None for amount in changed.values())
    new = sum(month not in former for month in changed)
    return CashFlowReport(
        new=new, changed=len(changed) - new - removed, removed=removed, same=len(rounded) - len(changed)
    )
