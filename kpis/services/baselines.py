"""Where a KPI starts: every baseline that was ever set is kept, the newest is in force."""

import copy
import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_scopes import get_scope

from kpis.models import Baseline, Kpi, Target
from kpis.services.charters import note_definition_change, projects_of
from kpis.services.plan import draw_plan_path
from kpis.services.reasons import refuse_without_reason
from kpis.services.rules import check_definitions, refuse
from organizations.models import User
from organizations.services import record_event
from organizations.services.files import Upload, store_file, whole_or_not_at_all
from projects.services import request_valuation

WHY_AGAIN = _(
    "Say why the baseline is replaced: attainment is told from it, and the old one stays on record."
)
WHY_TYPED = _("Say where the number comes from.")

#: (value, first day, first day that no longer belongs to it)
InForce = tuple[float | None, datetime.date | None, datetime.date | None]


@dataclass(frozen=True, slots=True)
class NewBaseline:
    """A baseline to be set; the last three say how good it is, when it was computed from values."""

    value: float
    start: datetime.date | None = None
    #: the first day that no longer belongs to it
    end: datetime.date | None = None
    method: str = Baseline.Method.TYPED
    points: int = 0
    spread: float | None = None
    season_covered: bool = False


def set_baseline(
    *, actor: User | None, kpi: Kpi, new: NewBaseline, reason: str = "", evidence: Upload | None = None
) -> Baseline:
    """Put a new baseline in force; the old one stays on record.

    Raises:
        InvalidInputError: a rule is broken, a reason is missing (a typed one, or one that replaces another), or the
            evidence is no file that may be attached.
    """
    with whole_or_not_at_all():
        return _set(actor, kpi, new, reason.strip(), evidence)


def _set(actor: User | None, kpi: Kpi, new: NewBaseline, reason: str, evidence: Upload | None) -> Baseline:
    kpi.refresh_from_db(from_queryset=Kpi.objects.select_for_update(no_key=True))
    former = baseline_of(kpi)
    kpi.baseline_value, kpi.baseline_start, kpi.baseline_end = new.value, new.start, new.end
    check_definitions([kpi])
    refuse_silent_rebaselining(kpi, former, reason)
    if new.method == Baseline.Method.TYPED and not reason:
        refuse({"reason": [WHY_TYPED]}, kpi)
    refuse_without_reason(kpi.project_id, reason)
    points = dict(Target.objects.filter(kpi=kpi).values_list("period", "value"))
    kpi.plan_start, kpi.plan_path = draw_plan_path(kpi, points)
    kpi.save(update_fields=["baseline_value", "baseline_start", "baseline_end", "plan_start", "plan_path"])
    _keep_former(kpi, former)
    organization = get_scope()["organization"]
    file = store_file(organization=organization, actor=actor, upload=evidence) if evidence else None
    row: Baseline = Baseline.objects.create(
        organization_id=kpi.organization_id,
        kpi=kpi,
        value=new.value,
        start=new.start,
        end=new.end,
        method=new.method,
        points=new.points,
        spread=new.spread,
        season_covered=new.season_covered,
        reason=reason,
        evidence=file,
        set_by=actor,
    )
    record_event(
        actor=actor,
        action="kpi.baseline_set",
        target=kpi,
        before=_written(former),
        after=_written(baseline_of(kpi)) | ({"evidence": file.name} if file else {}),
        reason=reason,
    )
    request_valuation(organization, [kpi.project_id], money=False)
    note_definition_change(projects_of(kpi))
    return row


def refuse_broken_baseline(kpi: Kpi, new: NewBaseline) -> None:
    """Raise `InvalidInputError` when the definition would break a rule with this baseline; changes nothing."""
    tried = copy.copy(kpi)
    tried.baseline_value, tried.baseline_start, tried.baseline_end = new.value, new.start, new.end
    check_definitions([tried])


def baseline_of(kpi: Kpi) -> InForce:
    """The baseline in force."""
    return kpi.baseline_value, kpi.baseline_start, kpi.baseline_end


def first_baselines(*, actor: User | None, kpis: Iterable[Kpi]) -> None:
    """Put the baselines of new KPIs on record."""
    Baseline.objects.bulk_create(
        [_row(kpi, baseline_of(kpi), actor=actor) for kpi in kpis if kpi.baseline_value is not None]
    )


def refuse_silent_rebaselining(kpi: Kpi, former: InForce, reason: str) -> None:
    """Raise `InvalidInputError` when `kpi` has another baseline than `former`, and nobody says why."""
    if former[0] is not None and baseline_of(kpi) != former and not reason.strip():
        refuse({"reason": [WHY_AGAIN]}, kpi)


def keep_baseline(*, actor: User | None, kpi: Kpi, former: InForce, reason: str) -> None:
    """Put a baseline that was changed with the definition on record."""
    if baseline_of(kpi) == former:
        return
    _keep_former(kpi, former)
    if kpi.baseline_value is not None:
        _row(kpi, baseline_of(kpi), actor=actor, reason=reason).save()


def _keep_former(kpi: Kpi, former: InForce) -> None:
    """A baseline from before records were kept is put on record when it is replaced."""
    if former[0] is not None and not Baseline.objects.filter(kpi=kpi).exists():
        row = _row(kpi, former, actor=None)
        row.set_at = kpi.created_at
        row.save()


def _row(kpi: Kpi, baseline: InForce, *, actor: User | None, reason: str = "") -> Baseline:
    value, start, end = baseline
    if value is None:
        raise ValueError("a baseline on record has a value")
    return Baseline(
        organization_id=kpi.organization_id,
        kpi=kpi,
        value=value,
        start=start,
        end=end,
        method=Baseline.Method.TYPED,
        reason=reason,
        set_by=actor,
    )


def _written(baseline: InForce) -> dict[str, float | str | None]:
    value, start, end = baseline
    return {
        "baseline_value": value,
        "baseline_start": start.isoformat() if start else None,
        "baseline_end": end.isoformat() if end else None,
    }
