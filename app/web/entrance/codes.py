"""Signing in with a six-digit code: ask for one, type it where it was asked for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for

from app.access import guards
from app.core import csrf
from app.core.errors import DomainError, Invalid, TooMany, Unauthenticated
from app.core.http import Pages
from app.identity import one_use_codes, posting
from app.identity.service import codes
from app.web.entrance import arriving, returning

pages = Pages("code_pages", __name__)

COOKIE = "code"
NEITHER = "Type a mobile number, such as 07700 900123, or an e-mail address."
NEITHER_HERE = "Type a mobile number, such as 07700 900123."


@pages.get("/sign-in/code", access=guards.public)
def ask() -> str:
    """The form to ask for a code."""
    return _ask_form(returning.path(request.args.get("next")))


@pages.post("/sign-in/code", access=guards.public)
def ask_now() -> Any:
    """Ask for a code; what is answered says nothing of whether anybody is known."""
    identifier, back = request.form.get("identifier", "")[:200], returning.path(request.form.get("next"))
    try:
        secret = codes.ask(identifier, arriving.address(), arriving.marks())
    except (Invalid, TooMany) as refused:
        return _ask_form(back, identifier, refused), refused.status, refused.headers
    return arriving.bind(_on(url_for("code_pages.enter"), back), COOKIE, secret, one_use_codes.LASTS)


@pages.get("/sign-in/code/enter", access=guards.public)
def enter() -> str:
    """The form for the code; the link in the text leads here and holds nothing."""
    return _enter_form(returning.path(request.args.get("next")))


@pages.post("/sign-in/code/enter", access=guards.public)
def enter_now() -> Any:
    """Sign in with the code."""
    back, typed = returning.path(request.form.get("next")), request.form.get("code", "")[:40]
    try:
        secret = codes.sign_in_browser(arriving.bound(COOKIE), typed, arriving.device(), arriving.address())
    except (Unauthenticated, TooMany) as refused:
        return _enter_form(back, refused), refused.status, refused.headers
    arriving.end_former()
    return arriving.release(arriving.go_on(secret, back), COOKIE)


def _ask_form(back: str, identifier: str = "", refused: DomainError | None = None) -> str:
    by_email = posting.sends_emails()
    neither = NEITHER if by_email else NEITHER_HERE
    said = neither if isinstance(refused, Invalid) else refused and refused.detail
    return render_template(
        "entrance/code_ask.html",
        action=url_for("code_pages.ask_now"),
        next=_kept(back),
        identifier=identifier,
        label="Mobile number or e-mail address" if by_email else "Mobile number",
        errors=[{"text": said, "href": "#identifier"}] if said else [],
        sign_in_url=_with_next(url_for("entrance.sign_in"), back),
        csrf_token=csrf.token(),
    )


def _enter_form(back: str, refused: DomainError | None = None) -> str:
    return render_template(
        "entrance/code_enter.html",
        action=url_for("code_pages.enter_now"),
        next=_kept(back),
        was_asked=bool(arriving.bound(COOKIE)),
        errors=[{"text": refused.detail, "href": "#code"}] if refused else [],
        ask_url=_with_next(url_for("code_pages.ask"), back),
        csrf_token=csrf.token(),
    )


def _on(path: str, back: str) -> Any:
    return redirect(_with_next(path, back), 303)


def _with_next(path: str, back: str) -> str:
    return f"{path}?{urlencode({'next': back})}" if _kept(back) else path


def _kept(back: str) -> str | None:
    return None if back == "/" else back
