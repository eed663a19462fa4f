"""Second factors by the API: show one, set one up, do without it; an admin takes lost ones away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app
from joserfc.jwk import OctKey

from app import config
from app.access import guards
from app.access.guards import Admitted, Caller
from app.access.permissions import Permission
from app.core import addresses, problems
from app.core.errors import Unauthenticated
from app.core.http import Routes
from app.identity import queries, schemas, second_factor_codes
from app.identity.service import passkeys, second_factors, sessions
from app.identity.service.sessions import Tokens

routes = Routes("second_factors", __name__, url_prefix="/api", description="Second factors")

HALF = guards.half_signed_in
CHANGES_PEOPLE = guards.on_caseload(Permission.CHANGE_PEOPLE)


def finished() -> Tokens:
    """The tokens of the caller's new session, fully signed in."""
    key: OctKey = current_app.extensions["token_key"]
    return sessions.finish_app(guards.caller().session_id, key)


def bound_to() -> str:
    """What a challenge for this caller is bound to: their session."""
    return f"session {guards.caller().session_id}"


@routes.get("/second-factor", access=HALF, gives={200: schemas.SecondFactor})
def second_factor() -> dict[str, Any]:
    """What the caller has set up, and what is due now."""
    mine, caller = queries.factors(guards.caller().person_id), guards.caller()
    due = queries.second_factor_due(queries.person(caller.person_id)) if caller.is_half_signed_in else None
    counts = {"passkeys": len(mine.passkeys), "recovery_codes_left": mine.recovery_codes_left}
    return {"due": due, "app": mine.has_app, **counts}


@routes.post("/second-factor", access=HALF, keyed=False, takes=schemas.Code(), gives={200: schemas.Tokens})
def show_code(body: dict[str, str]) -> Tokens:
    """Finish signing in with a code of the authenticator app, or with a recovery code."""
    second_factors.show(guards.caller().session_id, body["code"], addresses.of_caller())
    return finished()


@routes.post("/second-factor/passkey/options", access=HALF, keyed=False, gives={200: schemas.ToShow})
def to_show_passkey() -> dict[str, Any]:
    """What the device needs to show one of the caller's passkeys."""
    return {"options": passkeys.to_show(guards.caller().session_id, bound_to())}


@routes.post(
    "/second-factor/passkey", access=HALF, keyed=False, takes=schemas.PasskeyShown(), gives={200: schemas.Tokens}
)
def show_passkey(body: dict[str, Any]) -> Any:
    """Finish signing in with a passkey."""
    try:
        passkeys.show(guards.caller().session_id, bound_to(), body["credential"])
    except Unauthenticated as refused:
        return problems.answer(refused)  # returned, not raised: what it brought to light is committed
    return finished()


@routes.post("/second-factor/app", access=HALF, keyed=False, gives={200: schemas.AppKey})
def begin_app() -> dict[str, str]:
    """Begin to set up an authenticator app; a confirmed one serves until the new one is confirmed."""
    person_id = guards.caller().person_id
    second_factors.begin_app(guards.caller().session_id)
    key = queries.pending_key(person_id) or ""
    account = queries.person(person_id).name
    return {"key": key, "link": second_factor_codes.link(key, account, config.current().brand)}


@routes.post(
    "/second-factor/app/confirm", access=HALF, keyed=False, takes=schemas.Code(), gives={200: schemas.Enrolled}
)
def confirm_app(body: dict[str, str]) -> dict[str, Any]:
    """Set the app up by its first code; the caller goes on with the tokens of the answer."""
    codes = second_factors.confirm_app(guards.caller().session_id, body["code"], addresses.of_caller())
    return {"recovery_codes": codes, "tokens": finished()}


@routes.post(
    "/second-factor/app/remove",
    access=guards.signed_in,
    keyed=False,
    takes=schemas.PasswordAgain(),
    gives={204: None},
)
def remove_app(body: dict[str, str]) -> None:
    """Do without the authenticator app; refused where it is the only second factor of staff."""
    second_factors.remove_app(guards.caller().session_id, body["password"])


@routes.post("/second-factor/recovery-codes", access=guards.signed_in, keyed=False, gives={200: schemas.RecoveryCodes})
def renew_recovery_codes() -> dict[str, list[str]]:
    """Ten new recovery codes; the old ones serve no more."""
    return {"recovery_codes": second_factors.renew_recovery_codes(guards.caller().session_id)}


@routes.post(
    "/people/<uuid:person_id>/second-factor/reset",
    access=CHANGES_PEOPLE,
    keyed=False,
    takes=schemas.IdentityCheck(),
    gives={204: None},
)
def reset_of_staff(caller: Caller, person_id: UUID, body: dict[str, str]) -> None:
    """Take every second factor from a colleague who lost them and was identified; all their sessions end."""
    organisations = caller.organisations(Permission.CHANGE_PEOPLE)
    second_factors.reset_of_staff(person_id, organisations, caller.person_id, body["reason"])


@routes.post(
    "/patients/<uuid:patient_id>/second-factor/reset",
    access=guards.on_patient(Permission.CHANGE_PATIENT),
    keyed=False,
    takes=schemas.IdentityCheck(),
    gives={204: None},
)
def reset_of_patient(patient: Admitted, body: dict[str, str]) -> None:
    """Take every second factor, and the password, from a patient who lost them and was identified."""
    second_factors.reset_of_patient(patient, guards.caller(), body["reason"])
