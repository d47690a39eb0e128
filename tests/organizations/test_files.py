"""Attached files: known by their content, kept whole or not at all, in their organization's own folder."""

import datetime
import os
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from organizations import file_types
from organizations.errors import InvalidInputError
from organizations.models import Organization, StoredFile, User
from organizations.services import delete_organization
from organizations.services.files import (
    ORPHAN_AGE,
    file_path,
    shown_name,
    store_file,
    sweep_files,
    whole_or_not_at_all,
)
from organizations.tenancy import organization_scope
from tests.organizations import attachments
from tests.organizations.attachments import office, upload, zipped

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("protocol.pdf", attachments.PDF, file_types.PDF),
        ("screen.PNG", attachments.PNG, file_types.PNG),
        ("photo.jpeg", attachments.JPEG, file_types.JPEG),
        ("photo.webp", attachments.WEBP, file_types.WEBP),
        ("report.xlsx", attachments.workbook(), file_types.XLSX),
        ("minutes.docx", office("word/document.xml"), file_types.DOCX),
        ("slides.pptx", office("ppt/presentation.xml"), file_types.PPTX),
        ("report.ods", zipped({"mimetype": file_types.ODS.content_type.encode()}), file_types.ODS),
        ("values.csv", b"KPI,Wert\nDurchlauf,3\n", file_types.CSV),
        ("values.csv", "\ufeff指标,数值\n交期,3\n".encode(), file_types.CSV),
        ("说明.txt", "系统导出的数据\n".encode("gb18030"), file_types.TEXT),
    ],
)
def test_what_may_be_attached_is_known_by_its_content(
    scope: Organization, alice: User, name: str, content: bytes, kind: file_types.FileType
) -> None:
    stored = store_file(organization=scope, actor=alice, upload=upload(name, content))
    assert stored.content_type == kind.content_type
    assert (stored.name, stored.size) == (name, len(content))
    assert file_path(stored.stored_as).read_bytes() == content
    assert name not in stored.stored_as


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("drawing.svg", attachments.SVG, "a web page or drawing, which cannot be attached"),
        ("drawing.txt", b"\n  " + attachments.SVG, "a web page or drawing"),
        ("page.html", b"<!doctype html><html></html>", "a web page or drawing"),
        ("page.csv", "\ufeff<html><script>1</script>".encode(), "a web page or drawing"),
        ("files.zip", zipped({"a.txt": b"x"}), "a ZIP archive"),
        ("files.xlsx", zipped({"a.txt": b"x"}), "a ZIP archive"),
        ("tool.txt", b"MZ\x90\x00\x03\x00", "a program"),
        ("old.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600, "cannot be attached"),
        ("macro.xlsm", attachments.with_macros(), "contains macros"),
        ("macro.xlsx", attachments.with_macros(), "contains macros"),
        ("macro.docx", office("word/document.xml", b'<a ContentType="x.macroEnabled.main"/>'), "contains macros"),
        ("macro.ods", zipped({"mimetype": b"x", "Basic/Standard/Module1.xml": b"x"}), "contains macros"),
        ("report.exe", attachments.PDF, "does not end in .pdf"),
        ("report.pdf.html", attachments.PDF, "does not end in .pdf"),
        ("report", attachments.PDF, "does not end in .pdf"),
        ("virus.pdf", attachments.PNG, "does not end in .png"),
        ("half.xlsx", attachments.workbook()[:-40], "damaged"),
        ("parts.xlsx", attachments.many_parts(5001), "damaged"),
        ("nothing.txt", b"", "is empty"),
        ("blank.txt", b"  \n", "cannot be attached"),
        ("noise.txt", b"\x01\x02\x03abc", "cannot be attached"),
    ],
)  # fmt: skip
def test_what_may_not_be_attached_is_refused_with_its_reason(
    scope: Organization, alice: User, uploads: Path, name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        store_file(organization=scope, actor=alice, upload=upload(name, content))
    assert files_in(uploads) == []
    assert not StoredFile.objects.exists()


def test_a_file_that_is_larger_than_it_said_is_refused(
    scope: Organization, alice: User, uploads: Path
) -> None:
    class Liar:
        name, size = "long.txt", 3

        def chunks(self, chunk_size: int | None = None) -> Any:
            yield from [b"abc"] * 10

    with pytest.raises(InvalidInputError, match="at most 20"):
        store_file(organization=scope, actor=alice, upload=Liar(), most=20)
    assert files_in(uploads) == []


def test_a_name_is_shown_without_folders_and_keeps_its_ending() -> None:
    assert shown_name("..\\..\\etc/pass\u202ewd.pdf") == "passwd.pdf"
    assert shown_name("a" * 300 + ".pdf").endswith("aaa.pdf")
    assert len(shown_name("a" * 300 + ".pdf")) == 255


def test_a_failed_transaction_leaves_no_file(scope: Organization, alice: User, uploads: Path) -> None:
    def attach_and_fail() -> None:
        with whole_or_not_at_all():
            store_file(organization=scope, actor=alice, upload=upload("a.pdf", attachments.PDF))
            store_file(organization=scope, actor=alice, upload=upload("b.pdf", attachments.PDF))
            assert len(files_in(uploads)) == 2
            raise RuntimeError

    with pytest.raises(RuntimeError):
        attach_and_fail()
    assert files_in(uploads) == []
    assert not StoredFile.objects.exists()


def test_the_sweep_removes_old_files_without_a_row_and_no_other(
    scope: Organization, alice: User, uploads: Path
) -> None:
    kept = store_file(organization=scope, actor=alice, upload=upload("a.pdf", attachments.PDF))
    with transaction.atomic():
        store_file(organization=scope, actor=alice, upload=upload("b.pdf", attachments.PDF))
        transaction.set_rollback(True)
    old = (timezone.now() - 2 * ORPHAN_AGE).timestamp()
    assert len(files_in(uploads)) == 2
    assert sweep_files(scope) == 0
    for path in files_in(uploads):
        os.utime(path, (old, old))
    assert sweep_files(scope) == 1
    assert files_in(uploads) == [file_path(kept.stored_as)]
    assert sweep_files(scope, now=timezone.now() + datetime.timedelta(days=9)) == 0


def test_the_folder_goes_with_its_organization(
    organization: Organization,
    other_organization: Organization,
    alice: User,
    uploads: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    for owner in (organization, other_organization):
        with organization_scope(owner):
            store_file(organization=owner, actor=alice, upload=upload("a.pdf", attachments.PDF))
    with django_capture_on_commit_callbacks(execute=True):
        delete_organization(organization=organization)
    assert [path.parent.parent.name for path in files_in(uploads)] == [str(other_organization.pk)]
