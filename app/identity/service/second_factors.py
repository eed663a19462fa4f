"""Second factors: an authenticator app and recovery codes; shown, set up, taken away (security.md S11, S15)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, update

from app.access.guards import Admitted, Caller
from app.access.permissions import Permission
from app.core import clock, limits, sealed
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, SecondFactorNeeded, SignInAgain
from app.identity import passwords, queries, second_factor_codes
from app.identity.models import AuthenticatorApp, Passkey, Person, RecoveryCode, SecondFactorReset
from app.identity.service import guesses, noting, sessions

TRIES, TRIES_OF_ADDRESS, TRIES_PER = 5, 50, timedelta(minutes=10)
FRESH: Final = timedelta(minutes=15)
WRONG: Final = "This code does not fit, or it was used already. Wait for the next one and try again."
LAST: Final = "This is your only second factor, and your work needs one. Add another one first."
NOT_OURS_ALONE: Final = "They work in another organisation too, so this cannot be done here. End their roles instead."
NOT_BY_CODE: Final = "To set up your first second factor, sign in with your password or work account, not with a code."
LET_IN_FOR: Final = timedelta(hours=72)
LET_IN_AGAIN: Final = (
    "Your role was given to you more than 72 hours ago, and a code alone is too little after that. Ask your "
    "administrator or lead to give you your role again, then sign in."
)
TEXT_ALONE: Final = (
    "They have no password and no work account, so a text alone would let somebody in. Have whoever runs the service "
    "set a password for them first."
)
RESET: Final = "reset second factor"
PLACE: Final = "recovery_code.code"


def check(person_id: UUID, code: str, address: str) -> None:
    """Take a code of the person's app, or one of their recovery codes, once; raises Invalid for any other.

    Tries are counted for the person and for the address; raises TooMany after five wrong ones in ten minutes.
    """
    of_person, of_address = f"second factor {person_id}", f"second factor from {address}"
    limits.spend(of_person, allowed=TRIES, per=TRIES_PER)
    limits.spend(of_address, allowed=TRIES_OF_ADDRESS, per=TRIES_PER)
    if not (_is_of_app(person_id, code) or _is_recovery_code(person_id, code)):
        raise wrong(WRONG)
    limits.give_back(of_person)
    limits.give_back(of_address)


def show(session_id: UUID, code: str, address: str) -> None:
    """Show a code to finish signing in; the caller goes on in a new session (`finishing`)."""
    check(queries.session(session_id).person_id, code, address)


def begin_app(session_id: UUID) -> None:
    """Make a secret for an authenticator app; it counts from the first code of it that is typed in."""
    person = may_change(session_id)
    app = queries.authenticator_app(person.id) or AuthenticatorApp(person_id=person.id, last_step=0)
    app.pending = second_factor_codes.new_secret()
    db.session.add(app)


def confirm_app(session_id: UUID, code: str, address: str) -> list[str]:
    """Set the app up by its first code; returns new recovery codes where there were none. Raises Invalid."""
    person = may_change(session_id)
    limits.spend(f"second factor from {address}", allowed=TRIES_OF_ADDRESS, per=TRIES_PER)
    app = queries.authenticator_app(person.id)
    if app is None or not app.pending:
        raise Conflict("There is nothing to confirm. Begin with a new key.")
    step = second_factor_codes.step_of(code, app.pending, clock.now(), after=0)
    if step is None:
        raise wrong("This code does not fit. Check that the time of your phone is right, and try the next code.")
    app.secret, app.pending, app.confirmed_at, app.last_step = app.pending, None, clock.now(), step
    return settle(person, "set up an authenticator app")


def remove_app(session_id: UUID, password: str) -> None:
    """Do without the app from now on; raises Conflict where it is the last factor of somebody who needs one.

    A password that was long enough only with a second factor has to be changed first, so it is asked for.
    """
    person = may_change(session_id)
    app = queries.authenticator_app(person.id)
    if app is None or not app.confirmed_at:
        raise NotFound
    if queries.works_somewhere(person.id) and not queries.opens(queries.passkeys(person.id)):
        raise Conflict(LAST)
    if person.password_hash:
        limits.spend(f"password again {person.id}", allowed=TRIES, per=TRIES_PER)
        if not passwords.fits(password, person.password_hash):
            raise _fault("password", "This is not your password.")
        if len(password) < passwords.SHORTEST and not queries.works_somewhere(person.id):
            raise _fault("password", f"Choose a password of {passwords.SHORTEST} characters or more first.")
    db.session.delete(app)
    db.session.flush()
    settle(person, "removed an authenticator app")


def renew_recovery_codes(session_id: UUID) -> list[str]:
    """Ten new recovery codes instead of the old ones; raises Conflict without a second factor they could stand for."""
    person = may_change(session_id)
    if not person.second_factor_since:
        raise Conflict("Set up a second factor first.")
    noting.note("made new recovery codes", person.id)
    return _new_recovery_codes(person.id)


def reset_of_staff(person_id: UUID, organisations: Collection[UUID], by: UUID, reason: str) -> None:
    """Take every second factor from somebody of one of these organisations, whose identity `reason` says was checked.

    They set up another at their next sign-in. Raises NotFound for anybody else, Forbidden for oneself, Conflict for
    somebody who works elsewhere too: what protects other patients is not this organisation's to take away.
    """
    where = queries.works_in(person_id)
    ours = where & set(organisations)
    if not ours:
        raise NotFound
    if where != ours:
        raise Conflict(NOT_OURS_ALONE)
    person = queries.person(person_id)
    if person.phone is not None and not queries.needs_no_code(person):
        raise Conflict(TEXT_ALONE)
    guesses.forget(person)  # their password is what they come back with
    _reset(person, min(ours), by, reason)
    noting.note(RESET, person_id, by, min(ours))


def reset_of_patient(patient: Admitted, by: Caller, reason: str) -> None:
    """The same for a patient of `by`, who finds it in the log of their record.

    Their password goes too: it may be short because a second factor was there.
    """
    if queries.works_somewhere(patient.person_id):
        raise Conflict("This person works in health care. An administrator there has to do this.")
    person = queries.person(patient.person_id)
    person.password_hash = None
    _reset(person, patient.organisation_id, by.person_id, reason)
    role = by.role_in(patient.organisation_id, Permission.CHANGE_PATIENT) or "none"
    noting.note(RESET, person.id, by.person_id, patient.organisation_id, role=role, patient_id=patient.id)


def _reset(person: Person, organisation_id: UUID, by: UUID, reason: str) -> None:
    if person.id == by:
        raise Forbidden("Somebody else has to do this for you.")
    kept = SecondFactorReset(organisation_id=organisation_id, person_id=person.id, reset_by=by)
    kept.reason = reason
    db.session.add(kept)
    for table in (AuthenticatorApp, RecoveryCode, Passkey):
        db.session.execute(delete(table).where(table.person_id == person.id))
    person.second_factor_since = None
    sessions.sign_out_everywhere(person.id)
    noting.message(person.id)


def may_change(session_id: UUID) -> Person:
    """The person of this session, locked, if they may change how they sign in from it.

    Whoever has a second factor must have shown it; everybody must have signed in lately. Raises SecondFactorNeeded,
    SignInAgain, and Forbidden where a code alone is too little.
    """
    session = queries.session(session_id)
    person = db.session.get_one(Person, session.person_id, with_for_update=True, populate_existing=True)
    if session.second_factor_at is None:
        _check_may_begin(person, session.method)
    if clock.now() - session.created_at > FRESH:
        raise SignInAgain
    return person


def _check_may_begin(person: Person, method: str) -> None:
    """Nothing was shown besides the way in: enough where nothing is due, or where staff set up their first factor.

    Theirs must rest on more than a text that somebody else may get, where there is more; else on somebody at work who
    has let them in lately.
    """
    due = queries.second_factor_due(person)
    if due not in (None, "enrol"):
        raise SecondFactorNeeded
    if due != "enrol" or method != "code":
        return
    if queries.needs_no_code(person):
        raise Forbidden(NOT_BY_CODE)
    let_in_at = queries.let_in_at(person.id)
    if let_in_at is None or clock.now() - let_in_at > LET_IN_FOR:
        raise Forbidden(LET_IN_AGAIN)


def settle(person: Person, what: str) -> list[str]:
    """Note a change of second factors, and from when one is asked for; returns recovery codes with the first one."""
    noting.note(what, person.id)
    noting.message(person.id)
    db.session.flush()
    app = queries.authenticator_app(person.id)
    has_app = app is not None and app.confirmed_at is not None
    # To whoever is no staff a passkey is a way to sign in, never a thing that is asked for besides the password.
    has_one = has_app or (queries.works_somewhere(person.id) and bool(queries.passkeys(person.id)))
    person.second_factor_since = (person.second_factor_since or clock.now()) if has_one else None
    if has_one and not queries.recovery_codes_left(person.id):
        return _new_recovery_codes(person.id)
    if not has_one:
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    return []


def wrong(detail: str) -> Invalid:
    """A code that is refused, said beside its field."""
    return _fault("code", detail)


def _is_of_app(person_id: UUID, code: str) -> bool:
    app = queries.authenticator_app(person_id)
    if app is None or not app.secret:
        return False
    step = second_factor_codes.step_of(code, app.secret, clock.now(), app.last_step)
    if step is None:
        return False
    # Of two who show the same code at the same moment the second finds its half minute used.
    used = update(AuthenticatorApp).where(AuthenticatorApp.id == app.id, AuthenticatorApp.last_step < step)
    return db.session.scalar(used.values(last_step=step).returning(AuthenticatorApp.id)) is not None


def _is_recovery_code(person_id: UUID, code: str) -> bool:
    mine = (RecoveryCode.person_id == person_id, RecoveryCode.code_index == _index(person_id, code))
    used = update(RecoveryCode).where(*mine, RecoveryCode.used_at.is_(None)).values(used_at=clock.now())
    fits = db.session.scalar(used.returning(RecoveryCode.id)) is not None
    if fits:
        noting.tell("used a recovery code", person_id)
    return fits


def _new_recovery_codes(person_id: UUID) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = [second_factor_codes.new_recovery_code() for _ in range(second_factor_codes.RECOVERY_CODES)]
    db.session.add_all([RecoveryCode(person_id=person_id, code_index=_index(person_id, code)) for code in codes])
    return codes


def _index(person_id: UUID, code: str) -> bytes:
    return sealed.index(f"{person_id} {second_factor_codes.plain(code)}", PLACE)


def _fault(field: str, detail: str) -> Invalid:
    return Invalid(detail, errors=[{"pointer": f"/{field}", "detail": detail}])
