"""The table of to-dos."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Row
from app.core.sealed import Sealed


class Todo(Base, Row):
    """Something a person of the team has to do for a patient."""

    __tablename__ = "todo"
    __table_args__ = (
        Index("ix_todo_patient_id", "patient_id"),
        Index("ix_todo_team_id_due_at", "team_id", "due_at", postgresql_where=text("done_at is null")),
        # The same cause asks for one to-do only, however often it is seen.
        Index("uq_todo_cause", "patient_id", "kind", "cause", unique=True, postgresql_where=text("done_at is null")),
        CheckConstraint("(done_at is null) = (done_by is null)", name="done_by_somebody"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    cause: Mapped[str]
    reason_sealed: Mapped[bytes]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    reason = Sealed()
