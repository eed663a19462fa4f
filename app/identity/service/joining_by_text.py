"""Answer an invitation by a text from the very phone that was invited, for those who have no other way (product.md).

A sender's number can be feigned, so it proves nothing by itself: what comes of it is that the inviter is asked whether
this name is who they meant, and that texts go to the phone they had named. It opens no sign-in.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.core import clock, sealed
from app.core.db import db
from app.core.errors import Conflict
from app.identity import queries
from app.identity.models import Invitation, Person
from app.identity.service import codes, inviting, joining


def waiting_for(phone: str) -> Invitation | None:
    """The newest invitation into a circle that waits for this phone."""
    index = sealed.index(phone, Person.phone.place)
    where = (Invitation.contact_kind == "phone", Invitation.contact_index == index, Invitation.state == "waiting")
    running = select(Invitation).where(*where, Invitation.patient_id.is_not(None), Invitation.expires_at > clock.now())
    with inviting.reaching_any():
        return db.session.scalar(running.order_by(Invitation.created_at.desc(), Invitation.id.desc()).limit(1))


def accept(invitation_id: UUID, given_name: str, family_name: str) -> Person:
    """Say who has come; whoever invited them confirms it. Raises Conflict where it is not open any more."""
    with inviting.reaching_any():
        held = select(Invitation).where(Invitation.id == invitation_id).with_for_update()
        invitation = db.session.scalars(held.execution_options(populate_existing=True)).one()
        if invitation.state != "waiting" or invitation.expires_at <= clock.now():
            raise Conflict(joining.GONE)
        known = queries.person_by_contact(invitation.contact or "")
        person = known or joining.newcomer(invitation, given_name, family_name, None)
        if person.id == invitation.invited_by or not codes.may_sign_in(person):
            raise Conflict("Nobody can accept this invitation as this person.")
        invitation.state, invitation.person_id, invitation.accepted_at = "accepted", person.id, clock.now()
        joining.tell_inviter(invitation, person)
    return person
