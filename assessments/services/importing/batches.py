"""Imports as something a person starts, watches and finds again; and the run of one by a worker.

The file waits in a folder of its organization. A run reads it without a transaction, telling how far it is,
and then writes everything in one, together with the batch's own end: after kill -9 nothing is half there, and
whoever claims the job next begins again.
"""

import time
from pathlib import Path
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from assessments.models import ImportBatch
from organizations.errors import InvalidInputError, ProductError
from organizations.jobs import LostClaimError, claim_job, fail_job, finish_job, heartbeat
from organizations.models import JobRun, Organization, User
from organizations.queue import send_after_commit
from organizations.services import record_event
from organizations.tenancy import organization_scope

from .mapping import read_mapping
from .report import ImportReport
from .running import FileImport
from .uploads import Upload, file_hash, remove_file, short_name, store_file, stored_path

log = structlog.get_logger(__name__)

TASK = "assessments.tasks.importing.run_import"
#: Whoever ended a worker this often will do it again.
MOST_ATTEMPTS = 3
_TELL_SECONDS = 0.7
_OPEN = [ImportBatch.Status.WAITING, ImportBatch.Status.RUNNING]
Status = ImportBatch.Status


def import_file(
    *, actor: User | None, organization: Organization, path: Path, mapping: Any, dry_run: bool = False
) -> ImportReport:
    """Import a file now, in one transaction: all of it, or with `dry_run` nothing.

    Raises:
        InvalidInputError: the file or the mapping cannot be used; nothing was written.
    """
    work = FileImport(path, mapping)
    with organization_scope(organization), transaction.atomic():
        batch = ImportBatch.objects.create(
            organization=organization,
            file_name=short_name(path.name),
            file_hash=file_hash(path),
            mapping=work.content,
            created_by=actor,
        )
        report = work.write(actor, organization, batch_id=batch.pk)
        _close(batch, work, report)
        if dry_run:
            transaction.set_rollback(True)
    return report


@transaction.atomic
def queue_import(
    *, actor: User, organization: Organization, upload: Upload, mapping: dict[str, Any], dry_run: bool
) -> ImportBatch:
    """Keep the file and let a worker import it after the commit; an empty mapping is guessed then.

    Raises:
        InvalidInputError: the file is empty or too large, or the mapping has a fault.
    """
    if mapping:
        read_mapping(mapping)
    stored_as, digest = store_file(organization, upload)
    try:
        with transaction.atomic():
            batch: ImportBatch = ImportBatch.objects.create(
                organization=organization,
                file_name=short_name(upload.name or ""),
                file_hash=digest,
                stored_as=stored_as,
                mapping=mapping,
                dry_run=dry_run,
                created_by=actor,
            )
            record_event(
                actor=actor,
                action="import.queued",
                target=batch,
                after={"file": batch.file_name, "dry_run": dry_run},
            )
    except BaseException:
        remove_file(stored_as)
        raise
    send_after_commit(TASK, organization.pk, batch.pk)
    return batch


def run_import(organization: Organization, batch_id: int) -> None:
    """The whole run by a worker. Called twice, late or after a crash it does the work once."""
    with organization_scope(organization):
        batch = ImportBatch.objects.select_related("created_by").filter(pk=batch_id, status__in=_OPEN).first()
    if batch is None:
        return
    job = claim_job(organization, kind="import.check" if batch.dry_run else "import", period=str(batch.pk))
    if job is None:
        return
    person = batch.created_by
    with translation.override(person.language if person and person.language else organization.language):
        try:
            run_claimed(organization, batch, job)
        except LostClaimError:
            log.warning("import taken over by another worker", batch=batch.pk)
        except ProductError as error:
            _fail(organization, batch, job, str(error))
        except Exception:
            # The boundary of the task: whatever it was, the person who waits is told; the trace is logged.
            log.exception("import failed", batch=batch.pk)
            _fail(
                organization,
                batch,
                job,
                _("The import stopped by a fault of ours. Nothing was written. Try again."),
            )


def run_claimed(organization: Organization, batch: ImportBatch, job: JobRun) -> None:
    """The run of who holds the claim.

    Raises:
        LostClaimError: somebody else holds it now; nothing was written.
        InvalidInputError: the file or the mapping cannot be used; nothing was written.
    """
    if job.attempts > MOST_ATTEMPTS:
        raise InvalidInputError(
            _("The import was begun %(count)d times and never ended. Split the file, or save it as CSV.")
            % {"count": MOST_ATTEMPTS}
        )
    _tell(organization, batch, job, 0, 0)
    work = FileImport(stored_path(batch.stored_as), batch.mapping, progress=_Teller(organization, batch, job))
    with organization_scope(organization):
        heartbeat(job)  # locks the claim, so that nobody takes it over while this transaction runs
        with transaction.atomic():
            report = work.write(batch.created_by, organization, batch_id=batch.pk)
            if batch.dry_run:
                transaction.set_rollback(True)
        _close(batch, work, report)
        finish_job(job, outcome={"rows": report.rows})


def waiting_imports() -> list[int]:
    """Inside an organization's scope: batches that no worker has finished."""
    return list(ImportBatch.objects.filter(status__in=_OPEN).order_by("pk").values_list("pk", flat=True))


def _close(batch: ImportBatch, work: FileImport, report: ImportReport) -> None:
    """Write the end of an import, in the transaction of its last step."""
    ImportBatch.objects.filter(pk=batch.pk, status__in=_OPEN).update(
        status=Status.CHECKED if batch.dry_run else Status.DONE,
        mapping=work.content,
        made={"created": work.made.counts()} if batch.dry_run else work.made.as_json(),
        report=report.as_json(),
        rows_done=report.rows,
        rows_total=report.rows,
        finished_at=timezone.now(),
    )
    counts = {name: value for name, value in report.as_json().items() if name != "rejected"}
    record_event(
        actor=batch.created_by,
        action="import.checked" if batch.dry_run else "import.finished",
        target=batch,
        after={**counts, "rejected": len(report.rejected)},
    )


def _fail(organization: Organization, batch: ImportBatch, job: JobRun, error: str) -> None:
    fail_job(organization, job, error)
    with organization_scope(organization):
        ImportBatch.objects.filter(pk=batch.pk, status__in=_OPEN).update(
            status=Status.FAILED, error=error, finished_at=timezone.now()
        )


def _tell(organization: Organization, batch: ImportBatch, job: JobRun, done: int, total: int) -> None:
    """Keep the claim and show how far the reading is."""
    with organization_scope(organization):
        heartbeat(job, done=done)
        ImportBatch.objects.filter(pk=batch.pk, status__in=_OPEN).update(
            status=Status.RUNNING, rows_done=done, rows_total=total
        )


class _Teller:
    """A listener that writes now and then: each word is a transaction."""

    def __init__(self, organization: Organization, batch: ImportBatch, job: JobRun) -> None:
        self.subject = (organization, batch, job)
        self.next = time.monotonic() + _TELL_SECONDS

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() >= self.next:
            self.next = time.monotonic() + _TELL_SECONDS
            _tell(*self.subject, done, total)
