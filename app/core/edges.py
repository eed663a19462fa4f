"""What every answer passes through: a request id, headers, one log line, the last net under access."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response, current_app, g, request
from flask.sessions import SessionInterface

from app.core import metrics
from app.core.errors import problem
from app.core.logs import log

# No script or style but our own files and, with this answer's nonce, the brand's colour (security.md S18, S19).
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class _NoSessions(SessionInterface):
    """Whoever is signed in is known to the database; a session of Flask's own would be opened each time for nothing."""

    def open_session(self, app: Flask, request: Request) -> None:
        return None


def _as_it_is(func: Callable[..., Any]) -> Callable[..., Any]:
    """No view or handler is a coroutine; each would be asked at each request."""
    return func


def register(app: Flask) -> None:
    """Put the edges round every request."""
    app.session_interface = _NoSessions()
    app.ensure_sync = _as_it_is  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.began = time.perf_counter()
    g.request_id = secrets.token_hex(8)
    g.nonce = secrets.token_urlsafe(16)


def _end(response: Response) -> Response:
    if _slipped_through(response):
        response = _stopped()
    response.headers.extend(HEADERS)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=g.get("nonce", ""))
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    _tell(response)
    return response


def _slipped_through(response: Response) -> bool:
    # An error answer (refused, not found) never reached a view; anything else must have been admitted.
    if g.get("admitted") or response.status_code >= 400:
        return False
    is_of_the_router = request.routing_exception is not None  # a slash that was missing
    return not is_of_the_router and not _is_sign_in_redirect(response)


def _is_sign_in_redirect(response: Response) -> bool:
    return response.status_code in (301, 303, 308) and not response.get_data()


def _stopped() -> Response:
    metrics.UNADMITTED.inc()
    log.critical("answered without admission", route=request.endpoint)
    body = problem(500, "failed", "Something went wrong on our side")
    return Response(current_app.json.dumps(body), 500, mimetype="application/problem+json")


def _tell(response: Response) -> None:
    took = time.perf_counter() - g.get("began", time.perf_counter())
    route = request.url_rule.rule if request.url_rule else "none"
    metrics.REQUESTS.labels(request.method, route, response.status_code).inc()
    metrics.SECONDS.observe(took)
    log.info(
        "request",
        request_id=g.get("request_id"),
        route=route,
        method=request.method,
        status=response.status_code,
        milliseconds=round(took * 1000, 1),
    )
