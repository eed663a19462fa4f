"""Change a post of one's own or take it away; what it said before is kept."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Forbidden, PreconditionFailed
from app.messages.models.feed import Post, PostVersion
from app.messages.queries import feed
from app.messages.service import feed_telling, posting
from app.messages.viewing import Viewer
from app.notifications.service import news
from app.patients.admission import AdmittedPatient

NOT_YOURS: Final = "Only whoever wrote it can do this. If it is not right, report it to the coordinator."
CHANGED: Final = "This was changed since you read it. Read it again."
GONE: Final = "This was taken away."


def change(patient: AdmittedPatient, post_id: UUID, version: int, text: str, viewer: Viewer) -> None:
    """Let a post of one's own say something else. Raises NotFound, Forbidden, Conflict and PreconditionFailed."""
    row = _own(patient, post_id, viewer)
    if why := posting.closed(patient, viewer.person_id):
        raise Conflict(why)
    if row.deleted_at is not None:
        raise Conflict(GONE)
    if row.version != version:
        raise PreconditionFailed(CHANGED)
    if row.body != text:
        _keep(row, viewer.person_id)
        row.body, row.changed_at = text, clock.now()
        db.session.flush()
        feed_telling.anew(patient, row, viewer.by, text)


def take_away(patient: AdmittedPatient, post_id: UUID, viewer: Viewer) -> None:
    """Take a post of one's own away; gone before, it stays so. Raises NotFound and Forbidden."""
    row = _own(patient, post_id, viewer)
    if row.deleted_at is None:
        _keep(row, viewer.person_id)
        row.body, row.deleted_at, row.deleted_by = None, clock.now(), viewer.person_id
        db.session.flush()
        news.withdraw([row.id])  # whoever has not been told yet would find nothing


def _own(patient: AdmittedPatient, post_id: UUID, viewer: Viewer) -> Post:
    row = feed.post(patient, viewer, post_id, lock=True)
    if row.author_id != viewer.person_id:
        raise Forbidden(NOT_YOURS)
    return row


def _keep(row: Post, by: UUID) -> None:
    """What it says until now."""
    kept = PostVersion(organisation_id=row.organisation_id, patient_id=row.patient_id, post_id=row.id, by=by)
    kept.number, kept.body = row.version, row.body
    db.session.add(kept)
