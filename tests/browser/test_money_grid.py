"""The grid of a project's money in the browser: keys, a pasted block, taking back, one save."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from .conftest import Visit
from .entry_grid import paste

Open = Callable[..., Visit]
FORECAST = "/o/acme/projects/ERP/money/?series=forecast&year=2027&years=1"


def _open(window: Visit) -> Page:
    page = window.open(FORECAST)
    page.wait_for_selector("form#money[data-ready]")
    return page


def _cells(page: Page, row: int) -> list[str]:
    values: list[str] = (
        page.locator("tr[data-row]")
        .nth(row)
        .locator("td.entry > input")
        .evaluate_all("cells => cells.map((cell) => cell.value)")
    )
    return values


def test_a_pasted_block_is_marked_taken_back_by_one_step_and_saved_by_the_button(visit: Open) -> None:
    window = visit("alice")
    page = _open(window)
    page.locator("tr[data-row]").nth(0).locator("td.entry > input").nth(1).focus()
    paste(page, "11\t12\r\n21\t22\r\n")
    expect(page.locator("#money-state")).to_contain_text("4")
    assert _cells(page, 0)[:4] == ["", "11", "12", ""]
    page.keyboard.press("Control+z")
    assert _cells(page, 0)[:4] == ["", "", "", ""]
    page.keyboard.press("Control+Shift+z")
    page.click("form#money button[type=submit]")
    expect(page.locator(".messages")).to_contain_text("Amounts changed: 4")
    page.wait_for_selector("form#money[data-ready]")
    assert (_cells(page, 0)[1:3], _cells(page, 1)[1:3]) == (["11", "12"], ["21", "22"])
    assert window.complaints == []


def test_what_no_amount_is_stays_in_its_cell_and_is_named(visit: Open) -> None:
    window = visit("alice")
    page = _open(window)
    cell = page.locator("tr[data-row]").nth(0).locator("td.entry > input").nth(5)
    cell.fill("about ten")
    cell.press("Enter")
    page.click("form#money button[type=submit]")
    expect(page.locator(".error-summary")).to_contain_text("“about ten” is not a number.")
    expect(page.locator("td.entry.bad > input")).to_have_value("about ten")
