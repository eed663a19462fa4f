"""How the demo's people call Kith: through the public API, signed in as everybody is, under whatever clock is set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient

from app.core import clock
from app.demo import codes
from app.demo.people import PASSWORD

TOKEN_LASTS, SIGN_IN_LASTS = timedelta(minutes=9), timedelta(days=29)


class FreshClient(FlaskClient):
    """Each request in an app context of its own, as when served: the caller's own would lend it its session."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            return super().open(*args, **kwargs)


class Refused(RuntimeError):
    """Kith refused what the demo did, so the demo's story is wrong; the message says what."""


@dataclass(slots=True)
class SignedIn:
    """One person's app: signs in once a month and changes its token whenever it has run out."""

    client: FlaskClient
    email: str
    access_token: str = ""
    refresh_token: str = ""
    token_from: datetime | None = None
    signed_in_from: datetime | None = None

    def get(self, path: str) -> Any:
        """What is there."""
        return self._answer("GET", path, None, (200,))

    def post(self, path: str, body: Any = None, also: tuple[int, ...] = ()) -> Any:
        """Send something; raises Refused for an answer that is neither 2xx nor one of `also`."""
        return self._answer("POST", path, body, (200, 201, 204, *also))

    def _answer(self, method: str, path: str, body: Any, expected: tuple[int, ...]) -> Any:
        headers = {"Authorization": f"Bearer {self._token()}"}
        answer = self.client.open(path, method=method, json=body, headers=headers)
        if answer.status_code not in expected:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.get_data(as_text=True)[:300]}")
        return answer.get_json(silent=True)

    def _token(self) -> str:
        now = clock.now()
        if self.signed_in_from is None or now - self.signed_in_from > SIGN_IN_LASTS:
            self._sign_in()
            self.signed_in_from = now
        elif self.token_from is None or now - self.token_from > TOKEN_LASTS:
            self._keep("/api/refresh", {"refresh_token": self.refresh_token})
        return self.access_token

    def _sign_in(self) -> None:
        self._keep("/api/sign-in", {"identifier": self.email, "password": PASSWORD, "device": "demo"})
        if code := codes.current_code_of(self.email):
            self._keep("/api/second-factor", {"code": code}, {"Authorization": f"Bearer {self.access_token}"})

    def _keep(self, path: str, body: dict[str, str], headers: dict[str, str] | None = None) -> None:
        answer = self.client.post(path, json=body, headers=headers)
        if answer.status_code != 200:
            raise Refused(f"{self.email} at {path}: {answer.status_code}")
        pair = answer.get_json()
        self.access_token, self.refresh_token = pair["access_token"], pair["refresh_token"]
        self.token_from = clock.now()
