"""Closing months, and opening them again with a reason."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.locks import ProjectMonth
from assessments.models import PeriodLock
from organizations.errors import ConflictError, InvalidInputError
from organizations.models import Organization, User
from organizations.services import record_event
from projects.models import Project
from projects.periods import Frequency, label, start_of
from projects.services import request_valuation

from .record import TRANSACTION_LOCK

#: how long closing waits for an import that is being written
PATIENCE = "10s"


def lock_month(
    *,
    actor: User | None,
    organization: Organization,
    projects: Iterable[Project],
    month: datetime.date,
    reason: str = "",
) -> list[PeriodLock]:
    """Close one month of some projects; see `lock_months`."""
    wanted = [(project.pk, month) for project in projects]
    return lock_months(actor=actor, organization=organization, months=wanted, reason=reason)


@transaction.atomic
def lock_months(
    *, actor: User | None, organization: Organization, months: Sequence[ProjectMonth], reason: str = ""
) -> list[PeriodLock]:
    """Close months of projects: their values change no more. The new locks; what is closed already stays as it is.

    Waits until values that are being written are in, so that nothing enters a month after it was closed.

    Raises:
        InvalidInputError: a month has not ended yet, or a project is unknown.
        ConflictError: an import is being written and did not end in time.
    """
    _refuse_running(organization, months)
    projects = Project.objects.active().in_bulk({project_id for project_id, _month in months})
    if {project_id for project_id, _month in months} - projects.keys():
        raise InvalidInputError(_("A project of this list does not exist any more. Open the page anew."))
    _wait_for_writers(organization)
    wanted = set(months)
    standing = PeriodLock.objects.in_force().filter(project__in=projects)
    wanted -= set(standing.values_list("project_id", "month"))
    now = timezone.now()
    locks: list[PeriodLock] = PeriodLock.objects.bulk_create(
        PeriodLock(
            organization=organization,
            project=projects[project_id],
            month=month,
            locked_at=now,
            locked_by=actor,
            reason=reason.strip(),
        )
        for project_id, month in sorted(wanted)
    )
    by_project: dict[int, list[PeriodLock]] = defaultdict(list)
    for lock in locks:
        by_project[lock.project_id].append(lock)
    for project_id, closed in by_project.items():
        record_event(
            actor=actor,
            action="month.locked",
            target=projects[project_id],
            after={"months": [f"{lock.month:%Y-%m}" for lock in closed]},
            reason=reason.strip(),
        )
    return locks


@transaction.atomic
def reopen_month(*, actor: User | None, lock: PeriodLock, reason: str) -> PeriodLock:
    """Open a closed month again. The lock stays on record with who opened it and why.

    Raises:
        InvalidInputError: no reason is given.
        ConflictError: the month is open already.
    """
    if not reason.strip():
        text = _("Say why the month is opened again.")
        raise InvalidInputError(text, fields={"reason": text})
    held: PeriodLock = (
        PeriodLock.objects.select_for_update(of=("self",)).select_related("project").get(pk=lock.pk)
    )
    if held.reopened_at is not None:
        raise ConflictError(
            _("%(month)s of %(project)s is open already.")
            % {"month": label(held.month, Frequency.MONTH), "project": held.project}
        )
    with connection.cursor() as cursor:
        # As every change of an input: a valuation sees the month open, or is asked again after it.
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, %s)", [TRANSACTION_LOCK, held.organization_id]
        )
    held.reopened_at, held.reopened_by, held.reopen_reason = timezone.now(), actor, reason.strip()
    held.save(update_fields=["reopened_at", "reopened_by", "reopen_reason"])
    record_event(
        actor=actor,
        action="month.reopened",
        target=held.project,
        after={"months": [f"{held.month:%Y-%m}"]},
        reason=held.reopen_reason,
    )
    # What is computed, values as amounts, may say otherwise by now.
    request_valuation(held.project.organization, [held.project_id], money=False)
    return held


def _refuse_running(organization: Organization, months: Iterable[ProjectMonth]) -> None:
    running = start_of(organization.today(), Frequency.MONTH)
    for _project, month in months:
        if month.day != 1:
            raise InvalidInputError(_("A month is named by its first day."))
        if month >= running:
            raise InvalidInputError(
                _("%(month)s has not ended yet: it can be locked from its last day on.")
                % {"month": label(month, Frequency.MONTH)}
            )


def _wait_for_writers(organization: Organization) -> None:
    """Hold the lock that every writer of values shares until its commit, for the rest of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        try:
            with transaction.atomic():
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [TRANSACTION_LOCK, organization.pk])
        except OperationalError as error:
            raise ConflictError(
                _("Values are being imported right now. Nothing was locked; try again in a minute.")
            ) from error
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
