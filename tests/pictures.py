"""The pictures of the README, from the running demo: `make run`, then `.venv/bin/python -m tests.pictures`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from app.demo.people import PASSWORD
from tests.journeys.windows import QUIET

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
DESK, PHONE = {"width": 1180, "height": 820}, {"width": 390, "height": 844}


def signed_in(browser: Browser, address: str, size: dict[str, int], name: str) -> Page:
    """A window in which somebody of the demo stands where they belong."""
    page = browser.new_page(viewport=size, locale="en-GB", timezone_id="Europe/London")  # type: ignore[arg-type]
    page.goto(f"{address}/sign-in")
    page.locator("input[name=identifier]").fill(f"{name}@kith.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")
    shown = page.locator("section .kith-code")  # staff of a demo read the code of their app on the page
    if shown.count():
        page.locator("input[name=code]").fill(shown.inner_text())
        page.get_by_role("button", name="Go on").click()
        page.wait_for_load_state("networkidle")
    return page


def take(browser: Browser, address: str) -> None:
    """The worklist, and on a phone a patient's numbers and who sees what."""
    console = signed_in(browser, address, DESK, "priya.shah")
    _keep(console, "worklist")
    phone = signed_in(browser, address, PHONE, "dilys.evans")
    phone.get_by_role("link", name="My numbers").first.click()
    phone.wait_for_load_state("networkidle")
    _keep(phone, "numbers")
    phone = signed_in(browser, address, PHONE, "mary.okafor")
    phone.get_by_role("link", name="My circle").first.click()
    phone.wait_for_load_state("networkidle")
    _keep(phone, "circle")


def _keep(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.screenshot(path=FOLDER / f"{name}.png")


def main(address: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        take(browser, address)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000")
