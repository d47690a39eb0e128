"""The doors to what belongs to assessments: unknown → 404, without the right → 403."""

import datetime

from assessments.models import Evidence, ImportBatch, PeriodLock
from kpis.access import get_kpi_for
from kpis.models import Kpi
from organizations.errors import NotFoundError
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, require
from projects.periods import start_of


def get_import_for(request: MemberRequest, pk: int, need: Right = Right.IMPORT) -> ImportBatch:
    """An import of the organization, for a member who has the right `need`."""
    batch: ImportBatch | None = ImportBatch.objects.select_related("created_by").filter(pk=pk).first()
    if batch is None:
        raise NotFoundError
    require(request.membership, need)
    return batch


def get_cell_for(request: MemberRequest, code: str, period: str) -> tuple[Kpi, datetime.date]:
    """A KPI and the first day of one of its periods that has begun; any other date is no page."""
    kpi = get_kpi_for(request, code)
    try:
        day = datetime.date.fromisoformat(period)
    except ValueError as error:
        raise NotFoundError from error
    if len(period) != 10 or day != start_of(day, kpi.frequency) or day > request.organization.today():
        raise NotFoundError
    return kpi, day


def get_evidence_for(request: MemberRequest, kpi: Kpi, period: datetime.date, evidence_id: int) -> Evidence:
    """A file of the value. A removed one opens only for who may see the history of changes."""
    found: Evidence | None = (
        Evidence.objects.select_related("file", "kpi").filter(pk=evidence_id, kpi=kpi, period=period).first()
    )
    if found is None or (found.removed_at and not allows(request.membership, Right.SEE_AUDIT)):
        raise NotFoundError
    return found


def get_lock_for(request: MemberRequest, lock_id: int, need: Right = Right.LOCK) -> PeriodLock:
    """A lock of the organization, in force or not, with its project."""
    lock: PeriodLock | None = (
        PeriodLock.objects.select_related("project", "locked_by").filter(pk=lock_id).first()
    )
    if lock is None:
        raise NotFoundError
    require(request.membership, need)
    return lock
