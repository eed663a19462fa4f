"""Reads of identity."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from app import config
from app.core import clock, sealed
from app.core.db import db
from app.core.errors import Invalid
from app.identity import contacts, one_use_codes
from app.identity.models import (
    AccountClosing,
    AuthenticatorApp,
    DeviceSession,
    Invitation,
    LinkedLogin,
    OneUseCode,
    Passkey,
    Person,
    PushSubscription,
    RecoveryCode,
    SecondFactorReset,
)


def person(person_id: UUID) -> Person:
    """A person by id, known to exist."""
    return db.session.get_one(Person, person_id)


def people(person_ids: set[UUID]) -> dict[UUID, Person]:
    """People by id, in one query."""
    rows = db.session.scalars(select(Person).where(Person.id.in_(person_ids))) if person_ids else ()
    return {row.id: row for row in rows}


def person_by_contact(identifier: str) -> Person | None:
    """Whoever signs in with this e-mail or phone."""
    try:
        if "@" in identifier:
            where = Person.email_index == sealed.index(contacts.email(identifier), Person.email.place)
        else:
            where = Person.phone_index == sealed.index(contacts.phone(identifier), Person.phone.place)
    except Invalid:
        return None
    return db.session.scalar(select(Person).where(where))


def people_by_contacts(phones: Collection[str], emails: Collection[str]) -> list[Person]:
    """Everybody who has one of these phones or e-mails (in their one form), in one query."""
    if not phones and not emails:
        return []
    by_phone = Person.phone_index.in_([sealed.index(phone, Person.phone.place) for phone in phones])
    by_email = Person.email_index.in_([sealed.index(email, Person.email.place) for email in emails])
    return list(db.session.scalars(select(Person).where(or_(by_phone, by_email))))


def devices(person_id: UUID) -> list[DeviceSession]:
    """The running sessions of a person, last used first."""
    running = (DeviceSession.person_id == person_id, DeviceSession.revoked_at.is_(None))
    fresh = DeviceSession.expires_at > clock.now()
    return list(
        db.session.scalars(select(DeviceSession).where(*running, fresh).order_by(DeviceSession.last_used_at.desc()))
    )


def own_contacts(person_id: UUID) -> dict[str, Any]:
    """Somebody's phone and e-mail, since when they are proven, and whether they should be proven again."""
    one, now = person(person_id), clock.now()
    return {
        "phone": one.phone,
        "phone_verified_at": one.phone_verified_at,
        "phone_to_be_proven": one.phone is not None and one_use_codes.is_to_be_proven_again(one.phone_verified_at, now),
        "email": one.email,
        "email_verified_at": one.email_verified_at,
        "email_to_be_proven": one.email is not None and one_use_codes.is_to_be_proven_again(one.email_verified_at, now),
    }


def session(session_id: UUID) -> DeviceSession:
    """A session that is known to exist, as the caller's own does."""
    return db.session.get_one(DeviceSession, session_id)


def closing(person_id: UUID) -> AccountClosing | None:
    """The closing of somebody's account, while it holds."""
    theirs = (AccountClosing.person_id == person_id, AccountClosing.reopened_at.is_(None))
    return db.session.scalar(select(AccountClosing).where(*theirs))


def authenticator_app(person_id: UUID) -> AuthenticatorApp | None:
    """The app of a person, confirmed or being set up."""
    return db.session.scalar(select(AuthenticatorApp).where(AuthenticatorApp.person_id == person_id))


def passkeys(person_id: UUID) -> list[Passkey]:
    """The passkeys of a person, oldest first."""
    return list(
        db.session.scalars(
            select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.created_at, Passkey.id)
        )
    )


def push_subscriptions(person_id: UUID) -> list[PushSubscription]:
    """The browsers on which a person is told, newest first."""
    live = select(PushSubscription).where(PushSubscription.person_id == person_id, PushSubscription.gone_at.is_(None))
    # Ids grow with time too, within the same moment.
    return list(db.session.scalars(live.order_by(PushSubscription.created_at.desc(), PushSubscription.id.desc())))


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person has set up besides their password."""

    has_app: bool
    app_since: datetime | None
    passkeys: list[Passkey]
    recovery_codes_left: int


def factors(person_id: UUID) -> Factors:
    """What a person has set up besides their password."""
    app = authenticator_app(person_id)
    since = app.confirmed_at if app else None
    return Factors(since is not None, since, passkeys(person_id), recovery_codes_left(person_id))


def pending_key(person_id: UUID) -> str | None:
    """The key of an app that is being set up."""
    app = authenticator_app(person_id)
    return app.pending if app else None


def recovery_codes_left(person_id: UUID) -> int:
    """How many recovery codes still serve."""
    mine = (RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(RecoveryCode).where(*mine)) or 0


def second_factor_due(person: Person) -> str | None:
    """What finishes a sign-in: "totp", "passkey", "enrol" for staff who never had either; None where nothing does.

    Where the only passkeys are ones that may be copied it is "recovery_code": whoever copied one may know the password.
    """
    if person.kind != "human" or not (person.second_factor_since or works_somewhere(person.id)):
        return None
    app = authenticator_app(person.id)
    if app is not None and app.confirmed_at:
        return "totp"
    mine = passkeys(person.id)
    if not mine:
        return "enrol"
    return "passkey" if opens(mine) else "recovery_code"


def opens(passkeys_of: list[Passkey]) -> bool:
    """Does one of these passkeys still serve?"""
    return any(passkey.copied_at is None for passkey in passkeys_of)


def needs_no_code(person: Person) -> bool:
    """Has this person a password, or another provider's account: a way in that needs no code?"""
    linked = select(LinkedLogin.id).where(LinkedLogin.person_id == person.id).limit(1)
    return person.password_hash is not None or db.session.scalar(linked) is not None


def works_somewhere(person_id: UUID) -> bool:
    """Does this person hold any role of staff?"""
    return bool(works_in(person_id))


def works_in(person_id: UUID) -> set[UUID]:
    """The organisations somebody holds a role in. Identity knows no teams: assembly hands in what does."""
    found: set[UUID] = config.handed_in("works_in")(person_id)
    return found


def let_in_at(person_id: UUID) -> datetime | None:
    """When somebody at work last let a member of staff in: by a role, or after they lost their second factors."""
    given: datetime | None = config.handed_in("given_a_role_at")(person_id)
    resets = select(func.max(SecondFactorReset.created_at)).where(SecondFactorReset.person_id == person_id)
    return max(filter(None, (given, db.session.scalar(resets))), default=None)


def codes_sent() -> int:
    """How many one-use codes were sent in the last day."""
    since = OneUseCode.expires_at > clock.now() + one_use_codes.LASTS - timedelta(days=1)
    sent = (since, OneUseCode.code_hash.is_not(None))
    return db.session.scalar(select(func.count()).select_from(OneUseCode).where(*sent)) or 0


GAUGES = [("kith_sign_in_codes", "One-use codes sent in the last day", codes_sent)]


@dataclass(frozen=True, slots=True)
class Sent:
    """An invitation, who sent it, and who has accepted it."""

    invitation: Invitation
    inviter: Person
    joiner: Person | None

    @property
    def state(self) -> str:
        """That of the invitation; `expired` where nobody accepted it in time."""
        is_over = self.invitation.state == "waiting" and self.invitation.expires_at <= clock.now()
        return "expired" if is_over else self.invitation.state


def invitations_into(*, patient_id: UUID | None = None, team_id: UUID | None = None) -> list[Sent]:
    """The invitations into a circle or a team that somebody may still do something about, newest first."""
    where = Invitation.patient_id == patient_id if patient_id else Invitation.team_id == team_id
    running = (where, Invitation.state.in_(("waiting", "accepted")))
    return _sent(
        db.session.scalars(
            select(Invitation).where(*running).order_by(Invitation.created_at.desc(), Invitation.id.desc())
        ).all()
    )


def answered(person_id: UUID) -> list[Sent]:
    """What somebody asked and another has accepted, first come first: it waits for them alone."""
    theirs = (Invitation.invited_by == person_id, Invitation.state == "accepted")
    return _sent(db.session.scalars(select(Invitation).where(*theirs).order_by(Invitation.accepted_at)).all())


def _sent(found: Sequence[Invitation]) -> list[Sent]:
    known = people({one.invited_by for one in found} | {one.person_id for one in found if one.person_id})
    return [Sent(one, known[one.invited_by], known.get(one.person_id) if one.person_id else None) for one in found]
