"""A browsers' push service of our own, on loopback: it takes what RFC 8030 says, opens it as the browser would, and
answers as it is told to."""

from __future__ import annotations

import base64
import secrets
import threading
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import http_ece
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from app.core import vapid
from tests import stand_ins


@dataclass(frozen=True, slots=True)
class Pushed:
    """One push as it came, opened; `claims` are those of its signature."""

    headers: dict[str, str]
    raw: bytes
    content: dict[str, Any]
    claims: dict[str, Any]


@dataclass(slots=True)
class Browser:
    """A browser that has subscribed, with its own keys."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    pushed: list[Pushed] = field(default_factory=list)

    def subscription(self) -> dict[str, Any]:
        """What PushSubscription.toJSON() gives."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "keys": {"p256dh": vapid.text_of(point), "auth": vapid.text_of(self.auth)}}


class PushServiceStandIn:
    """`with PushServiceStandIn() as service:` serves; `service.script(410)` says how the next pushes are answered."""

    def __init__(self) -> None:
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="push service", daemon=True
        )
        self._script: deque[tuple[int, dict[str, str]]] = deque()
        self._browsers: dict[str, Browser] = {}

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def browser(self) -> Browser:
        """One more browser subscribes."""
        path = f"/push/{secrets.token_urlsafe(16)}"
        self._browsers[path] = Browser(self.origin + path)
        return self._browsers[path]

    def script(self, *answers: int | tuple[int, dict[str, str]]) -> None:
        """How the next pushes are answered, one each; 201 after that."""
        self._script.extend((one, {}) if isinstance(one, int) else one for one in answers)

    def __enter__(self) -> PushServiceStandIn:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        status, headers = self._script.popleft() if self._script else (201, {})
        browser = self._browsers.get(request.path)
        if browser is None or request.method != "POST":
            status = 404
        elif 200 <= status < 300:
            browser.pushed.append(self._opened(request, browser))
        return Response(status=status, headers=headers)(environ, start)

    def _opened(self, request: Request, browser: Browser) -> Pushed:
        raw = request.get_data()
        content = http_ece.decrypt(raw, private_key=browser.key, auth_secret=browser.auth, version="aes128gcm")
        stand_ins.tell(content.decode())
        return Pushed(dict(request.headers), raw, orjson.loads(content), _claims(request.headers["Authorization"]))


def _claims(header: str) -> dict[str, Any]:
    """What the service that pushes says of itself, by the key it names (RFC 8292)."""
    scheme, _, parameters = header.partition(" ")
    given = dict(one.strip().split("=", 1) for one in parameters.split(","))
    assert scheme == "vapid"
    point = base64.urlsafe_b64decode(given["k"] + "=" * (-len(given["k"]) % 4))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    claims = dict(jwt.decode(given["t"], ECKey.import_key(key), algorithms=["ES256"]).claims)
    return claims | {"k": given["k"]}
