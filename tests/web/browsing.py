"""A browser without a window: pages with a cookie, forms with their token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.people import PASSWORD

HTML = {"Accept": "text/html,application/xhtml+xml"}
_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')


@dataclass(slots=True)
class Browser:
    """One person's browser, with its own cookies."""

    client: FlaskClient
    token: str = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        answer = self.client.get(path, headers=HTML | headers)
        if found := _TOKEN.search(answer.get_data(as_text=True)):
            self.token = found[1]
        return answer

    def post(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        """Send a form with the token of the page last read."""
        return self.client.post(path, data={"csrf_token": self.token} | (form or {}), headers=HTML | headers)

    def sign_in(self, identifier: str | None, password: str = PASSWORD, back: str | None = None) -> TestResponse:
        self.get("/sign-in")
        answer = self.post("/sign-in", {"identifier": identifier, "password": password} | ({"next": back} if back else {}))
        self.get("/")
        return answer

    def fields(self, path: str) -> dict[str, str]:
        """The hidden fields of the form on a page."""
        html = self.get(path).get_data(as_text=True)
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
