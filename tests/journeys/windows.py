"""A real browser on a real server: what people do in it, and what must hold on every page they see."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, Response
from werkzeug.serving import BaseWSGIServer, make_server

from app.identity.models import Person
from tests.people import PASSWORD, code_of

PHONE, DESK = {"width": 320, "height": 720}, {"width": 1280, "height": 900}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What a browser is told to leave alone: it speaks with nobody but the server of the test.
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
]
_LISTEN = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
        window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
    });
"""


@dataclass
class Site:
    """The app, served from a thread on a port of its own."""

    app: Flask
    server: BaseWSGIServer = field(init=False)
    thread: threading.Thread = field(init=False)
    host: str = "127.0.0.1"

    def start(self, port: int = 0) -> None:
        self.server = make_server("127.0.0.1", port, self.app, threaded=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.server.server_port}"

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@dataclass
class Window:
    """One person's browser window; it remembers everything that a policy or a script complained of."""

    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)
    meant: frozenset[str] = frozenset()  # complaints that belong to what is tried

    def go(self, path: str) -> Response:
        answer = self.page.goto(self.site.url + path)
        assert answer is not None
        return answer

    def sign_in(self, person: Person) -> None:
        self.go("/sign-in")
        self.fill_in_sign_in(person)

    def fill_in_sign_in(self, person: Person) -> None:
        self.page.get_by_label("E-mail address or mobile number").fill(person.email or "")
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.show_second_factor(person)

    def show_second_factor(self, person: Person) -> None:
        """Type the code of the app where it is asked for."""
        if urlsplit(self.page.url).path != "/sign-in/second-factor":
            return
        with self.site.app.app_context():
            code = code_of(person)
        self.page.get_by_label("Code", exact=True).fill(code)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Go on").click()

    def looks_right(self, heading: str) -> None:
        """This page has its heading, fits its width, breaks no rule of WCAG 2.2 AA and no policy."""
        assert self.page.get_by_role("heading", level=1).inner_text().replace("\n", " ").startswith(heading)
        self.fits()
        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": RULES}})
        assert found.violations_count == 0, f"{heading}: {found.generate_report()}"
        self.is_quiet()

    def fits(self) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"

    def is_quiet(self) -> None:
        assert self.page.evaluate("window.violations") == []
        assert [one for one in self.complaints if one not in self.meant] == []


def window(browser: Browser, site: Site, size: dict[str, int], **more: Any) -> Window:
    """A new window with cookies of its own."""
    context = browser.new_context(viewport=size, locale="en-GB", **more)  # type: ignore[arg-type]
    context.add_init_script(_LISTEN)
    context.set_default_timeout(15_000)
    one = Window(context.new_page(), site)
    one.page.on("console", lambda message: one.complaints.append(message.text) if message.type == "error" else None)
    one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
    return one
