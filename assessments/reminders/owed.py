"""What is owed: values of ended periods that nobody has entered, and values that came back."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce, TruncDate

from assessments.due import ENTERED, GRACE, due_day, first_missing, newest_period
from assessments.locks import locked_months, month_of
from assessments.models import Measurement
from kpis.models import Kpi
from organizations.models import Department, Membership
from organizations.permissions import Right, allows
from projects.periods import last_complete, shift

#: periods of one KPI that are asked for; with the running one they fit the grid's widest window
MOST_PERIODS = 11
_DECISIONS = (Measurement.Status.SUBMITTED, Measurement.Status.VERIFIED, Measurement.Status.RETURNED)

Key = tuple[int, datetime.date]


@dataclass(frozen=True, slots=True)
class Owed:
    """A value that is missing or was returned."""

    kpi: Kpi
    period: datetime.date
    #: the last day on which it is not late; a returned value is due again a week after it came back
    due: datetime.date
    #: why it was returned, or None
    returned: str | None
    draft: bool
    #: who is asked for it; None when nobody who owns the KPI may enter it
    asked: Membership | None

    @property
    def key(self) -> Key:
        return self.kpi.pk, self.period


@dataclass(frozen=True, slots=True)
class Returned:
    """Why a value came back, and when."""

    reason: str
    on: datetime.date


class People:
    """The members of the organization in scope, and who leads whom."""

    def __init__(self) -> None:
        members = Membership.objects.filter(user__is_active=True).select_related("user")
        self.by_user: dict[int, Membership] = {member.user_id: member for member in members}
        self.departments: dict[int, Department] = {row.pk: row for row in Department.objects.all()}

    def asked_for(self, kpi: Kpi) -> Membership | None:
        """Who enters the KPI: the first of its owners who may."""
        for user_id in (kpi.data_owner_id, kpi.business_owner_id, kpi.it_owner_id):
            member = self.by_user.get(user_id or 0)
            if member and (allows(member, Right.ENTER) or allows(member, Right.ENTER_ANY)):
                return member
        return None

    def lead_of(self, member: Membership | None, business_owner_id: int | None) -> Membership | None:
        """Who hears of what `member` owes: the nearest lead above, else the project's business owner.

        Nobody is told about themselves, and nobody who may not see values.
        """
        chosen = [*self._leads(member.department_id if member else None), business_owner_id]
        for user_id in chosen:
            found = self.by_user.get(user_id or 0)
            if found and (member is None or found.pk != member.pk) and allows(found, Right.SEE):
                return found
        return None

    def _leads(self, department_id: int | None) -> Iterable[int | None]:
        seen: set[int] = set()
        while department_id and department_id not in seen:
            seen.add(department_id)
            department = self.departments[department_id]
            yield department.lead_id
            department_id = department.parent_id


def load_owed(today: datetime.date, people: People) -> list[Owed]:
    """Everything owed on `today` in the organization in scope, by project, KPI and period; 4 queries.

    Of each KPI the periods since its newest value count (so the pages and the scores speak of the same ones), and
    returned values of any of its last periods. Closed months and sample projects are not asked for.
    """
    returned = _returned(today)
    kpis = _kpis_owing(today, returned)
    closed = locked_months({kpi.project_id for kpi in kpis})
    cells = {
        (kpi.pk, period): kpi
        for kpi in kpis
        for period in _periods(kpi, today, returned.get(kpi.pk, {}))
        if (kpi.project_id, month_of(period, kpi.frequency)) not in closed
    }
    drafts = _drafts(cells)
    owed = []
    for cell, kpi in cells.items():
        back = returned.get(kpi.pk, {}).get(cell[1])
        due = due_day(cell[1], kpi.frequency)
        owed.append(
            Owed(
                kpi=kpi,
                period=cell[1],
                due=max(due, back.on + GRACE) if back else due,
                returned=back.reason if back else None,
                draft=cell in drafts,
                asked=people.asked_for(kpi),
            )
        )
    return sorted(owed, key=lambda row: (row.kpi.project.name, row.kpi.name, row.kpi.pk, row.period))


def _kpis_owing(today: datetime.date, returned: Iterable[int]) -> list[Kpi]:
    """KPIs that people enter, with `newest` (their newest period with a value) and `start`, fewer than all."""
    complete = models.Case(
        *(
            models.When(frequency=frequency, then=models.Value(last_complete(today, frequency)))
            for frequency in ("week", "month", "quarter", "year")
        ),
        output_field=models.DateField(),
    )
    kpis: Any = Kpi.objects.active().filter(source__in=ENTERED, project__is_sample=False)
    kpis = kpis.annotate(
        newest=models.Subquery(newest_period()), start=Coalesce("expected_start", TruncDate("created_at"))
    ).alias(reached=Coalesce("newest", models.Value(datetime.date.min)))
    waiting = models.Q(reached__lt=complete) | models.Q(pk__in=list(returned))
    found: list[Kpi] = list(kpis.filter(waiting).select_related("project").defer("definition", "plan_path"))
    return found


def _periods(
    kpi: Any, today: datetime.date, returned: Mapping[datetime.date, "Returned"]
) -> list[datetime.date]:
    last = last_complete(today, kpi.frequency)
    oldest = shift(last, kpi.frequency, 1 - MOST_PERIODS)
    period = max(oldest, first_missing(kpi.newest, kpi.start, kpi.frequency))
    found = {day for day in returned if oldest <= day <= last}
    while period <= last:
        found.add(period)
        period = shift(period, kpi.frequency, 1)
    return sorted(found)


def _returned(today: datetime.date) -> dict[int, dict[datetime.date, Returned]]:
    """Values that came back and were not answered since, by KPI and period."""
    decided = Measurement.objects.filter(
        kpi=models.OuterRef("kpi"),
        period=models.OuterRef("period"),
        version__gt=models.OuterRef("version"),
        status__in=_DECISIONS,
    )
    oldest = shift(last_complete(today, "year"), "year", 1 - MOST_PERIODS)
    rows = (
        Measurement.objects.filter(status=Measurement.Status.RETURNED, period__gte=oldest)
        .exclude(models.Exists(decided.order_by()))
        .annotate(on=TruncDate("recorded_at"))
        .order_by()
    )
    found: dict[int, dict[datetime.date, Returned]] = {}
    for kpi_id, period, note, on in rows.values_list("kpi_id", "period", "note", "on"):
        found.setdefault(kpi_id, {})[period] = Returned(note, on)
    return found


def _drafts(cells: Iterable[Key]) -> set[Key]:
    """The cells in which a draft waits to be submitted."""
    cells = set(cells)
    if not cells:
        return set()
    rows = (
        Measurement.objects.filter(
            kpi__in={kpi_id for kpi_id, _period in cells}, period__gte=min(period for _kpi, period in cells)
        )
        .newest()
        .values_list("kpi_id", "period", "status")
    )
    return {(kpi_id, period) for kpi_id, period, status in rows if status == Measurement.Status.DRAFT} & cells
