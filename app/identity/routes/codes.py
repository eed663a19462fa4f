"""Sign-in with a one-use code, and one's own phone and e-mail."""

from __future__ import annotations

from typing import Any

from flask import current_app

from app.access import guards
from app.core import addresses
from app.core.http import Routes
from app.identity import one_use_codes, queries, schemas, service
from app.identity.service import codes, own_contacts

LASTS = int(one_use_codes.LASTS.total_seconds())

routes = Routes(
    "one_use_codes", __name__, url_prefix="/api", description="Sign-in with a code, one's own phone and e-mail"
)


@routes.post(
    "/sign-in/code", access=guards.public, keyed=False, takes=schemas.CodeWanted(), gives={202: schemas.CodeAsked}
)
def ask_for_code(body: dict[str, str]) -> dict[str, Any]:
    """Have a code sent to a phone or an e-mail; answered alike whether or not anybody is known by it."""
    return {"request": codes.ask(body["identifier"], addresses.of_caller()), "expires_in": LASTS}


@routes.post(
    "/sign-in/with-code", access=guards.public, keyed=False, takes=schemas.CodeTyped(), gives={200: schemas.Tokens}
)
def sign_in_with_code(body: dict[str, str]) -> service.Tokens:
    """Sign in with the code; for staff, and where a second factor was set up, that still has to be shown."""
    key, address = current_app.extensions["token_key"], addresses.of_caller()
    return codes.sign_in_app(body["request"], body["code"], body["device"], address, key)


@routes.get("/me/contacts", access=guards.signed_in, gives={200: schemas.OwnContacts})
def own() -> dict[str, Any]:
    """The caller's phone and e-mail."""
    return queries.own_contacts(guards.caller().person_id)


@routes.post(
    "/me/contacts", access=guards.signed_in, keyed=False, takes=schemas.NewContact(), gives={202: schemas.ContactAsked}
)
def ask_to_change(body: dict[str, str]) -> dict[str, int]:
    """Have a code sent to a new phone or e-mail; it is used from the moment the code is confirmed."""
    caller, (kind, contact) = guards.caller(), next(iter(body.items()))
    own_contacts.ask_to_change(caller.person_id, caller.session_id, kind, contact)
    return {"expires_in": LASTS}


@routes.post(
    "/me/contacts/confirm",
    access=guards.signed_in,
    keyed=False,
    takes=schemas.ContactCode(),
    gives={200: schemas.OwnContacts},
)
def confirm_change(body: dict[str, str]) -> dict[str, Any]:
    """Take the new phone or e-mail with the code that came there; the old one is told."""
    caller = guards.caller()
    own_contacts.confirm_change(caller.person_id, caller.session_id, body["code"])
    return queries.own_contacts(caller.person_id)
