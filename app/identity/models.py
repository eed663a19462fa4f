"""Tables of identity: people, their device sessions, refresh tokens."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Row
from app.core.sealed import Sealed


class Person(Base, Row):
    """A human being, or a device, that Kith knows."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("kind in ('human', 'device')", name="kind"),)

    kind: Mapped[str] = mapped_column(default="human")
    given_name: Mapped[str]
    family_name: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    phone_sealed: Mapped[bytes | None]
    phone_index: Mapped[bytes | None] = mapped_column(unique=True)
    email_sealed: Mapped[bytes | None]
    email_index: Mapped[bytes | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    locked_at: Mapped[datetime | None]  # by an administrator: every session is refused from then on
    password_locked_at: Mapped[datetime | None]  # too many guesses: the password alone opens nothing more

    phone = Sealed(indexed=True)
    email = Sealed(indexed=True)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


class DeviceSession(Base, Row):
    """One sign-in on one device: a browser (cookie) or the app (tokens), and how its person was proven."""

    __tablename__ = "device_session"
    __table_args__ = (Index("ix_device_session_person_id", "person_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    label: Mapped[str]
    secret_hash: Mapped[bytes | None] = mapped_column(unique=True)
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str | None]
    method: Mapped[str] = mapped_column(default="password")  # password, passkey, code, nhs_login, sso
    second_factor_at: Mapped[datetime | None]  # when a second factor, or a passkey that verifies its user, was shown
    identity_level: Mapped[str | None]  # of NHS login: P5 knows the contacts, P9 the person


class RefreshToken(Base, Row):
    """A one-use refresh token of an app session, stored hashed; its successor is kept sealed for a lost answer."""

    __tablename__ = "refresh_token"
    __table_args__ = (Index("ix_refresh_token_session_id", "session_id"),)

    session_id: Mapped[UUID] = mapped_column(ForeignKey("device_session.id"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]
    successor_sealed: Mapped[bytes | None]

    successor = Sealed()
