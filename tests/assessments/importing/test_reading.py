"""Files become the same table whatever their form."""

import resource
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from assessments.services.importing.tables import FileOptions, Row, label_headings, open_table
from assessments.services.importing.text_files import sniff_encoding
from organizations.errors import InvalidInputError
from tests.assessments.importing.files import csv_file, xlsx_file

WESTERN = [["Name", "Größe", "Note"], ["Zürich", "1", "two\nlines"], ["Málaga", "2", 'a "word"; and, more']]
CHINESE = [["名称", "数值", "备注"], ["采购成本", "1", "第一行\n第二行"], ["库存周转天数", "2", "一，二；三"]]


def read(path: Path, **options: Any) -> tuple[tuple[str, ...], list[Row]]:
    with open_table(path, FileOptions(**options)) as table:
        return table.headings, list(table.rows)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "rows"),
    [
        ("utf-8", WESTERN),
        ("utf-8-sig", CHINESE),
        ("utf-16", CHINESE),
        ("utf-16-le", WESTERN),
        ("utf-16-be", WESTERN),
        ("cp1252", WESTERN),
        ("gb18030", CHINESE),
    ],
)
def test_encoding_and_delimiter_are_found_out(
    tmp_path: Path, encoding: str, rows: list[list[str]], delimiter: str
) -> None:
    headings, table = read(csv_file(tmp_path, rows, delimiter=delimiter, encoding=encoding))
    assert list(headings) == rows[0]
    assert table == [(2, rows[1]), (3, rows[2])]


def test_a_lone_byte_of_a_western_file_does_not_make_it_chinese(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_bytes(b"name,value\nplan\xa0in effect,1\n")
    assert sniff_encoding(path) == "cp1252"


def test_the_delimiter_that_excel_states_is_not_a_row(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text("sep=|\nName|Value\nA,B;C|1\n")
    assert read(path) == (("Name", "Value"), [(2, ["A,B;C", "1"])])


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text('Name,Value\n"two\nlines",1\n\nB,2\n , \nC\n')
    _headings, rows = read(path)
    assert [(number, cells) for number, cells in rows if str(cells[0]).strip()] == [
        (2, ["two\nlines", "1"]),
        (4, ["B", "2"]),
        (6, ["C", ""]),
    ]


def test_a_title_above_the_headings_is_passed_over(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [["Report"], [], ["Name", "Value"], ["A", "1"]])
    assert read(path, header_row=3) == (("Name", "Value"), [(4, ["A", "1"])])


def test_a_heading_that_stands_twice_is_numbered() -> None:
    assert label_headings(["a", "b", "a", None, " a\n"]) == ("a", "b", "a#2", "column D", "a#3")


def test_a_workbook_reads_as_the_same_table(tmp_path: Path) -> None:
    headings, rows = read(xlsx_file(tmp_path, [["Name", "Value"], ["Zürich", 1.5], [], ["名称", 2]]))
    assert headings == ("Name", "Value")
    assert rows == [(2, ["Zürich", 1.5]), (4, ["名称", 2])]


def test_two_hundred_columns_are_read(tmp_path: Path) -> None:
    row = [f"c{position}" for position in range(200)]
    headings, rows = read(csv_file(tmp_path, [row, row]))
    assert (len(headings), len(rows[0][1])) == (200, 200)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\n\n", "no headings"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or a password-protected"),
        (b"%PDF-1.7\n", "not a table"),
        (bytes(range(256)) * 40, "not a text file"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (b'a,b\n1,"' + b"x" * 2_000_000, "quotation mark"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "v.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=message):
        read(path)


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="2000 columns"):
        read(csv_file(tmp_path, [[f"c{position}" for position in range(2000)]]))


def test_a_sheet_is_chosen_by_its_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Values").append(["Name"])
    path = tmp_path / "v.xlsx"
    book.save(path)
    assert read(path, sheet="Values")[0] == ("Name",)
    with pytest.raises(InvalidInputError, match="It has: Sheet, Values"):
        read(path, sheet="Other")


def test_a_workbook_with_macros_is_refused(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, [["Name"]])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"code")
    with pytest.raises(InvalidInputError, match="macros"):
        read(path)


def _bomb(path: Path, member: str, size: int) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open(member, "w") as stream:
        for _ in range(size >> 20):
            stream.write(bytes(1 << 20))
    return path


@pytest.mark.parametrize("size", [100 << 20, 600 << 20])
def test_a_file_bomb_is_refused_at_once_and_with_little_memory(tmp_path: Path, size: int) -> None:
    path = _bomb(xlsx_file(tmp_path, [["Name"]]), "xl/worksheets/sheet2.xml", size)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with pytest.raises(InvalidInputError, match=r"unpacks to far more|too large"):
        read(path)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 1


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = _bomb(xlsx_file(tmp_path, [["Name"]]), "xl/worksheets/sheet2.xml", 50 << 20)
    content = path.read_bytes()
    path.write_bytes(content.replace((50 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    with pytest.raises(InvalidInputError, match=r"damaged|too large|unpacks"):
        read(path)


def test_one_cell_in_the_farthest_corner_costs_no_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "Name"
    sheet["XFD1048576"] = 1
    path = tmp_path / "v.xlsx"
    book.save(path)
    with pytest.raises(InvalidInputError, match="more than 1000 columns"):
        read(path)


def test_a_reader_that_runs_out_of_memory_ends_in_a_clear_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "child.py"
    script.write_text(
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1<<27, 1<<27))\nx = bytes(1 << 28)\n"
    )
    monkeypatch.setattr("assessments.services.importing.workbooks._CHILD", script)
    with pytest.raises(InvalidInputError, match="too large"):
        read(xlsx_file(tmp_path, [["Name"]]))


def test_the_child_imports_nothing_of_the_product() -> None:
    from assessments.services.importing.workbooks import _CHILD

    code = f"import sys, runpy; runpy.run_path({str(_CHILD)!r}); print(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert not {"django", "assessments", "organizations"} & set(output.split())


def test_reading_is_left_behind_when_nobody_wants_the_rest(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, [["Name", "Value"], *([f"n{row}", row] for row in range(3000))])
    started = time.monotonic()
    with open_table(path, FileOptions()) as table:
        next(table.rows)
    assert time.monotonic() - started < 20
