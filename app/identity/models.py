"""Tables of identity: people, their device sessions and tokens, their second factors and passkeys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
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
    locked_by: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))  # whose administrator that was
    password_locked_at: Mapped[datetime | None]  # too many guesses: the password alone opens nothing more
    second_factor_since: Mapped[datetime | None]  # since when a second factor must be shown at sign-in
    phone_verified_at: Mapped[datetime | None]  # when its holder typed a code that was sent there
    email_verified_at: Mapped[datetime | None]

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
    label_clear: Mapped[str | None] = mapped_column("label")
    label_sealed: Mapped[bytes | None]
    secret_hash: Mapped[bytes | None] = mapped_column(unique=True)
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str | None]
    method: Mapped[str] = mapped_column(default="password")  # password, passkey, code, nhs_login, sso
    second_factor_at: Mapped[datetime | None]  # when a second factor, or a passkey that verifies its user, was shown
    identity_level: Mapped[str | None]  # of NHS login: P5 knows the contacts, P9 the person

    label = Sealed(was_clear=True)


class RefreshToken(Base, Row):
    """A one-use refresh token of an app session, stored hashed; its successor is kept sealed for a lost answer."""

    __tablename__ = "refresh_token"
    __table_args__ = (Index("ix_refresh_token_session_id", "session_id"),)

    session_id: Mapped[UUID] = mapped_column(ForeignKey("device_session.id"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]
    successor_sealed: Mapped[bytes | None]

    successor = Sealed()


class AuthenticatorApp(Base, Row):
    """The app on somebody's phone that shows a new code every half minute (TOTP); one a person."""

    __tablename__ = "authenticator_app"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    secret_sealed: Mapped[bytes | None]
    pending_sealed: Mapped[bytes | None]  # shown to be scanned, not confirmed by a code yet
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)  # the half minute whose code was used last

    secret = Sealed()
    pending = Sealed()


class RecoveryCode(Base, Row):
    """One of ten codes that each stand in once for a lost second factor; kept as an HMAC."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "code_index"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    code_index: Mapped[bytes]
    used_at: Mapped[datetime | None]


class Passkey(Base, Row):
    """A passkey (WebAuthn credential) of a person: it verifies its user, so it is both factors at once."""

    __tablename__ = "passkey"
    __table_args__ = (Index("ix_passkey_person_id", "person_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]] = mapped_column(ARRAY(Text))
    name_sealed: Mapped[bytes]
    last_used_at: Mapped[datetime | None]
    copied_at: Mapped[datetime | None]  # its counter went back: somebody may hold a copy, so it opens nothing more

    name = Sealed()


class PasskeyChallenge(Base, Row):
    """A challenge given out for a passkey: it serves once, soon, and only the session or visit it was made for."""

    __tablename__ = "passkey_challenge"
    __table_args__ = (Index("ix_passkey_challenge_expires_at", "expires_at"),)

    challenge_hash: Mapped[bytes] = mapped_column(unique=True)
    bound_to: Mapped[bytes]
    expires_at: Mapped[datetime]


class SecondFactorReset(Base, Row):
    """An administrator has taken away the second factors of somebody who lost them, and how they knew who it was."""

    __tablename__ = "second_factor_reset"
    __table_args__ = (Index("ix_second_factor_reset_person_id", "person_id"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reset_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reason_sealed: Mapped[bytes]

    reason = Sealed()


class OneUseCode(Base, Row):
    """A six-digit code that somebody asked for: it serves once, soon, and only the visit or session that asked."""

    __tablename__ = "one_use_code"
    __table_args__ = (
        Index("ix_one_use_code_bound_to", "bound_to"),
        Index("ix_one_use_code_expires_at", "expires_at"),
        CheckConstraint("purpose in ('sign_in', 'contact')", name="purpose"),
        CheckConstraint("contact_kind in ('phone', 'email')", name="contact_kind"),
    )

    purpose: Mapped[str]
    bound_to: Mapped[bytes]  # the hash of what only the asker holds
    contact_kind: Mapped[str]
    contact_sealed: Mapped[bytes]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # None: nobody is known by it, or not yet
    code_hash: Mapped[bytes | None]  # None: not sent
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    contact = Sealed()


class LoginAttempt(Base, Row):
    """Somebody was sent to NHS login or to their employer's sign-in: they come back once, soon, in the same browser."""

    __tablename__ = "login_attempt"
    __table_args__ = (
        Index("ix_login_attempt_expires_at", "expires_at"),
        CheckConstraint("provider in ('nhs_login', 'sso')", name="provider"),
    )

    provider: Mapped[str]
    state_hash: Mapped[bytes] = mapped_column(unique=True)
    bound_to: Mapped[bytes]
    wanted_level: Mapped[str | None]  # of NHS login: P5 or P9
    back: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LinkedLogin(Base, Row):
    """The account of another provider with which a person signs in; its subject is kept as a blind index only."""

    __tablename__ = "linked_login"
    __table_args__ = (
        UniqueConstraint("provider", "subject_index"),
        UniqueConstraint("provider", "person_id"),
        CheckConstraint("provider in ('nhs_login', 'sso')", name="provider"),
    )

    provider: Mapped[str]
    subject_index: Mapped[bytes]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    is_provisional: Mapped[bool] = mapped_column(default=False)  # its person was made for it and has no record yet
    last_used_at: Mapped[datetime]


class AccountClosing(Base, Row):
    """Somebody closed their account; their contacts are kept here, found by nobody, while it can be opened again."""

    __tablename__ = "account_closing"
    __table_args__ = (
        Index(
            "uq_account_closing_running",
            "person_id",
            unique=True,
            postgresql_where=text("reopened_at is null"),
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    phone_sealed: Mapped[bytes | None]
    email_sealed: Mapped[bytes | None]
    wants_restriction: Mapped[bool]
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    erased_at: Mapped[datetime | None]  # the contacts and every way to sign in are gone

    phone = Sealed()
    email = Sealed()


class PushSubscription(Base, Row):
    """A browser that a person wants to be told on; `gone_at`: its push service knows it no more."""

    __tablename__ = "push_subscription"
    __table_args__ = (Index("ix_push_subscription_person_id", "person_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    endpoint_sealed: Mapped[bytes]
    endpoint_index: Mapped[bytes] = mapped_column(unique=True)  # a browser tells one person only
    p256dh: Mapped[bytes]  # the browser's public key
    auth_sealed: Mapped[bytes]
    label_sealed: Mapped[bytes]
    last_success_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]

    endpoint = Sealed(indexed=True)
    auth = Sealed()
    label = Sealed()


class Invitation(Base, Row):
    """Somebody was asked, by phone or e-mail, into a patient's circle or a team; whoever asked confirms who came."""

    __tablename__ = "invitation"
    __table_args__ = (
        Index("ix_invitation_patient_id", "patient_id"),
        Index("ix_invitation_waiting", "contact_index", postgresql_where=text("state = 'waiting'")),
        Index("ix_invitation_team_id", "team_id"),
        Index("ix_invitation_invited_by", "invited_by"),
        CheckConstraint("(patient_id is null) <> (team_id is null)", name="target"),
        CheckConstraint("contact_kind in ('phone', 'email')", name="contact_kind"),
        CheckConstraint("state in ('waiting', 'accepted', 'confirmed', 'declined', 'revoked', 'closed')", name="state"),
        CheckConstraint("state not in ('accepted', 'confirmed') or person_id is not null", name="accepted_by"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"))
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]  # in the circle, or in the team
    relationship_sealed: Mapped[bytes | None]
    into_sealed: Mapped[bytes]  # the first name of the patient, or the name of the team
    contact_kind: Mapped[str]
    contact_sealed: Mapped[bytes]
    contact_index: Mapped[bytes]  # as that of a person's phone or e-mail
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    opened: Mapped[int] = mapped_column(default=0)
    opened_hash: Mapped[bytes | None] = mapped_column(unique=True)  # of what the visit holds that typed the code last
    proven_at: Mapped[datetime | None]  # that visit has shown that the phone or e-mail is theirs
    state: Mapped[str] = mapped_column(default="waiting")
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # who accepted it
    accepted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]

    relationship = Sealed()
    into = Sealed()
    contact = Sealed()
