"""Tables of goals: what somebody wants, its steps and helpers, how it went each time it was looked at."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, one_of
from app.core.sealed import Sealed
from app.patients.models import OfPatient

# private: the patient's alone; team: theirs and the team's; circle: also of those who may see goals.
AUDIENCES: Final = ("private", "team", "circle")
STATES: Final = ("suggested", "active", "reached", "put_aside", "declined")
TIES: Final = ("measure", "area", "action")
HELPER_STATES: Final = ("asked", "accepted", "declined")
CHANNELS: Final = ("app", "page", "sms", "kith")
HAPPENED: Final = (
    "set", "suggested", "accepted", "declined", "changed", "shared", "step_added", "step_changed", "step_done",
    "step_open_again", "step_removed", "helper_asked", "helper_accepted", "helper_declined", "helper_ended", "reviewed",
    "reached", "put_aside", "taken_up",
)  # fmt: skip


class Goal(Base, OfPatient):
    """Something a patient wants, in their own words."""

    __tablename__ = "goal"
    __table_args__ = (
        UniqueConstraint("patient_id", "client_id"),
        Index("ix_goal_patient_id", "patient_id", "created_at"),
        Index("ix_goal_review_on", "review_on", postgresql_where=text("state = 'active' and review_on is not null")),
        CheckConstraint(one_of("audience", AUDIENCES), name="audience"),
        CheckConstraint(one_of("state", STATES), name="state"),
        CheckConstraint(one_of("tied_to", TIES), name="tied_to"),
        CheckConstraint("(tied_to is null) = (tie is null)", name="tie"),
        CheckConstraint("confidence between 0 and 10", name="confidence"),
        # What the team suggests is never private: they would be the only ones who could not see it.
        CheckConstraint("not (state = 'suggested' and audience = 'private')", name="suggested"),
    )

    client_id: Mapped[UUID]  # chosen by the sender
    words_sealed: Mapped[bytes]
    why_sealed: Mapped[bytes | None]  # why it matters
    audience: Mapped[str]
    state: Mapped[str]
    confidence: Mapped[int | None] = mapped_column(SmallInteger)  # 0 to 10, that it will be reached; as last said
    tied_to: Mapped[str | None]
    tie: Mapped[str | None]  # a measure and its component, an instrument and its area, the id of a plan's action
    start_value: Mapped[Decimal | None] = mapped_column(Numeric(10, 3))  # of the measure or area, as the goal began
    aim_value: Mapped[Decimal | None] = mapped_column(Numeric(10, 3))
    levels_sealed: Mapped[bytes | None]  # goal attainment scaling: their words for each of -2 to +2, as JSON
    review_each_days: Mapped[int | None] = mapped_column(SmallInteger)
    review_on: Mapped[date | None]  # when it is looked at next, by the patient's calendar
    prompted_on: Mapped[date | None]  # the review_on of which the patient was reminded last
    set_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    set_role: Mapped[str]
    acting_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("acting_for.id"))
    touched_at: Mapped[datetime]  # when somebody last did something about it
    ended_at: Mapped[datetime | None]  # reached, put aside or declined
    version: Mapped[int] = mapped_column(default=1)

    words = Sealed()
    why = Sealed()
    levels = Sealed()

    __mapper_args__ = {"version_id_col": version}


class GoalStep(Base, OfPatient):
    """A step towards a goal; somebody of the circle may be asked to help with it."""

    __tablename__ = "goal_step"
    __table_args__ = (
        Index("ix_goal_step_patient_id", "patient_id"),
        UniqueConstraint("goal_id", "client_id"),
        Index("ix_goal_step_goal_id", "goal_id"),
        Index("ix_goal_step_helper_id", "helper_id", postgresql_where=text("helper_id is not null")),
        CheckConstraint(one_of("helper_state", HELPER_STATES), name="helper_state"),
        CheckConstraint("(helper_id is null) = (helper_state is null)", name="helper"),
        CheckConstraint("(done_at is null) = (done_by is null)", name="done"),
    )

    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goal.id"))
    client_id: Mapped[UUID]  # chosen by the sender
    place: Mapped[int] = mapped_column(SmallInteger)  # among the steps of its goal
    words_sealed: Mapped[bytes]
    due_on: Mapped[date | None]
    helper_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    helper_state: Mapped[str | None]
    asked_at: Mapped[datetime | None]  # when the helper was asked
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]

    words = Sealed()


class GoalReview(Base, OfPatient):
    """How a goal went when it was looked at; append-only."""

    __tablename__ = "goal_review"
    __table_args__ = (
        Index("ix_goal_review_patient_id", "patient_id"),
        UniqueConstraint("goal_id", "client_id"),
        Index("ix_goal_review_goal_id", "goal_id", "created_at"),
        CheckConstraint("confidence between 0 and 10", name="confidence"),
        CheckConstraint("level between -2 and 2", name="level"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
    )

    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goal.id"))
    client_id: Mapped[UUID]  # chosen by the sender
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    channel: Mapped[str]
    confidence: Mapped[int | None] = mapped_column(SmallInteger)
    level: Mapped[int | None] = mapped_column(SmallInteger)  # of goal attainment scaling
    note_sealed: Mapped[bytes | None]

    note = Sealed()


class GoalEvent(Base, OfPatient):
    """What was done about a goal, and what it was before; append-only."""

    __tablename__ = "goal_event"
    __table_args__ = (
        Index("ix_goal_event_patient_id", "patient_id"),
        Index("ix_goal_event_goal_id", "goal_id", "created_at"),
        CheckConstraint(one_of("kind", HAPPENED), name="kind"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
    )

    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goal.id"))
    step_id: Mapped[UUID | None] = mapped_column(ForeignKey("goal_step.id"))
    kind: Mapped[str]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # None: the clock
    role: Mapped[str | None]
    channel: Mapped[str]
    details_sealed: Mapped[bytes | None]  # JSON: what it was before, and why

    details = Sealed()
