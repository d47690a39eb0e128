"""Creating, changing and retiring KPI definitions."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import get_scope

from kpis.models import Kpi, Target
from kpis.services.baselines import baseline_of, first_baselines, keep_baseline, refuse_silent_rebaselining
from kpis.services.charters import note_definition_change, projects_of
from kpis.services.codes import free_codes, lock_codes
from kpis.services.formula_codes import rename_in_formulas
from kpis.services.plan import draw_plan_path
from kpis.services.rules import check_definitions, refuse
from kpis.services.targets import aligned_points, points_of, realign_targets
from organizations.errors import ConflictError
from organizations.models import Organization, User
from organizations.services import changes_between, record_event
from projects.models import Project
from projects.services import request_valuation

#: what `values` may hold; `create_kpi` and `create_kpis` also take "targets", a mapping of day → value
FIELDS = frozenset(
    {
        "code", "name", "definition", "tier", "dimension", "direction", "unit", "decimals",
        "baseline_value", "baseline_start", "baseline_end", "range_low", "range_high", "tolerance",
        "minimum", "maximum", "weight", "frequency", "source", "expected_start", "business_owner", "it_owner", "data_owner",
        "template",
    }
)  # fmt: skip
_TARGETS = "targets"
#: a change of one of these moves the planned values
_BENDS_PLAN = {"baseline_value", "baseline_end", "expected_start", "direction", "frequency"}


@transaction.atomic
def create_kpi(*, actor: User | None, project: Project, values: Mapping[str, Any]) -> Kpi:
    """Define a KPI of `project`; without a code it gets the project's next one.

    The same definition sent twice (a double click) is one KPI.

    Raises:
        InvalidInputError: a rule is broken; `details["fields"]` has the messages by field.
    """
    lock_codes(project)
    former = _sent_before(project, values)
    return former or create_kpis(actor=actor, project=project, definitions=[values])[0]


@transaction.atomic
def create_kpis(
    *, actor: User | None, project: Project, definitions: Sequence[Mapping[str, Any]]
) -> list[Kpi]:
    """Define many KPIs of one project at once: a fixed number of queries and one audit row each.

    Raises:
        InvalidInputError: a definition breaks a rule; nothing is created.
    """
    if not definitions:
        return []
    lock_codes(project)
    kpis = _built(project, definitions)
    check_definitions(kpis)
    _refuse_taken_codes(kpis)
    targets = []
    for kpi, values in zip(kpis, definitions, strict=True):
        points = aligned_points(kpi, values.get(_TARGETS) or {})
        kpi.plan_start, kpi.plan_path = draw_plan_path(kpi, points)
        targets += [
            Target(organization_id=kpi.organization_id, kpi=kpi, period=period, value=value)
            for period, value in points.items()
        ]
    with _code_taken_meanwhile():
        Kpi.objects.bulk_create(kpis)
    Target.objects.bulk_create(targets)
    first_baselines(actor=actor, kpis=kpis)
    for kpi, values in zip(kpis, definitions, strict=True):
        after = {name: value for name, value in values.items() if value not in (None, "", {})}
        after |= {"code": kpi.code} | _written_targets(after.pop(_TARGETS, {}))
        record_event(actor=actor, action="kpi.created", target=kpi, after=after)
    request_valuation(_organization(), [project.pk], money=False)
    note_definition_change([project.pk])
    return kpis


@transaction.atomic
def update_kpi(*, actor: User | None, kpi: Kpi, values: Mapping[str, Any], reason: str = "") -> Kpi:
    """Change a definition. A changed frequency takes the targets along and needs a KPI without values.

    A changed baseline becomes a row of `Baseline`; the old one stays on record.

    Raises:
        InvalidInputError: a rule is broken, or a baseline is replaced without a reason; `details["fields"]` has
            the messages by field.
    """
    _refuse_unknown(values)
    kpi.refresh_from_db(from_queryset=Kpi.objects.select_for_update(no_key=True))
    before, after = changes_between(kpi, values)
    if not after:
        return kpi
    former = baseline_of(kpi)
    for field, value in after.items():
        setattr(kpi, field, value)
    check_definitions([kpi])
    refuse_silent_rebaselining(kpi, former, reason)
    named_in: set[int] = set()
    if "code" in after:
        _refuse_taken_codes([kpi])
        named_in = rename_in_formulas(kpi, before["code"])
    if "frequency" in after:
        _refuse_frequency_with_values(kpi)
        realign_targets(kpi)
    changed = set(after)
    if changed & _BENDS_PLAN:
        kpi.plan_start, kpi.plan_path = draw_plan_path(kpi, points_of(kpi))
        changed |= {"plan_start", "plan_path"}
    _save_changed(kpi, changed)
    keep_baseline(actor=actor, kpi=kpi, former=former, reason=reason)
    record_event(actor=actor, action="kpi.updated", target=kpi, before=before, after=after, reason=reason)
    request_valuation(_organization(), [kpi.project_id], money=False)
    note_definition_change(projects_of(kpi) | named_in)
    return kpi


@transaction.atomic
def archive_kpi(*, actor: User | None, kpi: Kpi, reason: str = "") -> Kpi:
    """Take the KPI out of scores and lists; its values and history stay."""
    return _set_archived(actor, kpi, timezone.now(), "kpi.archived", reason)


@transaction.atomic
def restore_kpi(*, actor: User | None, kpi: Kpi, reason: str = "") -> Kpi:
    """Bring an archived KPI back."""
    return _set_archived(actor, kpi, None, "kpi.restored", reason)


def _set_archived(
    actor: User | None, kpi: Kpi, moment: datetime.datetime | None, action: str, reason: str
) -> Kpi:
    kpi.refresh_from_db(from_queryset=Kpi.objects.select_for_update(no_key=True))
    if (kpi.archived_at is None) == (moment is None):
        return kpi
    kpi.archived_at = moment
    kpi.save(update_fields=["archived_at"])
    record_event(actor=actor, action=action, target=kpi, reason=reason)
    request_valuation(_organization(), projects_of(kpi), money=False)
    note_definition_change(projects_of(kpi))
    return kpi


def _save_changed(kpi: Kpi, changed: set[str]) -> None:
    with _code_taken_meanwhile() if "code" in changed else nullcontext():
        kpi.save(update_fields=sorted(changed))


@contextmanager
def _code_taken_meanwhile() -> Iterator[None]:
    """Somebody in another project took the code between the look and the write."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        message = _("Another KPI has taken this code meanwhile. Choose a different one.")
        raise ConflictError(message, field="code") from error


def _organization() -> Organization:
    organization: Organization = get_scope()["organization"]
    return organization


def _refuse_unknown(values: Mapping[str, Any], *more: str) -> None:
    if unknown := set(values) - FIELDS - set(more):
        raise TypeError(f"not a field of a KPI definition: {', '.join(sorted(unknown))}")


def _built(project: Project, definitions: Sequence[Mapping[str, Any]]) -> list[Kpi]:
    codes = free_codes(project)
    given = {values.get("code") for values in definitions}
    kpis = []
    for values in definitions:
        _refuse_unknown(values, _TARGETS)
        fields = {name: value for name, value in values.items() if name != _TARGETS}
        if not fields.get("code"):
            fields["code"] = next(code for code in codes if code not in given)
        kpis.append(Kpi(organization_id=project.organization_id, project=project, **fields))
    return kpis


def _sent_before(project: Project, values: Mapping[str, Any]) -> Kpi | None:
    code = values.get("code")
    kpi: Kpi | None = Kpi.objects.filter(project=project, code=code).first() if code else None
    if kpi is None:
        return None
    _refuse_unknown(values, _TARGETS)
    fields = {name: value for name, value in values.items() if name != _TARGETS}
    _unchanged, changed = changes_between(kpi, fields)
    targets = aligned_points(kpi, values.get(_TARGETS) or {})
    return kpi if not changed and targets == points_of(kpi) else None


def _refuse_taken_codes(kpis: Sequence[Kpi]) -> None:
    taken = set(
        Kpi.objects.filter(code__in=[kpi.code for kpi in kpis])
        .exclude(pk__in=[kpi.pk for kpi in kpis if kpi.pk])
        .values_list("code", flat=True)
    )
    for kpi in kpis:
        if kpi.code in taken:
            refuse({"code": [_("Another KPI has this code. Choose a different one.")]}, kpi)
        taken.add(kpi.code)


def _refuse_frequency_with_values(kpi: Kpi) -> None:
    # The rows of a later layer, asked for through the relation: their periods are those of the frequency.
    if kpi.measurements.exists():
        message = _("This KPI has values already, and they belong to its periods. Define a new KPI instead.")
        refuse({"frequency": [message]}, kpi)


def _written_targets(points: Mapping[datetime.date, float | None]) -> dict[str, float | None]:
    return {period.isoformat(): value for period, value in points.items()}
