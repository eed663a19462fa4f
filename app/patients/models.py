"""Tables of patients: patient, circle member, grant, and the other ways in: acting for, emergency, shared care."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.core.db import Base, Row
from app.core.sealed import Sealed, SealedList


class OfPatient(Row):
    """A row about a patient, in the slices above."""

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))


class ReadAtAddress(OfPatient):
    """A calendar of somebody, read at a secret address until it is taken back; what stands in it is its slice's."""

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    ended_at: Mapped[datetime | None]


class Patient(Base, Row):
    """Someone enrolled by a team, with exactly one named coordinator of that team."""

    __tablename__ = "patient"
    __table_args__ = (
        UniqueConstraint("organisation_id", "nhs_number_index"),
        # Exactly one named coordinator, who is a coordinator of the patient's own team.
        ForeignKeyConstraint(
            ["team_id", "coordinator_id", "coordinator_role"],
            ["membership.team_id", "membership.person_id", "membership.role"],
        ),
        CheckConstraint("coordinator_role = 'coordinator'", name="coordinator_role"),
        CheckConstraint("(ended_at is null) = (ended_reason is null)", name="ended_with_reason"),
        CheckConstraint(
            "ended_reason is null or ended_reason in ('died', 'moved', 'discharged', 'declined')", name="ended_reason"
        ),
        Index("ix_patient_team_id", "team_id", postgresql_where=text("ended_at is null")),
        Index("ix_patient_person_id", "person_id"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    coordinator_id: Mapped[UUID]
    coordinator_role: Mapped[str] = mapped_column(default="coordinator")
    nhs_number_sealed: Mapped[bytes | None]
    nhs_number_index: Mapped[bytes | None]
    born_on: Mapped[date | None]
    is_pregnant: Mapped[bool] = mapped_column(default=False)
    zone: Mapped[str]
    communication_needs_sealed: Mapped[bytes | None]
    allergies_sealed: Mapped[bytes | None]
    conditions_clear: Mapped[list[str] | None] = mapped_column("conditions", ARRAY(Text))
    conditions_sealed: Mapped[bytes | None]
    enrolled_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]
    restricted_at: Mapped[datetime | None]  # at the patient's wish: of the team only its lead sees it
    version: Mapped[int] = mapped_column(default=1)

    nhs_number = Sealed(indexed=True)
    communication_needs = Sealed()
    allergies = Sealed()
    conditions = SealedList(was_clear=True)

    __mapper_args__ = {"version_id_col": version}


def _ended(reasons: str) -> str:
    return f"(ended_at is null) = (ended_why is null) and (ended_why is null or ended_why in ({reasons}))"


class CircleMember(Base, Row):
    """A person, or a device, in a patient's circle, with their relationship."""

    __tablename__ = "circle_member"
    __table_args__ = (
        Index("ix_circle_member_patient_id_person_id", "patient_id", "person_id"),
        Index(
            "uq_circle_member_running",
            "patient_id",
            "person_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("ix_circle_member_person_id", "person_id"),
        CheckConstraint("role in ('member', 'visitor', 'service')", name="role"),
        CheckConstraint(_ended("'ended', 'left'"), name="ended_why"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    relationship_clear: Mapped[str | None] = mapped_column("relationship")
    relationship_sealed: Mapped[bytes | None]
    added_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    acting_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("acting_for.id"))  # added on the patient's behalf
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_acting_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("acting_for.id"))
    ended_why: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    relationship = Sealed(was_clear=True)

    __mapper_args__ = {"version_id_col": version}


class CircleGrant(Base, Row):
    """What a member may do with one category and until when: in which words it was agreed, by whom, how it ended."""

    __tablename__ = "circle_grant"
    __table_args__ = (
        Index(
            "uq_circle_grant_running",
            "member_id",
            "category",
            "right",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        CheckConstraint(
            "category in ('readings', 'medicines', 'visits', 'goals', 'ratings', 'plan', 'messages')", name="category"
        ),
        CheckConstraint("\"right\" in ('see', 'be_told', 'act')", name="right"),
        CheckConstraint(_ended("'ended', 'given_again', 'left', 'changed', 'duty'"), name="ended_why"),
        Index("ix_circle_grant_patient_id", "patient_id", "created_at"),
        Index("ix_circle_grant_ending", "ends_on", postgresql_where=text("ended_at is null")),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("circle_member.id"))
    category: Mapped[str]
    right: Mapped[str]
    ends_on: Mapped[date]
    given_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    acting_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("acting_for.id"))  # given on the patient's behalf
    wording_id: Mapped[str]  # the words that were agreed to, as consents/ keeps them; version 0: not kept
    wording_version: Mapped[int]
    wording_language: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # nobody: a duty ended
    ended_acting_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("acting_for.id"))
    ended_why: Mapped[str | None]


class ActingFor(Base, Row):
    """Somebody who decides for a patient, on a stated basis, within a scope, reviewed on a day."""

    __tablename__ = "acting_for"
    __table_args__ = (
        Index("ix_acting_for_patient_id", "patient_id"),
        Index(
            "uq_acting_for_running", "patient_id", "person_id", unique=True, postgresql_where=text("ended_at is null")
        ),
        Index("ix_acting_for_person_id", "person_id"),
        CheckConstraint("basis in ('consent', 'lasting_power_of_attorney', 'best_interest')", name="basis"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    basis: Mapped[str]
    evidence_sealed: Mapped[bytes]  # what was seen, as the number and date of a registered power of attorney
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))  # categories, and "circle" to give and end grants
    review_on: Mapped[date]  # after this day it opens nothing until somebody has reviewed it
    given_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    wording_id: Mapped[str]
    wording_version: Mapped[int]
    wording_language: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    evidence = Sealed()


class ActingReview(Base, Row):
    """Somebody looked whether the basis still holds, and moved the day of the next review; append-only."""

    __tablename__ = "acting_review"
    __table_args__ = (
        Index("ix_acting_review_patient_id", "patient_id"),
        Index("ix_acting_review_acting_for_id", "acting_for_id"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    acting_for_id: Mapped[UUID] = mapped_column(ForeignKey("acting_for.id"))
    reviewed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    note_sealed: Mapped[bytes]
    review_on: Mapped[date]

    note = Sealed()


class EndingNotice(Base, Row):
    """The patient was warned that what a member may see, or an acting-for, ends on a day; append-only."""

    __tablename__ = "ending_notice"
    __table_args__ = (
        Index("ix_ending_notice_patient_id", "patient_id"),
        UniqueConstraint("subject_id", "ends_on", "days_before"),
        CheckConstraint("subject in ('member', 'acting')", name="subject"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    subject: Mapped[str]
    subject_id: Mapped[UUID]  # the member whose grants end, or the acting-for
    ends_on: Mapped[date]
    days_before: Mapped[int]


class EmergencyAccess(Base, Row):
    """Break-glass: a professional opened one record they had no way into, for some hours and with a reason."""

    __tablename__ = "emergency_access"
    __table_args__ = (
        Index("ix_emergency_access_patient_id", "patient_id"),
        Index("ix_emergency_access_person_id_patient_id", "person_id", "patient_id"),
        Index("ix_emergency_access_unreviewed", "organisation_id", postgresql_where=text("reviewed_at is null")),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reason_sealed: Mapped[bytes]
    ends_at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    review_sealed: Mapped[bytes | None]

    reason = Sealed()
    review = Sealed()


class SharedCare(Base, Row):
    """A patient's explicit agreement that a team of another organisation sees their record, until a day."""

    __tablename__ = "shared_care"
    __table_args__ = (
        Index("ix_shared_care_patient_id", "patient_id"),
        Index(
            "uq_shared_care_running", "patient_id", "team_id", unique=True, postgresql_where=text("ended_at is null")
        ),
        Index("ix_shared_care_team_id", "team_id", postgresql_where=text("ended_at is null")),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    ends_on: Mapped[date]
    agreed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    agreement_sealed: Mapped[bytes]  # how and when the patient agreed, in words
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    agreement = Sealed()
