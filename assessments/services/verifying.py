"""Verifying and returning what was submitted: each a new version, by somebody who saw the one before."""

import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.models import Measurement
from organizations.errors import InvalidInputError
from organizations.models import Organization, User
from organizations.services import record_event
from projects.models import Project

from .deciding import Cell, Decidable, SeenCell, hold, read_states
from .record import MeasurementInput, locked_reason, record_measurements
from .returning import tell_authors

#: values named one by one in an audit row; the versions themselves name all
NAMED = 40

_Status = Measurement.Status


class Why(enum.Enum):
    """Why a value was left as it is."""

    NEWER = "newer"
    DRAFT = "draft"
    OWN = "own"
    STATE = "state"
    LOCKED = "locked"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class DecisionReport:
    """What became of the values: decided, or left with the reason in the language in force."""

    done: set[Cell] = field(default_factory=set)
    refused: dict[Cell, str] = field(default_factory=dict)
    reasons: Counter[Why] = field(default_factory=Counter)

    def refuse(self, cell: Cell, why: Why, text: str) -> None:
        self.refused[cell] = text
        self.reasons[why] += 1


def four_eyes(organization: Organization, tier: str) -> bool:
    """Whether values of a tier are verified by somebody else than their authors."""
    rule: bool = getattr(organization, f"four_eyes_{tier}")
    return rule


@transaction.atomic
def verify_values(*, actor: User, organization: Organization, cells: Sequence[SeenCell]) -> DecisionReport:
    """Verify the values that stand as `actor` saw them; the caller has checked the right to verify.

    A value that changed since, is the actor's own where four eyes are asked for, or lies in a locked month is
    left as it is and said in the report.
    """
    report = DecisionReport()
    states = held_states(organization, cells, report)
    chosen = [state for state in states if _may_verify(state, actor, organization, report)]
    _write(actor, organization, chosen, _Status.VERIFIED, "")
    return report


@transaction.atomic
def return_values(
    *, actor: User, organization: Organization, cells: Sequence[SeenCell], reason: str
) -> DecisionReport:
    """Send values back with a reason: they count no longer until somebody submits them again.

    A verified value may be returned as well. Who submitted the values, and who enters them, get one mail each.

    Raises:
        InvalidInputError: no reason is given.
    """
    reason = reason.strip()
    if not reason:
        text = _("Say what is wrong, so that it can be put right.")
        raise InvalidInputError(text, fields={"reason": text})
    report = DecisionReport()
    states = held_states(organization, cells, report)
    chosen = [state for state in states if _may_return(state, report)]
    act = _write(actor, organization, chosen, _Status.RETURNED, reason)
    if act is not None:
        tell_authors(actor=actor, organization=organization, values=chosen, reason=reason, act=act)
    return report


def why_not(state: Decidable, actor: User, organization: Organization) -> tuple[Why, str] | None:
    """Why `actor` cannot verify what they see now; None when they can. Pages say it before it is tried."""
    if state.newest_status == _Status.DRAFT:
        names = {"who": state.newest_name or _("Somebody")}
        return Why.DRAFT, _(
            "%(who)s is changing this value: there is a draft that is not submitted yet."
        ) % names
    if state.status != _Status.SUBMITTED:
        return Why.STATE, _("It is not waiting for verification.")
    if state.locked_month is not None:
        return Why.LOCKED, locked_reason(state.locked_month, state.project_name)
    if actor.pk in state.authors and four_eyes(organization, state.tier):
        return Why.OWN, _("You entered or submitted this value; somebody else has to verify it.")
    return None


def held_states(
    organization: Organization, cells: Sequence[SeenCell], report: DecisionReport
) -> list[Decidable]:
    """The cells as they stand now, nobody else writing meanwhile; without those that changed since they were seen."""
    wanted = list({cell.cell: cell for cell in cells}.values())
    hold(organization, wanted)
    states = read_states(organization, wanted)
    gone = {cell.cell for cell in wanted} - {state.cell for state in states}
    for cell in gone:
        report.refuse(cell, Why.STATE, _("There is no such value any more."))
    unchanged = []
    for state in states:
        if state.version == state.seen:
            unchanged.append(state)
        else:
            text = _("It was changed after you opened the page. Look at the new value first.")
            report.refuse(state.cell, Why.NEWER, text)
    return unchanged


def _may_verify(state: Decidable, actor: User, organization: Organization, report: DecisionReport) -> bool:
    problem = why_not(state, actor, organization)
    if problem is not None:
        report.refuse(state.cell, *problem)
        return False
    report.done.add(state.cell)
    return True


def _may_return(state: Decidable, report: DecisionReport) -> bool:
    if state.status not in (_Status.SUBMITTED, _Status.VERIFIED):
        report.refuse(state.cell, Why.STATE, _("Only a submitted or verified value can be returned."))
        return False
    if state.locked_month is not None:
        report.refuse(state.cell, Why.LOCKED, locked_reason(state.locked_month, state.project_name))
        return False
    report.done.add(state.cell)
    return True


def _write(
    actor: User, organization: Organization, states: Sequence[Decidable], status: _Status, reason: str
) -> int | None:
    """Append the versions and write one audit row per act; the id of that row."""
    if not states:
        return None
    rows = [
        MeasurementInput(
            kpi_id=state.kpi_id,
            period=state.period,
            value=state.value,
            note=reason or state.note,
            status=status,
            source=state.source,
        )
        for state in states
    ]
    record_measurements(actor, organization, rows, audit=False)
    projects = {state.project_id for state in states}
    # One project is named; of several the organization stands for all.
    target = Project.objects.get(pk=projects.pop()) if len(projects) == 1 else organization
    return record_event(
        actor=actor,
        action=f"values.{status.value}",
        target=target,
        after={"count": len(states), "values": named(states)},
        reason=reason,
    ).pk


def named(states: Sequence[Decidable]) -> list[str]:
    """ "ERP-01 2026-10-01", at most `NAMED` of them and "+7" for the rest: an audit row has no language."""
    texts = [f"{state.code} {state.period}" for state in states[:NAMED]]
    more = len(states) - NAMED
    return [*texts, f"+{more}"] if more > 0 else texts
