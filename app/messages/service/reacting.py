"""Say with one sign how one feels about a post, and take it back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict
from app.core.ids import new_id
from app.messages.models.feed import PostReaction
from app.messages.queries import feed
from app.messages.service import posting
from app.messages.viewing import Viewer
from app.patients.admission import AdmittedPatient


def react(patient: AdmittedPatient, post_id: UUID, kind: str, viewer: Viewer) -> None:
    """Feel like this about a post, instead of what one felt before. Raises NotFound and Conflict."""
    row = feed.post(patient, viewer, post_id)
    if row.deleted_at is not None:
        raise Conflict(posting.GONE)
    if why := posting.closed(patient, viewer.person_id):
        raise Conflict(why)
    values = {
        "id": new_id(),
        "created_at": clock.now(),
        "organisation_id": patient.organisation_id,
        "patient_id": patient.id,
        "post_id": post_id,
        "person_id": viewer.person_id,
        "kind": kind,
    }
    once = (PostReaction.post_id, PostReaction.person_id)
    change = {"kind": kind, "ended_at": None}
    db.session.execute(insert(PostReaction).values(values).on_conflict_do_update(index_elements=once, set_=change))


def take_back(patient: AdmittedPatient, post_id: UUID, viewer: Viewer) -> None:
    """Feel nothing special about it any more; there was nothing, nothing changes. Raises NotFound."""
    feed.post(patient, viewer, post_id)
    mine = (PostReaction.post_id == post_id, PostReaction.person_id == viewer.person_id)
    running = (PostReaction.patient_id == patient.id, PostReaction.ended_at.is_(None))
    db.session.execute(update(PostReaction).where(*mine, *running).values(ended_at=clock.now()))
