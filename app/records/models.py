"""Tables of records: copies asked for, correction notes, legal holds, what was deleted by schedule."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Row
from app.core.sealed import Sealed, SealedFile


class RecordExport(Base, Row):
    """A copy of everything about one person, or of one record, made in the background and kept for a day."""

    __tablename__ = "record_export"
    __table_args__ = (Index("ix_record_export_asked_by", "asked_by"),)

    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))  # none: everything about the person
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    file_sealed: Mapped[bytes | None] = mapped_column(deferred=True)  # many megabytes: read only to be taken

    file = SealedFile()


class CorrectionNote(Base, Row):
    """What a patient says is wrong in their record; the record stays as it was, the note stands beside it."""

    __tablename__ = "correction_note"
    __table_args__ = (Index("ix_correction_note_patient_id", "patient_id"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    written_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    text_sealed: Mapped[bytes]

    text = Sealed()


class LegalHold(Base, Row):
    """While it runs nothing of this patient, or of the whole organisation, is deleted by schedule."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        Index("ix_legal_hold_running", "organisation_id", postgresql_where=text("lifted_at is null")),
        CheckConstraint("(lifted_at is null) = (lifted_by is null)", name="lifted_by_somebody"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))
    set_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reason_sealed: Mapped[bytes]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    reason = Sealed()


class Tombstone(Base, Row):
    """What one run deleted of one table: how many rows and how old, nothing of what they said; append-only."""

    __tablename__ = "tombstone"

    organisation_id: Mapped[UUID | None]
    retention_class: Mapped[str]
    table_name: Mapped[str]
    rows: Mapped[int]
    oldest: Mapped[datetime | None]
    newest: Mapped[datetime | None]
