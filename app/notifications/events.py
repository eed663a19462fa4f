"""Facts of notifications."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class DeliveryFailed(Event):
    """Somebody could not be told, or an alert is not getting through and is still being tried (`is_final` False)."""

    delivery_id: UUID
    about: str
    about_id: UUID
    recipient_id: UUID
    kind: str
    reason: str
    is_final: bool


@dataclass(frozen=True, slots=True)
class TextReceived(Event):
    """A person Kith knows has sent a text; the patient is whom it is most likely about: texting asks if unsure."""

    inbound_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class InvitedTexted(Event):
    """Somebody has texted from a phone for which an invitation into this patient's circle waits."""

    inbound_id: UUID
    invitation_id: UUID
