"""Steps of goals, and who helps with them."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from app.core.schemas import Instant, Schema, Text
from app.goals import entering
from app.goals.entering import NewStep
from app.goals.models import HELPER_STATES


class Words(Text):
    """Somebody's own words, without the blanks around them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).strip()


class GoalPerson(Schema):
    """Somebody, with what they are to the patient."""

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    is_to_patient = fields.String(required=True, attribute="said")


class NewGoalStep(Schema):
    """A step, with the day by which it is to be done if there is one."""

    id = fields.UUID(required=True)
    words = Words(longest=entering.LONGEST_WORDS, required=True)
    due_on = fields.Date(allow_none=True, load_default=None)

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewStep:
        return NewStep(**data)


class GoalStepChange(Schema):
    """What is to be said of a step from now on: what is not sent stays as it was."""

    words = Words(longest=entering.LONGEST_WORDS)
    due_on = fields.Date(allow_none=True)


class GoalStep(Schema):
    """A step; who was asked to help may have said that they cannot."""

    id = fields.UUID(required=True)
    words = fields.String(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    helper = fields.Nested(GoalPerson, required=True, allow_none=True)
    helper_state = Text(one_of=HELPER_STATES, required=True, allow_none=True)
    asked_at = Instant(required=True, allow_none=True)
    is_mine = fields.Boolean(required=True)
    done_at = Instant(required=True, allow_none=True)
    done_by = fields.Nested(GoalPerson, required=True, allow_none=True)


class HelperAsked(Schema):
    """Who is asked to help; null: nobody any more."""

    person_id = fields.UUID(required=True, allow_none=True)


class GoalHelper(Schema):
    """Somebody who can be asked."""

    person_id = fields.UUID(required=True, attribute="id")
    name = fields.String(required=True)


class GoalHelpers(Schema):
    """Who can be asked to help with the steps of a goal, as it is shared now."""

    items = fields.List(fields.Nested(GoalHelper), required=True)


class GoalHelp(Schema):
    """What a helper has said; nothing of the goal, which they may not be shown."""

    step_id = fields.UUID(required=True, attribute="id")
    goal_id = fields.UUID(required=True)
    helper_state = Text(one_of=HELPER_STATES, required=True, allow_none=True)
    done_at = Instant(required=True, allow_none=True)


class GoalNote(Schema):
    """What a helper has said of a goal."""

    id = fields.UUID(required=True)
    goal_id = fields.UUID(required=True)
    at = Instant(required=True, attribute="created_at")
    note = fields.String(required=True)
