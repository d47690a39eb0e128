"""What people do, from the log-in to the committee page, in front of the running worker."""

import datetime
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from projects.periods import Frequency, last_complete, shift

from .conftest import Visit

PASSWORD = "correct-horse-battery"
Open = Callable[..., Visit]
#: an entered value is on the committee page within this time
FRESH_SECONDS = 3.0
#: of the last complete period, in the first of the tables
CELL = "tr[data-row] td.entry:nth-child(5) input"


def log_in(visit: Visit, email: str) -> None:
    page = visit.open("/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)


def committee_row(visit: Visit) -> str:
    visit.open("/o/acme/committee/")
    return visit.page.locator("tbody tr", has_text="Roll-out Acme").first.inner_text()


def seconds_until_committee_changes(visit: Visit, before: str) -> float:
    """The page is loaded again and again, as an impatient reader does."""
    started = time.monotonic()
    while committee_row(visit) == before:
        assert time.monotonic() - started < 4 * FRESH_SECONDS, f"the committee page still says {before}"
    return time.monotonic() - started


def type_value(page: Page, text: str) -> None:
    """Typed, kept as a draft, explained where it is a jump, submitted."""
    page.fill(f"{CELL} >> nth=0", text)
    page.press(f"{CELL} >> nth=0", "Enter")
    expect(page.locator("#entries-state")).to_have_attribute("data-state", "saved")
    word = page.locator(".entry-message input >> nth=0")
    if word.count():
        word.fill("Checked with the plant")
    page.click(".row-submit >> nth=0")


def test_log_in_import_enter_and_see_the_committee_page_change(visit: Open) -> None:
    window = visit()
    log_in(window, "alice@acme.example")
    before = committee_row(window)
    page = window.open("/o/acme/import/")
    page.set_input_files("[name=file]", {"name": "lead.csv", "mimeType": "text/csv", "buffer": _csv()})
    for _step in ("upload", "table", "columns", "preview"):
        page.click("main .button-primary")
    expect(page.locator("h1")).to_contain_text("2 values would be new or changed")
    page.click("main .button-primary")
    expect(page.locator("h1")).to_contain_text("2 values are new or changed")
    assert seconds_until_committee_changes(window, before) < FRESH_SECONDS
    after_import = committee_row(window)
    page = window.open("/o/acme/entries/?scope=all")
    type_value(page, "31.5")
    expect(page.locator("#entries-announcement")).to_contain_text("1 value submitted.")
    assert seconds_until_committee_changes(window, after_import) < FRESH_SECONDS
    assert window.complaints == []


def _csv() -> bytes:
    """Two months, new enough to count: the newest complete one is left for typing."""
    newest = last_complete(datetime.datetime.now(datetime.UTC).date(), Frequency.MONTH)
    older, former = (shift(newest, Frequency.MONTH, -count) for count in (2, 1))
    return f"KPI,Month,Value\nLEAD,{older:%Y-%m},41\nLEAD,{former:%Y-%m},40.5\n".encode()


def test_the_same_in_chinese(visit: Open) -> None:
    window = visit(locale="zh-CN")
    log_in(window, "li@acme.example")
    before = committee_row(window)
    assert window.page.get_attribute("html", "lang") == "zh-hans"
    page = window.open("/o/acme/entries/?scope=all")
    type_value(page, "1.2万")
    expect(page.locator("tr[data-row] >> nth=0")).to_have_attribute("data-submits", "0")
    assert seconds_until_committee_changes(window, before) < FRESH_SECONDS
    assert "The " not in window.text()
    assert window.complaints == []


def background(page: Page) -> Any:
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


def test_dark_follows_the_system_and_the_profile(visit: Open) -> None:
    light, dark = (visit("dora", color_scheme=scheme) for scheme in ("light", "dark"))
    for window in (light, dark):
        window.open("/profile/")
    assert background(light.page) != background(dark.page)
    dark_background = background(dark.page)
    for theme, expected in (("dark", dark_background), ("auto", background(light.page))):
        page = light.open("/profile/")
        page.check(f"[name=theme][value={theme}]", force=True)
        page.click("form[data-appearance] [type=submit]")
        page.wait_for_load_state()
        assert background(light.open("/o/acme/committee/")) == expected
    assert light.complaints == []


def test_without_a_script_a_value_is_entered_and_read(visit: Open) -> None:
    window = visit(java_script_enabled=False)
    log_in(window, "contributor@acme.example")
    page = window.open("/o/acme/entries/")
    page.fill(f"{CELL} >> nth=0", "33.25")
    page.click("tbody button[value^='save:'] >> nth=-1")
    expect(page.locator("main")).to_contain_text("1 draft saved.")
    assert page.input_value(f"{CELL} >> nth=0") == "33.25"
    page.fill(".entry-message input >> nth=0", "Checked with the plant")
    page.click(".row-submit >> nth=0")
    expect(page.locator("main")).to_contain_text("1 value submitted.")
    assert "Roll-out Acme" in committee_row(window)


def test_a_strangers_address_shows_nothing(visit: Open) -> None:
    window = visit("dora")
    for path in ("committee/", "projects/ERP/", "kpis/LEAD/", "entries/", "members/"):
        answer = window.page.goto(f"{window.site.url}/o/globex/{path}")
        assert answer is not None
        assert answer.status == 404
        assert window.page.inner_text("h1") == "There is nothing here."
        assert "Globex" not in window.page.content()


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until the element has the focus, which must be visible on the way."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"{selector} does not show that it has the focus"
            return
    raise AssertionError(f"{selector} is not reached by the keyboard")


def test_log_in_and_entry_by_keyboard_alone(visit: Open) -> None:
    window = visit()
    page = window.open("/accounts/login/")
    tab_to(page, "[name=login]")
    page.keyboard.type("contributor@acme.example")
    tab_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/o/acme/entries/")
    tab_to(page, CELL)
    page.keyboard.press("Control+A")
    page.keyboard.type("32.75")
    page.keyboard.press("Enter")
    expect(page.locator("#entries-announcement")).to_contain_text("1 draft saved.")
    assert page.input_value(f"{CELL} >> nth=0") == "32.75"
    word = page.locator(".entry-message input >> nth=0")
    if word.count():
        word.focus()
        page.keyboard.type("Checked with the plant")
        page.keyboard.press("Enter")
    page.focus(f"{CELL} >> nth=0")
    tab_to(page, ".row-submit")
    page.keyboard.press("Enter")
    expect(page.locator("#entries-announcement")).to_contain_text("1 value submitted.")


@pytest.mark.parametrize("path", ["/o/acme/kpis/LEAD/", "/o/acme/projects/ERP/", "/o/acme/committee/"])
def test_explore_draws_with_plotly_under_the_strict_policy(visit: Open, path: str) -> None:
    window = visit("alice")
    requested: list[str] = []
    window.page.on("request", lambda request: requested.append(request.url))
    page = window.open(path)
    assert not any("plotly" in url for url in requested)
    page.click("[data-explore] >> nth=0")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    assert any("plotly" in url for url in requested)
    assert window.complaints == []
