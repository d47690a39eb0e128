"""A real browser in front of the running product."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from .product import Product, installed

SECONDS = 10


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker("browser")


def chromium() -> str | None:
    """The machine's own browser."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if (found := shutil.which(name))), None)


@dataclass(frozen=True, slots=True)
class Site:
    """The running product and what was made in it."""

    product: Product
    made: dict[str, Any]

    @property
    def url(self) -> str:
        return self.product.url


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Web server and worker; started once, by each process of a parallel run for itself."""
    _need_a_browser()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    number = 1 + int(worker.removeprefix("gw")) % 5 if worker else 6
    folder = tmp_path_factory.mktemp("product")
    with ExitStack() as stack:
        product = stack.enter_context(installed(folder, f"valuetrack_browser_{number}", number))
        made = product.data("tests.browser.data")
        stack.enter_context(product.worker())
        stack.enter_context(product.web())
        yield Site(product, made)


def _need_a_browser() -> None:
    if chromium():
        return
    if os.environ.get("CI") == "true" or os.environ.get("VALUETRACK_REQUIRE_BROWSER") == "1":
        pytest.fail("The browser tests need Chromium: install chromium or google-chrome.")
    pytest.skip("no Chromium on this machine: install chromium or google-chrome")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed with the package: Playwright's event loop would stand in the way of other tests' database."""
    _need_a_browser()
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield found
        found.close()


@dataclass
class Visit:
    """One person's window; everything the browser complains about is kept."""

    site: Site
    page: Page
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.site.url}{path}")
        return self.page

    def text(self) -> str:
        return self.page.inner_text("main")


@pytest.fixture
def visit(site: Site, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a window: `visit("alice", color_scheme="dark")`; without a name nobody is logged in."""
    contexts: list[BrowserContext] = []

    def open_window(person: str = "", **options: Any) -> Visit:
        context = browser.new_context(
            **{"locale": "en", "viewport": {"width": 1440, "height": 900}, **options}
        )
        contexts.append(context)
        context.set_default_timeout(SECONDS * 1000)
        if person:
            context.add_cookies(
                [{"name": "sessionid", "value": site.made["sessions"][person], "url": site.url}]
            )
        visit = Visit(site, context.new_page())
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on("console", lambda message: _keep(visit, message))
        return visit

    yield open_window
    for context in contexts:
        context.close()


def _keep(visit: Visit, message: Any) -> None:
    # The page itself may be a 404 or a refused form; that is what the test asked for.
    if message.type in {"error", "warning"} and "the server responded with a status of 4" not in message.text:
        visit.complaints.append(f"{visit.page.url}: {message.text}")
