"""Tell the coordinator in private that a post is not right: its author learns neither of it nor who it was."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict
from app.messages.models.feed import PostReport
from app.messages.queries import feed, people_here
from app.messages.viewing import Viewer
from app.patients.admission import AdmittedPatient
from app.todos import service as todos

KIND: Final = "post_reported"
OWN: Final = "This is your own. You can change it or take it away."


def report(patient: AdmittedPatient, post_id: UUID, reason: str, viewer: Viewer) -> None:
    """Report a post, once each; what was said first stands. Raises NotFound and Conflict."""
    row = feed.post(patient, viewer, post_id)
    if row.author_id == viewer.person_id:
        raise Conflict(OWN)
    kept = PostReport(organisation_id=patient.organisation_id, patient_id=patient.id, post_id=post_id)
    kept.by, kept.created_at, kept.reason = viewer.person_id, clock.now(), reason
    columns = (column.key for column in PostReport.__mapper__.columns)
    once = (PostReport.post_id, PostReport.by)
    values = {name: getattr(kept, name) for name in columns}
    stored = insert(PostReport).values(values).on_conflict_do_nothing(index_elements=once).returning(PostReport.id)
    if db.session.scalar(stored) is not None:
        todos.add(patient, KIND, str(post_id), _reason(patient, row.author_id))


def _reason(patient: AdmittedPatient, author_id: UUID | None) -> str:
    """Not who reported it, nor why: to-dos stand in the copy of a record, and its patient may be the author."""
    somebody = people_here.named(patient, [author_id]).get(author_id) if author_id else None
    whose = f"by {somebody.name} ({somebody.said})" if somebody else "of Kith’s own"
    return f"A post {whose} in the circle’s news was reported as not right. Open it there to read why."
