"""Setting up an authenticator app or a passkey: on one's own account, or, for new staff, while signing in."""

from __future__ import annotations

from typing import Any, Final

from flask import jsonify, redirect, render_template, request, url_for
from markupsafe import Markup

from app import config
from app.access import guards
from app.core import csrf
from app.core.errors import Conflict, DomainError, Invalid, SignInAgain, TooMany
from app.core.http import Pages
from app.identity import queries, second_factor_codes
from app.identity.service import passkeys, second_factors, sessions
from app.web.entrance import arriving, returning, second_factor
from app.web.me import pages as me

pages = Pages("set_up", __name__, url_prefix="/me")

HALF: Final = guards.half_signed_in
UNNAMED: Final = "My passkey"


@pages.get("/second-factor", access=HALF)
def choose() -> Any:
    """What can be set up; whoever has one and has not shown it is asked for it first."""
    if _is_due_first():
        return redirect(url_for("second_factor.ask"), 303)
    return _choice(returning.path(request.args.get("next")))


@pages.post("/second-factor/app", access=HALF)
def begin_app() -> Any:
    """Make a key for an authenticator app."""
    second_factors.begin_app(guards.caller().session_id)
    return redirect(url_for("set_up.app", next=_kept(returning.path(request.form.get("next")))), 303)


@pages.get("/second-factor/app", access=HALF)
def app() -> Any:
    """The key as a picture and in letters, and the field for its first code."""
    back, key = returning.path(request.args.get("next")), queries.pending_key(guards.caller().person_id)
    if _is_due_first() or key is None:
        return redirect(url_for("set_up.choose", next=_kept(back)), 303)
    return _app_form(back, key)


@pages.post("/second-factor/app/confirm", access=HALF)
def confirm_app() -> Any:
    """Set the app up by its first code; go on in a new session."""
    session_id, key = guards.caller().session_id, queries.pending_key(guards.caller().person_id)
    back = returning.path(request.form.get("next"))
    if key is None:  # nothing was begun, or it is confirmed already
        return redirect(url_for("set_up.choose", next=_kept(back)), 303)
    try:
        codes = second_factors.confirm_app(session_id, request.form.get("code", "")[:40], arriving.address())
    except (Invalid, TooMany) as refused:
        return _app_form(back, key, refused), refused.status, refused.headers
    return _finished(back, codes, "app")


@pages.post("/passkeys/options", access=HALF)
def to_make_passkey() -> Any:
    """What the browser needs to make a passkey."""
    return jsonify(passkeys.to_make(guards.caller().session_id, csrf.token()))


@pages.post("/passkeys", access=HALF)
def keep_passkey() -> Any:
    """Keep a passkey that was just made; go on in a new session."""
    back, name = returning.path(request.form.get("next")), request.form.get("name", "").strip()[:60] or UNNAMED
    try:
        found = passkeys.keep(guards.caller().session_id, csrf.token(), name, second_factor.credential())
    except (Invalid, Conflict) as refused:
        return _choice(back, refused), refused.status
    return _finished(back, found[1], "passkey")


@pages.errorhandler(SignInAgain)
def sign_in_again(refused: SignInAgain) -> Any:
    """Sign in again, and come back to change how one signs in."""
    return me.sign_in_again(refused)


def _is_due_first() -> bool:
    caller = guards.caller()
    due = queries.second_factor_due(queries.person(caller.person_id)) if caller.is_half_signed_in else None
    return due not in (None, "enrol")


def _kept(back: str) -> str | None:
    return None if back == "/" else back


def _finished(back: str, codes: list[str], what: str) -> Any:
    """The new session's cookie, with the recovery codes where there are new ones."""
    secret = sessions.finish_browser(guards.caller().session_id)
    on = back if back != "/" or guards.caller().is_half_signed_in else url_for("my_sign_in.overview", said=what)
    answer = arriving.go_on(secret, on)
    if codes:
        answer.status_code = 200
        del answer.headers["Location"]
        answer.set_data(
            render_template("me/recovery_codes.html", codes=codes, what=what, on=on, csrf_token=csrf.token(secret))
        )
    return answer


def _choice(back: str, refused: DomainError | None = None) -> str:
    caller = guards.caller()
    return render_template(
        "me/set_up.html",
        next=_kept(back),
        is_forced=caller.is_half_signed_in,
        errors=[{"text": refused.detail, "href": "#name"}] if refused else [],
    )


def _app_form(back: str, key: str, refused: DomainError | None = None) -> str:
    person = queries.person(guards.caller().person_id)
    link = second_factor_codes.link(key, person.email or person.phone or person.name, config.current().brand)
    return render_template(
        "me/app.html",
        next=_kept(back),
        picture=Markup(second_factor_codes.picture(link)),  # noqa: S704  drawn by us, holds no text
        key=second_factor_codes.in_fours(key),
        link=link,
        errors=[{"text": refused.detail, "href": "#code"}] if refused else [],
    )
