"""Sign-in for the app: tokens and devices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app
from joserfc.jwk import OctKey

from app.access import guards
from app.core import addresses, problems
from app.core.errors import Unauthenticated
from app.core.http import Routes
from app.identity import queries, schemas, service
from app.identity.service import signing_in

REUSED = "This sign-in was used from two places, so it has been ended. Please sign in again."

routes = Routes("identity", __name__, url_prefix="/api", description="Sign-in, tokens and devices")


def _key() -> OctKey:
    key: OctKey = current_app.extensions["token_key"]
    return key


@routes.post("/sign-in", access=guards.public, keyed=False, takes=schemas.SignIn(), gives={200: schemas.Tokens})
def sign_in(body: dict[str, str]) -> Any:
    """Sign in with e-mail or phone and password; where a second factor is due, the answer says so."""
    address = addresses.of_caller()
    try:
        return service.sign_in_app(body["identifier"], body["password"], body["device"], address, _key())
    except Unauthenticated as refused:
        return problems.answer(refused)  # returned, not raised: the tenth wrong one of staff locks their password


@routes.post("/refresh", access=guards.public, keyed=False, takes=schemas.Refresh(), gives={200: schemas.Tokens})
def refresh(body: dict[str, str]) -> Any:
    """Change a refresh token for the next pair of tokens."""
    pair = service.refresh(body["refresh_token"], _key())
    # Ending the session must be committed, so the refusal is returned rather than raised.
    return problems.answer(Unauthenticated(REUSED)) if isinstance(pair, service.Reused) else pair


@routes.post("/sign-out", access=guards.any_sign_in, keyed=False, gives={204: None})
def sign_out() -> None:
    """End the session that is calling."""
    service.sign_out(guards.caller().session_id)


@routes.post("/password", access=guards.signed_in, keyed=False, takes=schemas.PasswordChange(), gives={204: None})
def change_password(body: dict[str, str]) -> None:
    """Choose another password; every other session of the caller ends."""
    signing_in.change_password(guards.caller().session_id, body["current"], body["new"])


@routes.get("/devices", access=guards.signed_in, gives={200: schemas.Devices})
def devices() -> dict[str, Any]:
    """The caller's signed-in devices."""
    return {"items": queries.devices(guards.caller().person_id)}


@routes.delete("/devices", access=guards.signed_in, gives={204: None})
def sign_out_others() -> None:
    """Sign every other device of the caller out."""
    service.sign_out_everywhere(guards.caller().person_id, but=guards.caller().session_id)


@routes.delete("/devices/<uuid:session_id>", access=guards.signed_in, gives={204: None})
def sign_out_device(session_id: UUID) -> None:
    """Sign one of the caller's devices out."""
    service.sign_out_device(guards.caller().person_id, session_id)
