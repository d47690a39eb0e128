"""Uploaded files are kept for a while after their import, for corrections, and then removed."""

import datetime
import time
from pathlib import Path

from django.conf import settings
from django.db.models.functions import Coalesce
from django.utils import timezone

from assessments.models import ImportBatch
from organizations.models import Organization

from .uploads import folder_of, remove_file, stored_path

KEPT = datetime.timedelta(days=30)
#: a file without a batch: its transaction was rolled back by a crash
_ORPHAN_SECONDS = 86_400.0
Status = ImportBatch.Status


def forget_old_files(organization: Organization) -> int:
    """Inside the scope: remove files that nobody needs any longer, uploads that never went on with them."""
    before = timezone.now() - KEPT
    old = ImportBatch.objects.filter(stored_as__gt="").exclude(status__in=[Status.WAITING, Status.RUNNING])
    old = old.annotate(rested_since=Coalesce("undone_at", "finished_at", "created_at")).filter(
        rested_since__lt=before
    )
    forgotten = list(old.values_list("pk", "stored_as"))
    for _pk, stored_as in forgotten:
        remove_file(stored_as)
    numbers = [pk for pk, _stored_as in forgotten]
    ImportBatch.objects.filter(pk__in=numbers, status=Status.UPLOADED).delete()
    ImportBatch.objects.filter(pk__in=numbers).update(stored_as="")
    return len(forgotten) + _remove_orphans(organization)


def _remove_orphans(organization: Organization) -> int:
    folder = stored_path(folder_of(organization))
    limit = time.time() - _ORPHAN_SECONDS
    old = [path for path in folder.glob("*") if path.is_file() and path.stat().st_mtime < limit]
    if not old:
        return 0
    names = {path: str(path.relative_to(Path(settings.MEDIA_ROOT))) for path in old}
    known = set(ImportBatch.objects.filter(stored_as__in=names.values()).values_list("stored_as", flat=True))
    orphans = [path for path, name in names.items() if name not in known]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
