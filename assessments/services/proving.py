"""What people decide about the proof of a KPI: where its limits begin anew, and what it is compared with."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.models import Comparison, ComparisonControl, RebasePoint
from assessments.series import KpiSeries, load_series
from kpis.models import Kpi
from organizations.errors import ConflictError, InvalidInputError
from organizations.models import User
from organizations.services import record_event
from projects.periods import label, start_of
from projects.services import request_valuation

#: signals that last: one value alone is no new level
_SUSTAINED = {"run", "trend"}
_SUSTAINED_VALUES = 7


@transaction.atomic
def rebase(*, actor: User | None, kpi: Kpi, period: datetime.date, reason: str) -> RebasePoint:
    """From `period` on the natural limits are computed anew. Twice is once.

    Raises:
        InvalidInputError: no reason; not a period of the KPI; no sustained change began there.
    """
    kpi = _locked(kpi)
    if not reason.strip():
        raise _invalid("reason", _("Say what changed, so that the new limits can be understood."))
    if period != start_of(period, kpi.frequency):
        raise _invalid("period", _("Choose the first day of a period of this KPI."))
    known: RebasePoint | None = RebasePoint.objects.filter(kpi=kpi, period=period).first()
    if known is not None:
        return known
    _refuse_passing_change(load_series(kpi), period)
    point: RebasePoint = RebasePoint.objects.create(
        organization=kpi.organization, kpi=kpi, period=period, reason=reason.strip(), set_by=actor
    )
    record_event(
        actor=actor,
        action="kpi.rebased",
        target=kpi,
        after={"period": period.isoformat()},
        reason=reason.strip(),
    )
    request_valuation(kpi.organization, [kpi.project_id], money=False)
    return point


@transaction.atomic
def remove_rebase(*, actor: User | None, point: RebasePoint) -> None:
    """The former limits hold on. Twice is once."""
    kpi = _locked(point.kpi)
    if not RebasePoint.objects.filter(pk=point.pk).delete()[0]:
        return
    before = {"period": point.period.isoformat(), "reason": point.reason}
    record_event(actor=actor, action="kpi.rebase_removed", target=kpi, before=before)
    request_valuation(kpi.organization, [kpi.project_id], money=False)


@transaction.atomic
def compare(
    *, actor: User | None, kpi: Kpi, design: str, controls: Iterable[Kpi], reason: str
) -> Comparison | None:
    """Compare a KPI with others from now on; without any control the comparison ends.

    Raises:
        InvalidInputError: no reason; a control of another unit, frequency or direction, or the KPI itself.
    """
    kpi = _locked(kpi)
    chosen = sorted(set(controls), key=lambda one: one.pk)
    former = _told(kpi)
    if not chosen:
        Comparison.objects.filter(kpi=kpi).delete()
        if former:
            record_event(actor=actor, action="kpi.comparison_removed", target=kpi, before=former)
            request_valuation(kpi.organization, [kpi.project_id], money=False)
        return None
    if not reason.strip():
        raise _invalid(
            "reason", _("Say why they are comparable: same work, same season, only the roll-out differs.")
        )
    if design not in Comparison.Design.values:
        raise _invalid("design", _("Choose how the controls came about."))
    for other in chosen:
        _refuse_unlike(kpi, other)
    comparison: Comparison = Comparison.objects.update_or_create(
        organization=kpi.organization,
        kpi=kpi,
        defaults={"design": design, "reason": reason.strip(), "set_by": actor},
    )[0]
    ComparisonControl.objects.filter(comparison=comparison).exclude(kpi__in=chosen).delete()
    ComparisonControl.objects.bulk_create(
        [
            ComparisonControl(organization=kpi.organization, comparison=comparison, kpi=other)
            for other in chosen
        ],
        ignore_conflicts=True,
    )
    after = _told(kpi)
    if after != former:
        record_event(
            actor=actor,
            action="kpi.compared",
            target=kpi,
            before=former,
            after=after,
            reason=reason.strip(),
        )
        request_valuation(kpi.organization, [kpi.project_id], money=False)
    return comparison


def rebased_periods(kpi: Kpi) -> list[datetime.date]:
    """Periods from which the limits were computed anew, in order."""
    return list(RebasePoint.objects.filter(kpi=kpi).values_list("period", flat=True))


def _told(kpi: Kpi) -> dict[str, object]:
    comparison: Comparison | None = Comparison.objects.filter(kpi=kpi).first()
    if comparison is None:
        return {}
    controls = ComparisonControl.objects.filter(comparison=comparison).order_by("kpi__code")
    return {"design": comparison.design, "controls": list(controls.values_list("kpi__code", flat=True))}


def _locked(kpi: Kpi) -> Kpi:
    current: Kpi = Kpi.objects.select_for_update(no_key=True).select_related("organization").get(pk=kpi.pk)
    if current.archived_at is not None:
        raise ConflictError(_("This KPI is archived; restore it first."))
    return current


def _refuse_passing_change(series: KpiSeries, period: datetime.date) -> None:
    """Limits are computed anew only where a new level has lasted (METHOD §4)."""
    from assessments.method.control_chart import xmr

    kpi = series.kpi
    former = RebasePoint.objects.filter(kpi=kpi, period__lt=period).order_by("-period").first()
    periods = sorted(day for day in series.values if former is None or day >= former.period)
    before = sum(day < period for day in periods)
    chart = xmr([series.values[day] for day in periods], baseline=before or None)
    lasting = any(
        signal.rule in _SUSTAINED and signal.index - before >= _SUSTAINED_VALUES - 1
        for signal in chart.signals
    )
    if not before or not lasting:
        raise _invalid(
            "period",
            _(
                "The values from %(period)s on do not form a new level yet: seven in a row on one side of the former "
                "mean are needed."
            )
            % {"period": label(period, kpi.frequency)},
        )


def _refuse_unlike(kpi: Kpi, other: Kpi) -> None:
    if other.pk == kpi.pk:
        raise _invalid("controls", _("A KPI is not compared with itself."))
    if (other.unit, other.frequency, other.direction) != (kpi.unit, kpi.frequency, kpi.direction):
        raise _invalid(
            "controls",
            _("“%(name)s” has another unit, frequency or direction: it cannot be compared with this KPI.")
            % {"name": other.name},
        )


def _invalid(field: str, message: str) -> InvalidInputError:
    return InvalidInputError(message, field=field, fields={field: [message]})
