"""Handing in drafts as they stand, many at once."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.entry.states import is_emptied
from assessments.models import Measurement
from assessments.plausibility import doubts_by_cell
from kpis.models import Kpi
from organizations.errors import ForbiddenError
from organizations.models import Membership

from .deciding import Decidable, SeenCell
from .record import MeasurementInput, locked_reason, record_measurements
from .verifying import DecisionReport, Why, held_states

_Status = Measurement.Status


@transaction.atomic
def submit_values(*, membership: Membership, cells: Sequence[SeenCell]) -> DecisionReport:
    """Submit the drafts that stand as the member saw them, whoever typed them.

    A draft that is not plausible, or changes a verified value, needs a word of explanation first; it stays, with
    the reason in the report, as does what changed since or lies in a locked month.

    Raises:
        ForbiddenError: a KPI is not theirs to enter; nothing is submitted.
    """
    kpis = Kpi.objects.enterable_by(membership).in_bulk({cell.kpi_id for cell in cells})
    if {cell.kpi_id for cell in cells} - kpis.keys():
        raise ForbiddenError
    report = DecisionReport()
    drafts = [
        state
        for state in held_states(membership.organization, cells, report)
        if _is_open_draft(state, report)
    ]
    silent = {state.cell: state.newest_value for state in drafts if not state.newest_note}
    doubted = doubts_by_cell(kpis, silent)
    chosen = [state for state in drafts if _is_explained(state, doubted.get(state.cell, []), report)]
    report.done.update(state.cell for state in chosen)
    rows = [
        MeasurementInput(
            kpi_id=state.kpi_id,
            period=state.period,
            value=state.newest_value,
            note=state.newest_note,
            status=_Status.SUBMITTED,
            source=state.newest_source,
        )
        for state in chosen
    ]
    if rows:
        record_measurements(membership.user, membership.organization, rows)
    return report


def _is_open_draft(state: Decidable, report: DecisionReport) -> bool:
    if state.newest_status != _Status.DRAFT or is_emptied(state.newest_status, state.newest_note):
        report.refuse(state.cell, Why.STATE, _("There is no draft to submit."))
        return False
    if state.locked_month is not None:
        report.refuse(state.cell, Why.LOCKED, locked_reason(state.locked_month, state.project_name))
        return False
    return True


def _is_explained(state: Decidable, doubts: list[str], report: DecisionReport) -> bool:
    reasons = list(doubts)
    if not state.newest_note and state.status == _Status.VERIFIED and state.value != state.newest_value:
        reasons.insert(0, _("This changes a verified value."))
    if reasons:
        report.refuse(state.cell, Why.UNEXPLAINED, " ".join([*reasons, _("Say in a word why.")]))
    return not reasons
