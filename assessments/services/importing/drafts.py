"""The steps a person takes from a file to its import; each is one conditional update, so a step taken twice counts
once."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from assessments.models import ImportBatch
from organizations.errors import ConflictError
from organizations.models import JobRun, Organization, User
from organizations.queue import send_after_commit
from organizations.services import record_event

from .batches import TASK
from .inspecting import look_into
from .mapping import read_mapping
from .rejected_rows import has_file
from .uploads import Upload, copy_file, remove_file, short_name, store_file, stored_path

Status = ImportBatch.Status
#: states in which a person may still change what is to be imported
EDITABLE = [Status.UPLOADED, Status.CHECKED, Status.FAILED]


def upload_import(*, actor: User, organization: Organization, upload: Upload) -> ImportBatch:
    """Keep a file that can be read as a table; nothing else happens until the person goes on.

    Raises:
        InvalidInputError: the file is empty, too large, dangerous or no table; it is not kept.
    """
    stored_as, digest = store_file(organization, upload)
    try:
        look_into(stored_path(stored_as))
        return _keep(actor, organization, upload.name or "", digest, stored_as, {})
    except BaseException:
        remove_file(stored_as)
        raise


def repeat_import(*, actor: User, organization: Organization, batch: ImportBatch) -> ImportBatch:
    """A new import of the same file with the same mapping, for instance after an undo.

    Raises:
        ConflictError: the file is no longer kept.
    """
    if not has_file(batch):
        raise ConflictError(_("The file is no longer kept here. Upload it again."))
    stored_as = copy_file(organization, batch.stored_as)
    try:
        return _keep(actor, organization, batch.file_name, batch.file_hash, stored_as, batch.mapping)
    except BaseException:
        remove_file(stored_as)
        raise


@transaction.atomic
def save_mapping(*, batch: ImportBatch, mapping: dict[str, Any]) -> None:
    """Keep what the person has said so far; what was checked before no longer holds.

    Raises:
        ConflictError: the import has started or is done.
    """
    saved = ImportBatch.objects.filter(pk=batch.pk, status__in=EDITABLE).update(
        mapping=mapping, status=Status.UPLOADED, dry_run=True, report={}, error="", rows_done=0, rows_total=0
    )
    if not saved:
        raise ConflictError(_("This import has started already, so its columns no longer change."))
    batch.refresh_from_db()


@transaction.atomic
def start_check(*, actor: User, batch: ImportBatch) -> ImportBatch:
    """Let a worker count what the import would do; nothing is written.

    Raises:
        InvalidInputError: the mapping is incomplete.
        ConflictError: it is running or done, or its file is not kept here.
    """
    read_mapping(batch.mapping)
    return _start(actor, batch, Q(status__in=EDITABLE), dry_run=True)


@transaction.atomic
def start_import(*, actor: User, batch: ImportBatch) -> ImportBatch:
    """Import for good what was checked, or try again what failed.

    Raises:
        ConflictError: it was not checked, is running or done, or its file is not kept here.
    """
    ready = Q(status=Status.CHECKED) | Q(status=Status.FAILED, dry_run=False)
    return _start(actor, batch, ready, dry_run=False)


@transaction.atomic
def discard_import(*, actor: User, batch: ImportBatch) -> None:
    """Forget an upload that was not imported.

    Raises:
        ConflictError: it has started or is done.
    """
    event = {"file": batch.file_name}
    if not ImportBatch.objects.filter(pk=batch.pk, status__in=EDITABLE).delete()[0]:
        raise ConflictError(_("This import has started already. Undo it once it is done."))
    record_event(actor=actor, action="import.discarded", target=batch, before=event)
    stored_as = batch.stored_as
    if stored_as:
        transaction.on_commit(lambda: remove_file(stored_as))


@transaction.atomic
def _keep(
    actor: User,
    organization: Organization,
    name: str,
    digest: str,
    stored_as: str,
    mapping: dict[str, Any],
) -> ImportBatch:
    batch: ImportBatch = ImportBatch.objects.create(
        organization=organization,
        file_name=short_name(name),
        file_hash=digest,
        stored_as=stored_as,
        mapping=mapping,
        dry_run=True,
        status=Status.UPLOADED,
        created_by=actor,
    )
    record_event(actor=actor, action="import.uploaded", target=batch, after={"file": batch.file_name})
    return batch


def _start(actor: User, batch: ImportBatch, ready: Q, *, dry_run: bool) -> ImportBatch:
    started = ImportBatch.objects.filter(ready, pk=batch.pk, stored_as__gt="").update(
        status=Status.WAITING, dry_run=dry_run, error="", rows_done=0, finished_at=None, report={}
    )
    if not started:
        raise ConflictError(
            _(
                "This import is running or done already, or has to be checked first. This page shows its state."
            )
        )
    # Of a job that is done nobody would take the second run.
    JobRun.objects.filter(kind__in=["import", "import.check"], period=str(batch.pk)).exclude(
        status=JobRun.Status.RUNNING
    ).update(attempts=0, status=JobRun.Status.WAITING)
    record_event(actor=actor, action="import.check_started" if dry_run else "import.started", target=batch)
    send_after_commit(TASK, batch.organization_id, batch.pk)
    batch.refresh_from_db()
    return batch
