"""Uploaded files are kept for thirty days after their import, and no longer."""

import datetime
import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assessments.models import ImportBatch
from assessments.services.importing import forget_old_files, queue_import, run_import, upload_import
from assessments.services.importing.keeping import KEPT
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from tests.assessments.importing.files import CREATING, HEADINGS, batches_of, csv_text

CONTENT = csv_text([HEADINGS, ["A", "A", "2025-01", "1", "2"]]).encode()
OLD = KEPT + datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def kept_after(organization: Organization, age: datetime.timedelta, **moments: Any) -> list[ImportBatch]:
    """The batches once the clean-up has run when they are so old."""
    then = timezone.now() - age
    with organization_scope(organization):
        ImportBatch.objects.update(created_at=then, **dict.fromkeys(moments, then))
        forget_old_files(organization)
    return batches_of(organization)


def done(organization: Organization, alice: User) -> None:
    with organization_scope(organization):
        batch = queue_import(
            actor=alice,
            organization=organization,
            upload=SimpleUploadedFile("v.csv", CONTENT),
            mapping=CREATING,
            dry_run=False,
        )
    run_import(organization, batch.pk)


def test_the_file_of_a_finished_import_goes_after_thirty_days_and_its_batch_stays(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    done(organization, alice)
    kept = kept_after(organization, KEPT - datetime.timedelta(hours=1), finished_at=True)
    assert kept[0].stored_as
    assert len(files_in(tmp_path)) == 1
    kept = kept_after(organization, OLD, finished_at=True)
    assert (kept[0].status, kept[0].stored_as) == ("done", "")
    assert files_in(tmp_path) == []


def test_an_upload_that_never_went_on_goes_with_its_file(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    with organization_scope(organization):
        upload_import(actor=alice, organization=organization, upload=SimpleUploadedFile("v.csv", CONTENT))
    assert kept_after(organization, OLD) == []
    assert files_in(tmp_path) == []


def test_a_file_that_waits_for_its_worker_is_never_removed(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    with organization_scope(organization):
        queue_import(
            actor=alice,
            organization=organization,
            upload=SimpleUploadedFile("v.csv", CONTENT),
            mapping=CREATING,
            dry_run=False,
        )
    assert kept_after(organization, OLD)[0].stored_as
    assert len(files_in(tmp_path)) == 1


def test_what_a_crash_left_without_a_batch_goes_after_a_day(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    done(organization, alice)
    folder = tmp_path / str(organization.pk) / "imports"
    fresh, old = folder / "fresh", folder / "old"
    for path in (fresh, old):
        path.write_bytes(b"x")
    yesterday = time.time() - 90_000
    for path in (old, next(path for path in folder.iterdir() if path not in (fresh, old))):
        os.utime(path, (yesterday, yesterday))
    with organization_scope(organization):
        forget_old_files(organization)
    assert fresh.exists()
    assert not old.exists()
    assert len(files_in(tmp_path)) == 2
