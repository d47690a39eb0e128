"""Corrections of actual amounts that were confirmed or lie in a closed month: old, new and why stay visible."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from organizations.errors import InvalidInputError
from organizations.models import User
from projects.models import CashFlow, Confirmation, MoneyLine, Restatement

Months = Iterable[datetime.date]
LockReader = Callable[[int, Months], set[datetime.date]]

_lock_readers: list[LockReader] = []


def read_locks_with(reader: LockReader) -> None:
    """Have `reader` say which months of a project are closed: months are closed on a floor further up."""
    if reader not in _lock_readers:
        _lock_readers.append(reader)


def note_corrections(
    *,
    actor: User | None,
    line: MoneyLine,
    series: str,
    former: Mapping[datetime.date, Decimal],
    changed: Mapping[datetime.date, Decimal | None],
    reason: str,
) -> list[Restatement]:
    """Keep the former amounts of months that were reported already; the caller writes the new ones.

    A first amount corrects nothing. What had been confirmed is so no longer, for its amount is another one.

    Raises:
        InvalidInputError: such a month is corrected without a reason (`details["months"]`: month → message).
    """
    corrected = [month for month in changed if month in former]
    if series != CashFlow.Series.ACTUAL or not corrected:
        return []
    confirmed = confirmed_amounts(line, corrected)
    problems = {}
    for month in sorted(corrected):
        if confirmed.get(month) == former[month]:
            problems[month] = _("Finance has confirmed this amount. Give a reason for correcting it.")
        elif any(month in reader(line.project_id, [month]) for reader in _lock_readers):
            problems[month] = _("This month is locked. Give a reason for correcting its amount.")
    if problems and not reason.strip():
        months = {month.isoformat(): message for month, message in problems.items()}
        raise InvalidInputError(next(iter(problems.values())), months=months)
    return [
        Restatement.objects.create(
            organization_id=line.organization_id,
            line=line,
            series=series,
            month=month,
            old=former[month],
            new=changed[month],
            reason=reason.strip(),
            restated_by=actor,
        )
        for month in problems
    ]


def confirmed_amounts(line: MoneyLine, months: Months) -> dict[datetime.date, Decimal]:
    """Amounts that finance's newest word confirms, by month; whether they are still booked is another question."""
    newest = (
        Confirmation.objects.filter(line=line, month__in=list(months))
        .order_by("month", "-pk")
        .distinct("month")
        .values_list("month", "answer", "amount")
    )
    return {month: amount for month, answer, amount in newest if answer == Confirmation.Answer.CONFIRMED}
