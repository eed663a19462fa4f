"""Tables of patients: patient, circle member, grant, and the other ways in: acting for, emergency, shared care."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.core.db import Base, Row
from app.core.sealed import Sealed


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
    conditions: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    enrolled_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    nhs_number = Sealed(indexed=True)
    communication_needs = Sealed()
    allergies = Sealed()

    __mapper_args__ = {"version_id_col": version}


class CircleMember(Base, Row):
    """A person, or a device, in a patient's circle, with their relationship."""

    __tablename__ = "circle_member"
    __table_args__ = (
        Index(
            "uq_circle_member_running",
            "patient_id",
            "person_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("ix_circle_member_person_id", "person_id"),
        CheckConstraint("role in ('member', 'visitor', 'service')", name="role"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    relationship: Mapped[str]
    added_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


class CircleGrant(Base, Row):
    """What a member may do with one category, and until when."""

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
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("circle_member.id"))
    category: Mapped[str]
    right: Mapped[str]
    ends_on: Mapped[date]
    given_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


class ActingFor(Base, Row):
    """Somebody who decides for a patient, on a stated basis, within a scope, reviewed on a day."""

    __tablename__ = "acting_for"
    __table_args__ = (
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
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    evidence = Sealed()


class EmergencyAccess(Base, Row):
    """Break-glass: a professional opened one record they had no way into, for some hours and with a reason."""

    __tablename__ = "emergency_access"
    __table_args__ = (
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
