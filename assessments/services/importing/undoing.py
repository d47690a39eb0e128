"""Taking an import back: the tables stand as before, and what was known in between can still be reproduced."""

from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.models import ImportBatch
from assessments.services.record import TRANSACTION_LOCK
from kpis.models import Kpi
from kpis.services import set_targets
from kpis.services.charters import note_definition_change
from organizations.errors import ConflictError
from organizations.models import Department, Organization, User
from organizations.services import record_event
from projects.models import MoneyLine, Project
from projects.services import request_valuation, set_cash_flows, update_line

from .running import lock_imports
from .undo_plan import NEWEST_BATCH, UndoPlan, kpis_of, plan_undo

Status = ImportBatch.Status


def may_undo(batch: ImportBatch) -> bool:
    """Whether the batch wrote something and kept a record of it."""
    return batch.status == Status.DONE and "until" in batch.made


@transaction.atomic
def undo_import(*, actor: User, organization: Organization, batch: ImportBatch) -> UndoPlan:
    """Take back what `batch` brought, where nobody built on it. Inside the organization's scope.

    Raises:
        ConflictError: it is not done or undone already, or some of its values lie in a locked month.
    """
    lock_imports(organization)
    _hold_values(organization, batch)
    taken = ImportBatch.objects.filter(pk=batch.pk, status=Status.DONE, made__has_key="until").update(
        status=Status.UNDONE, undone_at=timezone.now(), undone_by=actor
    )
    if not taken:
        raise ConflictError(_("This import cannot be undone: it is not done, or it is undone already."))
    batch.refresh_from_db()
    plan = plan_undo(batch)
    refuse_locked(plan)
    _withdraw_values(organization, batch)
    _restore_definitions(actor, plan)
    _remove(plan)
    note_definition_change(plan.touched)
    record_event(actor=actor, action="import.undone", target=batch, after=_told(plan))
    request_valuation(organization, plan.touched)
    return plan


def refuse_locked(plan: UndoPlan) -> None:
    """Raise `ConflictError` where values lie in locked months."""
    if plan.locked:
        months = ", ".join(
            f"{project} {date_format(month, 'YEAR_MONTH_FORMAT')}" for project, month in plan.locked
        )
        raise ConflictError(
            _("Values of this import lie in locked months: %(months)s. Reopen them first.")
            % {"months": months}
        )


def _hold_values(organization: Organization, batch: ImportBatch) -> None:
    """Until the commit no valuation reads, and nobody adds a version to these KPIs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [TRANSACTION_LOCK, organization.pk])
        cursor.execute(
            "SELECT id FROM kpis_kpi WHERE organization_id = %s AND id = ANY(%s) ORDER BY id FOR UPDATE",
            [organization.pk, kpis_of(batch)],
        )


_WITHDRAW = """
WITH gone AS (
    DELETE FROM assessments_measurement m
    WHERE m.organization_id = %(organization)s AND m.kpi_id = ANY(%(kpis)s) AND m.batch_id = %(batch)s
        AND {newest_batch} = %(batch)s
    RETURNING *
), marked AS (
    INSERT INTO assessments_pendingverdict (organization_id, kpi_id, marked_at)
    SELECT %(organization)s, kpi_id, clock_timestamp() FROM (SELECT DISTINCT kpi_id FROM gone) w
    ON CONFLICT (organization_id, kpi_id) DO UPDATE SET marked_at = excluded.marked_at
)
INSERT INTO assessments_withdrawnmeasurement (organization_id, measurement_id, kpi_number, period, version, value,
    status, recorded_at, recorded_by_number, source, note, batch_id, withdrawn_at)
SELECT organization_id, id, kpi_id, period, version, value, status, recorded_at, recorded_by_id, source, note,
    batch_id, clock_timestamp()
FROM gone
"""


def _withdraw_values(organization: Organization, batch: ImportBatch) -> None:
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "organization": organization.pk,
            "batch": batch.pk,
            "kpis": kpis_of(batch),
        }
        cursor.execute(_WITHDRAW.format(newest_batch=NEWEST_BATCH), values)


def _restore_definitions(actor: User, plan: UndoPlan) -> None:
    reason = _("An import was undone")
    for kpi in Kpi.objects.filter(pk__in=plan.targets):
        set_targets(actor=actor, kpi=kpi, points=plan.targets[kpi.pk], reason=reason)
    lines = MoneyLine.objects.filter(pk__in={*plan.flows, *plan.notes}).select_related(
        "project__organization"
    )
    for line in lines:
        for series, amounts in plan.flows.get(line.pk, {}).items():
            set_cash_flows(actor=actor, line=line, series=series, amounts=amounts, reason=reason)
        if line.pk in plan.notes:
            update_line(actor=actor, line=line, values={"note": plan.notes[line.pk]})


def _remove(plan: UndoPlan) -> None:
    """What the import had made, from the leaves to the root."""
    Kpi.objects.filter(pk__in=plan.kpis).delete()
    MoneyLine.objects.filter(pk__in=plan.lines).delete()
    Project.objects.filter(pk__in=plan.projects).delete()
    Department.objects.filter(pk__in=plan.departments).delete()


def _told(plan: UndoPlan) -> dict[str, Any]:
    return {
        "values": plan.values,
        "targets": plan.points,
        "amounts": plan.amounts,
        "kpis": len(plan.kpis),
        "lines": len(plan.lines),
        "projects": len(plan.projects),
        "kept": plan.kept,
    }
