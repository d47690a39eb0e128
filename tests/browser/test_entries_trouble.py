"""Nothing typed is lost, and nothing overwritten unseen: two people, log-outs, lost connections, closed windows."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from .conftest import Visit
from .entry_grid import DUE, RUNNING, cell, grid, saved, values

Open = Callable[..., Visit]
PASSWORD = "correct-horse-battery"


def test_two_people_in_one_cell_never_overwrite_each_other_unseen(visit: Open) -> None:
    alice, carol = visit("alice"), visit("carol")
    hers, mine = grid(carol, "TWO"), grid(alice, "TWO")
    cell(hers, 0).fill("41")
    hers.keyboard.press("Enter")
    saved(hers)
    cell(mine, 0).fill("38")
    mine.keyboard.press("Enter")
    message = mine.locator(".entry-message")
    expect(message).to_contain_text("Carol entered 41.0")
    expect(message).to_contain_text("you typed 38")
    # What follows in the same row is saved; the cell itself waits for a choice.
    cell(mine, 0, RUNNING).fill("37")
    mine.keyboard.press("Enter")
    expect(mine.locator("#entries-announcement")).to_contain_text("1 draft saved.")
    hers.reload()
    assert values(hers)[0][DUE:] == ["41", "37"]
    mine.click("text=Keep mine")
    saved(mine)
    hers.reload()
    assert values(hers)[0][DUE] == "38"


def test_after_a_conflict_the_other_value_can_be_taken(visit: Open) -> None:
    alice, carol = visit("alice"), visit("carol")
    hers, mine = grid(carol, "TWO"), grid(alice, "TWO")
    for page, text in ((hers, "41"), (mine, "38")):
        cell(page, 1).fill(text)
        page.keyboard.press("Enter")
    mine.click("text=Take theirs")
    saved(mine)
    expect(cell(mine, 1)).to_have_value("41")
    expect(mine.locator(".entry-message")).to_have_count(0)


def test_an_expired_session_loses_nothing(visit: Open) -> None:
    window = visit()
    log_in(window.page, window.site.url)
    page = grid(window, "SESSION")
    end_session(window)
    cell(page, 0).fill("38.9")
    page.keyboard.press("Enter")
    expect(page.locator("#entries-state")).to_have_attribute("data-state", "logIn")
    expect(cell(page, 0)).to_have_value("38.9")
    cell(page, 1).fill("39.9")
    # In another tab the person logs in again; back in this one it is saved by itself.
    other = page.context.new_page()
    log_in(other, window.site.url)
    other.close()
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    saved(page)
    page.reload()
    assert [row[DUE] for row in values(page)[:2]] == ["38.9", "39.9"]


def test_after_a_new_log_in_the_unsaved_is_offered_again(visit: Open) -> None:
    window = visit()
    log_in(window.page, window.site.url)
    page = grid(window, "SESSION")
    end_session(window)
    cell(page, 3).fill("44.5")
    page.keyboard.press("Enter")
    expect(page.locator("#entries-state")).to_have_attribute("data-state", "logIn")
    page.reload()
    assert "/accounts/login/" in page.url
    page.fill("[name=login]", "carol@sheet.example")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("form#entries[data-ready]")
    expect(page.locator("#entries-kept")).to_be_visible()
    expect(page.locator("#entries-kept")).to_contain_text("cells: 1")
    page.click("[data-put-back]")
    saved(page)
    page.reload()
    assert values(page)[3][DUE] == "44.5"
    expect(page.locator("#entries-kept")).to_be_hidden()


def log_in(page: Page, address: str) -> None:
    page.goto(f"{address}/accounts/login/")
    page.fill("[name=login]", "carol@sheet.example")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)


def end_session(window: Visit) -> None:
    """As an expiry does: the session is gone from the database and the cache."""
    key = next(one["value"] for one in window.page.context.cookies() if one["name"] == "sessionid")
    code = (
        "from django.contrib.sessions.backends.cached_db import SessionStore;"
        f"SessionStore({key!r}).delete({key!r})"
    )
    window.site.product.command("manage.py", "shell", "--no-imports", "-c", code)


def test_without_a_connection_nothing_is_lost_and_all_is_sent_when_it_is_back(visit: Open) -> None:
    window = visit("alice")
    page = grid(window, "OFFLINE")
    page.context.set_offline(True)
    for row, text in enumerate(("1.5", "2.5", "3.5")):
        cell(page, row).fill(text)
        page.keyboard.press("Enter")
    expect(page.locator("#entries-state")).to_contain_text("Not saved: no connection.")
    page.context.set_offline(False)
    saved(page)
    page.reload()
    assert [row[DUE] for row in values(page)[:3]] == ["1.5", "2.5", "3.5"]


def test_what_a_closed_window_had_not_saved_is_offered_and_may_be_discarded(visit: Open) -> None:
    window = visit("alice")
    page = grid(window, "CRASH")
    page.context.set_offline(True)
    cell(page, 0).fill("1.5")
    cell(page, 1).fill("2.5")
    expect(page.locator("#entries-state")).to_have_attribute("data-state", "offline")
    context = page.context
    page.close()
    context.set_offline(False)
    window.page = context.new_page()
    page = grid(window, "CRASH")
    assert values(page)[0][DUE] == ""
    expect(page.locator("#entries-kept")).to_contain_text("cells: 2")
    # Another view names the way back to them.
    page = grid(window, "TYPE")
    expect(page.locator("#entries-kept a")).to_have_count(1)
    page = grid(window, "CRASH")
    page.click("[data-discard]")
    page.reload()
    page.wait_for_selector("form#entries[data-ready]")
    expect(page.locator("#entries-kept")).to_be_hidden()
    assert values(page)[0][DUE] == ""


def test_what_was_based_on_an_older_value_is_put_back_as_a_conflict(visit: Open) -> None:
    alice, carol = visit("alice"), visit("carol")
    page = grid(alice, "CRASH")
    context = page.context
    context.set_offline(True)
    cell(page, 2).fill("38")
    expect(page.locator("#entries-state")).to_have_attribute("data-state", "typing")
    page.close()
    context.set_offline(False)
    alice.page = context.new_page()
    hers = grid(carol, "CRASH")
    cell(hers, 2).fill("41")
    hers.keyboard.press("Enter")
    saved(hers)
    page = grid(alice, "CRASH")
    page.click("[data-put-back]")
    expect(page.locator(".entry-message")).to_contain_text("Carol entered 41.0")
