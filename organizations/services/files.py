"""Files that people attach, below the uploads folder, each in its organization's own folder.

The name on the disk is random: what a person typed names no path. A file is whole on the disk before its row is
written; when the transaction fails the file goes again, and what a crash leaves behind `sweep_files` removes.
"""

import datetime
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError
from organizations.file_types import EVIDENCE, FileType, recognise
from organizations.models import Organization, StoredFile, User

MOST_BYTES = 20 * 1024 * 1024
LONGEST_NAME = 255
#: younger files may belong to a transaction that is still running
ORPHAN_AGE = datetime.timedelta(hours=24)

_written: ContextVar[list[Path] | None] = ContextVar("files_of_the_running_block", default=None)


class Upload(Protocol):
    """What is needed of an uploaded file."""

    @property
    def name(self) -> str | None:
        """As the person's computer calls it."""

    @property
    def size(self) -> int | None:
        """Bytes."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Its content, piece by piece."""
        ...


@contextmanager
def whole_or_not_at_all() -> Iterator[None]:
    """A transaction; when it fails, the files stored inside go with their rows."""
    token = _written.set([])
    try:
        with transaction.atomic():
            yield
    except BaseException:
        for path in _written.get() or []:
            path.unlink(missing_ok=True)
        raise
    finally:
        _written.reset(token)


def store_file(
    *,
    organization: Organization,
    actor: User | None,
    upload: Upload,
    allowed: tuple[FileType, ...] = EVIDENCE,
    most: int = MOST_BYTES,
) -> StoredFile:
    """Keep a file whose content is of an allowed kind; call it inside `whole_or_not_at_all`.

    Raises:
        InvalidInputError: it is empty, has more than `most` bytes, or is not what may be attached.
    """
    name = shown_name(upload.name or "")
    _check_size(name, upload.size or 0, most)
    stored_as = f"{organization.pk}/files/{secrets.token_hex(16)}"
    path = file_path(stored_as)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        size, digest = _write(path, upload, name, most)
        kind = recognise(path, name, allowed)
        row: StoredFile = StoredFile.objects.create(
            organization=organization,
            name=name,
            content_type=kind.content_type,
            size=size,
            sha256=digest,
            stored_as=stored_as,
            uploaded_by=actor,
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    written = _written.get()
    if written is not None:
        written.append(path)
    return row


def file_path(stored_as: str) -> Path:
    """Where a stored file lies."""
    return Path(settings.MEDIA_ROOT) / stored_as


def shown_name(name: str) -> str:
    """A file's name as it is shown: without folders and control characters; its ending is kept."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(character for character in last if character.isprintable()).strip()
    return clean[-LONGEST_NAME:] or _("unnamed file")


def _check_size(name: str, size: int, most: int) -> None:
    if size <= 0:
        raise InvalidInputError(_("“%(file)s” is empty. Choose another file.") % {"file": name})
    if size > most:
        raise InvalidInputError(
            _("“%(file)s” has %(size)s; at most %(most)s can be attached.")
            % {"file": name, "size": filesizeformat(size), "most": filesizeformat(most)}
        )


def _write(path: Path, upload: Upload, name: str, most: int) -> tuple[int, str]:
    """(bytes, SHA-256) of what was really written."""
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        for chunk in upload.chunks():
            size += len(chunk)
            _check_size(name, size, most)
            digest.update(chunk)
            file.write(chunk)
    _check_size(name, size, most)
    return size, digest.hexdigest()


def sweep_files(organization: Organization, *, now: datetime.datetime | None = None) -> int:
    """Inside the organization's scope: remove files without a row, left by a crash; how many they were."""
    folder = file_path(f"{organization.pk}/files")
    before = ((now or timezone.now()) - ORPHAN_AGE).timestamp()
    old = [path for path in folder.glob("*") if path.is_file() and path.stat().st_mtime < before]
    names = {f"{organization.pk}/files/{path.name}" for path in old}
    known = set(StoredFile.objects.filter(stored_as__in=names).values_list("stored_as", flat=True))
    orphans = [path for path in old if f"{organization.pk}/files/{path.name}" not in known]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
