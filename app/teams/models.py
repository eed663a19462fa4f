"""Tables of teams: organisations, teams, memberships."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, Row


class Organisation(Base, Row):
    """A care organisation; records of two organisations never meet."""

    __tablename__ = "organisation"

    name: Mapped[str] = mapped_column(unique=True)


class Team(Base, Row):
    """Coordinators and clinicians with service hours, a lead, an out-of-hours line and times to acknowledge."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    zone: Mapped[str]
    # A day of the week ("mon") -> its hours, from and to ("08:00", "18:00"); a day that is not named is closed.
    service_hours: Mapped[dict[str, Any]]
    out_of_hours_sentence: Mapped[str]
    out_of_hours_number: Mapped[str]
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    # A severity -> minutes of service time.
    minutes_to_acknowledge: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Membership(Base, Row):
    """A role a person holds in a team, or in the whole organisation where no team is named."""

    __tablename__ = "membership"
    __table_args__ = (
        # The named coordinator of a patient is held by a foreign key to (team, person, role).
        UniqueConstraint("team_id", "person_id", "role"),
        Index("ix_membership_person_id", "person_id"),
        Index(
            "uq_membership_organisation_wide",
            "organisation_id",
            "person_id",
            "role",
            unique=True,
            postgresql_where=text("team_id is null"),
        ),
        CheckConstraint("role in ('clinician', 'coordinator', 'visitor', 'lead', 'admin')", name="role"),
        # An admin runs the whole organisation; everybody else works in a team of it.
        CheckConstraint("(role = 'admin') = (team_id is null)", name="admin_of_all"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(default=clock.now)  # last, where it was given again
    ended_at: Mapped[datetime | None]
