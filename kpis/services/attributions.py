"""KPIs that serve several projects: shares of their effect, at most the whole."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_scopes import get_scope

from kpis.models import Attribution, Kpi
from kpis.services.charters import note_definition_change
from kpis.services.reasons import refuse_without_reason
from kpis.services.rules import HEAVIEST
from organizations.errors import InvalidInputError
from organizations.models import User
from organizations.services import record_event
from projects.models import Project
from projects.services import request_valuation

#: what adding up a few shares may miss the whole by
_DUST = 1e-9


@dataclass(frozen=True, slots=True)
class Share:
    """What a further project gets of a KPI: a part of its effect (0 to 1), and its weight in the tier there."""

    project: Project
    share: float
    weight: float = 1.0


@transaction.atomic
def share_kpi(
    *, actor: User | None, kpi: Kpi, shares: Sequence[Share], reason: str = ""
) -> list[Attribution]:
    """Have the KPI serve exactly these further projects. It counts in each with the weight given there; its own project
    keeps the KPI's weight, and of its effect what is left.

    Raises:
        InvalidInputError: the shares are more than the whole, a share is none, a project is the KPI's own, archived
            or named twice, or a reason is missing; `details["project"]` is the project it is about.
    """
    kpi.refresh_from_db(from_queryset=Kpi.objects.select_for_update(no_key=True))
    _check(kpi, shares)
    former = {row.project_id: row for row in Attribution.objects.filter(kpi=kpi).select_related("project")}
    wanted = {one.project.pk: one for one in shares}
    before = {row.project.code: _written(row.share, row.weight) for row in former.values()}
    after = {one.project.code: _written(one.share, one.weight) for one in shares}
    if before == after:
        return list(former.values())
    refuse_without_reason(kpi.project_id, reason)
    Attribution.objects.filter(kpi=kpi).exclude(project__in=wanted).delete()
    Attribution.objects.bulk_create(
        [
            Attribution(
                organization_id=kpi.organization_id,
                kpi=kpi,
                project=one.project,
                share=one.share,
                weight=one.weight,
            )
            for one in shares
        ],
        update_conflicts=True,
        unique_fields=["organization", "kpi", "project"],
        update_fields=["share", "weight"],
    )
    record_event(actor=actor, action="kpi.shared", target=kpi, before=before, after=after, reason=reason)
    touched = sorted({kpi.project_id, *former, *wanted})
    request_valuation(get_scope()["organization"], touched, money=False)
    note_definition_change(touched)
    return list(Attribution.objects.filter(kpi=kpi).select_related("project"))


def _check(kpi: Kpi, shares: Sequence[Share]) -> None:
    seen: set[int] = set()
    for one in shares:
        if one.project.pk == kpi.project_id:
            _refuse(one.project, _("This is the KPI's own project: it keeps what is left."))
        if one.project.archived_at is not None:
            _refuse(one.project, _("This project is archived. Restore it first."))
        if one.project.pk in seen:
            _refuse(one.project, _("This project stands twice. Keep one line."))
        if not (math.isfinite(one.share) and 0 < one.share <= 1):
            _refuse(one.project, _("A share lies above 0 % and is at most 100 %."))
        if not (math.isfinite(one.weight) and 0 <= one.weight <= HEAVIEST):
            _refuse(one.project, _("A weight is a number that is not negative."))
        seen.add(one.project.pk)
    total = math.fsum(one.share for one in shares)
    if total > 1 + _DUST:
        _refuse(
            shares[-1].project,
            _(
                "The shares are %(total)s %% together. They are at most 100 %%; the rest stays with the own project."
            )
            % {"total": f"{total * 100:.10g}"},
        )


def _refuse(project: Project, message: str | Promise) -> NoReturn:
    raise InvalidInputError(message, project=project.pk)


def _written(share: float, weight: float) -> str:
    return f"{share * 100:.10g} % × {weight:g}"
