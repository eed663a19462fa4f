"""The ways out of the building, each behind the same `send`."""

import dataclasses
import typing
import uuid
from datetime import timedelta

from app.notifications import outcomes


@dataclasses.dataclass(frozen=True, slots=True)
class Handover:
    """One text for one person, as a channel needs it; `validity` is how long the provider may keep trying."""

    delivery_id: uuid.UUID
    to: str
    body: str
    validity: timedelta


@dataclasses.dataclass(frozen=True, slots=True)
class Attempt:
    """What handing over came to; `retry_after` is the provider's own wish."""

    outcome: outcomes.Outcome
    provider_id: str | None = None
    provider_status: str | None = None
    code: int | None = None
    retry_after: timedelta | None = None


class Channel(typing.Protocol):
    """Anything that can hand a text over."""

    def send(self, handover: Handover) -> Attempt:
        """Hand over once, without retries; every ending is an Attempt, never an exception."""
        ...
