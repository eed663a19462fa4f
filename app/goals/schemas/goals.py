"""Goals: set, suggested, changed, shown, with how they go and what was done about them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from app.core.pages import PageQuery
from app.core.schemas import Instant, Schema, Text, page_of
from app.goals import entering, progress, rhythm
from app.goals.attainment import LEVELS
from app.goals.entering import NewGoal, NewReview
from app.goals.models import AUDIENCES, HAPPENED, STATES, TIES
from app.goals.schemas.steps import GoalPerson, GoalStep, NewGoalStep, Words

MOST: Final = Decimal(1_000_000)
Confidence: Final = validate.Range(0, 10)


class Number(fields.Decimal):
    """A number of a measure or an area, given as text so that no digit is lost."""

    def __init__(self, **more: Any) -> None:
        super().__init__(places=3, as_string=True, allow_nan=False, validate=self._in_range, **more)

    def _in_range(self, number: Decimal) -> None:
        if not -MOST <= number <= MOST:
            raise ValidationError("No such number is measured.")


class GoalsQuery(PageQuery):
    """Which goals."""

    state = Text(one_of=STATES, load_default=None)


class GoalTie(Schema):
    """What a goal is tied to: "weight" or "blood_pressure:systolic", "instrument:area", or the id of an action."""

    tied_to = Text(one_of=TIES, allow_none=True)
    tie = Text(longest=100, allow_none=True)
    start_value = Number(allow_none=True)
    aim_value = Number(allow_none=True)

    @validates_schema
    def _come_together(self, data: dict[str, Any], **_: Any) -> None:
        if ("tied_to" in data) != ("tie" in data):
            raise ValidationError("What it is tied to and its kind come together.", "tie")


class SuggestedGoal(GoalTie):
    """A goal as the team suggests it."""

    id = fields.UUID(required=True)
    words = Words(longest=entering.LONGEST_WORDS, required=True)
    why = Words(longest=entering.LONGEST_WHY, allow_none=True)
    review_each_days = fields.Integer(allow_none=True, validate=validate.Range(*rhythm.EACH_DAYS))
    steps = fields.List(fields.Nested(NewGoalStep), validate=validate.Length(max=rhythm.MOST_STEPS))

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewGoal:
        levels = data.get("levels")
        return NewGoal(
            **data | {"steps": tuple(data.get("steps", ())), "levels": None if levels is None else tuple(levels)}
        )


class OwnWords(Schema):
    """What only the patient says of a goal: how sure they are, and their words for each level of it."""

    confidence = fields.Integer(allow_none=True, validate=Confidence)
    levels = fields.List(
        Words(longest=entering.LONGEST_WORDS),
        allow_none=True,
        validate=validate.Length(equal=len(LEVELS)),
        metadata={"description": "From -2 to +2, all five."},
    )
    audience = Text(one_of=AUDIENCES)


class NewGoalSchema(SuggestedGoal, OwnWords):
    """A goal as the patient sets it."""

    audience = Text(one_of=AUDIENCES, load_default="private")


class GoalChange(GoalTie, OwnWords):
    """What is to be said of a goal from now on: what is not sent stays as it was."""

    words = Words(longest=entering.LONGEST_WORDS)
    why = Words(longest=entering.LONGEST_WHY, allow_none=True)
    review_each_days = fields.Integer(allow_none=True, validate=validate.Range(*rhythm.EACH_DAYS))


class GoalWhy(Schema):
    """Why, if somebody wants to say it."""

    why = Words(longest=entering.LONGEST_NOTE, allow_none=True, load_default=None)


class NewGoalReview(Schema):
    """How a goal goes: how sure the patient is by now, which level was reached, or a word; one of them at least."""

    id = fields.UUID(required=True)
    confidence = fields.Integer(allow_none=True, validate=Confidence, load_default=None)
    level = fields.Integer(allow_none=True, validate=validate.Range(LEVELS[0], LEVELS[-1]), load_default=None)
    note = Words(longest=entering.LONGEST_NOTE, allow_none=True, load_default=None)

    @validates_schema
    def _says_something(self, data: dict[str, Any], **_: Any) -> None:
        if all(data.get(name) is None for name in ("confidence", "level", "note")):
            raise ValidationError("Say how it goes.", "note")

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewReview:
        return NewReview(**data)


class NewGoalNote(Schema):
    """What somebody who helps says of a goal."""

    id = fields.UUID(required=True)
    note = Words(longest=entering.LONGEST_NOTE, required=True)

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewReview:
        return NewReview(**data)


class GoalAction(Schema):
    """The action of the care plan that a goal is tied to."""

    id = fields.UUID(required=True)
    words = fields.String(required=True)
    state = Text(one_of=("open", "done", "dropped"), required=True)
    owner_id = fields.UUID(required=True)
    owner = fields.String(required=True, metadata={"description": "The name of whoever sees to it"})
    due_on = fields.Date(required=True, allow_none=True)
    is_overdue = fields.Boolean(required=True)
    done_on = fields.Date(required=True, allow_none=True)


class GoalWay(Schema):
    """How far it has come: by its number, of which 1 is there, below 0 behind the start; or by its action, in words."""

    start = Number(required=True, allow_none=True)
    aim = Number(required=True, allow_none=True)
    now = Number(required=True, allow_none=True)
    at = Instant(required=True, allow_none=True)
    share = fields.Float(required=True, allow_none=True)
    trend = Text(one_of=progress.TRENDS, required=True, allow_none=True)
    action = fields.Nested(GoalAction, required=True, allow_none=True)
    said = fields.String(required=True, allow_none=True)


class Goal(Schema):
    """A goal; `way` null: it is tied to nothing, or what it is tied to is not shared with whoever looks."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    words = fields.String(required=True)
    why = fields.String(required=True, allow_none=True)
    audience = Text(one_of=AUDIENCES, required=True)
    state = Text(one_of=STATES, required=True)
    confidence = fields.Integer(required=True, allow_none=True)
    levels = fields.List(fields.String(), required=True, allow_none=True)
    tied_to = Text(one_of=TIES, required=True, allow_none=True)
    tie = fields.String(required=True, allow_none=True)
    way = fields.Nested(GoalWay, required=True, allow_none=True)
    steps = fields.List(fields.Nested(GoalStep), required=True)
    steps_done = fields.Integer(required=True)
    steps_share = fields.Float(required=True, allow_none=True)
    review_each_days = fields.Integer(required=True, allow_none=True)
    review_on = fields.Date(required=True, allow_none=True)
    set_by = fields.Nested(GoalPerson, required=True)
    set_at = Instant(required=True, attribute="created_at")
    touched_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)


GoalPage = page_of(Goal, "GoalPage")


class GoalReview(Schema):
    """How it went when it was looked at, or a note."""

    id = fields.UUID(required=True)
    at = Instant(required=True, attribute="created_at")
    by = fields.Nested(GoalPerson, required=True)
    confidence = fields.Integer(required=True, allow_none=True)
    level = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class GoalHappened(Schema):
    """Something that was done; what it was before, as far as whoever looks saw it then. By nobody: by the clock."""

    kind = Text(one_of=HAPPENED, required=True)
    at = Instant(required=True)
    by = fields.Nested(GoalPerson, required=True, allow_none=True)
    channel = fields.String(required=True)
    step_id = fields.UUID(required=True, allow_none=True)
    helper = fields.Nested(GoalPerson, required=True, allow_none=True)
    before = fields.Dict(required=True)
    why = fields.String(required=True, allow_none=True)


class GoalHistory(Schema):
    """All that was said and done about a goal: the acts in order, what was said newest first."""

    history = fields.List(fields.Nested(GoalHappened), required=True)
    reviews = fields.List(fields.Nested(GoalReview), required=True)
