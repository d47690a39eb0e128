"""Which values a member is expected to enter, and by when."""

import datetime
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce, TruncDate

from assessments.models import Measurement
from kpis.models import Kpi
from organizations.models import Membership
from organizations.permissions import Right, allows
from projects.periods import Frequency, last_complete, shift, start_of

#: days after the end of a period in which its value is due and not yet late
GRACE = datetime.timedelta(days=7)
#: values of other sources are computed or collected, nobody types them
ENTERED = (Kpi.Source.MANUAL, Kpi.Source.IMPORT, Kpi.Source.API)


def with_due(kpis: "models.QuerySet[Kpi]", today: datetime.date) -> "models.QuerySet[Kpi]":
    """Adds `last_period`, the last complete one; `has_value`, whether it has a value that counts; `start`, the
    day the effect is expected from (or, where none is given, the KPI was defined); `is_expected`, whether that
    was by the end of `last_period`; and `newest`, the newest period before it with a value that counts.

    Due is what is expected and has no value.
    """
    period = _by_frequency({frequency: last_complete(today, frequency) for frequency in Frequency})
    end = _by_frequency({frequency: due_from(today, frequency) for frequency in Frequency})
    counted = (
        Measurement.objects.counted()
        .filter(kpi=models.OuterRef("pk"), period=models.OuterRef("last_period"))
        .order_by()
        .distinct()
    )
    return kpis.annotate(
        start=Coalesce("expected_start", TruncDate("created_at")),
        last_period=period,
        is_expected=models.Case(models.When(start__lt=end, then=True), default=False),
        has_value=models.Exists(counted),
        newest=models.Subquery(newest_period(period__lt=models.OuterRef("last_period"))),
    )


def newest_period(**conditions: Any) -> "models.QuerySet[Measurement]":
    """Of the KPI outside: its newest period with a value that counts."""
    returned = Measurement.objects.filter(
        kpi=models.OuterRef("kpi"),
        period=models.OuterRef("period"),
        version__gt=models.OuterRef("version"),
        status=Measurement.Status.RETURNED,
    )
    answers = (Measurement.Status.SUBMITTED, Measurement.Status.VERIFIED)
    found: models.QuerySet[Measurement] = (
        Measurement.objects.filter(kpi=models.OuterRef("pk"), status__in=answers, **conditions)
        .exclude(models.Exists(returned.order_by()))
        .order_by("-period", "-version")
        .values("period")[:1]
    )
    return found


def due_from(today: datetime.date, frequency: str) -> datetime.date:
    """The day after the last complete period: from then on its value is due."""
    return shift(last_complete(today, frequency), frequency, 1)


def due_day(period: datetime.date, frequency: str) -> datetime.date:
    """The last day on which the value of a period is not late: a week after the period has ended."""
    return shift(period, frequency, 1) + GRACE


def late_from(newest: datetime.date | None, start: datetime.date, frequency: str) -> datetime.date:
    """The day from which a KPI is late: the one after the due day of the first period without a value.

    `newest` is its newest period with a value. Nobody is late for periods before `start`, the day the effect is
    expected from or the KPI was defined.
    """
    return due_day(first_missing(newest, start, frequency), frequency) + datetime.timedelta(days=1)


def first_missing(newest: datetime.date | None, start: datetime.date, frequency: str) -> datetime.date:
    """The period after the newest one with a value; without a value the first that is expected."""
    first = start_of(start, frequency)
    return first if newest is None else max(first, shift(newest, frequency, 1))


def _by_frequency(days: dict[Frequency, datetime.date]) -> models.Case:
    return models.Case(
        *(models.When(frequency=frequency, then=models.Value(day)) for frequency, day in days.items()),
        output_field=models.DateField(),
    )


def own_kpis(membership: Membership) -> "models.QuerySet[Kpi]":
    """The KPIs a member answers for and may enter; for the PMO, too, only their own."""
    kpis: models.QuerySet[Kpi] = Kpi.objects.enterable_by(membership).filter(source__in=ENTERED)
    return kpis.owned_by(membership.user_id)  # type: ignore[attr-defined,no-any-return]


def due_count(membership: Membership, today: datetime.date) -> int:
    """How many values of their own KPIs the member still owes, in one query."""
    if not allows(membership, Right.ENTER):
        return 0
    kpis: Any = with_due(own_kpis(membership), today)
    owed: int = kpis.filter(is_expected=True, has_value=False).count()
    return owed
