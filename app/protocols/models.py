"""Tables of protocols: approvals, monitoring plans, personal limits."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Row
from app.core.sealed import Sealed


class ProtocolApproval(Base, Row):
    """A clinical safety officer's approval of one version of a protocol, by the digest of its text."""

    __tablename__ = "protocol_approval"
    __table_args__ = (UniqueConstraint("protocol", "version"),)

    protocol: Mapped[str]
    version: Mapped[str]
    digest: Mapped[str]
    approved_by: Mapped[str]
    approver_role: Mapped[str]
    approved_on: Mapped[date]


class MonitoringPlan(Base, Row):
    """A protocol applied to one patient."""

    __tablename__ = "monitoring_plan"
    __table_args__ = (
        Index("ix_monitoring_plan_patient_id", "patient_id"),
        Index(
            "uq_monitoring_plan_running",
            "patient_id",
            "protocol",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    protocol: Mapped[str]
    version: Mapped[str]
    started_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class PersonalLimit(Base, Row):
    """A limit a clinician set for one patient; it belongs to the measure and holds in every plan."""

    __tablename__ = "personal_limit"
    __table_args__ = (
        Index("ix_personal_limit_patient_id", "patient_id"),
        Index(
            "uq_personal_limit_running",
            "patient_id",
            "name",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    name: Mapped[str]  # what protocols call the limit: the same in every one of them
    value: Mapped[float]
    reason_sealed: Mapped[bytes]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    review_on: Mapped[date]
    ended_at: Mapped[datetime | None]

    reason = Sealed()
