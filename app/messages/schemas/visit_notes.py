"""What notes of visits take and give. What is for professionals stands in an answer only where the note has it."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields, post_load, validate

from app.core.schemas import Instant, Schema, Text
from app.messages import visit_tasks
from app.messages.schemas.visits import Happened, OneVisit
from app.messages.visit_entering import NewNote, Told

LONGEST: Final = 4000


class NewVisitNoteSchema(Happened):
    """What was done at a visit, for the family and for professionals; the id is the sender's own."""

    id = fields.UUID(required=True)
    done = fields.List(
        Text(longest=40, one_of=visit_tasks.TASKS),
        load_default=list,
        validate=validate.Length(max=len(visit_tasks.TASKS)),
    )
    family = Text(load_default=None, allow_none=True, longest=LONGEST)
    professional = Text(load_default=None, allow_none=True, longest=LONGEST)
    handover = Text(load_default=None, allow_none=True, longest=LONGEST)
    next_visit_at = Instant(load_default=None, allow_none=True)
    corrects_id = fields.UUID(load_default=None, allow_none=True)

    @post_load
    def _told(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        told = Told(**{name: data.pop(name) for name in ("happened_at", "sent_at", "unexpected")})
        return {"told": told, "note": NewNote(**data | {"done": tuple(data["done"])})}


class VisitNoteWritten(Schema):
    """A note was kept."""

    id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)


class HandoverReadBy(Schema):
    """Who has read a handover, and when."""

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    at = Instant(required=True)


class VisitNote(Schema):
    """What was written of a visit; the last three are answered to professionals and are not there for others."""

    id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)
    corrects_id = fields.UUID(required=True, allow_none=True)
    by = fields.UUID(required=True)
    name = fields.String(required=True)
    said = fields.String(required=True)
    done = fields.List(fields.String(), required=True)
    family = fields.String(required=True, allow_none=True)
    next_visit_at = Instant(required=True, allow_none=True)
    created_at = Instant(required=True)
    professional = fields.String(allow_none=True)
    handover = fields.String(allow_none=True)
    read_by = fields.List(fields.Nested(HandoverReadBy))


class VisitNotes(Schema):
    """Notes, oldest first."""

    items = fields.List(fields.Nested(VisitNote), required=True)


class VisitWithNotes(OneVisit):
    """A visit with what was written of it, as it stands now, and what was measured, as far as the reader sees it."""

    notes = fields.List(fields.Nested(VisitNote), required=True)
    reading_ids = fields.List(fields.UUID(), required=True)


class VisitHandover(Schema):
    """The last word for whoever comes next; null where there is none."""

    note = fields.Nested(VisitNote, required=True, allow_none=True)


class VisitTask(Schema):
    """Something that can be ticked as done."""

    id = fields.String(required=True)
    words = fields.String(required=True)


class VisitTasks(Schema):
    """What can be ticked as done."""

    items = fields.List(fields.Nested(VisitTask), required=True)
