"""How I sign in and my devices: password, passkeys, second factor, recovery codes, where I am signed in."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for

from app.access import guards
from app.core import clock, problems
from app.core.errors import Conflict, DomainError, Invalid, SignInAgain, TooMany
from app.core.http import Pages
from app.identity import passwords, queries
from app.identity import service as identity
from app.identity.service import passkeys, second_factors, signing_in
from app.web import moments
from app.web.me import devices

pages = Pages("my_sign_in", __name__, url_prefix="/me")

ZONE: Final = ZoneInfo("Europe/London")
SAID: Final = {
    "password": "Your password is changed, and you are signed out everywhere else.",
    "passkey": "The passkey is kept. You can sign in with it from now on.",
    "app": "Your authenticator app is set up.",
    "no-app": "You sign in without an authenticator app from now on.",
    "removed": "The passkey is removed.",
    "out": "That device is signed out.",
    "others": "You are signed out everywhere but here.",
}


@pages.get("/sign-in", access=guards.signed_in)
def overview() -> str:
    """Everything about how the caller signs in."""
    identity.used(guards.caller().session_id)
    return _overview()


@pages.get("/password", access=guards.signed_in)
def password() -> str:
    """The form for another password."""
    return _password_form()


@pages.post("/password", access=guards.signed_in)
def change_password() -> Any:
    """Choose another password."""
    current, new = request.form.get("current", "")[:200], request.form.get("new", "")[:300]
    try:
        signing_in.change_password(guards.caller().session_id, current, new)
    except (Invalid, TooMany) as refused:
        return _password_form(refused), refused.status, refused.headers
    return _back("password")


@pages.post("/passkeys/<uuid:passkey_id>/remove", access=guards.signed_in)
def remove_passkey(passkey_id: UUID) -> Any:
    """Remove a passkey."""
    try:
        passkeys.remove(guards.caller().session_id, passkey_id)
    except Conflict as refused:
        return _overview(refused), refused.status
    return _back("removed")


@pages.get("/second-factor/app/remove", access=guards.signed_in)
def do_without_app() -> str:
    """Ask once more before the authenticator app is taken away."""
    return _removal_form()


@pages.post("/second-factor/app/remove", access=guards.signed_in)
def remove_app() -> Any:
    """Do without the authenticator app."""
    try:
        second_factors.remove_app(guards.caller().session_id, request.form.get("password", "")[:200])
    except (Invalid, Conflict, TooMany) as refused:
        return _removal_form(refused), refused.status, refused.headers
    return _back("no-app")


@pages.post("/recovery-codes", access=guards.signed_in)
def renew_recovery_codes() -> Any:
    """Ten new recovery codes, shown this once."""
    try:
        codes = second_factors.renew_recovery_codes(guards.caller().session_id)
    except Conflict as refused:
        return _overview(refused), refused.status
    return render_template("me/recovery_codes.html", codes=codes, what=None, on=url_for("my_sign_in.overview"))


@pages.post("/devices/<uuid:session_id>/sign-out", access=guards.signed_in)
def sign_out_device(session_id: UUID) -> Any:
    """Sign one other device out."""
    identity.sign_out_device(guards.caller().person_id, session_id)
    return _back("out")


@pages.post("/devices/sign-out-others", access=guards.signed_in)
def sign_out_others() -> Any:
    """Sign every other device out."""
    identity.sign_out_everywhere(guards.caller().person_id, but=guards.caller().session_id)
    return _back("others")


@pages.errorhandler(SignInAgain)
def sign_in_again(refused: SignInAgain, back: str = "my_sign_in.overview") -> Any:
    """Sign in again, and come back to change how one signs in; a script is told why in words."""
    if problems.is_for_programs():
        return problems.answer(refused)
    return redirect(url_for("entrance.sign_in", said="again", next=url_for(back)), 303)


def _back(said: str) -> Any:
    return redirect(url_for("my_sign_in.overview", said=said), 303)


def _overview(refused: DomainError | None = None) -> str:
    caller, now = guards.caller(), clock.now()
    person, mine = queries.person(caller.person_id), queries.factors(caller.person_id)
    return render_template(
        "me/sign_in.html",
        said=SAID.get(request.args.get("said", "")),
        errors=[{"text": refused.detail, "href": "#second-factor"}] if refused else [],
        has_password=person.password_hash is not None,
        mine=mine,
        app_since=moments.moment(mine.app_since, now, ZONE) if mine.app_since else None,
        passkeys=[devices.passkey(one, now, ZONE) for one in mine.passkeys],
        devices=[devices.shown(one, caller.session_id, now, ZONE) for one in queries.devices(person.id)],
        is_staff=bool(caller.memberships),
        has_second_factor=caller.has_second_factor,
    )


def _password_form(refused: DomainError | None = None) -> str:
    person = queries.person(guards.caller().person_id)
    short = passwords.SHORTEST_WITH_SECOND_FACTOR if person.second_factor_since else passwords.SHORTEST
    field = "current" if refused and any(one["pointer"] == "/current" for one in refused.errors) else "new"
    return render_template(
        "me/password.html",
        shortest=short,
        has_password=person.password_hash is not None,
        wrong=field if refused else None,
        errors=[{"text": refused.detail, "href": f"#{field}"}] if refused else [],
    )


def _removal_form(refused: DomainError | None = None) -> str:
    person = queries.person(guards.caller().person_id)
    errors = [{"text": refused.detail, "href": "#password"}] if refused else []
    return render_template("me/remove_app.html", has_password=person.password_hash is not None, errors=errors)
