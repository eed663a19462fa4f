"""The list: medicines and their history, when they are taken, pauses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, one_of
from app.core.sealed import Sealed
from app.patients.models import OfPatient

LEVELS = ("VTM", "VMP", "AMP", "VMPP", "AMPP")  # of the NHS dictionary of medicines and devices
SOURCES = ("patient", "acting", "member", "staff", "import")


class PatientDay(Base):
    """When a patient's own day has its moments, and who is reminded; a row only where something was said."""

    __tablename__ = "patient_day"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    times: Mapped[dict[str, Any]]  # anchor -> "08:00"
    reminded_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # a member who acts; None: the patient
    zone_seen: Mapped[str | None]  # where the patient's phone says they are, when that is not where they live
    zone_seen_at: Mapped[datetime | None]
    zone_kept: Mapped[str | None]  # this other zone was asked about, and the answer was to keep home time


class Medicine(Base, OfPatient):
    """One medicine of a patient, as it was typed and as the dictionary codes it."""

    __tablename__ = "medicine"
    __table_args__ = (
        Index("ix_medicine_patient_id", "patient_id"),
        CheckConstraint(one_of("code_level", LEVELS), name="code_level"),
        CheckConstraint("(code is null) = (code_level is null)", name="coded"),
        CheckConstraint(one_of("source", SOURCES), name="source"),
    )

    name_sealed: Mapped[bytes]  # what is shown
    typed_sealed: Mapped[bytes]  # what was typed or imported, for ever
    code: Mapped[str | None]
    code_level: Mapped[str | None]
    strength: Mapped[str | None]
    form: Mapped[str | None]
    route: Mapped[str | None]
    reason_sealed: Mapped[bytes | None]  # what it is for
    late_dose_sealed: Mapped[bytes | None]  # what the prescriber said about a late dose, in their words
    prescriber_sealed: Mapped[bytes | None]
    prescriber_phone_sealed: Mapped[bytes | None]
    # Groups of content/ingredients.toml that somebody confirmed, with how many milligrams one unit holds, if known.
    ingredients: Mapped[dict[str, Any]]
    time_critical: Mapped[str | None]  # class of content/time_critical.toml
    window_minutes: Mapped[int]  # how long after its time a dose may be reminded of and counts as on time
    remind_every: Mapped[int]  # minutes
    source: Mapped[str]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    started_on: Mapped[date]
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    hidden_at: Mapped[datetime | None]  # kept from the circle since then; by whom stands in its history
    version: Mapped[int] = mapped_column(default=1)

    name = Sealed()
    typed = Sealed()
    reason = Sealed()
    late_dose = Sealed()
    prescriber = Sealed()
    prescriber_phone = Sealed()

    __mapper_args__ = {"version_id_col": version}


class MedicineEvent(Base, OfPatient):
    """What was done to a medicine, by whom and why; append-only."""

    __tablename__ = "medicine_event"
    __table_args__ = (
        Index("ix_medicine_event_patient_id", "patient_id"),
        Index("ix_medicine_event_medicine_id_created_at", "medicine_id", "created_at"),
    )

    medicine_id: Mapped[UUID] = mapped_column(ForeignKey("medicine.id"))
    # added, changed, stopped, started_again, scheduled, unscheduled, paused, resumed, counted, hidden, shown
    kind: Mapped[str]
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    details_sealed: Mapped[bytes | None]  # JSON: what it was before, and why

    details = Sealed()


class MedicinePause(Base, OfPatient):
    """From when until when a medicine, or all of them, is not reminded of; it ends by itself."""

    __tablename__ = "medicine_pause"
    __table_args__ = (
        Index("ix_medicine_pause_patient_id", "patient_id"),
        CheckConstraint("why in ('hospital', 'holiday', 'prescriber', 'other')", name="why"),
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
    )

    medicine_id: Mapped[UUID | None] = mapped_column(ForeignKey("medicine.id"))  # None: all
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    why: Mapped[str]
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]  # taken back, or ended before its time


class Schedule(Base, OfPatient):
    """When a medicine is taken. A change keeps the row, so that one slot of one day stays one dose."""

    __tablename__ = "schedule"
    __table_args__ = (
        Index("ix_schedule_patient_id", "patient_id"),
        Index("ix_schedule_medicine_id", "medicine_id"),
        # What is to be made ahead next.
        Index(
            "ix_schedule_made_until",
            "made_until",
            postgresql_where=text("ended_at is null and unclear_sealed is null and kind in ('phases', 'elapsed')"),
        ),
        CheckConstraint("kind in ('phases', 'elapsed', 'as_needed', 'as_directed')", name="kind"),
    )

    medicine_id: Mapped[UUID] = mapped_column(ForeignKey("medicine.id"))
    kind: Mapped[str]
    said_sealed: Mapped[bytes]  # the pattern as JSON (stored.py): why times are not known may be anybody's words
    instructions_sealed: Mapped[bytes | None]  # the text that came with it
    unclear_sealed: Mapped[bytes | None]  # why text and times disagree: nobody is reminded until a human has settled it
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    highest_slot: Mapped[int] = mapped_column(default=-1)
    made_until: Mapped[datetime]  # doses are made up to here
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    said = Sealed()
    instructions = Sealed()
    unclear = Sealed()

    @property
    def pattern(self) -> dict[str, Any]:
        """When it is taken, in the form of stored.py; empty until it was said."""
        read: dict[str, Any] = orjson.loads(self.said or "{}")
        return read

    @pattern.setter
    def pattern(self, said: dict[str, Any]) -> None:
        self.said = orjson.dumps(said).decode()

    __mapper_args__ = {"version_id_col": version}
