"""Every page: readable for everybody, on a phone, without a complaint of the browser, and light."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response, ViewportSize, expect

from .conftest import Site, Visit
from .pages import Shown, all_pages
from .test_flows import CELL

Open = Callable[..., Visit]
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1440, height=900)
PEOPLE = {"en": "alice", "zh-CN": "li"}
#: gzipped, in bytes
CSS_BUDGET, SCRIPT_BUDGET, HTML_BUDGET = 25_000, 35_000, 40_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_is_accessible_and_fits_a_phone(
    visit: Open, site: Site, language: str, scheme: Any
) -> None:
    inside = visit(PEOPLE[language], locale=language, color_scheme=scheme)
    outside = visit(locale=language, color_scheme=scheme)
    faults: list[str] = []
    for shown in all_pages(site.made):
        window = inside if shown.logged_in else outside
        _bring_about(window, shown)
        faults += [f"{shown.name}: {fault}" for fault in _axe_faults(window.page)]
        window.page.set_viewport_size(PHONE)
        faults += [f"{shown.name}, 390 px: {fault}" for fault in _overflows(window.page)]
        window.page.set_viewport_size(DESK)
    faults += inside.complaints + outside.complaints
    assert not faults, "\n".join(faults)


def _bring_about(window: Visit, shown: Shown) -> None:
    page = window.open(shown.path)
    if shown.then == "wrong entry":
        page.fill(f"{CELL} >> nth=0", "about forty")
        page.press(f"{CELL} >> nth=0", "Enter")
        expect(page.locator(f"{CELL} >> nth=0")).to_have_attribute("aria-invalid", "true")
    if shown.then == "open menu":
        page.click(".page-header .menu > summary")
        expect(page.locator(".page-header .menu-panel")).to_be_visible()
    if shown.then == "nothing ticked":
        page.click("button[value=verify], button[value=confirm]")
        expect(page.locator(".error-summary")).to_be_visible()
    if shown.then == "pasted targets":
        page.fill("[name=text]", "2026-01\t44\n2026-02\t42\n2026-03\tsoon\n")
        page.click("#paste button[type=submit]")
        expect(page.locator(".notice-bad")).to_be_visible()
    if shown.then == "typed baseline":
        page.select_option("[name=how]", "typed")
        page.fill("[name=value]", "50")
        page.click("main form button[type=submit]")
        expect(page.locator("[name=reason]")).to_be_visible()
    if shown.then == "wrong formula":
        page.fill("[name=expression]", "[NOBODY] + 1")
        page.click("[name=save]")
        expect(page.locator(".error-summary")).to_be_visible()
    if shown.then == "verify ledger":
        page.click("form[action$='/verify/'] button")
        expect(page.locator(".notice-good")).to_be_visible()
    if shown.then == "vague KPIs":
        page.click("[name=define]")
        expect(page.locator(".error-summary")).to_be_visible()


def _axe_faults(page: Page) -> Iterator[str]:
    for violation in Axe().run(page).response["violations"]:
        places = [" ".join(map(str, node["target"])) for node in violation["nodes"][:3]]
        why = violation["nodes"][0]["failureSummary"].replace("\n", " ")[:300]
        yield f"{violation['id']} at {'; '.join(places)}: {why}"


def _overflows(page: Page) -> list[str]:
    """What makes the page wider than the phone; a region that scrolls by itself does not."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll("body *")]
          .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
          .slice(-3)
          .map((e) => `${e.tagName.toLowerCase()}.${e.className} ends at ${e.getBoundingClientRect().right}`)"""
    )
    return found


def test_styles_and_scripts_are_within_their_budget(visit: Open, site: Site) -> None:
    """Of all pages together, Plotly left out: it comes with Explore."""
    window = visit("alice")
    sizes: dict[str, int] = {}
    window.page.on("response", lambda response: _weigh(response, sizes))
    for shown in all_pages(site.made):
        window.open(shown.path)
    styles = sum(size for path, size in sizes.items() if path.endswith(".css"))
    scripts = sum(size for path, size in sizes.items() if path.endswith(".js"))
    assert 0 < styles <= CSS_BUDGET, sizes
    assert 0 < scripts <= SCRIPT_BUDGET, sizes


def _weigh(response: Response, sizes: dict[str, int]) -> None:
    path = response.url.partition("?")[0]
    if Path(path).suffix in {".css", ".js"}:
        sizes[path] = len(gzip.compress(response.body()))


def test_a_committee_page_of_fifty_projects_is_light(visit: Open) -> None:
    window = visit("alice")
    window.open("/o/wide/committee/")
    assert window.page.locator("tbody tr").count() >= 50
    assert len(gzip.compress(window.page.content().encode())) <= HTML_BUDGET


def test_nothing_comes_from_another_host(visit: Open, site: Site) -> None:
    window = visit("alice")
    foreign: list[str] = []
    window.page.on(
        "request",
        lambda request: (
            None if request.url.startswith((site.url, "data:", "blob:")) else foreign.append(request.url)
        ),
    )
    for path in ("/o/acme/committee/", "/o/acme/projects/ERP/", "/o/acme/kpis/LEAD/", "/o/acme/entries/"):
        window.open(path)
    assert foreign == []
