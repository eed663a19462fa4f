"""Ask somebody in by phone or e-mail, and confirm who came (security.md S14, S24)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select

from app import config
from app.core import clock, limits, rows, sealed
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.identity import contacts, invitation_codes, posting, queries
from app.identity.models import Invitation, Person

A_DAY, TO_ONE_A_DAY, DAY = 30, 5, timedelta(days=1)
TYPED_AT: Final = "/join"
CHANGED: Final = "This invitation has changed meanwhile. Look at the list again."


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom somebody asks in: into a patient's circle or a team, as what, and where the code goes."""

    organisation_id: UUID
    into: str  # the patient's first name, or the team's name
    role: str
    by: UUID
    contact_kind: str
    contact: str
    patient_id: UUID | None = None
    team_id: UUID | None = None
    relationship: str | None = None


def invite(asked: Asked) -> Invitation:
    """Send somebody a code; the answer does not depend on whether Kith knows them. Raises Invalid, TooMany."""
    contact = _contact(asked.contact_kind, asked.contact)
    invitation = Invitation(
        organisation_id=asked.organisation_id,
        patient_id=asked.patient_id,
        team_id=asked.team_id,
        invited_by=asked.by,
        role=asked.role,
        contact_kind=asked.contact_kind,
        contact_index=_index(asked.contact_kind, contact),
    )
    invitation.into, invitation.relationship, invitation.contact = asked.into, asked.relationship, contact
    _send(invitation)
    return invitation


def resend(invitation: Invitation, by: UUID) -> None:
    """Send a new code to the same phone or e-mail; the old one opens nothing. Raises Forbidden, Conflict."""
    _of(invitation, by, "waiting")
    _send(invitation)


def revoke(invitation: Invitation) -> None:
    """Take an invitation back that nobody has accepted; its code opens nothing from this commit on."""
    _decided(invitation, "waiting", "revoked")


def decline(invitation: Invitation) -> None:
    """Whoever accepted it is not who was meant: they are given nothing."""
    _decided(invitation, "accepted", "declined")


def accepted_by(invitation: Invitation, by: UUID) -> Person:
    """Who has accepted it, for whoever sent it to confirm. Raises Forbidden, Conflict."""
    _of(invitation, by, "accepted")
    return queries.person(invitation.person_id or by)


def confirm(invitation: Invitation, by: UUID) -> None:
    """Whoever accepted it is who was meant, and has been given their place: they are told. Raises as `accepted_by`."""
    person = accepted_by(invitation, by)
    _decided(invitation, "accepted", "confirmed")
    link = f"{config.current().public_url}/sign-in"
    inviter = queries.person(by).given_name
    posting.post(person.id, invitation.contact_kind, "joined", {"inviter": inviter, "link": link}, kind="message")


def of_patient(patient_id: UUID, invitation_id: UUID) -> Invitation:
    """An invitation into this circle, held until the end of the transaction; raises NotFound."""
    return _held(Invitation.patient_id == patient_id, invitation_id)


def of_team(team_id: UUID, invitation_id: UUID) -> Invitation:
    """An invitation into this team, held until the end of the transaction; raises NotFound."""
    return _held(Invitation.team_id == team_id, invitation_id)


def close_into(patient_id: UUID) -> None:
    """Care has ended: nobody joins this circle any more."""
    _close(Invitation.patient_id == patient_id)


def close_of(inviter_id: UUID, organisation_id: UUID, *, patient_id: UUID | None = None) -> None:
    """Somebody may not invite here any more, or not into this circle: what they sent opens nothing."""
    theirs = (Invitation.invited_by == inviter_id) & (Invitation.organisation_id == organisation_id)
    _close(theirs if patient_id is None else theirs & (Invitation.patient_id == patient_id))


@contextmanager
def reaching_any() -> Iterator[None]:
    """Reach any invitation within the block: whose circle it leads into is not known before it is looked up."""
    with rows.within(rows.SERVICE):
        yield
        db.session.flush()


def _send(invitation: Invitation) -> None:
    contact = invitation.contact or ""
    limits.spend(f"invite {invitation.invited_by}", allowed=A_DAY, per=DAY)
    limits.spend(f"invite to {contact}", allowed=TO_ONE_A_DAY, per=DAY)
    code, settings = invitation_codes.new_code(), config.current()
    invitation.code_hash = invitation_codes.digest(settings.secret_key, code)
    invitation.expires_at = clock.now() + invitation_codes.LASTS
    invitation.opened, invitation.opened_hash, invitation.proven_at = 0, None, None
    db.session.add(invitation)
    db.session.flush()
    variables = {
        "inviter": queries.person(invitation.invited_by).given_name,
        "link": settings.public_url + TYPED_AT,
        "invitation": invitation_codes.shown(code),
    }
    posting.post(
        None, invitation.contact_kind, "invitation", variables, "invitation", about_id=invitation.id, address=contact
    )


def _contact(kind: str, typed: str) -> str:
    if kind == "phone":
        return contacts.phone(typed)
    if not posting.sends_emails():
        detail = "No e-mails are sent from here. Give a mobile number."
        raise Invalid(detail, errors=[{"pointer": "/email", "detail": detail}])
    return contacts.email(typed)


def _index(kind: str, contact: str) -> bytes:
    return sealed.index(contact, Person.phone.place if kind == "phone" else Person.email.place)


def _held(where: ColumnElement[bool], invitation_id: UUID) -> Invitation:
    one = select(Invitation).where(Invitation.id == invitation_id, where).with_for_update()
    invitation = db.session.scalar(one.execution_options(populate_existing=True))
    if invitation is None:
        raise NotFound
    return invitation


def _of(invitation: Invitation, by: UUID, state: str) -> None:
    if invitation.invited_by != by:
        raise Forbidden("Only whoever sent this invitation can do this.")
    if invitation.state != state:
        raise Conflict(CHANGED)


def _decided(invitation: Invitation, before: str, after: str) -> None:
    if invitation.state != before:
        raise Conflict(CHANGED)
    invitation.state, invitation.decided_at = after, clock.now()
    db.session.flush()


def _close(where: ColumnElement[bool]) -> None:
    running = select(Invitation).where(where, Invitation.state.in_(("waiting", "accepted"))).with_for_update()
    with reaching_any():
        for invitation in db.session.scalars(running):
            invitation.state, invitation.decided_at = "closed", clock.now()
