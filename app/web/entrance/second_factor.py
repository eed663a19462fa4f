"""Finish signing in: a code, a recovery code or a passkey after the password; passkeys instead of a password."""

from __future__ import annotations

import json
from typing import Any

from flask import current_app, jsonify, redirect, render_template, request, url_for

from app.access import guards
from app.core import csrf
from app.core.errors import DomainError, Invalid, TooMany, Unauthenticated
from app.core.http import Pages
from app.identity import queries
from app.identity.service import passkeys, second_factors, sessions
from app.web.entrance import arriving, returning

pages = Pages("second_factor", __name__)


@pages.get("/sign-in/second-factor", access=guards.half_signed_in)
def ask() -> Any:
    """The form for a code; on to setting one up for whoever has none, on to where they wanted to go for the others."""
    back = returning.path(request.args.get("next"))
    if not guards.caller().is_half_signed_in and "again" not in request.args:
        return redirect(back, 303)
    if _due() == "enrol":
        return redirect(url_for("set_up.choose", next=None if back == "/" else back), 303)
    return _form(back)


@pages.post("/sign-in/second-factor", access=guards.half_signed_in)
def show_code() -> Any:
    """Finish with a code of the app, or a recovery code; go on in a new session."""
    back, session_id = returning.path(request.form.get("next")), guards.caller().session_id
    try:
        second_factors.show(session_id, request.form.get("code", "")[:40], arriving.address())
    except (Invalid, TooMany) as refused:
        return _form(back, refused), refused.status, refused.headers
    return arriving.go_on(sessions.finish_browser(session_id), back)


@pages.post("/sign-in/second-factor/passkey/options", access=guards.half_signed_in)
def to_show_passkey() -> Any:
    """What the browser needs to show one of the caller's passkeys."""
    return jsonify(passkeys.to_show(guards.caller().session_id, csrf.token()))


@pages.post("/sign-in/second-factor/passkey", access=guards.half_signed_in)
def show_passkey() -> Any:
    """Finish with a passkey; go on in a new session."""
    back, session_id = returning.path(request.form.get("next")), guards.caller().session_id
    try:
        passkeys.show(session_id, csrf.token(), credential())
    except Unauthenticated as refused:
        return _form(back, refused), refused.status, refused.headers
    return arriving.go_on(sessions.finish_browser(session_id), back)


@pages.post("/sign-in/passkey/options", access=guards.public)
def to_sign_in() -> Any:
    """What the browser needs to sign somebody in with a passkey."""
    return jsonify(passkeys.to_sign_in(csrf.token(), arriving.address()))


def credential() -> dict[str, Any]:
    """The passkey's answer as the page's script sent it; an empty one where it is none."""
    try:
        read = json.loads(request.form.get("credential", ""))
    except ValueError:
        return {}
    return read if isinstance(read, dict) and isinstance(read.get("response"), dict) else {}


def _due() -> str | None:
    return queries.second_factor_due(queries.person(guards.caller().person_id))


def _form(back: str, refused: DomainError | None = None) -> str:
    person_id, of_demo = guards.caller().person_id, current_app.extensions.get("demo_code")
    mine = queries.factors(person_id)
    return render_template(
        "entrance/second_factor.html",
        next=None if back == "/" else back,
        errors=[{"text": refused.detail, "href": "#code" if mine.has_app else "#passkey"}] if refused else [],
        has_app=mine.has_app,
        has_recovery_codes=mine.recovery_codes_left > 0,
        has_passkeys=queries.opens(mine.passkeys),
        demo_code=of_demo(person_id) if of_demo else None,
        csrf_token=csrf.token(),
    )
