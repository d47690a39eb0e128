"""Pictures of the main pages for people to look at: `python -m tests.browser.screenshots OUTDIR BASE_URL`.

Needs a running demo; its log-ins are read from its log-in page.
"""

import argparse
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from .conftest import chromium

WIDTHS = {1440: 900, 390: 844}
SCHEMES = ("light", "dark")
#: by language, a word of the log-in and what is looked at
PEOPLE = {"en": "admin@northfield", "zh": "admin@huarui"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("address")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for (language, person), scheme in product(PEOPLE.items(), SCHEMES):
            take_pictures(browser, arguments.address.rstrip("/"), arguments.folder, language, person, scheme)
        browser.close()


def take_pictures(
    browser: Browser, address: str, folder: Path, language: str, person: str, scheme: str
) -> None:
    """All pages as one person sees them, wide and narrow."""
    locale = {"en": "en-GB", "zh": "zh-CN"}[language]
    context = browser.new_context(locale=locale, color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(f"{address}/accounts/login/")
    _save(page, folder / f"login-{language}-{scheme}")
    page.click(f"[data-fill-login^='{person}']")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/o/**")
    for name, path in _addresses(page).items():
        page.goto(path)
        _save(page, folder / f"{name}-{language}-{scheme}")
    context.close()


def _addresses(page: Page) -> dict[str, str]:
    """The five main pages; the project is the committee's first, the KPI its first."""
    home = page.url.partition("/committee/")[0]
    page.goto(f"{home}/committee/")
    project = page.get_attribute("tbody th a >> nth=0", "href") or ""
    page.goto(page.url.partition("/o/")[0] + project)
    kpi = page.get_attribute("tbody a[href*='/kpis/'] >> nth=0", "href") or ""
    base = page.url.partition("/o/")[0]
    return {
        "committee": f"{home}/committee/",
        "project": base + project,
        "kpi": base + kpi,
        "entries": f"{home}/entries/?scope=all",
        "import": f"{home}/import/",
    }


def _save(page: Page, path: Path) -> None:
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=f"{path}-{width}.png", full_page=True)


if __name__ == "__main__":
    main()
