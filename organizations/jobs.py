"""Claims on periodic work: a conditional update, a lease, a heartbeat. See `JobRun`."""

import datetime
import uuid
from typing import Any

from django.utils import timezone

from organizations.models import JobRun, Organization
from organizations.tenancy import organization_scope

LEASE = datetime.timedelta(minutes=2)


class LostClaimError(RuntimeError):
    """The lease ran out and another worker may have taken the work over: stop without another write."""


def claim_job(organization: Organization, *, kind: str, period: str, total: int = 0) -> JobRun | None:
    """Claim the work, or `None` when it is done, or claimed by a worker that is still alive."""
    now = timezone.now()
    token = uuid.uuid4().hex
    with organization_scope(organization):
        JobRun.objects.bulk_create(
            [JobRun(organization=organization, kind=kind, period=period)], ignore_conflicts=True
        )
        job: JobRun | None = (
            JobRun.objects.claimable(now)
            .select_for_update(skip_locked=True)
            .filter(kind=kind, period=period)
            .first()
        )
        if job is None:
            return None
        job.status = JobRun.Status.RUNNING
        job.token = token
        job.attempts += 1
        job.lease_until = now + LEASE
        job.started_at = job.started_at or now
        job.total = total or job.total
        job.error = ""
        job.save()
    return job


def heartbeat(job: JobRun, *, done: int | None = None) -> None:
    """Inside the organization's scope: move the lease on, in the transaction of the work just done.

    Raises:
        LostClaimError: the claim is another worker's now; the transaction must roll back.
    """
    job.done = job.done if done is None else done
    _update_claimed(job, lease_until=timezone.now() + LEASE, done=job.done)


def _update_claimed(job: JobRun, **values: Any) -> None:
    claimed = JobRun.objects.filter(pk=job.pk, token=job.token, status=JobRun.Status.RUNNING)
    if not claimed.update(**values):
        raise LostClaimError(f"{job.kind} {job.period}")


def finish_job(job: JobRun, *, done: int | None = None, outcome: dict[str, Any] | None = None) -> None:
    """Inside the organization's scope: mark the work done, in the transaction of its last step.

    Raises:
        LostClaimError: the claim is another worker's now; the transaction must roll back.
    """
    _update_claimed(
        job,
        status=JobRun.Status.DONE,
        finished_at=timezone.now(),
        lease_until=None,
        done=job.done if done is None else done,
        outcome=outcome or {},
    )


def fail_job(organization: Organization, job: JobRun, error: str) -> None:
    """Give the claim back with the reason; the next tick tries again."""
    with organization_scope(organization):
        JobRun.objects.filter(pk=job.pk, token=job.token).update(
            status=JobRun.Status.FAILED, lease_until=None, error=error[:2000]
        )
