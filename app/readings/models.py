"""Tables of readings: readings, what was refused, corrections, and the newest of each measure."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.core.db import Base, Row
from app.core.sealed import Sealed


class Reading(Base):
    """One observation; the client chooses the id, unique with the patient for ever. Never changed."""

    __tablename__ = "reading"
    __table_args__ = (
        Index("ix_reading_patient_id_measure_measured_at", "patient_id", "measure", "measured_at"),
        CheckConstraint("comparator in ('<', '>')", name="comparator"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    check_in_id: Mapped[UUID | None]
    measure: Mapped[str]
    measured_at: Mapped[datetime]
    received_at: Mapped[datetime]
    value: Mapped[float | None]  # canonical, unrounded; the catalogue implies the unit
    value_2: Mapped[float | None]  # diastolic
    comparator: Mapped[str | None]  # "<" for LO, ">" for HI: then there is no number
    code: Mapped[str | None]
    entered: Mapped[dict[str, Any]]  # the number as it was typed, with its unit
    told_sealed: Mapped[bytes | None]  # what was told besides that no rule reads, as JSON: it may be free text
    on_oxygen: Mapped[bool | None]
    oxygen_flow: Mapped[float | None]
    at_rest: Mapped[bool | None]
    meal: Mapped[str | None]
    symptoms: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    marks: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    source: Mapped[str]
    device: Mapped[str | None]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    copy_of: Mapped[UUID | None]  # a near-duplicate of this reading: left out of averages, judged all the same
    is_history: Mapped[bool] = mapped_column(default=False)  # imported: findings, never alerts
    content: Mapped[bytes]  # digest of what was sent: the same id with other content is refused

    told = Sealed()


class ReadingCorrection(Base, Row):
    """A reading was entered in error: a new fact, the reading stays."""

    __tablename__ = "reading_correction"
    __table_args__ = (UniqueConstraint("patient_id", "reading_id"),)

    organisation_id: Mapped[UUID]
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    reading_id: Mapped[UUID]
    corrected_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reason_sealed: Mapped[bytes]

    reason = Sealed()


class HiddenReading(Base, Row):
    """A reading that the patient keeps from their circle, until they show it again."""

    __tablename__ = "hidden_reading"
    __table_args__ = (
        Index("ix_hidden_reading_patient_id", "patient_id"),
        Index(
            "uq_hidden_reading_running",
            "patient_id",
            "reading_id",
            unique=True,
            postgresql_where=text("shown_at is null"),
        ),
    )

    organisation_id: Mapped[UUID]
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    reading_id: Mapped[UUID]
    hidden_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    shown_at: Mapped[datetime | None]
    shown_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class QuarantinedReading(Base, Row):
    """Something of the right shape that cannot be a reading; kept, so that nothing is lost."""

    __tablename__ = "quarantined_reading"
    __table_args__ = (UniqueConstraint("patient_id", "client_id"),)

    organisation_id: Mapped[UUID]
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    client_id: Mapped[UUID]
    entered_sealed: Mapped[bytes]  # everything that was sent, as JSON
    reasons: Mapped[list[Any]] = mapped_column(JSONB)
    content: Mapped[bytes]
    source: Mapped[str]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))

    entered = Sealed()


class ReadingState(Base):
    """The newest reading of each measure of each patient; its row is also what concurrent intakes wait for."""

    __tablename__ = "reading_state"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    reading_id: Mapped[UUID]
    measured_at: Mapped[datetime]
    value: Mapped[float | None]
    value_2: Mapped[float | None]
    comparator: Mapped[str | None]
    code: Mapped[str | None]
