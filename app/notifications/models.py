"""Tables of notifications: deliveries (the queue itself), attempts, receipts, inbound texts, what is out of reach."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, Row
from app.core.sealed import Sealed

HOW = ("at_once", "morning", "evening", "weekly", "none")
DETAILS = ("least", "usual", "words")
# A delivery that a sender may still work on.
OPEN_STATES = ("pending", "unknown")


class Delivery(Base, Row):
    """One message to one person on one channel; the row is the queue."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_due", "priority", "due_at", postgresql_where=text("state in ('pending', 'unknown')")),
        # Pushes are found without a look at the reminders by text, which come by the hundred thousand.
        Index(
            "ix_delivery_push",
            "priority",
            "due_at",
            postgresql_where=text("channel = 'push' and state in ('pending', 'unknown')"),
        ),
        Index("ix_delivery_parked", "created_at", postgresql_where=text("state = 'parked'")),
        # What the provider has not named yet stands in no index: there may be a hundred thousand.
        Index("ix_delivery_provider_id", "provider_id", unique=True, postgresql_where=text("provider_id is not null")),
        Index("ix_delivery_about_id", "about_id"),
        Index("ix_delivery_recipient_id_created_at", "recipient_id", "created_at"),
        Index(
            "ix_delivery_unconfirmed",
            "due_at",
            postgresql_where=text("state = 'accepted' and settled_at is null"),
        ),
        CheckConstraint(
            "state in ('pending', 'unknown', 'accepted', 'delivered', 'undelivered', 'failed', 'stale', 'parked')",
            name="state",
        ),
        CheckConstraint("recipient_id is not null or address_sealed is not null", name="somebody"),
    )

    organisation_id: Mapped[UUID | None]  # None: a code, an invitation; else the patient's, who is checked
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))
    recipient_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # None: Kith knows only an address
    about: Mapped[str]  # "alert", "inbound", "code", "invitation"
    about_id: Mapped[UUID]
    kind: Mapped[str]  # alert, reminder, message, code: sets priority, lateness and validity
    priority: Mapped[int]
    channel: Mapped[str]
    body_sealed: Mapped[bytes]
    state: Mapped[str] = mapped_column(default="pending")
    due_at: Mapped[datetime]  # when something is next to be done about it
    useful_until: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    spent: Mapped[int] = mapped_column(default=0)  # of the tries that may not go on for ever
    provider_id: Mapped[str | None]
    provider_status: Mapped[str | None]
    last_outcome: Mapped[str | None]
    last_code: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    # Where it goes instead of to the recipient's own phone or e-mail, which is looked up when it is sent.
    address_sealed: Mapped[bytes | None]
    address_index: Mapped[bytes | None]  # as that of a person's phone, to know one that cannot be texted

    body = Sealed()
    address = Sealed()


class DeliveryAttempt(Base, Row):
    """One try to hand a delivery over, with its outcome; append-only."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (Index("ix_delivery_attempt_delivery_id", "delivery_id"),)

    organisation_id: Mapped[UUID | None]
    patient_id: Mapped[UUID | None]
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("delivery.id"))
    number: Mapped[int]
    outcome: Mapped[str]
    code: Mapped[str | None]
    provider_id: Mapped[str | None]
    milliseconds: Mapped[int]


class Receipt(Base, Row):
    """A status the provider told us of a message; doubles and replays are the same row."""

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("provider_id", "status"),)

    organisation_id: Mapped[UUID | None]
    patient_id: Mapped[UUID | None]
    delivery_id: Mapped[UUID | None]
    provider_id: Mapped[str]
    status: Mapped[str]
    code: Mapped[str | None]
    fields_sealed: Mapped[bytes]  # every form field as it came, known or not

    fields = Sealed()


class InboundText(Base, Row):
    """A text somebody sent us, kept raw before anything is made of it; one row a MessageSid."""

    __tablename__ = "inbound_text"
    __table_args__ = (Index("ix_inbound_text_unhandled", "created_at", postgresql_where=text("handled_at is null")),)

    message_sid: Mapped[str] = mapped_column(unique=True)
    sender_sealed: Mapped[bytes]
    sender_index: Mapped[bytes] = mapped_column(index=True)
    # Who had this phone when the text came; a phone may have another owner later.
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    body_sealed: Mapped[bytes]
    fields_sealed: Mapped[bytes]  # every form field as it came, known or not
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)  # an answer is to what its sender had seen by then
    handled_at: Mapped[datetime | None]
    meaning: Mapped[str | None]

    sender = Sealed(indexed=True)
    body = Sealed()
    fields = Sealed()


class OutOfReach(Base, Row):
    """A phone that cannot be texted: its owner said STOP, or the provider says the number is bad; until `back_at`."""

    __tablename__ = "out_of_reach"

    phone_index: Mapped[bytes] = mapped_column(unique=True)
    why: Mapped[str]
    code: Mapped[str | None]
    back_at: Mapped[datetime | None]


class TellingChoice(Base, Row):
    """How somebody wants to be told of one kind of thing, whoever it is about."""

    __tablename__ = "telling_choice"
    __table_args__ = (
        UniqueConstraint("person_id", "category"),
        CheckConstraint(f"how in ({', '.join(map(repr, HOW))})", name="how"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    category: Mapped[str]
    how: Mapped[str]


class TellingManner(Base, Row):
    """When somebody is left in peace, and how much a message to their phone may say."""

    __tablename__ = "telling_manner"
    __table_args__ = (
        UniqueConstraint("person_id"),
        CheckConstraint(f"detail in ({', '.join(map(repr, DETAILS))})", name="detail"),
        CheckConstraint("(quiet_from is null) = (quiet_until is null)", name="quiet"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    quiet_from: Mapped[time | None]  # by the clock where the patient lives; None: never quiet
    quiet_until: Mapped[time | None]
    muted_until: Mapped[datetime | None]  # asked for peace until then
    detail: Mapped[str] = mapped_column(default="usual")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class DigestItem(Base, Row):
    """Something that somebody is told together with other things, when its time comes."""

    __tablename__ = "digest_item"
    __table_args__ = (
        Index("ix_digest_item_patient_id", "patient_id"),
        # Once while it waits; what happens again afterwards is told again.
        Index(
            "uq_digest_item_waiting",
            "person_id",
            "about_id",
            "template",
            unique=True,
            postgresql_where=text("told_at is null"),
        ),
        Index("ix_digest_item_due_at", "due_at", postgresql_where=text("told_at is null")),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    category: Mapped[str]
    about: Mapped[str]
    about_id: Mapped[UUID]
    template: Mapped[str]
    body_sealed: Mapped[bytes]  # what it says where it is told alone
    due_at: Mapped[datetime]
    told_at: Mapped[datetime | None]

    body = Sealed()


class ChannelPause(Base):
    """A way out that is stopped because the provider refuses our account; over when `resumed_at` is known."""

    __tablename__ = "channel_pause"

    channel: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str | None]
    since: Mapped[datetime]
    until: Mapped[datetime]
    resumed_at: Mapped[datetime | None]


class SandboxMessage(Base, Row):
    """What would have left for the world, were this not a sandbox."""

    __tablename__ = "sandbox_message"

    organisation_id: Mapped[UUID | None]
    patient_id: Mapped[UUID | None]
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("delivery.id"), unique=True)
    channel: Mapped[str]
    recipient: Mapped[str]
    address_sealed: Mapped[bytes]
    body_sealed: Mapped[bytes]

    address = Sealed()
    body = Sealed()
