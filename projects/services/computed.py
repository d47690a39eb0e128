"""Actual amounts that the product computes itself, for many lines at once; nobody types into such a line."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError
from organizations.models import AuditEvent, Organization
from projects.models import CashFlow, Confirmation, MoneyLine, Restatement
from projects.services.valuation import request_valuation

Month = datetime.date
BATCH = 5000


@dataclass(frozen=True, slots=True)
class ComputedFlows:
    """What changes of one line: `former` are the amounts that stand, `amounts` the months that are to say otherwise."""

    line_id: int
    project_id: int
    name: str
    #: what they follow from, in the language of the organization
    source: str
    former: Mapping[Month, Decimal]
    #: None removes
    amounts: Mapping[Month, Decimal | None]


def refuse_computed(line: MoneyLine, series: str, months: Iterable[Month]) -> None:
    """Raise `InvalidInputError` where actual amounts are typed into a line that follows from a KPI."""
    if series != CashFlow.Series.ACTUAL:
        return
    # A relation of a later layer, asked for by its name.
    names = MoneyLine.objects.filter(pk=line.pk, monetisation__isnull=False)
    for kpi in names.values_list("monetisation__kpi__name", flat=True):
        message = _(
            "Actual amounts of this line are computed from the KPI “%(kpi)s”. Correct its values or the factors instead."
        ) % {"kpi": kpi}
        raise InvalidInputError(message, months={month.isoformat(): message for month in months})


def write_computed_flows(organization: Organization, changes: Sequence[ComputedFlows]) -> int:
    """Write what changes, with its history; the number of amounts. Asks for the figures of money of these projects.

    For a valuation: it holds the organization's lock exclusively, so no row needs to be held. An amount that finance
    had confirmed and that is now another one is kept as a restatement, with its source as the reason.
    """
    changes = [one for one in changes if one.amounts]
    if not changes:
        return 0
    _restate(organization, changes)
    _remove(
        [(one.line_id, month) for one in changes for month, amount in one.amounts.items() if amount is None]
    )
    _put(
        organization,
        [
            (one.line_id, month, amount)
            for one in changes
            for month, amount in sorted(one.amounts.items())
            if amount is not None
        ],
    )
    AuditEvent.objects.bulk_create([_event(organization, one) for one in changes], batch_size=BATCH)
    request_valuation(organization, {one.project_id for one in changes})
    return sum(len(one.amounts) for one in changes)


def computed_months(line_ids: Iterable[int]) -> set[tuple[int, Month]]:
    """(line, month) whose amount was last written by the product, by what the history says."""
    found: set[tuple[int, Month]] = set()
    events = AuditEvent.objects.filter(
        target_type="moneyline",
        target_id__in=list(line_ids),
        action__in=["line.actual_computed", "line.actual_changed"],
    ).order_by("id")
    for action, line_id, after in events.values_list("action", "target_id", "after"):
        months = {
            (line_id, datetime.date.fromisoformat(f"{name}-01"))
            for name in after
            if len(name) == len("2026-01")
        }
        if action == "line.actual_computed":
            found |= months
        else:
            found -= months
    return found


def _remove(places: Sequence[tuple[int, Month]]) -> None:
    if not places:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM projects_cashflow f USING unnest(%s::bigint[], %s::date[]) AS gone (line_id, month)"
            " WHERE f.line_id = gone.line_id AND f.month = gone.month AND f.series = 'actual'",
            [[line for line, _month in places], [month for _line, month in places]],
        )


def _put(organization: Organization, rows: Sequence[tuple[int, Month, Decimal]]) -> None:
    if not rows:
        return
    lines, months, amounts = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO projects_cashflow (organization_id, line_id, series, month, amount)"
            " SELECT %s, line_id, 'actual', month, amount"
            " FROM unnest(%s::bigint[], %s::date[], %s::numeric[]) AS new (line_id, month, amount)"
            " ON CONFLICT (organization_id, line_id, series, month) DO UPDATE SET amount = excluded.amount",
            [organization.pk, list(lines), list(months), list(amounts)],
        )


def _event(organization: Organization, one: ComputedFlows) -> AuditEvent:
    months = sorted(one.amounts)
    return AuditEvent(
        organization=organization,
        action="line.actual_computed",
        target_type="moneyline",
        target_id=one.line_id,
        target_label=one.name[:200],
        before={f"{month:%Y-%m}": _text(one.former.get(month)) for month in months},
        after={f"{month:%Y-%m}": _text(one.amounts[month]) for month in months},
        reason=one.source,
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _restate(organization: Organization, changes: Sequence[ComputedFlows]) -> None:
    corrected = {(one.line_id, month): one for one in changes for month in one.amounts if month in one.former}
    if not corrected:
        return
    newest = (
        Confirmation.objects.filter(line__in={line for line, _month in corrected})
        .order_by("line_id", "month", "-pk")
        .distinct("line_id", "month")
        .values_list("line_id", "month", "answer", "amount")
    )
    Restatement.objects.bulk_create(
        [
            Restatement(
                organization=organization,
                line_id=line_id,
                series=CashFlow.Series.ACTUAL,
                month=month,
                old=amount,
                new=one.amounts[month],
                reason=one.source,
            )
            for line_id, month, answer, amount in newest
            if answer == Confirmation.Answer.CONFIRMED
            and (one := corrected.get((line_id, month))) is not None
            and one.former[month] == amount
        ]
    )
