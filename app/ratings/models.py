"""Tables of ratings: the instruments they were made with, what was said, and when the next is due."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Row, one_of
from app.core.sealed import Sealed
from app.patients.models import OfPatient

# Whose view it is: the patient's, one that both agreed on, or the team's. None overwrites another.
VOICES: Final = ("patient", "together", "team")
OCCASIONS: Final = ("baseline", "month_3", "month_6", "month_12")
CHANNELS: Final = ("app", "page", "sms", "paper")


class InstrumentVersion(Base, Row):
    """One version of an instrument, kept whole as it was when it was first used, whatever becomes of its file."""

    __tablename__ = "instrument_version"
    __table_args__ = (UniqueConstraint("code", "version"),)

    code: Mapped[str]
    version: Mapped[int]
    digest: Mapped[str]  # SHA-256 of the file: a changed file needs a new version
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)


class InstrumentLicence(Base, Row):
    """An organisation may use a licensed instrument: who holds it, until when, and who approved Kith for it."""

    __tablename__ = "instrument_licence"
    __table_args__ = (
        Index(
            "uq_instrument_licence_running",
            "organisation_id",
            "code",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        CheckConstraint("(ended_at is null) = (ended_by is null)", name="ended"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    code: Mapped[str]
    holder: Mapped[str]
    number: Mapped[str]
    approval: Mapped[str]  # the provider's approval of this software, as it is named
    expires_on: Mapped[date]  # the last day on which a rating may be begun
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class RatingCourse(Base, OfPatient):
    """A patient rates with an instrument from a day on: a baseline, and reviews."""

    __tablename__ = "rating_course"
    __table_args__ = (
        Index("ix_rating_course_patient_id", "patient_id"),
        Index("uq_rating_course_running", "patient_id", "code", unique=True, postgresql_where=text("ended_at is null")),
    )

    code: Mapped[str]
    started_on: Mapped[date]
    started_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # None: the service, at enrolment
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class Rating(Base, OfPatient):
    """What somebody said of each area on a day; append-only. A correction is a rating that stands in its place."""

    __tablename__ = "rating"
    __table_args__ = (
        UniqueConstraint("patient_id", "client_id"),
        UniqueConstraint("corrects_id"),
        Index(
            "ix_rating_standing",
            "patient_id",
            "code",
            "voice",
            "rated_at",
            postgresql_where=text("replaced_at is null"),
        ),
        CheckConstraint(one_of("voice", VOICES), name="voice"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
        CheckConstraint(one_of("occasion", OCCASIONS), name="occasion"),
        CheckConstraint("(corrects_id is null) = (reason_sealed is null)", name="reason"),
        CheckConstraint("cardinality(scores) > 0", name="scores"),
    )

    client_id: Mapped[UUID]  # chosen by the sender
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instrument_version.id"))
    code: Mapped[str]  # the instrument's, of whatever version
    voice: Mapped[str]
    occasion: Mapped[str | None]  # the review that it was for
    rated_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # who wrote it down
    rated_role: Mapped[str]
    acting_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("acting_for.id"))
    channel: Mapped[str]
    rated_at: Mapped[datetime]
    scores: Mapped[list[int | None]] = mapped_column(ARRAY(SmallInteger))  # one an area, in its version's order
    notes_sealed: Mapped[bytes | None]  # words by area, as JSON
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("rating.id"))
    reason_sealed: Mapped[bytes | None]  # why it was corrected
    replaced_at: Mapped[datetime | None]  # by its correction

    notes = Sealed()
    reason = Sealed()


class RatingDistance(Base, OfPatient):
    """How far the standing ratings of one voice have come, area by area: a second note of them, for figures of many."""

    __tablename__ = "rating_distance"
    __table_args__ = (
        UniqueConstraint("patient_id", "code", "voice"),
        CheckConstraint(one_of("voice", VOICES), name="voice"),
        CheckConstraint(
            "cardinality(areas) = cardinality(first) and cardinality(areas) = cardinality(last)", name="areas"
        ),
    )

    code: Mapped[str]
    voice: Mapped[str]
    areas: Mapped[list[str]] = mapped_column(ARRAY(Text))  # those that were said at least twice
    first: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    last: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    last_at: Mapped[datetime]  # of the newest rating


class RatingDraft(Base, OfPatient):
    """A rating that is being written; one a person, instrument and voice. Its id becomes the rating's client id."""

    __tablename__ = "rating_draft"
    __table_args__ = (
        UniqueConstraint("patient_id", "person_id", "code", "voice"),
        Index("ix_rating_draft_person_id", "person_id"),
        CheckConstraint(one_of("voice", VOICES), name="voice"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instrument_version.id"))
    code: Mapped[str]
    voice: Mapped[str]
    channel: Mapped[str]
    client_id: Mapped[UUID]  # of the rating that it becomes
    said_sealed: Mapped[bytes]  # JSON: score and words by area, so far
    asked: Mapped[str | None]  # the area that was asked for by text, and waits for an answer
    touched_at: Mapped[datetime]

    said = Sealed()


class RatingDue(Base, OfPatient):
    """A rating that is due by the patient's calendar."""

    __tablename__ = "rating_due"
    __table_args__ = (
        UniqueConstraint("course_id", "occasion"),
        Index("ix_rating_due_patient_id", "patient_id"),
        Index("ix_rating_due_remind_at", "remind_at", postgresql_where=text("remind_at is not null")),
        CheckConstraint(one_of("occasion", OCCASIONS), name="occasion"),
        CheckConstraint("state in ('due', 'done', 'called_off')", name="state"),
        CheckConstraint("(state = 'done') = (rating_id is not null)", name="done"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("rating_course.id"))
    code: Mapped[str]
    occasion: Mapped[str]
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="due")
    # Where its occasion is another, nobody rated in time and a later rating stands in.
    rating_id: Mapped[UUID | None] = mapped_column(ForeignKey("rating.id"))
    remind_at: Mapped[datetime | None]  # when the patient is reminded next; None: no more, or not yet known
    reminded: Mapped[int] = mapped_column(SmallInteger, default=0)
