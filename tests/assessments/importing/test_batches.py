"""An import that a worker runs: once, whatever happens on the way."""

import datetime
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from assessments.models import ImportBatch
from assessments.services.importing import queue_import, run_import, start_import
from assessments.services.importing.batches import run_claimed
from assessments.services.importing.uploads import stored_path
from assessments.tasks import sweep_imports
from organizations.errors import ConflictError, InvalidInputError
from organizations.jobs import LostClaimError, claim_job
from organizations.models import JobRun, Organization, User
from organizations.tenancy import organization_scope
from tests.assessments.importing.files import (
    CREATING,
    HEADINGS,
    batches_of,
    csv_file,
    csv_text,
    stored_values,
    xlsx_file,
)

ROWS = [HEADINGS, ["A", "A", "2025-01", "1", "2"], ["A", "A", "2025-02", "n/a", "2"]]
KEYS = ["rows", "kpis", "projects", "new", "changed", "same", "with_target", "met", "rejected"]
VALUES = {("A", "2025-01"): 1.0}

Queue = Callable[..., ImportBatch]


@pytest.fixture
def queued(settings: Any, tmp_path: Path, organization: Organization, alice: User) -> Queue:
    """Upload a file as Alice."""
    settings.MEDIA_ROOT = tmp_path / "uploads"

    def queue(content: bytes | None = None, mapping: Any = CREATING, *, dry_run: bool = False) -> ImportBatch:
        data = csv_text(ROWS).encode() if content is None else content
        with organization_scope(organization):
            return queue_import(
                actor=alice,
                organization=organization,
                upload=SimpleUploadedFile("../values.csv", data),
                mapping=mapping,
                dry_run=dry_run,
            )

    return queue


def fresh(batch: ImportBatch) -> ImportBatch:
    return next(other for other in batches_of(batch.organization) if other.pk == batch.pk)


def test_a_queued_file_is_imported_by_the_worker(queued: Queue, organization: Organization) -> None:
    batch = queued()
    assert (batch.status, batch.file_name) == ("waiting", "values.csv")
    run_import(organization, batch.pk)
    done = fresh(batch)
    assert (done.status, done.rows_done, done.rows_total) == ("done", 2, 2)
    assert (done.report["new"], len(done.report["rejected"])) == (1, 1)
    assert stored_values(organization) == VALUES


def test_a_workbook_is_read_though_it_waits_without_its_ending(
    queued: Queue, organization: Organization, tmp_path: Path
) -> None:
    batch = queued(xlsx_file(tmp_path, ROWS).read_bytes())
    run_import(organization, batch.pk)
    assert fresh(batch).status == "done"
    assert stored_values(organization) == VALUES


def test_the_file_waits_under_a_random_name_in_its_organizations_folder(
    queued: Queue, organization: Organization, tmp_path: Path
) -> None:
    batch = queued()
    assert batch.stored_as.startswith(f"{organization.pk}/imports/")
    assert "values" not in batch.stored_as
    assert (tmp_path / "uploads" / batch.stored_as).read_bytes() == csv_text(ROWS).encode()


def test_a_task_that_comes_twice_imports_once(queued: Queue, organization: Organization) -> None:
    batch = queued()
    run_import(organization, batch.pk)
    report = fresh(batch).report
    run_import(organization, batch.pk)
    assert fresh(batch).report == report


def test_a_check_changes_nothing_and_can_be_made_good(
    queued: Queue, organization: Organization, alice: User
) -> None:
    batch = queued(dry_run=True)
    run_import(organization, batch.pk)
    assert (fresh(batch).status, fresh(batch).report["new"]) == ("checked", 1)
    assert stored_values(organization) == {}
    with organization_scope(organization):
        start_import(actor=alice, batch=batch)
    run_import(organization, batch.pk)
    assert fresh(batch).status == "done"
    assert stored_values(organization) == VALUES
    with organization_scope(organization), pytest.raises(ConflictError):
        start_import(actor=alice, batch=batch)


def test_a_live_worker_keeps_its_claim_and_a_dead_ones_is_taken_over(
    queued: Queue, organization: Organization
) -> None:
    batch = queued()
    with organization_scope(organization):
        job = JobRun.objects.create(
            organization=organization,
            kind="import",
            period=str(batch.pk),
            status="running",
            token="another",
            attempts=1,
            lease_until=timezone.now() + datetime.timedelta(minutes=1),
        )
    run_import(organization, batch.pk)
    assert fresh(batch).status == "waiting"
    with organization_scope(organization):
        JobRun.objects.filter(pk=job.pk).update(lease_until=timezone.now())
    run_import(organization, batch.pk)
    assert fresh(batch).status == "done"


def test_a_worker_that_lost_its_claim_writes_nothing(queued: Queue, organization: Organization) -> None:
    batch = queued()
    job = claim_job(organization, kind="import", period=str(batch.pk))
    assert job is not None
    with organization_scope(organization):
        JobRun.objects.filter(pk=job.pk).update(token="another")
    with pytest.raises(LostClaimError):
        run_claimed(organization, batch, job)
    assert fresh(batch).status == "waiting"
    assert stored_values(organization) == {}


def test_a_file_that_ended_three_workers_is_given_up(queued: Queue, organization: Organization) -> None:
    batch = queued()
    with organization_scope(organization):
        JobRun.objects.create(organization=organization, kind="import", period=str(batch.pk), attempts=3)
    run_import(organization, batch.pk)
    assert fresh(batch).status == "failed"
    assert "3 times" in fresh(batch).error


def test_a_fault_is_told_and_can_be_tried_again(
    queued: Queue, organization: Organization, alice: User
) -> None:
    batch = queued(b"A,B\n1,2\n", {})
    run_import(organization, batch.pk)
    failed = fresh(batch)
    assert failed.status == "failed"
    assert "The file has: A, B" in failed.error
    with organization_scope(organization):
        assert start_import(actor=alice, batch=failed).status == "waiting"


def test_a_fault_of_ours_is_told_without_its_trace(queued: Queue, organization: Organization) -> None:
    batch = queued()
    stored_path(batch.stored_as).unlink()
    run_import(organization, batch.pk)
    assert fresh(batch).status == "failed"
    assert "Try again" in fresh(batch).error


def test_reasons_are_told_in_the_language_of_who_asked(
    queued: Queue, organization: Organization, alice: User
) -> None:
    alice.language = "zh-hans"
    alice.save()
    batch = queued()
    run_import(organization, batch.pk)
    assert fresh(batch).status == "done"


def test_the_sweep_finds_what_the_broker_lost(queued: Queue, organization: Organization) -> None:
    batch = queued()
    sent: list[Any] = []

    def listen(body: Any, **_more: Any) -> None:
        sent.append(tuple(body[0]))

    before_task_publish.connect(listen, sender="assessments.tasks.importing.run_import")
    try:
        sweep_imports()
    finally:
        before_task_publish.disconnect(listen, sender="assessments.tasks.importing.run_import")
    assert sent == [(organization.pk, batch.pk)]


@pytest.mark.parametrize("size", [0, 101])
def test_an_empty_or_too_large_file_is_not_kept(
    queued: Queue, organization: Organization, settings: Any, tmp_path: Path, size: int
) -> None:
    settings.IMPORT_MAX_BYTES = 100
    with pytest.raises(InvalidInputError, match=r"empty|at most"):
        queued(b"x" * size)
    assert batches_of(organization) == []
    assert not list((tmp_path / "uploads").rglob("*"))


def command(organization: Organization, path: Path, *options: str) -> str:
    output = StringIO()
    call_command(
        "import_measurements", str(path), "--organization", organization.slug, *options, stdout=output
    )
    return output.getvalue()


@pytest.fixture
def mapping_file(tmp_path: Path) -> str:
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(CREATING))
    return str(path)


def test_the_command_prints_one_json_document_with_exactly_the_documented_keys(
    organization: Organization, tmp_path: Path, mapping_file: str
) -> None:
    report = json.loads(command(organization, csv_file(tmp_path, ROWS), "--mapping", mapping_file, "--json"))
    assert list(report) == KEYS
    assert report["rejected"] == [
        {"row": 3, "column": "Actual", "text": "n/a", "reason": "“n/a” is not a number."}
    ]
    assert stored_values(organization) == VALUES
    batch = batches_of(organization)[0]
    assert (batch.status, batch.created_by_id is not None) == ("done", True)


def test_the_commands_dry_run_writes_nothing(
    organization: Organization, tmp_path: Path, mapping_file: str
) -> None:
    text = command(organization, csv_file(tmp_path, ROWS), "--mapping", mapping_file, "--dry-run")
    assert "Dry run" in text
    assert "row 3, Actual: 'n/a'" in text
    assert stored_values(organization) == {}
    assert batches_of(organization) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--organization", "nobody"], "no organization"),
        (["--mapping", "/nowhere.json"], "mapping file cannot be read"),
    ],
)
def test_the_command_says_what_is_wrong(
    organization: Organization, tmp_path: Path, options: list[str], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        command(organization, csv_file(tmp_path, ROWS), *options)
    with pytest.raises(CommandError, match="no file"):
        command(organization, tmp_path / "missing.csv")
