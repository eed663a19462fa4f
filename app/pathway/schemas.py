"""The actions of the care plan as they look from outside."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from app.core.pages import PageQuery
from app.core.schemas import Instant, Schema, Text, page_of
from app.goals.schemas.steps import GoalPerson, Words
from app.pathway import entering
from app.pathway.entering import NewAction
from app.pathway.models import HAPPENED, STATES


class PlanActionsQuery(PageQuery):
    """Which actions."""

    state = Text(one_of=STATES, load_default=None)


class NewPlanAction(Schema):
    """Something that is to be done, with whoever sees to it, and the day by which if there is one."""

    id = fields.UUID(required=True)
    words = Words(longest=entering.LONGEST_WORDS, required=True)
    owner_id = fields.UUID(required=True)
    due_on = fields.Date(allow_none=True, load_default=None)

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewAction:
        return NewAction(**data)


class PlanActionChange(Schema):
    """What is to be said of an action from now on: what is not sent stays as it was."""

    words = Words(longest=entering.LONGEST_WORDS)
    owner_id = fields.UUID()
    due_on = fields.Date(allow_none=True)

    @validates_schema
    def _says_something(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Say what is to be changed.", "words")


class PlanActionDropped(Schema):
    """Why it is not to be done any more."""

    why = Words(longest=entering.LONGEST_WHY, required=True)


class PlanPerson(GoalPerson):
    """Somebody who sees to an action or did something about it, with what they are to the patient."""


class PlanAction(Schema):
    """An action of the care plan."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    words = fields.String(required=True)
    owner = fields.Nested(PlanPerson, required=True)
    due_on = fields.Date(required=True, allow_none=True)
    state = Text(one_of=STATES, required=True)
    is_overdue = fields.Boolean(required=True, metadata={"description": "Open past its day, by the patient’s calendar"})
    ended_at = Instant(required=True, allow_none=True)
    ended_by = fields.Nested(PlanPerson, required=True, allow_none=True)
    dropped_why = fields.String(required=True, allow_none=True)
    set_by = fields.Nested(PlanPerson, required=True)
    set_role = fields.String(required=True)
    channel = fields.String(required=True)
    set_at = Instant(required=True, attribute="created_at")


PlanActionPage = page_of(PlanAction, "PlanActionPage")


class PlanActionMark(Schema):
    """What became of an action; nothing of what it says, which whoever sees to it may not be shown any more."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    state = Text(one_of=STATES, required=True)
    ended_at = Instant(required=True, allow_none=True)


class PlanOwners(Schema):
    """Who can see to an action."""

    items = fields.List(fields.Nested(PlanPerson), required=True)


class PlanActionHappened(Schema):
    """Something that was done about an action, and what it was before."""

    kind = Text(one_of=HAPPENED, required=True)
    at = Instant(required=True, attribute="created_at")
    by = fields.Nested(PlanPerson, required=True)
    role = fields.String(required=True)
    channel = fields.String(required=True)
    before = fields.Dict(required=True)
    why = fields.String(required=True, allow_none=True)


class PlanActionHistory(Schema):
    """All that was done about an action, in order."""

    history = fields.List(fields.Nested(PlanActionHappened), required=True)
