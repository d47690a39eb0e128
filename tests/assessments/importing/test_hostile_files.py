"""Files that mean harm, or are just broken: each ends in words that say what to do, and writes nothing.

Bombs are read by a process of their own here, so that its time and its memory (and those of the child that reads
workbooks) are known.
"""

import json
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.models import ImportBatch, Measurement
from assessments.services.importing import import_file, queue_import
from kpis.models import Kpi
from organizations.errors import InvalidInputError
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import Project
from tests.assessments.importing.files import csv_file, xlsx_file
from tests.assessments.roll_out import a_kpi, a_project

MOST_SECONDS = 1.0
MOST_MEGABYTES = 200
GOOD = [["KPI", "Period", "Value"], ["LEAD", "2025-01", "40"]]
SHEET = "xl/worksheets/sheet1.xml"

_READ = r"""
import json, re, resource, sys, django
django.setup()
from pathlib import Path
from assessments.services.importing import tables
from organizations.errors import InvalidInputError
def used(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000
before = used(resource.RUSAGE_SELF)[0]
message = ""
try:
    with tables.open_table(Path(sys.argv[1]), tables.FileOptions()) as table:
        for row in table.rows:
            pass
except InvalidInputError as error:
    message = str(error)
own, child = used(resource.RUSAGE_SELF), used(resource.RUSAGE_CHILDREN)
# Not the resident size of getrusage: that of the process which started this one is in it.
peak = int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1]) / 1000
print(json.dumps({"message": message, "seconds": own[0] - before + child[0], "megabytes": max(peak, child[1])}))
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of reading: processor time and the largest resident size, of reader and child."""

    message: str
    seconds: float
    megabytes: float


def read_apart(path: Path) -> Outcome:
    """Read the file in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=True, timeout=120
    )
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


Refuse = Callable[[Path, str], None]


@pytest.fixture
def refuse(organization: Organization, alice: User) -> Refuse:
    """Import a file that must be refused with these words, and look that nothing was written."""
    with organization_scope(organization):
        a_kpi(a_project(organization, alice), alice, code="LEAD", targets={})

    def attempt(path: Path, words: str) -> None:
        with pytest.raises(InvalidInputError, match=words):
            import_file(actor=alice, organization=organization, path=path, mapping=None)
        assert_nothing_written(organization)

    return attempt


def assert_nothing_written(organization: Organization) -> None:
    with organization_scope(organization):
        assert not Measurement.objects.exists()
        assert not ImportBatch.objects.exists()
        assert (Kpi.objects.count(), Project.objects.count()) == (1, 1)


def written(folder: Path, content: bytes, name: str = "v.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def workbook(folder: Path, **members: Any) -> Path:
    """A good workbook with members replaced or added: bytes, or pieces of bytes."""
    good = xlsx_file(folder, GOOD, name="good.xlsx")
    path = folder / "v.xlsx"
    with (
        zipfile.ZipFile(good) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for name in source.namelist():
            if name not in members:
                target.writestr(name, source.read(name))
        for name, content in members.items():
            with target.open(name, "w", force_zip64=True) as stream:
                for piece in [content] if isinstance(content, bytes) else content:
                    stream.write(piece)
    return path


def sheet_of(rows: Iterator[bytes] | list[bytes]) -> Iterator[bytes]:
    """The XML of a sheet."""
    yield b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    yield from rows
    yield b"</sheetData></worksheet>"


def ten_million_cells() -> Iterator[bytes]:
    """Ten columns of a million rows; no two rows alike, so that it packs no better than a real table."""
    digits = random.Random(1)
    for start in range(0, 1_000_000, 1000):
        yield b"".join(
            b'<row r="%d">%s</row>'
            % (number, b"".join(b"<c><v>%d</v></c>" % digits.getrandbits(10) for _ in range(10)))
            for number in range(start + 1, start + 1001)
        )


def many_strings() -> Iterator[bytes]:
    yield b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    for number in range(4000):
        yield b"".join(b"<si><t>%x</t></si>" % (number * 1000 + one) for one in range(1000))
    yield b"</sst>"


def entities() -> bytes:
    """A billion laughs."""
    levels = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
    return (
        f'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY l0 "ha">{levels}]>'
        "<worksheet><sheetData><row><c><v>&l9;</v></c></row></sheetData></worksheet>"
    ).encode()


def overlapping(folder: Path) -> Path:
    """A thousand members that are all the same packed bytes."""
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = bytes(4 << 20)
    packed = raw.compress(content) + raw.flush()
    check, name = zlib.crc32(content), b"xl/workbook.xml"
    sizes = struct.pack("<III", check, len(packed), len(content))
    local = (
        b"PK\x03\x04"
        + struct.pack("<HHHHH", 20, 0, 8, 0, 0)
        + sizes
        + struct.pack("<HH", len(name), 0)
        + name
    )
    entry = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
    entry += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<HHHHIIH", 0, 0, 1000, 1000, 1000 * len(entry), len(local) + len(packed), 0)
    return written(folder, local + packed + entry * 1000 + b"PK\x05\x06" + end, "v.xlsx")


def nested(folder: Path) -> Path:
    """Archives in an archive, each unpacking to a hundred megabytes."""
    inner = folder / "inner.zip"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(100 << 20))
    with zipfile.ZipFile(folder / "v.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(200):
            archive.write(inner, f"{number}.zip")
    return folder / "v.xlsx"


def lying(folder: Path) -> Path:
    """Fifty megabytes that call themselves a thousand bytes."""
    path = workbook(folder, **{SHEET: (bytes(1 << 20) for _ in range(50))})
    content = path.read_bytes()
    real, stated = (struct.pack("<I", size) for size in (50 << 20, 1000))
    # With 64-bit sizes the real one stands in two places, four or eight bytes wide.
    assert real in content
    return written(folder, content.replace(real, stated), "v.xlsx")


def farthest_cell(folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "KPI", 1
    book.save(folder / "v.xlsx")
    return folder / "v.xlsx"


def long_line(folder: Path) -> Path:
    with (folder / "v.csv").open("wb") as file:
        file.write(b"KPI,Period,Value\n")
        for _ in range(60):
            file.write(b"a," * (1 << 19))
    return folder / "v.csv"


BOMBS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a hundred megabytes of zeros": (
        lambda folder: workbook(folder, **{SHEET: (bytes(1 << 20) for _ in range(100))}),
        "unpacks to far more than its size allows",
    ),
    "six hundred megabytes": (
        lambda folder: workbook(folder, **{SHEET: (bytes(1 << 20) for _ in range(600))}),
        "too large to read",
    ),
    "ten million cells": (
        lambda folder: workbook(folder, **{SHEET: sheet_of(ten_million_cells())}),
        "more than 8000000 cells",
    ),
    "four million texts": (
        lambda folder: workbook(folder, **{"xl/sharedStrings.xml": many_strings()}),
        "too large to read",
    ),
    "one cell in the farthest corner": (farthest_cell, "more than 1000 columns"),
    "members that overlap": (overlapping, "too large to read"),
    "archives in an archive": (nested, "not an Excel workbook"),
    "a size that lies": (lying, "damaged"),
    "entities that unfold": (lambda folder: workbook(folder, **{SHEET: entities()}), "no spreadsheet writes"),
    "entities in another encoding": (
        lambda folder: workbook(folder, **{SHEET: entities().decode().encode("utf-16")}),
        "damaged",
    ),
    "one line of sixty megabytes": (long_line, "Line 2 is longer than any line"),
    "a quotation mark never closed": (
        lambda folder: written(
            folder, b'KPI,Period,Value\nLEAD,"2025-01,40\n' + b"LEAD,2025-02,41\n" * 3_000_000
        ),
        "from line 2 on: a quotation mark",
    ),
}


@pytest.mark.parametrize(("make", "words"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_within_a_second_and_little_memory(
    make: Callable[[Path], Path], words: str, tmp_path: Path
) -> None:
    outcome = read_apart(make(tmp_path))
    assert words in outcome.message
    assert outcome.seconds < MOST_SECONDS
    assert outcome.megabytes < MOST_MEGABYTES


def macros(folder: Path) -> Path:
    return workbook(folder, **{"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 code"})


def external_link() -> bytes:
    return (
        b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<externalBook r:id="rId1" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/>'
        b"</externalLink>"
    )


def merged(folder: Path) -> Path:
    """Two rows of headings under a merged title, as reports have them."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Lead times"])
    for row in GOOD:
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    book.save(folder / "v.xlsx")
    return folder / "v.xlsx"


def all_hidden(folder: Path) -> Path:
    path = workbook(folder)
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml").replace(b'state="visible"', b'state="veryHidden"')
    return workbook(folder, **{"xl/workbook.xml": book})


BROKEN: dict[str, tuple[Callable[[Path], Path], str]] = {
    "macros": (
        lambda folder: macros(folder).rename(folder / "v.xlsm"),
        "contains macros. Save it as XLSX, without",
    ),
    "macros under another name": (macros, "contains macros"),
    "a password": (
        lambda folder: written(folder, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "v.xlsx"),
        "password-protected Excel file. Save it as XLSX without a password",
    ),
    "an old workbook": (
        lambda folder: written(folder, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"Workbook" * 500, "v.xls"),
        "an old or",
    ),
    "UTF-16 cut in the middle": (
        lambda folder: written(folder, "KPI,Period,Value\nLEAD,2025-01,40\n".encode("utf-16-le")[:-1]),
        "not utf-16-le throughout",
    ),
    "two encodings in one file": (
        lambda folder: written(
            folder,
            "KPI,Period,Value,Note\nLEAD,2025-01,40,Größe üä\n".encode() + "X,2025-02,4,ä\n".encode("cp1252"),
        ),
        "Line 3 is not written in UTF-8",
    ),
    "zero bytes": (
        lambda folder: written(folder, b"KPI,Period,Value\nLEAD,2025-01,4\x000\n"),
        "not a text file|zero bytes",
    ),
    "zero bytes far down": (
        lambda folder: written(
            folder, b"KPI,Period,Value\n" + b"LEAD,2025-01,40\n" * 9000 + b"LEAD,2025-02,4\x000\n"
        ),
        "Line 9002 holds zero bytes",
    ),
    "nothing": (lambda folder: written(folder, b""), "The file is empty"),
    "only headings": (lambda folder: csv_file(folder, GOOD[:1]), "headings and no rows below them"),
    "only headings in a workbook": (
        lambda folder: xlsx_file(folder, GOOD[:1]),
        "headings and no rows below them",
    ),
    "twenty thousand columns": (
        lambda folder: csv_file(folder, [[f"c{number}" for number in range(20_000)]] * 2),
        "20000 columns; at most 1000 can be read",
    ),
    "a heading twice": (
        lambda folder: csv_file(folder, [[*GOOD[0], "Value"], [*GOOD[1], "41"]]),
        "The heading “Value” stands twice",
    ),
    "a quotation mark never closed": (
        lambda folder: written(folder, b'KPI,Period,Value\nLEAD,2025-01,"40\nLEAD,2025-02,41\n'),
        "from line 2 on: a quotation mark is probably not closed",
    ),
    "a merged title above the headings": (merged, "could not be recognised by their names.*Lead times"),
    "sheets that are all hidden": (all_hidden, "no visible sheet|damaged"),
}


@pytest.mark.parametrize(("make", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_in_words_and_nothing_is_written(
    make: Callable[[Path], Path], words: str, tmp_path: Path, refuse: Refuse
) -> None:
    refuse(make(tmp_path), words)


def test_a_file_larger_than_allowed_is_not_kept(
    organization: Organization, alice: User, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.IMPORT_MAX_BYTES = 1000
    upload: Any = SimpleUploadedFile("v.csv", b"x" * 1001)
    with organization_scope(organization), pytest.raises(InvalidInputError, match=r"at most 1000.bytes can"):
        queue_import(actor=alice, organization=organization, upload=upload, mapping={}, dry_run=False)
    assert list(tmp_path.iterdir()) == []


def test_formulas_of_a_csv_file_are_no_values(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    with organization_scope(organization):
        a_kpi(a_project(organization, alice), alice, code="LEAD", targets={})
    rows = [
        *GOOD[:1],
        ["LEAD", "2025-01", "=1+1"],
        ["=HYPERLINK(1)", "2025-01", "1"],
        ["LEAD", "@SUM(1)", "1"],
    ]
    report = import_file(
        actor=alice, organization=organization, path=csv_file(tmp_path, rows), mapping=None
    ).as_json()
    assert [cell["text"] for cell in report["rejected"]] == ["=1+1", "=HYPERLINK(1)", "@SUM(1)"]
    assert "is not a number" in report["rejected"][0]["reason"]
    assert report["new"] == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_utf_16_without_its_mark_is_read(
    rows: int, organization: Organization, alice: User, tmp_path: Path
) -> None:
    with organization_scope(organization):
        a_kpi(a_project(organization, alice), alice, code="LEAD", targets={})
    table = [GOOD[0], *(["LEAD", f"2025-0{month + 1}", "40"] for month in range(rows))]
    path = csv_file(tmp_path, table, encoding="utf-16-le")
    report = import_file(actor=alice, organization=organization, path=path, mapping=None)
    assert (report.new, report.rejected) == (rows, [])


def test_two_hundred_columns_hidden_sheets_and_links_elsewhere_do_no_harm(
    organization: Organization, alice: User, tmp_path: Path
) -> None:
    with organization_scope(organization):
        a_kpi(a_project(organization, alice), alice, code="LEAD", targets={})
    book = openpyxl.Workbook()
    book.active.title = "secret"  # type: ignore[union-attr]
    book.active.sheet_state = "hidden"  # type: ignore[union-attr]
    sheet = book.create_sheet("values")
    sheet.append([*GOOD[0], *(f"more {number}" for number in range(197))])
    sheet.append([*GOOD[1], *range(197)])
    sheet["E2"] = "='[elsewhere.xlsx]Sheet1'!$A$1"
    book.active = 1
    path = tmp_path / "v.xlsx"
    book.save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", external_link())
    report = import_file(actor=alice, organization=organization, path=path, mapping=None)
    assert (report.new, report.rejected) == (1, [])
