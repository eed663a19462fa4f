"""Tables of notifications: deliveries (the queue itself), attempts, receipts, inbound texts, phones out of reach."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Row
from app.core.sealed import Sealed

# A delivery that a sender may still work on.
OPEN_STATES = ("pending", "unknown")


class Delivery(Base, Row):
    """One message to one person on one channel; the row is the queue."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_due", "priority", "due_at", postgresql_where=text("state in ('pending', 'unknown')")),
        Index("ix_delivery_about_id", "about_id"),
        Index("ix_delivery_provider_id", "provider_id"),
        CheckConstraint(
            "state in ('pending', 'unknown', 'accepted', 'delivered', 'undelivered', 'failed', 'stale', 'parked')",
            name="state",
        ),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    about: Mapped[str]  # "alert", "inbound"
    about_id: Mapped[UUID]
    kind: Mapped[str]  # alert, reminder, message, code: sets priority, lateness and validity
    priority: Mapped[int]
    channel: Mapped[str]
    body_sealed: Mapped[bytes]
    state: Mapped[str] = mapped_column(default="pending")
    due_at: Mapped[datetime]
    useful_until: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    provider_id: Mapped[str | None]
    provider_status: Mapped[str | None]
    last_outcome: Mapped[str | None]
    last_code: Mapped[str | None]
    settled_at: Mapped[datetime | None]

    body = Sealed()


class DeliveryAttempt(Base, Row):
    """One try to hand a delivery over, with its outcome; append-only."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (Index("ix_delivery_attempt_delivery_id", "delivery_id"),)

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

    delivery_id: Mapped[UUID | None]
    provider_id: Mapped[str]
    status: Mapped[str]
    code: Mapped[str | None]
    facts: Mapped[dict[str, Any]]


class InboundText(Base, Row):
    """A text somebody sent us, kept raw before anything is made of it; one row a MessageSid."""

    __tablename__ = "inbound_text"
    __table_args__ = (Index("ix_inbound_text_unhandled", "created_at", postgresql_where=text("handled_at is null")),)

    message_sid: Mapped[str] = mapped_column(unique=True)
    sender_sealed: Mapped[bytes]
    sender_index: Mapped[bytes] = mapped_column(index=True)
    body_sealed: Mapped[bytes]
    fields_sealed: Mapped[bytes]  # every form field as it came, known or not
    handled_at: Mapped[datetime | None]
    meaning: Mapped[str | None]

    sender = Sealed(indexed=True)
    body = Sealed()
    fields = Sealed()


class OutOfReach(Base, Row):
    """A phone that cannot be texted: its owner said STOP, or the provider says the number is bad."""

    __tablename__ = "out_of_reach"

    phone_index: Mapped[bytes] = mapped_column(unique=True)
    why: Mapped[str]
    code: Mapped[str | None]


class SandboxMessage(Base, Row):
    """What would have left for the world, were this not a sandbox."""

    __tablename__ = "sandbox_message"

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("delivery.id"))
    channel: Mapped[str]
    recipient: Mapped[str]
    address_sealed: Mapped[bytes]
    body_sealed: Mapped[bytes]

    address = Sealed()
    body = Sealed()
