"""My phone and e-mail: a new one is used once a code that was sent there has come back, and the old one is told."""

from __future__ import annotations

from typing import Any, Final

from flask import redirect, render_template, request, url_for

from app import config
from app.access import guards
from app.core import clock
from app.core.errors import Conflict, DomainError, Invalid, SignInAgain, TooMany
from app.core.http import Pages
from app.identity import posting, queries
from app.identity.service import own_contacts
from app.web import moments, words
from app.web.me import pages as me

pages = Pages("my_contacts", __name__, url_prefix="/me/contacts")

NEITHER: Final = "Type a mobile number, such as 07700 900123, or an e-mail address."
NEITHER_HERE: Final = "Type a mobile number, such as 07700 900123."
SAID: Final = {
    "changed": "It is confirmed, and used from now on.",
    "told-here": "This browser tells you from now on.",
    "not-told": "That browser tells you no more.",
}


@pages.get("", access=guards.signed_in)
def overview() -> str:
    """Where I am reached, and the form for another phone or e-mail."""
    return _overview()


@pages.post("", access=guards.signed_in)
def ask() -> Any:
    """Have a code sent to the new phone or e-mail."""
    caller, typed = guards.caller(), request.form.get("contact", "")[:200].strip()
    try:
        own_contacts.ask_to_change(caller.person_id, caller.session_id, "email" if "@" in typed else "phone", typed)
    except (Invalid, TooMany) as refused:
        return _overview(typed, refused), refused.status, refused.headers
    return redirect(url_for("my_contacts.code"), 303)


@pages.get("/code", access=guards.signed_in)
def code() -> str:
    """The form for the code that was sent there."""
    return _code_form()


@pages.post("/code", access=guards.signed_in)
def confirm() -> Any:
    """Use the new phone or e-mail from now on."""
    caller = guards.caller()
    try:
        own_contacts.confirm_change(caller.person_id, caller.session_id, request.form.get("code", "")[:40])
    except (Invalid, Conflict) as refused:
        return _code_form(refused), refused.status
    return redirect(url_for("my_contacts.overview", said="changed"), 303)


@pages.errorhandler(SignInAgain)
def sign_in_again(refused: SignInAgain) -> Any:
    """Sign in again, and come back to change where one is reached."""
    return me.sign_in_again(refused, "my_contacts.overview")


def _overview(typed: str = "", refused: DomainError | None = None) -> str:
    push = config.current().push
    neither = NEITHER if posting.sends_emails() else NEITHER_HERE
    said = neither if isinstance(refused, Invalid) else refused and refused.detail
    return render_template(
        "me/contacts.html",
        said=SAID.get(request.args.get("said", "")),
        contacts=_contacts(),
        typed=typed,
        push_key=push.public_key if push.private_key else None,
        browsers=queries.push_subscriptions(guards.caller().person_id),
        label="Mobile number or e-mail address" if posting.sends_emails() else "Mobile number",
        errors=[{"text": said, "href": "#contact"}] if said else [],
    )


def _contacts() -> list[dict[str, Any]]:
    mine, now = queries.own_contacts(guards.caller().person_id), clock.now()
    found = []
    for kind, title in (("phone", "Mobile number"), ("email", "E-mail address")):
        proven = mine[f"{kind}_verified_at"]
        shown = words.phone(mine[kind]) if kind == "phone" and mine[kind] else mine[kind]
        since = moments.moment(proven, now, me.ZONE) if proven else None
        one = {"title": title, "value": mine[kind], "shown": shown, "since": since}
        found.append(one | {"is_due": mine[f"{kind}_to_be_proven"] and (kind == "phone" or posting.sends_emails())})
    return found


def _code_form(refused: DomainError | None = None) -> str:
    return render_template(
        "me/contact_code.html", errors=[{"text": refused.detail, "href": "#code"}] if refused else []
    )
