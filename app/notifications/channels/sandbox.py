"""The way out of a sandbox, for texts and e-mails: what would have left is kept and read in the sandbox inbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.core import clock, sealed, unit_of_work
from app.core.db import HotStatement
from app.core.ids import new_id
from app.notifications import channels, outcomes
from app.notifications.models import SandboxMessage

_KEEP = HotStatement("""
    insert into sandbox_message (id, created_at, organisation_id, patient_id, delivery_id, channel, recipient,
        address_sealed, body_sealed)
    select :id, :now, d.organisation_id, d.patient_id, d.id, d.channel,
        coalesce(p.given_name || ' ' || p.family_name, ''), :address, :body
    from delivery d left join person p on p.id = d.recipient_id where d.id = :delivery
    on conflict (delivery_id) do nothing
""")


class SandboxChannel:
    """Keeps each delivery once, however often it is handed over; nothing reaches anybody."""

    def send(self, handover: channels.Handover) -> channels.Attempt:
        """Keep one message for the inbox."""
        row_id = new_id()
        kept = {
            "id": row_id,
            "now": clock.now(),
            "delivery": handover.delivery_id,
            "address": sealed.seal(handover.to, SandboxMessage.address.place, row_id),
            "body": sealed.seal(handover.body, SandboxMessage.body.place, row_id),
        }
        unit_of_work.of_one(_KEEP, kept)
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
