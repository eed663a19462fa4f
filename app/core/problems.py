"""Every error becomes problem+json for the API and a plain page for browsers; nothing of a person is in it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import psycopg
from flask import Flask, Response, current_app, g, render_template, request
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException

from app.core import errors
from app.core.logs import log

# Titles and slugs of what the framework itself raises.
_FRAMEWORK = {
    400: ("bad-request", "The request cannot be read"),
    401: ("sign-in-needed", "Please sign in"),
    403: ("not-allowed", "You are not allowed to do this"),
    404: ("not-found", "There is nothing here"),
    405: ("method-not-allowed", "This cannot be done with this address"),
    413: ("too-large", "What was sent is too large"),
    415: ("json-expected", "Please send JSON"),
    422: ("invalid", "Some of what was sent is not valid"),
    429: ("too-many", "Too many tries"),
}
# What a page says beside its reason, where there is more to say than "go to the start".
_ON_PAGES = {
    403: "Ask your team if you think you should see this.",
    404: "It may have moved, or you may not be allowed to see it. If you typed the address, check it.",
    405: "Go back and try again from the page before.",
    413: "Send less at once.",
    500: "Please try again in a few minutes. If it matters today, use the phone.",
    503: "If it matters today, use the phone.",
}
# Where somebody has to go who is signed in, but not enough for what they asked for.
_FURTHER = {"second-factor-needed": "/sign-in/second-factor", "step-up-needed": "/sign-in/prove"}
# The database is away, restarting, full or out of time: nothing was kept and sending again is right.
_PASSING = (exc.OperationalError, exc.TimeoutError)
_PASSING_STATES = ("40001", "40P01", "53", "57", "08")


def answer(error: errors.DomainError) -> Response:
    """A domain error as an answer."""
    body = errors.problem(error.status, error.slug, error.title, error.detail, errors=error.errors, **error.more)
    return _shaped(body, error.headers)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]
    slug, title = _FRAMEWORK.get(status, ("error", error.name))
    kept = {name: value for name, value in error.get_headers() if name not in ("Content-Type", "Content-Length")}
    return _shaped(errors.problem(status, slug, title), kept)


def _unforeseen(error: Exception) -> Response:
    if _is_passing(error):
        log.warning("database away", exc_info=error)
        return answer(errors.Unavailable())
    if _was_first(error):
        return answer(errors.Conflict("Somebody stored the same at the same moment. Read again what is there."))
    log.error("request failed", exc_info=error)
    return _shaped(errors.problem(500, "failed", "Something went wrong on our side", "Nothing was changed."), {})


def _was_first(error: Exception) -> bool:
    """Services look before they write; of two at the same moment a unique constraint lets one through."""
    return isinstance(error, exc.IntegrityError) and isinstance(error.orig, psycopg.errors.UniqueViolation)


def _is_passing(error: Exception) -> bool:
    state = error.orig.sqlstate if isinstance(error, exc.DBAPIError) and isinstance(error.orig, psycopg.Error) else None
    return isinstance(error, _PASSING) or bool(state and state.startswith(_PASSING_STATES))


def _shaped(body: dict[str, Any], headers: dict[str, str]) -> Response:
    status = body["status"]
    if is_for_programs():
        return Response(current_app.json.dumps(body), status, headers, mimetype="application/problem+json")
    if status == 401:
        return Response(status=303, headers={"Location": _sign_in(body["type"])})
    return Response(_page(body), status, headers)


def _sign_in(kind: str) -> str:
    """Where to sign in, or to finish it, or to prove who one is, and what to come back to."""
    where = _FURTHER.get(kind.rpartition("/")[2], "/sign-in")
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return where if back == "/" else f"{where}?{urlencode({'next': back})}"


def _page(body: dict[str, Any]) -> str:
    faults = [fault["detail"] for fault in body.get("errors", ())]
    said = [body.get("detail"), *faults, _ON_PAGES.get(body["status"])]
    is_too_little = body["type"].endswith("/step-up-needed")
    further = [{"text": body["title"], "href": _sign_in(body["type"])}] if is_too_little else []
    return render_template(
        "problem.html",
        status=body["status"],
        heading=body["title"],
        paragraphs=[sentence for sentence in dict.fromkeys(said) if sentence],
        request_id=g.get("request_id"),
        actions=[*further, {"text": "Go to the start", "href": "/"}],
    )


def is_for_programs() -> bool:
    """Is the caller a program? Pages are for browsers, everything else is not."""
    path = request.path
    return path.startswith(("/api", "/webhooks", "/healthz", "/readyz", "/metrics")) or (
        "text/html" not in request.headers.get("Accept", "")
    )


def register(app: Flask) -> None:
    """Answer every error in one shape."""
    app.register_error_handler(errors.DomainError, answer)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)
