"""The way out of a sandbox: what would have left is kept and can be read in the sandbox inbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core import clock, sealed
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.notifications import channels, outcomes
from app.notifications.models import Delivery, SandboxMessage


class SandboxChannel:
    """Keeps each delivery once, however often it is handed over; nothing reaches anybody."""

    def send(self, handover: channels.Handover) -> channels.Attempt:
        """Keep one text for the inbox."""
        row_id = new_id()
        whose = select(Person).join(Delivery, Delivery.recipient_id == Person.id)
        with unit_of_work():
            recipient = db.session.scalars(whose.where(Delivery.id == handover.delivery_id)).one()
            kept = insert(SandboxMessage).values(
                id=row_id,
                created_at=clock.now(),
                delivery_id=handover.delivery_id,
                channel=channels.SMS,
                recipient=recipient.name,
                address_sealed=sealed.seal(handover.to, SandboxMessage.address.place, row_id),
                body_sealed=sealed.seal(handover.body, SandboxMessage.body.place, row_id),
            )
            db.session.execute(kept.on_conflict_do_nothing(index_elements=["delivery_id"]))
        return channels.Attempt(outcomes.Outcome.ACCEPTED, f"sandbox-{handover.delivery_id}", "delivered")

    def look_up(self, to: str, since: datetime, body: str | None = None) -> list[channels.ProviderMessage]:
        """Nothing: keeping a text again does no harm, so none need be found."""
        return []

    def fetch(self, provider_id: str) -> channels.ProviderMessage | None:
        """Nothing: what is kept has arrived."""
        return None

    def messages_since(self, when: datetime) -> list[channels.ProviderMessage]:
        """Nobody can text a sandbox."""
        return []

    def comes_from_provider(self, path_and_query: str, form: Sequence[tuple[str, str]], header: str | None) -> bool:
        """Nobody may speak for a provider that is not there."""
        return False
