"""The page of one value in a browser: say something, attach what proves it, download it, take it away."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, expect

from .conftest import Visit

Open = Callable[..., Visit]
VALUE = "/o/acme/entries/LEAD/2025-11-01/"
REPORT: FilePayload = {"name": "报告.csv", "mimeType": "text/html", "buffer": "订单,小时\nA-1,33\n".encode()}
DRAWING: FilePayload = {
    "name": "drawing.svg",
    "mimeType": "image/png",
    "buffer": b"<svg><script>1</script></svg>",
}


def test_a_name_is_completed_while_writing_and_its_bearer_told(visit: Open) -> None:
    window = visit("dora")
    page = window.open(VALUE)
    page.click("[name=text]")
    page.keyboard.type("Is this right, @pm")
    option = page.get_by_role("option", name="Pmo Acme")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("[name=text]")).to_have_value("Is this right, @Pmo Acme ")
    expect(page.get_by_role("listbox")).to_have_count(0)
    page.keyboard.type("?")
    page.click("form[data-mentions] [type=submit]")
    comment = page.locator("#comments li").last
    expect(comment).to_contain_text("Is this right, @Pmo Acme ?")
    expect(comment).to_contain_text("Told by mail: Pmo Acme")
    outbox = visit("alice").open("/o/acme/outbox/")
    expect(outbox.locator("main")).to_contain_text(
        "Contributor Acme names you in a comment on Lead time Acme"
    )
    assert window.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_a_file_is_attached_downloaded_and_removed(visit: Open, script: bool) -> None:
    window = visit("dora", java_script_enabled=script, accept_downloads=True)
    page = window.open(VALUE)
    page.set_input_files("[name=attachments]", DRAWING)
    page.click("#evidence form:has([name=attachments]) [type=submit]")
    expect(page.locator("#evidence")).to_contain_text("“drawing.svg” is a web page or drawing")
    page.set_input_files("[name=attachments]", REPORT)
    page.fill("[name=note]", "From the log")
    page.click("#evidence form:has([name=attachments]) [type=submit]")
    expect(page.locator("#evidence")).to_contain_text("From the log")
    with page.expect_download() as started:
        page.click("#evidence .evidence a")
    download = started.value
    assert download.suggested_filename == REPORT["name"]
    assert download.path().read_bytes() == REPORT["buffer"]
    page.click("#evidence .evidence [type=submit]")
    expect(page.locator("#messages")).to_contain_text("is removed. That it was here stays on record.")
    page.click("#evidence summary")
    expect(page.locator("#evidence details")).to_contain_text("removed by Contributor Acme")
    assert window.complaints == []
