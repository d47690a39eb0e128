"""Explore, download and copy in a real browser, under the policy the pages are served with."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.utils import translation
from playwright.sync_api import Page, Route, expect, sync_playwright

from charts.finders import STATIC_NAME, plotly_bundle
from tests.charts import samples

ADDRESS = "http://charts.test/"
TYPES = {".css": "text/css", ".js": "text/javascript"}
SCRIPT = Path(settings.BASE_DIR) / "static/js/explore.js"


def test_plotly_is_served_from_its_package() -> None:
    assert finders.find(STATIC_NAME) == str(plotly_bundle())
    assert finders.find("vendor/other.js") is None
    assert plotly_bundle().stat().st_size > 1_000_000


def test_the_style_ids_are_those_plotly_looks_for() -> None:
    bundle = plotly_bundle().read_text(encoding="utf-8")
    taken = re.findall(r'_STYLE_ID = "([^"]+)"', SCRIPT.read_text(encoding="utf-8"))
    assert len(taken) == 2
    prefix = "plotly.js-style-"
    assert f'"{prefix}"+' in bundle
    assert '.matches(".no-inline-styles")' in bundle
    assert taken[0] == f"{prefix}global"
    assert f'getElementById("{taken[1]}")' in bundle


def content_security_policy() -> str:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())


def page_source() -> str:
    source = (
        '{% load charts %}<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Charts</title>'
        '<link rel="stylesheet" href="/static/css/tokens.css">'
        '<link rel="stylesheet" href="/static/css/charts.css">'
        '<script type="module" src="/static/js/explore.js"></script></head>'
        "<body>{% for chart in charts %}{% figure chart %}{% endfor %}</body></html>"
    )
    charts = [samples.variance(), samples.cash(), samples.control(), samples.bridge()]
    with translation.override("en"):
        page = Template(source).render(Context({"charts": charts}))
    return re.sub(r"/static/(vendor/plotly|css/plotly)[.\w]*?\.(min\.js|css)", r"/static/\1.\2", page)


def answer(route: Route) -> None:
    path = urlparse(route.request.url).path
    if path == "/":
        policy = {"Content-Security-Policy": content_security_policy()}
        route.fulfill(body=page_source(), content_type="text/html; charset=utf-8", headers=policy)
        return
    found = finders.find(path.removeprefix("/static/"))
    if found:
        route.fulfill(path=found, content_type=TYPES[Path(found).suffix])
    else:
        route.fulfill(status=404, body="")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.route("**/*", answer)
        yield page
        browser.close()


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser's console says; a violated policy is told there."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.goto(ADDRESS)
    yield heard
    assert heard == []


def test_plotly_loads_only_on_explore_and_within_the_policy(page: Page, complaints: list[str]) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    assert page.evaluate("typeof window.Plotly") == "undefined"
    for figure in page.locator("figure.chart").all():
        figure.get_by_role("button", name="Explore").click()
        dialog = page.get_by_role("dialog")
        dialog.locator(".main-svg").first.wait_for()
        assert dialog.get_by_role("heading").inner_text() == figure.locator(".chart-message").inner_text()
        box = dialog.locator(".main-svg").first.bounding_box()
        assert box is not None
        assert box["width"] > 600
        tools = [tool.get_attribute("data-title") or "" for tool in dialog.locator(".modebar-btn").all()]
        assert tools
        assert not [tool for tool in tools if "loud" in tool or "hare" in tool], "figures stay in the house"
        page.keyboard.press("Escape")
        dialog.wait_for(state="detached")
    assert len([address for address in loaded if "plotly.min" in address]) == 1
    assert page.locator("head style").count() == 0
    assert complaints == []


def test_escape_gives_the_focus_back_to_the_button(page: Page, complaints: list[str]) -> None:
    page.get_by_role("button", name="Explore").first.click()
    page.get_by_role("dialog").locator(".main-svg").first.wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    expect(page.get_by_role("button", name="Explore").first).to_be_focused()


def test_the_table_downloads_as_numbers_a_spreadsheet_reads(page: Page, complaints: list[str]) -> None:
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").first.click()
    assert download.value.suggested_filename == "Cost is above plan.csv"
    text = Path(download.value.path()).read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = text.decode("utf-8-sig").split("\r\n")
    assert rows[0] == "Period,actual (AC),plan (PL),previous year (PY),forecast (FC),ΔPL,ΔPL%"
    assert rows[1] == "Jan,412000,400000,380000,,12000,3%"
    assert rows[2] == "Feb,390000,410000,385000,,-20000,-4.9%"


def test_the_picture_downloads_with_its_colours(page: Page, complaints: list[str]) -> None:
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").first.click()
    picture = Path(download.value.path()).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 10_000


def test_without_scripts_the_data_is_there_and_no_dead_button(page: Page) -> None:
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.route("**/*", answer)
    plain.goto(ADDRESS)
    assert not plain.get_by_role("button", name="Explore").first.is_visible()
    plain.get_by_text("Data as a table").first.click()
    assert plain.get_by_role("cell", name="412,000").first.is_visible()
    plain.context.close()
