"""Tables of the care plan: its actions, and what was done about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, one_of
from app.core.sealed import Sealed
from app.patients.models import OfPatient

STATES: Final = ("open", "done", "dropped")
CHANNELS: Final = ("app", "page", "sms")
HAPPENED: Final = ("set", "changed", "done", "open_again", "dropped")


class PlanAction(Base, OfPatient):
    """Something that was agreed to be done, with whoever sees to it."""

    __tablename__ = "plan_action"
    __table_args__ = (
        UniqueConstraint("patient_id", "client_id"),
        Index("ix_plan_action_patient_id", "patient_id", "created_at"),
        Index("ix_plan_action_due_on", "due_on", postgresql_where=text("state = 'open' and due_on is not null")),
        Index("ix_plan_action_owner_id", "owner_id"),
        CheckConstraint(one_of("state", STATES), name="state"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
        CheckConstraint("(state = 'open') = (ended_at is null)", name="ended"),
        CheckConstraint("(ended_at is null) = (ended_by is null)", name="ended_by_somebody"),
        CheckConstraint("(state = 'dropped') = (dropped_why_sealed is not null)", name="dropped_with_reason"),
    )

    client_id: Mapped[UUID]  # chosen by the sender
    words_sealed: Mapped[bytes]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # whoever sees to it
    due_on: Mapped[date | None]  # by the patient's calendar
    state: Mapped[str]
    ended_at: Mapped[datetime | None]  # done or dropped
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    dropped_why_sealed: Mapped[bytes | None]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    set_role: Mapped[str]
    channel: Mapped[str]  # by which it was set
    version: Mapped[int] = mapped_column(default=1)

    words = Sealed()
    dropped_why = Sealed()

    __mapper_args__ = {"version_id_col": version}

    def is_overdue(self, today: date) -> bool:
        """Open past its day; `today` is by the patient's calendar."""
        return self.state == "open" and self.due_on is not None and self.due_on < today


class PlanActionEvent(Base, OfPatient):
    """What was done about an action of the care plan, and what it was before; append-only."""

    __tablename__ = "plan_action_event"
    __table_args__ = (
        Index("ix_plan_action_event_patient_id", "patient_id"),
        Index("ix_plan_action_event_action_id", "action_id", "created_at"),
        CheckConstraint(one_of("kind", HAPPENED), name="kind"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
    )

    action_id: Mapped[UUID] = mapped_column(ForeignKey("plan_action.id"))
    kind: Mapped[str]
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    channel: Mapped[str]
    details_sealed: Mapped[bytes | None]  # JSON: what was sent, what it was before, and why

    details = Sealed()
