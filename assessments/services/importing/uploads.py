"""Files that wait for their import, below the uploads folder, each in its organization's own."""

import hashlib
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError
from organizations.models import Organization


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


def check_size(size: int) -> None:
    """Refuse an empty and a too large file."""
    if size <= 0:
        raise InvalidInputError(
            _("The file is empty. Choose a file with a heading row and at least one row of values.")
        )
    if size > settings.IMPORT_MAX_BYTES:
        raise InvalidInputError(
            _(
                "The file has %(size)s; at most %(most)s can be imported. Split it, or remove columns that "
                "are not needed."
            )
            % {"size": filesizeformat(size), "most": filesizeformat(settings.IMPORT_MAX_BYTES)}
        )


def store_file(organization: Organization, upload: Upload) -> tuple[str, str]:
    """(path below the uploads folder, SHA-256). The name is random: what a person typed names no path."""
    check_size(upload.size or 0)
    stored_as, path = _new_place(organization)
    digest = hashlib.sha256()
    with path.open("xb") as file:
        for chunk in upload.chunks():
            digest.update(chunk)
            file.write(chunk)
    return stored_as, digest.hexdigest()


def copy_file(organization: Organization, stored_as: str) -> str:
    """Keep the same content once more, for another import."""
    copy, path = _new_place(organization)
    shutil.copyfile(stored_path(stored_as), path)
    return copy


def folder_of(organization: Organization) -> str:
    """Where the organization's files wait, below the uploads folder."""
    return f"{organization.pk}/imports"


def _new_place(organization: Organization) -> tuple[str, Path]:
    stored_as = f"{folder_of(organization)}/{secrets.token_hex(16)}"
    path = stored_path(stored_as)
    path.parent.mkdir(parents=True, exist_ok=True)
    return stored_as, path


def stored_path(stored_as: str) -> Path:
    """Where a stored file lies."""
    return Path(settings.MEDIA_ROOT) / stored_as


def remove_file(stored_as: str) -> None:
    """Forget a stored file."""
    stored_path(stored_as).unlink(missing_ok=True)


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def short_name(name: str) -> str:
    """A file's name as it is shown: without folders and control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if character.isprintable())[-255:] or _("unnamed file")
