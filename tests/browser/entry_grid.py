"""The entry grid under the hands of a test."""

from playwright.sync_api import Locator, Page, expect

from .conftest import Visit

#: of the columns shown: two past months, the one that is due, the running one
PAST, BEFORE, DUE, RUNNING = range(4)


def grid(window: Visit, project: str, more: str = "") -> Page:
    page = window.open(f"/o/sheet/entries/?scope=project:{project}{more}")
    page.wait_for_selector("form#entries[data-ready]")
    return page


def cell(page: Page, row: int, column: int = DUE, table: int = 0) -> Locator:
    rows = page.locator("table[data-entry-grid]").nth(table).locator("tr[data-row]")
    return rows.nth(row).locator("td.entry input").nth(column)


def values(page: Page) -> list[list[str]]:
    """The text of every input of the page, row by row."""
    found: list[list[str]] = page.evaluate(
        """() => [...document.querySelectorAll("tr[data-row]")]
        .map((row) => [...row.querySelectorAll("td.entry input")].map((input) => input.value))"""
    )
    return found


def saved(page: Page) -> None:
    """Nothing is on its way, nothing waits."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('td.entry input')].every((one) => one.value === one.defaultValue)"
    )
    expect(page.locator("#entries-state")).to_have_attribute("data-state", "saved")


def paste(page: Page, text: str) -> None:
    """What Excel puts on the clipboard, into the cell with the focus."""
    page.evaluate(
        """(text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", text);
          const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
          document.activeElement.dispatchEvent(event);
        }""",
        text,
    )


def paste_and_keep(page: Page, text: str) -> str:
    """Paste, read the dialog, keep what is right; gives back what the dialog said."""
    paste(page, text)
    dialog = page.locator("#entries-paste")
    expect(dialog).to_be_visible()
    said = dialog.inner_text()
    dialog.locator("button[value=keep]").click()
    expect(dialog).to_be_hidden()
    return said
