"""A page that changes something was asked to by its own form: a token bound to this browser, and the browser's word.

Only pages need it: they are called with a cookie, which a browser sends whoever asked. API routes ignore cookies.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from flask import Flask, Response, current_app, g, request

from app.core.errors import Forbidden

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
STALE = "This page had been open for too long, or was not opened here. Go back, load it again and try once more."


def token(new_session: str | None = None) -> str:
    """The token for the forms of this answer, bound to the session; before sign-in, to a cookie made for the visit.

    `new_session`: the secret of a session whose cookie goes out with this answer.
    """
    return _token_for(new_session or _session() or _visit() or _begun_visit())


def check() -> None:
    """Refuse what another site, or a form of another session, sent."""
    bound = _session() or _visit()
    given = request.form.get("csrf_token", "")
    keys = (current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"])
    if not _says_same_origin() or not bound:
        raise Forbidden(STALE)
    if not any(hmac.compare_digest(given.encode(), _token_by(key, bound).encode()) for key in keys):
        raise Forbidden(STALE)


def register(app: Flask) -> None:
    """Send the cookie of a visit with the answer that began it."""
    app.after_request(_remember_visit)


def cookie_rules() -> dict[str, Any]:
    """How every cookie of ours is set: never readable by a script, never sent with another site's form."""
    secure = current_app.config["KITH"].public_url.startswith("https://")
    return {"path": "/", "httponly": True, "samesite": "Lax", "secure": secure}


def _says_same_origin() -> bool:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    ours = (current_app.config["KITH"].public_url, request.host_url.rstrip("/"))
    return request.headers.get("Origin", ours[0]) in ours


def _token_for(secret: str) -> str:
    return _token_by(current_app.config["SECRET_KEY"], secret)


def _token_by(secret_key: str, secret: str) -> str:
    key = hashlib.sha256(b"csrf\0" + secret_key.encode()).digest()
    return hmac.new(key, secret.encode(), hashlib.sha256).hexdigest()


def _session() -> str | None:
    return request.cookies.get(current_app.config["KITH"].cookie_name)


def _visit_name() -> str:
    return f"{current_app.config['KITH'].cookie_name}-visit"


def _visit() -> str | None:
    begun: str | None = g.get("visit")
    return begun or request.cookies.get(_visit_name())


def _begun_visit() -> str:
    g.visit = secrets.token_urlsafe(32)
    return str(g.visit)


def _remember_visit(response: Response) -> Response:
    if "visit" in g:
        response.set_cookie(_visit_name(), g.visit, **cookie_rules())
    return response
