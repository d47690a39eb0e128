"""From the library to a signed charter, as a PMO lead and two owners do it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from .conftest import Visit
from .test_flows import PASSWORD

Open = Callable[..., Visit]
COMPLAINTS, WIN_RATE = "complaint-handling-time", "win-rate"


def new_project(window: Visit, code: str) -> Page:
    page = window.open("/o/acme/projects/new/")
    page.fill("[name=code]", code)
    page.fill("[name=name]", f"Service desk {code}")
    page.select_option("[name=system_kind]", "CRM")
    page.select_option("[name=business_owner]", label="Alice")
    page.select_option("[name=it_owner]", label="Contributor Acme")
    page.fill("[name=go_live_planned]", "2026-03-01")
    page.click("main form [type=submit]")
    page.wait_for_url(f"**/projects/{code}/")
    return page


def keep_only(page: Page, *codes: str) -> None:
    """Tick off what is suggested, tick what is wanted."""
    suggested = page.locator("[name=pick]:checked").evaluate_all("boxes => boxes.map(box => box.value)")
    for code in suggested:
        page.uncheck(f"[name=pick][value={code}]")
    for code in codes:
        page.check(f"[name=pick][value={code}]")


def type_numbers(page: Page, code: str, baseline: str, target: str) -> None:
    page.fill(f"[name=kpi-{code}-baseline_value]", baseline)
    page.fill(f"[name=kpi-{code}-target_value]", target)


def test_a_project_is_set_up_from_the_library_to_a_signed_charter(visit: Open) -> None:
    window = visit("alice")
    page = new_project(window, "DESK")
    page.click("text=Set them up from the library")
    expect(page.locator("h1")).to_have_text("12 KPIs are suggested for Service desk DESK")
    keep_only(page, COMPLAINTS, WIN_RATE)
    expect(page.locator("[data-pick]")).to_have_count(2)
    page.fill("[name=all-target_date]", "2026-09-30")
    page.select_option("[name=all-data_owner]", label="Alice")
    type_numbers(page, COMPLAINTS, "10", "6")
    type_numbers(page, WIN_RATE, "20", "")
    # What was typed is there again when a KPI is picked again.
    page.uncheck(f"[name=pick][value={COMPLAINTS}]")
    expect(page.locator("[data-pick]")).to_have_count(1)
    page.check(f"[name=pick][value={COMPLAINTS}]")
    assert page.input_value(f"[name=kpi-{COMPLAINTS}-baseline_value]") == "10"
    page.click("text=Define the picked KPIs")
    expect(page.locator(".error-summary")).to_contain_text("1 KPI leaves something open")
    expect(page.locator(f"[data-pick={WIN_RATE}] .vagueness")).to_contain_text("It has no target.")
    page.fill(f"[name=kpi-{WIN_RATE}-target_value]", "26")
    page.click("text=Define the picked KPIs")
    expect(page.locator("#messages")).to_contain_text("2 KPIs are defined")
    expect(page.locator("main")).to_contain_text("Complaint handling time")
    sign_by_both(visit, window)
    assert window.complaints == []


def sign_by_both(visit: Open, window: Visit) -> None:
    page = window.open("/o/acme/projects/DESK/charter/hand-out/")
    page.click("text=Hand out for signature")
    expect(page.locator("main")).to_contain_text("version 1")
    sign(window, "business")
    other = visit("dora")
    sign(other, "it")
    expect(other.page.locator("#messages")).to_contain_text("You have signed version 1.")
    shown = window.open("/o/acme/projects/DESK/charter/")
    expect(shown.locator("main .badge-good").first).to_contain_text("signed")


def sign(window: Visit, side: str) -> None:
    """The log-in is confirmed before the page is shown."""
    page = window.open(f"/o/acme/projects/DESK/charter/{side}/sign/")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**/charter/{side}/sign/")
    page.click("text=Sign version 1")
    page.wait_for_url("**/projects/DESK/charter/")


def test_without_a_script_the_fields_come_by_a_button(visit: Open) -> None:
    page = new_project(visit("alice"), "PLAIN")
    window = visit("alice", java_script_enabled=False)
    page = window.open("/o/acme/projects/PLAIN/kpis/setup/?pick=win-rate")
    type_numbers(page, WIN_RATE, "20", "26")
    page.check(f"[name=pick][value={COMPLAINTS}]")
    page.click("text=Show the fields of the picked ones")
    assert page.input_value(f"[name=kpi-{WIN_RATE}-baseline_value]") == "20"
    type_numbers(page, COMPLAINTS, "1０", "6")
    page.fill("[name=all-target_date]", "2026-09-30")
    page.select_option("[name=all-data_owner]", label="Alice")
    page.click("text=Define the picked KPIs")
    expect(page.locator("#messages")).to_contain_text("2 KPIs are defined")


def test_the_library_leads_to_the_project_in_chinese(visit: Open) -> None:
    window = visit("li", locale="zh-CN")
    page = window.open("/o/acme/library/?q=OEE")
    page.click("text=设备综合效率（OEE）")
    expect(page.locator("h1")).to_have_text("设备综合效率（OEE）")
    page.click("#use a >> nth=0")
    expect(page.locator("[data-pick] legend")).to_contain_text("设备综合效率")
    assert window.complaints == []
