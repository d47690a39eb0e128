"""Targets over time."""

import datetime
import math
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_scopes import get_scope

from kpis.models import Kpi, Target
from kpis.services.charters import note_definition_change, projects_of
from kpis.services.plan import draw_plan_path
from kpis.services.reasons import refuse_without_reason
from kpis.services.rules import is_sensible
from organizations.errors import InvalidInputError
from organizations.models import AuditEvent, User
from organizations.services import record_event
from projects.periods import label, start_of
from projects.services import request_valuation

Wanted = Mapping[datetime.date, float | None]


@transaction.atomic
def set_targets(*, actor: User | None, kpi: Kpi, points: Wanted, reason: str = "") -> int:
    """Replace the targets of the given periods; None removes one. The number of targets that changed.

    A day stands for the period (of the KPI's frequency) that contains it; other periods keep their targets.

    Raises:
        InvalidInputError: a value is no number, one period has two values, or a reason is missing where the
            charter is signed or the plan is frozen.
    """
    kpi.refresh_from_db(from_queryset=Kpi.objects.select_for_update(no_key=True))
    wanted = _aligned(kpi, points)
    former = points_of(kpi)
    changed = {period: value for period, value in wanted.items() if former.get(period) != value}
    if not changed:
        return 0
    refuse_without_reason(kpi.project_id, reason)
    _write(kpi, changed)
    _redraw(kpi, {**former, **changed})
    record_event(
        actor=actor,
        action="kpi.targets_changed",
        target=kpi,
        before={period.isoformat(): former.get(period) for period in sorted(changed)},
        after={period.isoformat(): changed[period] for period in sorted(changed)},
        reason=reason,
    )
    request_valuation(get_scope()["organization"], [kpi.project_id], money=False)
    note_definition_change(projects_of(kpi))
    return len(changed)


def points_of(kpi: Kpi) -> dict[datetime.date, float]:
    """The stored targets, by period."""
    return dict(Target.objects.filter(kpi=kpi).order_by("period").values_list("period", "value"))


def former_targets(event: AuditEvent) -> dict[datetime.date, float | None]:
    """What stood before a recorded change of targets: None where there was none."""
    return {datetime.date.fromisoformat(period): value for period, value in event.before.items()}


def aligned_points(kpi: Kpi, points: Wanted) -> dict[datetime.date, float]:
    """The targets among `points`, by the first day of their period."""
    return {period: value for period, value in sorted(_aligned(kpi, points).items()) if value is not None}


def realign_targets(kpi: Kpi) -> None:
    """After a change of frequency: of several targets in one new period the latest holds, being its end."""
    former = points_of(kpi)
    Target.objects.filter(kpi=kpi).delete()
    _write(kpi, {start_of(period, kpi.frequency): value for period, value in sorted(former.items())})


def _aligned(kpi: Kpi, points: Wanted) -> dict[datetime.date, float | None]:
    wanted: dict[datetime.date, float | None] = {}
    for day, value in points.items():
        if not is_sensible(day):
            raise InvalidInputError(_("The year of a target lies between 1950 and 2150."), field="targets")
        period = start_of(day, kpi.frequency)
        if value is not None and not math.isfinite(value):
            names = {"period": label(period, kpi.frequency)}
            raise InvalidInputError(_("The target of %(period)s is not a number.") % names, field="targets")
        if wanted.setdefault(period, value) != value:
            names = {"period": label(period, kpi.frequency)}
            raise InvalidInputError(_("%(period)s has two targets. Keep one.") % names, field="targets")
    return wanted


def _write(kpi: Kpi, changed: Wanted) -> None:
    gone = [period for period, value in changed.items() if value is None]
    if gone:
        Target.objects.filter(kpi=kpi, period__in=gone).delete()
    Target.objects.bulk_create(
        [
            Target(organization_id=kpi.organization_id, kpi=kpi, period=period, value=value)
            for period, value in changed.items()
            if value is not None
        ],
        update_conflicts=True,
        unique_fields=["organization", "kpi", "period"],
        update_fields=["value"],
    )


def _redraw(kpi: Kpi, points: Wanted) -> None:
    known = {period: value for period, value in points.items() if value is not None}
    kpi.plan_start, kpi.plan_path = draw_plan_path(kpi, known)
    kpi.save(update_fields=["plan_start", "plan_path"])
