"""Going in, however it was proven: a new session each time, the one before ended; and what binds a visit to its try."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, redirect, request

from app import config
from app.access import guards
from app.core import addresses, csrf
from app.identity import known_browsers
from app.identity import service as identity
from app.identity.service import recognising, sessions

KNOWN, SHARED = "known", "shared"


def end_former() -> None:
    """End the session of whoever was signed in here."""
    if former := guards.whoever():
        identity.sign_out(former.session_id)


def go_on(secret: str, back: str) -> Response:
    """Give the browser its new session and send it on."""
    answer: Response = redirect(back, 303)  # type: ignore[assignment]
    name = config.current().cookie_name
    if is_shared():  # gone with the browser, and not to be known again
        sessions.share(secret)
        answer.set_cookie(name, secret, **csrf.cookie_rules())
        return answer
    answer.set_cookie(name, secret, max_age=identity.BROWSER_LASTS, **csrf.cookie_rules())
    kept = recognising.remember(secret, marks())
    return bind(answer, KNOWN, kept, known_browsers.LASTS) if kept else answer


def share(answer: Response) -> Response:
    """Note in this browser, until it is closed, that others use it too."""
    answer.set_cookie(_named(SHARED), "yes", **csrf.cookie_rules())
    return answer


def is_shared() -> bool:
    """Has somebody said that others use this browser too?"""
    return bool(bound(SHARED))


def of_visit() -> list[str]:
    """The cookies of ours that end with a visit: all but the mark of a known browser."""
    ours = config.current().cookie_name
    return [ours, *(name for name in request.cookies if name.startswith(f"{ours}-") and name != _named(KNOWN))]


def marks() -> str:
    """What this browser holds of those who have signed in with it; it outlives their sessions."""
    return bound(KNOWN)[:1000]


def device() -> str:
    """What the list of devices says of this browser."""
    return request.user_agent.string[:80] or "browser"


def address() -> str:
    """Where the request comes from, as it is counted."""
    return addresses.of_caller()


def bind(answer: Response, to: str, secret: str, lasts: timedelta) -> Response:
    """Have this browser, and no other, hold what a try is bound to ("code", "login")."""
    answer.set_cookie(_named(to), secret, max_age=lasts, **csrf.cookie_rules())
    return answer


def bound(to: str) -> str:
    """What this browser holds of a try; empty where it began none."""
    return request.cookies.get(_named(to), "")


def release(answer: Response, to: str) -> Response:
    """Forget the try."""
    answer.delete_cookie(_named(to), **csrf.cookie_rules())
    return answer


def _named(to: str) -> str:
    return f"{config.current().cookie_name}-{to}"
