"""Lists as CSV and XLSX: what stands in the cells."""

import csv
import datetime
import io
import math
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from organizations.errors import InvalidInputError
from organizations.exporting import Column, ExportTable, Kind, harmless, original, workbooks
from organizations.exporting.csv_files import csv_pieces
from organizations.exporting.workbooks import LONGEST_TEXT, write_workbook

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "'=1", "''=1", '=HYPERLINK("x")']


def a_table(columns: Sequence[Column], rows: Sequence[Sequence[Any]], **more: Any) -> ExportTable:
    return ExportTable(name="list", title=more.pop("title", "List"), columns=columns, rows=rows, **more)


def read_csv(table: ExportTable) -> list[list[str]]:
    text = "".join(csv_pieces(table))
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def sheet_of(folder: Path, table: ExportTable, name: str = "list.xlsx") -> Any:
    write_workbook(folder / name, table, [("Organization", "Acme")])
    return openpyxl.load_workbook(folder / name).worksheets[0]


@given(TEXTS)
@example("'")
@example("'a")
def test_what_was_made_harmless_comes_back_as_it_was(text: str) -> None:
    assert original(harmless(text)) == text


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_csv_file_begins_a_formula(text: str) -> None:
    heading, row = read_csv(a_table([Column(text)], [[text]]))
    assert heading == row == [f"'{text}"]


@given(TEXTS)
def test_two_texts_never_have_the_same_harmless_form(text: str) -> None:
    assert original(text) == text or harmless(original(text)) == text


def test_a_csv_file_tells_spreadsheets_its_encoding_and_keeps_numbers_numbers() -> None:
    columns = [Column("N", Kind.NUMBER)] * 4 + [Column("D", Kind.DATE)]
    table = a_table(columns, [[-5.0, 0.1 + 0.2, Decimal("-12.50"), None, datetime.date(2026, 2, 1)]])
    assert "".join(csv_pieces(table)) == ("\ufeffN,N,N,N,D\r\n-5,0.30000000000000004,-12.50,,2026-02-01\r\n")


def test_a_workbook_has_bold_frozen_headings_and_says_what_it_is(tmp_path: Path) -> None:
    columns = [Column("Name", width=30), Column("Value", Kind.NUMBER)]
    sheet = sheet_of(tmp_path, a_table(columns, [["a", 1.5], ["b", 2]], title="KPIs/all"))
    assert sheet.title == "KPIs all"
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:B3"
    assert [cell.font.bold for cell in sheet[1]] == [True, True]
    assert sheet.column_dimensions["A"].width == pytest.approx(30, abs=1)
    about = sheet.parent["About"]
    assert list(about.iter_rows(values_only=True)) == [("Organization", "Acme"), ("Rows", "2")]


def test_a_workbook_holds_dates_moments_and_every_digit(tmp_path: Path) -> None:
    moment = datetime.datetime(2026, 3, 4, 5, 6, 7, tzinfo=datetime.UTC)
    columns = [Column("D", Kind.DATE), Column("M", Kind.MOMENT), Column("N", Kind.NUMBER)]
    rows: list[list[Any]] = [
        [datetime.date(2026, 10, 5), moment, number]
        for number in (0.1 + 0.2, 1e300, -5e-324, 12345678901234567890, Decimal("0.10"))
    ]
    sheet = sheet_of(tmp_path, a_table(columns, rows))
    cells = list(sheet.iter_rows(min_row=2, values_only=True))
    assert {row[:2] for row in cells} == {
        (datetime.datetime(2026, 10, 5), datetime.datetime(2026, 3, 4, 5, 6, 7))  # noqa: DTZ001
    }
    assert [row[2] for row in cells] == [0.1 + 0.2, 1e300, -5e-324, 12345678901234567890, 0.1]
    assert sheet["A2"].is_date
    assert sheet["B2"].is_date


def test_a_text_of_a_workbook_is_never_a_formula_nor_markup(tmp_path: Path) -> None:
    texts = [*FORMULAS, "<r><t>x</t></r>", "a & b < c", "_x000D_"]
    sheet = sheet_of(tmp_path, a_table([Column("T")], [[text] for text in texts]))
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert sheet["A13"].value == "<r><t>x</t></r>"


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(TEXTS, st.floats()), max_size=5))
def test_every_workbook_is_well_formed(tmp_path: Path, rows: list[tuple[str, float]]) -> None:
    sheet = sheet_of(tmp_path, a_table([Column("T"), Column("N", Kind.NUMBER)], rows))
    numbers = [cell.value for cell in sheet["B"][1:]]
    kept = [number for _text, number in rows]
    assert [one for one in numbers if isinstance(one, float | int)] == [
        number for number in kept if math.isfinite(number)
    ]


def test_a_text_longer_than_a_cell_is_cut_so_that_the_file_opens(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, a_table([Column("T")], [["😀" * 20_000], ["x" * LONGEST_TEXT]]))
    first, second = sheet["A2"].value, sheet["A3"].value
    assert len(first.encode("utf-16-le")) // 2 <= LONGEST_TEXT
    assert first.endswith("😀…")
    assert second == "x" * LONGEST_TEXT


def test_a_list_longer_than_a_sheet_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)
    write_workbook(tmp_path / "a.xlsx", a_table([Column("T")], [["a"]] * 3), [])
    with pytest.raises(InvalidInputError, match="A sheet holds 3 rows"):
        write_workbook(tmp_path / "b.xlsx", a_table([Column("T")], [["a"]] * 4), [])


def test_a_workbook_without_rows_is_its_headings(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, a_table([Column("T")], []))
    assert list(sheet.values) == [("T",)]
    with zipfile.ZipFile(tmp_path / "list.xlsx") as archive:
        assert archive.testzip() is None
