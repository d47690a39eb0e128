"""Rows of a workbook as the reading process tells them: the values that openpyxl finds, in fewer steps."""

import datetime
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import openpyxl.utils.datetime
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.exceptions import IllegalCharacterError

from assessments.services.importing import workbook_child, workbooks
from assessments.services.importing.workbook_child import SheetReader, plain
from organizations.errors import InvalidInputError
from tests.assessments.importing.files import xlsx_file

SHEET = "xl/worksheets/sheet1.xml"
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

Told = list[tuple[int, list[Any]]]


def rows_of(path: Path, most: int = 0) -> Told:
    with workbooks.open_sheet(path, most=most) as opened:
        return [(number, cells) for number, cells in opened.rows]


def by_openpyxl(path: Path) -> Told:
    """The same from openpyxl: rows with a value, without the blanks at their ends."""
    sheet: Any = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    told = []
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [plain(value) for value in row]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            told.append((number, cells))
    return told


def with_sheet(folder: Path, rows: str, *, prefix: str = "", after: str = "") -> Path:
    """A workbook of which the sheet's XML is this."""
    good, path = xlsx_file(folder, [["x"]], name="good.xlsx"), folder / "v.xlsx"
    name = f":{prefix}" if prefix else ""
    tag = f"{prefix}:" if prefix else ""
    sheet = f'<{tag}worksheet xmlns{name}="{SPACE}"><{tag}sheetData>{rows}</{tag}sheetData>{after}</{tag}worksheet>'
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.namelist():
            target.writestr(member, sheet if member == SHEET else source.read(member))
    return path


def test_every_kind_of_cell_reads_as_openpyxl_reads_it(tmp_path: Path) -> None:
    rows: Iterable[list[Any]] = [
        ["text", "", " spaces ", "two\nlines", "名称", "_x0041_", "a & <b>"],
        [1, 1.5, -0.1, 1e300, 5e-324, 0, True, False],
        [],
        [None, None, "late", None],
        [
            datetime.date(2026, 10, 31),
            datetime.datetime(2026, 10, 31, 12, 30),  # noqa: DTZ001
            datetime.time(8, 15),
            datetime.timedelta(hours=30),
        ],
        ["=1+1", "#N/A"],
    ]
    path = xlsx_file(tmp_path, list(rows))
    assert rows_of(path) == by_openpyxl(path)


@pytest.mark.parametrize("epoch", [openpyxl.utils.datetime.WINDOWS_EPOCH, openpyxl.utils.datetime.MAC_EPOCH])
def test_dates_count_from_the_day_the_workbook_counts_from(tmp_path: Path, epoch: Any) -> None:
    book = openpyxl.Workbook()
    book.epoch = epoch
    book.active.append([datetime.date(2025, 2, 1), "x"])  # type: ignore[union-attr]
    book.save(tmp_path / "v.xlsx")
    assert rows_of(tmp_path / "v.xlsx") == [(1, ["2025-02-01", "x"])]


def test_cells_and_rows_that_do_not_say_where_they_are_stand_one_after_the_other(tmp_path: Path) -> None:
    path = with_sheet(
        tmp_path, '<row><c><v>1</v></c><c r="C1"><v>3</v></c><c><v>4</v></c></row><row><c><v>5</v></c></row>'
    )
    assert rows_of(path) == by_openpyxl(path) == [(1, [1, None, 3, 4]), (2, [5])]


def test_rich_and_read_aloud_texts_are_their_words(tmp_path: Path) -> None:
    path = with_sheet(
        tmp_path,
        '<row r="2"><c r="A2" t="inlineStr"><is><r><t>东</t></r><r><t>京</t></r>'
        '<rPh sb="0" eb="1"><t>dong</t></rPh></is></c><c r="B2" t="str"><f>A1</f><v>shown</v></c>'
        '<c r="C2"><f>1+1</f></c><c r="D2" t="e"><v>#N/A</v></c></row>',
    )
    assert rows_of(path) == [(2, ["东京", "shown", None, "#N/A"])]


def test_another_prefix_of_the_namespace_is_the_same_sheet(tmp_path: Path) -> None:
    path = with_sheet(tmp_path, '<x:row r="1"><x:c r="B1"><x:v>1.5</x:v></x:c></x:row>', prefix="x")
    assert rows_of(path) == [(1, [None, 1.5])]


def test_a_serial_beyond_the_calendar_is_an_error_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet["A1"], sheet["B1"] = 99_999_999, "x"
    sheet["A1"].number_format = "yyyy-mm-dd"
    book.save(tmp_path / "v.xlsx")
    assert rows_of(tmp_path / "v.xlsx") == [(1, ["#VALUE!", "x"])]


def test_no_more_rows_are_told_than_asked_for(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, [[number] for number in range(1, 5001)])
    assert rows_of(path, most=3) == [(1, [1]), (2, [2]), (3, [3])]
    assert len(rows_of(path)) == 5000


def test_a_sheet_cut_off_in_the_middle_is_damaged(tmp_path: Path) -> None:
    good = with_sheet(tmp_path, '<row r="1"><c r="A1"><v>1</v></c></row>' * 9)
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(tmp_path / "cut.xlsx", "w") as target:
        for member in source.namelist():
            content = source.read(member)
            target.writestr(member, content[: len(content) // 2] if member == SHEET else content)
    with pytest.raises(InvalidInputError, match="damaged"):
        rows_of(tmp_path / "cut.xlsx")


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1" spans="1:3"><c r="A1" s="0"/><c r="B1" t="n"><v>2</v></c></row><row r="3"/><row r="4"/>'
        '<row r="5"><c r="C5"><f>A1+1</f><v>1.5</v></c><c r="D5" t="b"><v>1</v></c></row><row r="7"></row>',
        '\n  <row r="1">\n <c r="A1"><v>1</v></c>\n </row>\n <row r="2"><c r="B2"><v>-1e-3</v></c></row>\n',
        '<row r="1"><c r="A1" t="str"><v>a &amp; &lt;b&gt; &quot;</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>&#228;&#10;</v></c></row>',
        '<row r="1"><c t="str" r="A1"><v>another order</v></c><c r="B1"><v><![CDATA[7]]></v></c></row>',
        '<row r="1"><!-- <c r="A1"><v>9</v></c> --><c r="A1"><v>1</v></c></row>',
        '<row r="3"><c r="A3"><v>3</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>',
    ],
)
def test_the_quick_reader_reads_what_the_parser_reads_or_leaves_it_to_it(tmp_path: Path, rows: str) -> None:
    path = with_sheet(tmp_path, rows, after="<pageMargins left='1' right='1' top='1' bottom='1'/>")
    book: Any = openpyxl.load_workbook(path, read_only=True, data_only=True)
    with book.worksheets[0]._get_source() as source:
        parsed = [
            row
            for rows in workbook_child.parsed(SheetReader(book, book.worksheets[0]), source)
            for row in rows
        ]
    assert rows_of(path) == [(number, cells) for number, cells in parsed]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.lists(
            st.one_of(
                st.none(),
                st.floats(-1e300, 1e300),
                st.integers(-(2**53), 2**53),
                st.booleans(),
                st.dates(min_value=datetime.date(1901, 1, 1)),
                st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20),
            ),
            max_size=6,
        ),
        max_size=8,
    )
)
def test_any_table_reads_as_openpyxl_reads_it(tmp_path: Path, rows: list[list[Any]]) -> None:
    texts = [[cell if cell != "" else None for cell in row] for row in rows]
    try:
        path = xlsx_file(tmp_path, texts)
    except IllegalCharacterError:
        return
    assert rows_of(path) == by_openpyxl(path)
