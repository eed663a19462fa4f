"""Passkeys by the API: sign in with one, keep one, remove one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app
from joserfc.jwk import OctKey

from app.access import guards
from app.core import addresses, problems
from app.core.errors import Unauthenticated
from app.core.http import Routes
from app.identity import queries, schemas, tokens
from app.identity.routes import second_factors
from app.identity.service import passkeys

routes = Routes("passkeys", __name__, url_prefix="/api", description="Passkeys")


@routes.post("/sign-in/passkey/options", access=guards.public, keyed=False, gives={200: schemas.Visit})
def to_sign_in() -> dict[str, Any]:
    """What the device needs to sign somebody in with a passkey; good for five minutes and one try."""
    visit = tokens.new_secret()
    return {"visit": visit, "options": passkeys.to_sign_in(f"visit {visit}", addresses.of_caller())}


@routes.post(
    "/sign-in/passkey", access=guards.public, keyed=False, takes=schemas.PasskeySignIn(), gives={200: schemas.Tokens}
)
def sign_in(body: dict[str, Any]) -> Any:
    """Sign in with a passkey: both factors at once."""
    key: OctKey = current_app.extensions["token_key"]
    try:
        visit, address = f"visit {body['visit']}", addresses.of_caller()
        return passkeys.sign_in_app(visit, body["credential"], body["device"], address, key)
    except Unauthenticated as refused:
        return problems.answer(refused)  # returned, not raised: what it brought to light is committed


@routes.get("/passkeys", access=guards.signed_in, gives={200: schemas.Passkeys})
def mine() -> dict[str, Any]:
    """The caller's passkeys."""
    return {"items": queries.passkeys(guards.caller().person_id)}


@routes.post("/passkeys/options", access=guards.half_signed_in, keyed=False, gives={200: schemas.ToMake})
def to_make() -> dict[str, Any]:
    """What the device needs to make a passkey, on itself or on another."""
    return {"options": passkeys.to_make(guards.caller().session_id, second_factors.bound_to())}


@routes.post(
    "/passkeys",
    access=guards.half_signed_in,
    keyed=False,
    takes=schemas.NewPasskey(),
    gives={201: schemas.EnrolledPasskey},
)
def keep(body: dict[str, Any]) -> dict[str, Any]:
    """Keep a passkey that was just made; the caller goes on with the tokens of the answer."""
    session_id, bound_to = guards.caller().session_id, second_factors.bound_to()
    passkey, codes = passkeys.keep(session_id, bound_to, body["name"], body["credential"])
    return {"passkey": passkey, "recovery_codes": codes, "tokens": second_factors.finished()}


@routes.delete("/passkeys/<uuid:passkey_id>", access=guards.signed_in, gives={204: None})
def remove(passkey_id: UUID) -> None:
    """Remove a passkey; refused where it is the only second factor of staff."""
    passkeys.remove(guards.caller().session_id, passkey_id)
