"""From the definition to a signed charter, by the clicks of three people."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.kpis.paper import read_pdf

from .conftest import Visit
from .test_every_page import _axe_faults
from .test_flows import PASSWORD, log_in

Open = Callable[..., Visit]
BASE = "/o/acme/projects/SIGN/"


def define_a_kpi(page: Page, owner: str) -> None:
    page.fill("[name=name]", "Complaint handling time")
    page.fill(
        "[name=definition]", "Hours from the complaint to the answer, read from the CRM, median of a month."
    )
    page.select_option("[name=tier]", "operational")
    page.select_option("[name=direction]", "lower")
    page.fill("[name=unit]", "hours")
    page.fill("[name=baseline_value]", "40")
    page.fill("[name=target_value]", "24")
    page.fill("[name=target_date]", "2027-06-30")
    page.select_option("[name=business_owner]", label=owner)
    page.click("text=Define the KPI")


def confirm_password(page: Page) -> None:
    expect(page.locator("[name=password]")).to_be_visible()
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")


def sign(window: Visit, side: str) -> None:
    page = window.open(f"{BASE}charter/")
    page.click(f"text=Sign for {side}")
    confirm_password(page)
    expect(page.locator("h1")).to_contain_text("charter of Sign-off, version")
    assert list(_axe_faults(page)) == []
    page.click("button:has-text('Sign version')")
    expect(page.locator("main")).to_contain_text("You have signed version")


def test_a_project_is_defined_handed_out_and_signed_by_both_and_a_change_needs_both_again(
    visit: Open,
) -> None:
    pmo = visit()
    log_in(pmo, "alice@acme.example")
    page = pmo.open(f"{BASE}charter/")
    expect(page.locator("main")).to_contain_text("There is no KPI yet")
    page = pmo.open(f"{BASE}kpis/new/")
    define_a_kpi(page, "Contributor Acme")
    page = pmo.open(f"{BASE}charter/")
    page.click("text=Hand out the charter")
    page.click("text=Hand out for signature")
    expect(page.locator("h1")).to_have_text("The charter of Sign-off waits for both owners")

    business = visit()
    log_in(business, "contributor@acme.example")
    sign(business, "the business")
    sign(pmo, "IT")
    expect(pmo.page.locator("h1")).to_have_text("The charter of Sign-off is signed by business and IT")

    paper = read_pdf(pmo.page.request.get(f"{pmo.site.url}{BASE}charter/pdf/").body())
    assert "Complaint handling time" in paper.text
    assert "Contributor Acme" in paper.text

    row = pmo.open("/o/acme/projects/").locator("tbody tr", has_text="Sign-off")
    expect(row).to_contain_text("charter signed v1")
    page = pmo.open("/o/acme/kpis/SIGN-01/edit/")
    page.fill("[name=weight]", "2")
    page.fill("[name=reason] >> nth=0", "Agreed in March")
    page.click("text=Save the definition")
    page = pmo.open(f"{BASE}charter/")
    expect(page.locator("h1")).to_contain_text("has changed since its charter was signed")
    expect(page.locator("main")).to_contain_text("weight in its tier")
    page.click("text=Hand out a new version")
    page.fill("[name=reason]", "Weighs more")
    page.click("text=Hand out for signature")
    expect(page.locator("h1")).to_have_text("The charter of Sign-off waits for both owners")
    assert pmo.complaints + business.complaints == []


def test_without_a_script_the_password_page_leads_back_to_the_signature(visit: Open) -> None:
    window = visit(java_script_enabled=False)
    log_in(window, "contributor@acme.example")
    page = window.open("/o/acme/projects/ERP/charter/business/return/")
    confirm_password(page)
    expect(page.locator("h1")).to_have_text("Send back for the business: charter of Roll-out Acme, version 1")
