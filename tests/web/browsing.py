"""A browser without a window: pages with a cookie, forms with their token."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.identity import tokens
from app.identity.models import Person
from tests.people import PASSWORD

HTML = {"Accept": "text/html,application/xhtml+xml"}
_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')
_TAGS = re.compile(r"<(script|style|svg).*?</\1>|<[^>]+>", re.DOTALL)


@dataclass(slots=True)
class Browser:
    """One person's browser, with its own cookies."""

    client: FlaskClient
    token: str = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        answer = self.client.get(path, headers=HTML | headers)
        if found := _TOKEN.search(answer.get_data(as_text=True)):
            self.token = found[1]
        answer.close()
        return answer

    def post(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        """Send a form with the token of the page last read."""
        return self.client.post(path, data={"csrf_token": self.token} | (form or {}), headers=HTML | headers)

    def sign_in(self, person: Person, password: str = PASSWORD, **more: str) -> TestResponse:
        """Sign in by the form."""
        self.get("/sign-in")
        return self.post("/sign-in", {"identifier": person.email, "password": password} | more)

    def have_session(self, person: Person, *, half: bool = False) -> None:
        """As after signing in, without the cost of proving a password; `half`: the second factor is still due."""
        app, secret = self.client.application, tokens.new_secret()
        with app.app_context(), unit_of_work():
            lasts = timedelta(hours=12)
            session = identity.new_session(person, "browser", "a test's browser", lasts, second_factor=not half)
            session.secret_hash = tokens.hashed(secret)
        self.client.set_cookie(app.config["KITH"].cookie_name, secret)
        self.get("/sign-in")

    def hidden(self, path: str) -> dict[str, str]:
        """The hidden fields of the form on a page, and nothing typed."""
        page = self.get(path).get_data(as_text=True)
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def words(answer: TestResponse) -> str:
    """What somebody reads on a page."""
    return re.sub(r"\s+", " ", html.unescape(_TAGS.sub(" ", answer.get_data(as_text=True))))
