"""How a line of benefit follows from a KPI. Its actual amounts are then the product's to write."""

import math
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_scopes import get_scope

from kpis.models import Attribution, Driver, Kpi, Monetisation
from kpis.services.charters import note_definition_change
from kpis.services.reasons import refuse_without_reason
from kpis.services.rules import is_sensible
from organizations.errors import ConflictError
from organizations.models import Membership, User
from organizations.services import changes_between, record_event
from projects.models import MoneyLine, Project
from projects.services import create_line, request_valuation
from projects.services.project import lock_project, refuse_archived
from projects.services.validation import Problems, assign, refuse

FIELDS = (
    *("money_value", "money_driver", "volume_value", "volume_driver", "volume_kpi", "unit_factor"),
    *("capture_rate", "attribution", "ramp_months", "starts_on", "ends_on", "note"),
)
_NUMBERS = ("money_value", "volume_value", "unit_factor", "capture_rate", "attribution")
_SHARES = ("capture_rate", "attribution")
#: factors are multiplied: beyond what money can be they say nothing
LARGEST = 1e12
LONGEST_RAMP = 120


@transaction.atomic
def set_monetisation(
    *, actor: User | None, kpi: Kpi, line: MoneyLine, values: Mapping[str, Any], reason: str = ""
) -> Monetisation:
    """Have the actual amounts of `line` follow from `kpi`, also of months gone by; figures follow in a moment.

    Raises:
        ConflictError: the line or its project is archived, or the line follows from another KPI.
        InvalidInputError: a rule is broken (`details["fields"]`), or a reason is missing where the charter is signed or
            the plan is frozen.
    """
    project = lock_project(line.project_id)
    refuse_archived(project)
    line.refresh_from_db()
    former: Monetisation | None = Monetisation.objects.filter(line=line).select_related("kpi").first()
    if former is not None and former.kpi_id != kpi.pk:
        raise ConflictError(
            _("This line follows from the KPI “%(kpi)s” already. Choose another line, or end that first.")
            % {"kpi": former.kpi.name}
        )
    wanted = former or Monetisation(organization_id=line.organization_id, kpi=kpi, line=line)
    before, after = changes_between(wanted, values)
    if former is not None and not after:
        return former
    assign(wanted, after, FIELDS)
    refuse(problems_of(wanted))
    refuse_without_reason(project.pk, reason)
    wanted.save()
    record_event(
        actor=actor,
        action="line.monetised",
        target=line,
        before=before if former else {},
        after=(after if former else {"kpi": kpi.name, **_given(values)}),
        reason=reason,
    )
    _announce(wanted)
    return wanted


@transaction.atomic
def monetise_new_line(
    *, actor: User | None, kpi: Kpi, project: Project, name: str, values: Mapping[str, Any], reason: str = ""
) -> Monetisation:
    """A new line of benefit of the project, in the reporting currency, that follows from `kpi` from the beginning.

    Raises:
        ConflictError: the project is archived.
        InvalidInputError: as `set_monetisation`, or the project has a benefit of this name.
    """
    values_of_line: dict[str, Any] = {"kind": MoneyLine.Kind.BENEFIT, "name": name}
    if Membership.objects.filter(user=kpi.business_owner_id).exists():
        values_of_line["owner"] = kpi.business_owner
    line = create_line(actor=actor, project=project, values=values_of_line)
    return set_monetisation(actor=actor, kpi=kpi, line=line, values=values, reason=reason)


@transaction.atomic
def remove_monetisation(*, actor: User | None, monetisation: Monetisation, reason: str = "") -> MoneyLine:
    """Have the line's amounts typed again; those computed so far stay."""
    line: MoneyLine = monetisation.line
    project = lock_project(line.project_id)
    refuse_archived(project)
    present: Monetisation | None = Monetisation.objects.filter(pk=monetisation.pk).first()
    if present is None:
        return line
    refuse_without_reason(project.pk, reason)
    before = {"kpi": monetisation.kpi.name, **_given({name: getattr(present, name) for name in FIELDS})}
    present.delete()
    record_event(actor=actor, action="line.monetisation_removed", target=line, before=before, reason=reason)
    _announce(monetisation)
    return line


def problems_of(wanted: Monetisation) -> Problems:
    """What is wrong with how a line is to follow from a KPI: field → messages, "" for the whole."""
    problems: dict[str, list[Any]] = {}
    for field, message in (*_broken_kpi(wanted), *_broken_numbers(wanted), *_broken_choices(wanted)):
        problems.setdefault(field, []).append(message)
    return problems


def served_projects(kpi: Kpi) -> dict[int, float]:
    """Projects whose lines may follow from the KPI, each with its share of the effect: its own keeps what is left."""
    shares = dict(Attribution.objects.filter(kpi=kpi).values_list("project_id", "share"))
    return {kpi.project_id: max(0.0, 1 - math.fsum(shares.values())), **shares}


def _broken_kpi(wanted: Monetisation) -> list[tuple[str, Any]]:
    kpi, line = wanted.kpi, wanted.line
    found: list[tuple[str, Any]] = []
    if line.kind != MoneyLine.Kind.BENEFIT:
        found.append(("line", _("Only a benefit follows from a KPI. Choose a line of benefit.")))
    if line.archived_at is not None:
        found.append(("line", _("This line is archived and takes no amounts.")))
    if line.project_id not in served_projects(kpi):
        found.append(("line", _("This line belongs to a project that the KPI does not serve.")))
    if kpi.archived_at is not None:
        found.append(("", _("This KPI is archived. Restore it first.")))
    if kpi.direction not in (Kpi.Direction.HIGHER, Kpi.Direction.LOWER):
        found.append(("", _("A KPI that is to stay as it is has no improvement that could be worth money.")))
    if wanted.volume_kpi_id == kpi.pk:
        found.append(("volume_kpi", _("The volume comes from another KPI than the improvement.")))
    return found


def _broken_numbers(wanted: Monetisation) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name in _NUMBERS:
        value = getattr(wanted, name)
        if value is not None and not (math.isfinite(value) and abs(value) <= LARGEST):
            found.append((name, _("This number is too large to be kept.")))
        elif name in _SHARES and not 0 <= value <= 1:
            found.append((name, _("A share lies between 0 % and 100 %.")))
    if wanted.unit_factor == 0:
        found.append(
            ("unit_factor", _("A factor of 0 makes every amount 0. Use 1 where nothing is converted."))
        )
    if not 0 <= wanted.ramp_months <= LONGEST_RAMP:
        found.append(("ramp_months", _("A ramp has at most 120 months.")))
    for name in ("starts_on", "ends_on"):
        if not is_sensible(getattr(wanted, name)):
            found.append((name, _("The year lies between 1950 and 2150.")))
    if wanted.starts_on and wanted.ends_on and wanted.ends_on < wanted.starts_on:
        found.append(("ends_on", _("The end lies before the beginning.")))
    return found


def _broken_choices(wanted: Monetisation) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    money = [wanted.money_value, wanted.money_driver_id]
    volume = [wanted.volume_value, wanted.volume_driver_id, wanted.volume_kpi_id]
    if sum(value is not None for value in money) != 1:
        found.append(("money_value", _("Give the money per unit as a number or as a driver: one of them.")))
    if sum(value is not None for value in volume) != 1:
        found.append(
            ("volume_value", _("Give the volume as a number, as a driver or as a KPI: one of them."))
        )
    chosen = {name: getattr(wanted, f"{name}_id") for name in ("money_driver", "volume_driver")}
    ids = [driver for driver in chosen.values() if driver is not None]
    # Held until the commit, so that nobody archives one meanwhile.
    active = ids and set(
        Driver.objects.active().select_for_update(no_key=True).filter(pk__in=ids).values_list("pk", flat=True)
    )
    found += [
        (name, _("This driver is archived. Restore it first."))
        for name, driver in chosen.items()
        if driver is not None and driver not in active
    ]
    return found


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def _announce(monetisation: Monetisation) -> None:
    line = monetisation.line
    request_valuation(get_scope()["organization"], [line.project_id])
    note_definition_change([line.project_id])
