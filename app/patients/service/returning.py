"""Come back into a circle that one has left by mistake: soon, to the same place, and to what one had there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.core import clock, events
from app.core.db import db
from app.core.errors import NotFound
from app.patients.admission import AdmittedPatient
from app.patients.events import MemberReturned
from app.patients.models import CircleGrant, CircleMember
from app.patients.queries import ending
from app.patients.service import acting as acts

_OF_A_PLACE: Final = ("organisation_id", "patient_id", "person_id", "role", "relationship", "added_by", "acting_for_id")
_OF_A_GRANT: Final = (
    *("organisation_id", "patient_id", "category", "right", "ends_on", "given_by", "acting_for_id"),
    *("wording_id", "wording_version", "wording_language"),
)
WITHIN: Final = timedelta(days=1)


def come_back(person_id: UUID, patient: AdmittedPatient) -> CircleMember:
    """Be in this circle again, as before one left it; nothing that has ended since is given again.

    Raises NotFound for whoever has not left it by themselves within the last day. Publishes MemberReturned.
    """
    left = next((one for one in ending.left_lately(person_id, WITHIN) if one.patient_id == patient.id), None)
    if left is None:
        raise NotFound
    member = CircleMember(**{name: getattr(left, name) for name in _OF_A_PLACE})
    db.session.add(member)
    db.session.flush()
    db.session.add_all(_again(one, member.id) for one in _lost(left, patient))
    db.session.flush()
    acts.note_own(patient.organisation_id, patient.id, member.role, "return_to_circle", person_id)
    events.publish(MemberReturned(patient.organisation_id, patient.id, member.id, left.id))
    return member


def _lost(left: CircleMember, patient: AdmittedPatient) -> Sequence[CircleGrant]:
    """What ended as they left, and would run today."""
    where = (CircleGrant.member_id == left.id, CircleGrant.ended_why == "left", CircleGrant.ended_at == left.ended_at)
    running = select(CircleGrant).where(*where, CircleGrant.ends_on >= clock.today(patient.zone))
    return db.session.scalars(running.order_by(CircleGrant.created_at, CircleGrant.id)).all()


def _again(grant: CircleGrant, member_id: UUID) -> CircleGrant:
    """In the words, by whom and until when it was given."""
    return CircleGrant(member_id=member_id, **{name: getattr(grant, name) for name in _OF_A_GRANT})
