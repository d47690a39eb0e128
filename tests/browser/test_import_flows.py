"""Files through the import by clicks, as a person does it, and back again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.assessments.importing.files import csv_text, real_file

from .conftest import Visit

Open = Callable[..., Visit]
#: reading, checking and writing a published file by the one worker of the tests
PATIENCE = 120_000


def go_on(page: Page) -> None:
    """Press the one button that leads on."""
    page.click("main .button-primary")


def upload(visit: Visit, file: Any) -> Page:
    page = visit.open("/o/files/import/")
    page.set_input_files("[name=file]", file)
    go_on(page)
    page.wait_for_url("**/table/")
    return page


def check_and_import(page: Page, would: str) -> None:
    """From the preview to the outcome."""
    page.wait_for_url("**/preview/")
    go_on(page)
    expect(page.locator("h1")).to_contain_text(would, timeout=PATIENCE)
    go_on(page)
    expect(page.locator("h1")).not_to_contain_text(would, timeout=PATIENCE)
    expect(page.locator("main progress")).to_have_count(0, timeout=PATIENCE)


def counts(page: Page) -> dict[str, str]:
    """The figures of the outcome."""
    names, figures = page.locator(".stat dt").all_inner_texts(), page.locator(".stat dd").all_inner_texts()
    return dict(zip(names, (figure.split()[0] for figure in figures), strict=True))


def undo(page: Page) -> None:
    page.click("text=Undo")
    page.wait_for_url("**/undo/")
    page.click("main .button-danger")
    expect(page.locator("h1")).to_have_text("This import is undone", timeout=PATIENCE)


def rows_of(visit: Visit) -> Any:
    return visit.site.product.data("tests.browser.tables", "files")


@pytest.mark.xdist_group("files")
def test_the_transit_file_by_clicks_and_its_undo(visit: Open) -> None:
    window = visit("alice")
    before = rows_of(window)
    page = upload(window, real_file("nyct_performance_2008_2018.csv"))
    go_on(page)
    page.wait_for_url("**/columns/")
    assert page.input_value("[name=code]") == "INDICATOR_SEQ"
    page.fill("[name=prefix]", "NYCT-")
    page.check("[name=zero_is_blank]")
    page.fill("[name=project_code_1]", "NYCT")
    page.check("[name=create_projects]")
    page.check("[name=create_kpis]")
    page.fill("[name=baseline_first]", "12")
    page.fill("[name=about]", "Transit, monthly")
    go_on(page)
    page.wait_for_url("**/meanings/")
    assert page.input_value("label:has-text('“U”') + select") == "higher"
    page.select_option("label:has-text('“Service Indicators”') + select", "efficiency")
    page.select_option("label:has-text('“Safety Indicators”') + select", "capability")
    go_on(page)
    check_and_import(page, "9,207 values would be new")
    found = counts(page)
    assert [found[name] for name in ("Rows", "KPIs", "Projects", "New", "Rejected cells")] == [
        "9,213",
        "86",
        "1",
        "9,207",
        "0",
    ]
    expect(page.locator("main")).to_contain_text("2,270 of 8,381 values with a target meet it.")
    after = rows_of(window)
    assert len(after["kpis_kpi"]) - len(before["kpis_kpi"]) == 86
    undo(page)
    assert rows_of(window) == before
    assert window.complaints == []


@pytest.mark.xdist_group("files")
def test_the_project_file_by_clicks_and_its_undo(visit: Open) -> None:
    window = visit("alice")
    before = rows_of(window)
    page = upload(window, real_file("uk_major_projects_2022.csv"))
    assert page.is_checked("[name=kind][value=projects]")
    go_on(page)
    page.wait_for_url("**/columns/")
    page.check("[name=create_projects]")
    page.check("[name=create_departments]")
    page.select_option("[name=delivery_status_2]", "colour_rating#2")
    page.fill("[name=currency]", "GBP")
    page.fill("[name=rate]", "1.1821")
    page.fill("[name=rate_on]", "2022-03-31")
    for number, line in enumerate(["In-year cost 2021/22", "In-year cost 2021/22", "Whole-life cost"]):
        page.fill(f"[name=money-{number}-line]", line)
        page.select_option(f"[name=money-{number}-multiply]", "1000000")
        page.check(f"[name=money-{number}-required]")
    for number in (0, 1):
        page.fill(f"[name=money-{number}-month]", "2022-03")
    go_on(page)
    page.wait_for_url("**/meanings/")
    page.select_option("[name=project-delivery_status-blank]", "not_started")
    go_on(page)
    check_and_import(page, "589 values would be new")
    found = counts(page)
    assert [found[name] for name in ("Rows", "Projects", "New", "Rejected cells")] == [
        "235",
        "235",
        "589",
        "158",
    ]
    expect(page.locator("main table")).to_contain_text("Exempt under Section 43")
    assert len(rows_of(window)["projects_project"]) - len(before["projects_project"]) == 235
    undo(page)
    assert rows_of(window) == before
    assert window.complaints == []


@pytest.mark.xdist_group("files")
def test_a_chinese_workbook_of_headings_by_clicks_in_chinese(visit: Open) -> None:
    window = visit("li", locale="zh-CN")
    rows = [["指标编码", "指标名称", "月份", "实际值", "目标值", "升/降"],
            ["CK-1", "库存周转天数", "2025年3月", "1.2万", "１０", "降"],
            ["CK-2", "一次合格率", "2025年3月", "待定", "97", "升"]]  # fmt: skip
    content = csv_text(rows).encode("gb18030")
    page = upload(window, {"name": "指标.csv", "mimeType": "text/csv", "buffer": content})
    go_on(page)
    page.wait_for_url("**/columns/")
    assert page.input_value("[name=direction]") == ":升/降"
    page.fill("[name=project_code_1]", "CK")
    page.check("[name=create_projects]")
    page.check("[name=create_kpis]")
    go_on(page)
    if page.url.endswith("/meanings/"):
        go_on(page)
    page.wait_for_url("**/preview/")
    expect(page.locator("main table")).to_contain_text("待定")
    go_on(page)
    page.wait_for_selector("form[action$='/run/']", timeout=PATIENCE)
    go_on(page)
    expect(page.locator("main table")).to_contain_text("待定", timeout=PATIENCE)
    with page.expect_download() as download:
        page.click("a[href$='rejected-rows.csv']")
    kept = Path(download.value.path()).read_text("utf-8-sig")
    assert "CK-2,一次合格率,2025年3月,待定,97,升" in kept
    mended = {"name": "again.csv", "mimeType": "text/csv", "buffer": kept.replace("待定", "98.5%").encode()}
    page = upload(window, mended)
    go_on(page)
    page.wait_for_url("**/columns/")
    go_on(page)
    page.wait_for_url("**/preview/")
    go_on(page)
    page.wait_for_selector("form[action$='/run/']", timeout=PATIENCE)
    assert window.complaints == []


def test_without_a_script_a_file_is_imported(visit: Open) -> None:
    window = visit("alice", java_script_enabled=False)
    page = window.open("/o/acme/import/")
    content = b"KPI,Month,Value\nLEAD,2025-03,41\n"
    page.set_input_files("[name=file]", {"name": "lead.csv", "mimeType": "text/csv", "buffer": content})
    for _step in ("upload", "table", "columns", "preview"):
        go_on(page)
    expect(page.locator("h1")).to_contain_text("would be new", timeout=PATIENCE)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xd0\xcf\x11\xe0" + b"x" * 40, "Save it as XLSX"), (b"%PDF-1.4", "not a table")],
)
def test_what_is_no_table_is_refused_beside_the_file(visit: Open, content: bytes, message: str) -> None:
    window = visit("alice")
    page = window.open("/o/acme/import/")
    page.set_input_files("[name=file]", {"name": "x.xls", "mimeType": "x/y", "buffer": content})
    go_on(page)
    expect(page.locator(".errorlist")).to_contain_text(message)
