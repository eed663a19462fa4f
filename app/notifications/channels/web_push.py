"""Web push (RFC 8030, 8291, 8292): the same few words to every browser that a person has asked to be told on.

What is pushed names nobody and says the same of everything; what it is about stands behind the sign-in at its path. A
push that was perhaps handed over is sent again: its topic replaces it at the push service, and its tag on the device,
so nobody is told twice.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import http_ece
import orjson
import urllib3
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from app.core import clock, vapid
from app.notifications.channels import Attempt, Handover, ProviderMessage
from app.notifications.outcomes import Outcome

SAID: Final = "It is time for something on your list. Not for emergencies: 999 or 111."
TIMEOUT: Final = timedelta(seconds=8)
TOKEN_LASTS: Final = timedelta(hours=12)  # RFC 8292: 24 at most
GONE: Final = (404, 410)
LONGEST_WAIT: Final = timedelta(hours=1)
NO_ANSWER: Final = 4096  # bytes of an answer that are read: none of it is needed
# Of several browsers the best ending is that of the delivery; what can be tried again goes before what cannot.
_BEST_FIRST: Final = (
    Outcome.ACCEPTED, Outcome.NOT_PROCESSED, Outcome.CONTENT_OR_SENDER, Outcome.REFUSED_RECIPIENT
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Browser:
    """A push subscription: where its push service takes pushes, and the keys that only the browser opens them with."""

    id: UUID
    endpoint: str = field(repr=False)
    p256dh: bytes = field(repr=False)
    auth: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Browsers:
    """Where the channel finds a person's browsers, and tells what it learnt of one; each opens its own transaction."""

    of: Callable[[UUID], Sequence[Browser]]
    note: Callable[[UUID, bool], None]  # is it gone?


class WebPushChannel:
    """Pushes to the services that the settings name; safe to share between threads. `to` is a person's id."""

    def __init__(self, push: vapid.Push, public_url: str, brand: str, browsers: Browsers) -> None:
        """`public_url` is also where a push service reaches whoever runs this."""
        self._push, self._subject, self._brand, self._browsers = push, public_url, brand, browsers
        self._link = re.compile(re.escape(public_url) + r"(/[\w./~-]*)", re.ASCII)
        self._public_key = push.public_key
        self._signing_key = ECKey.import_key(vapid.signing_key(push.private_key))
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(total=TIMEOUT.total_seconds()), retries=False)

    def send(self, handover: Handover) -> Attempt:
        """Push once to each browser; accepted if any push service took it."""
        attempts = [self._to(browser, handover) for browser in self._browsers.of(UUID(handover.to))]
        none = Attempt(Outcome.REFUSED_RECIPIENT)
        return min(attempts, key=lambda attempt: _BEST_FIRST.index(attempt.outcome), default=none)

    def look_up(self, to: str, since: datetime, body: str | None = None) -> list[ProviderMessage]:
        """Nothing: a push service lists nothing, and one sent again takes the place of the first."""
        return []

    def fetch(self, provider_id: str) -> ProviderMessage | None:
        """Nothing: what became of a push no service tells."""
        return None

    def messages_since(self, when: datetime) -> list[ProviderMessage]:
        """Nobody writes to us by push."""
        return []

    def comes_from_provider(self, path_and_query: str, form: Sequence[tuple[str, str]], header: str | None) -> bool:
        """A push service calls nobody."""
        return False

    def _to(self, browser: Browser, handover: Handover) -> Attempt:
        if not self._push.knows(browser.endpoint):  # it was allowed when it was kept
            return Attempt(Outcome.CONTENT_OR_SENDER)
        try:
            answer = self._http.request(
                "POST",
                browser.endpoint,
                body=_sealed_for(browser, self._payload(handover)),
                headers=self._headers(browser.endpoint, handover),
                redirect=False,
                preload_content=False,
            )
            answer.read(NO_ANSWER)
            answer.release_conn()
        except (urllib3.exceptions.HTTPError, UnicodeError):
            return Attempt(Outcome.NOT_PROCESSED)
        if answer.status in GONE or 200 <= answer.status < 300:
            self._browsers.note(browser.id, answer.status in GONE)
        return _attempt(answer.status, answer.headers.get("Retry-After"))

    def _payload(self, handover: Handover) -> bytes:
        """What the service worker shows, and where it leads."""
        link = self._link.search(handover.body)
        path = link[1].rstrip(".") if link else "/"
        return orjson.dumps({"title": self._brand, "body": SAID, "path": path, "tag": handover.delivery_id.hex})

    def _headers(self, endpoint: str, handover: Handover) -> dict[str, str]:
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((clock.now() + TOKEN_LASTS).timestamp()),
            "sub": self._subject,
        }
        token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, self._signing_key, algorithms=["ES256"])
        return {
            "Authorization": f"vapid t={token}, k={self._public_key}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(max(0, int(handover.validity.total_seconds()))),
            "Urgency": "high",
            "Topic": handover.delivery_id.hex,
        }


def _sealed_for(browser: Browser, content: bytes) -> bytes:
    """For this browser's eyes alone (RFC 8291): its push service cannot read it."""
    return bytes(
        http_ece.encrypt(
            content,
            salt=secrets.token_bytes(16),
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=browser.p256dh,
            auth_secret=browser.auth,
            version="aes128gcm",
        )
    )


def _attempt(status: int, retry_after: str | None) -> Attempt:
    if 200 <= status < 300:
        return Attempt(Outcome.ACCEPTED)
    if status in GONE:
        return Attempt(Outcome.REFUSED_RECIPIENT, code=status)
    if status == 429 or status >= 500:
        return Attempt(Outcome.NOT_PROCESSED, code=status, retry_after=_wait(retry_after))
    # A key that is not the one of the subscription, a body too long, a redirect: no use in trying it again.
    return Attempt(Outcome.CONTENT_OR_SENDER, code=status)


def _wait(retry_after: str | None) -> timedelta | None:
    text = (retry_after or "").strip()
    return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT) if text.isdecimal() else None
