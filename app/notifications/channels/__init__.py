"""The ways out of the building, each behind the same few methods."""

import dataclasses
import typing
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import current_app

from app.notifications import outcomes

SMS, EMAIL, PUSH = "sms", "email", "push"


class ProviderUnavailable(Exception):
    """The provider could not be asked; nothing is known now that was not known before."""


class CannotBeAsked(ProviderUnavailable):
    """Nobody can ever be asked what became of a message on this channel."""


@dataclasses.dataclass(frozen=True, slots=True)
class Handover:
    """One message for one person, as a channel needs it; `validity` is how long the provider may keep trying.

    The body of an e-mail begins with its subject, in a line of its own. A push goes `to` a person's id, and of its body
    only where its link leads leaves the building.
    """

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


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """One attempt of many that were made at the same time, and how long it took."""

    attempt: Attempt
    milliseconds: int


@dataclasses.dataclass(frozen=True, slots=True)
class ProviderMessage:
    """A message as the provider lists it."""

    provider_id: str
    inbound: bool
    to: str
    from_: str | None
    body: str
    status: str
    code: int | None
    created_at: datetime | None
    sent_at: datetime | None


class Channel(typing.Protocol):
    """Anything that can hand a text over. Asking raises ProviderUnavailable; sending raises nothing."""

    def send(self, handover: Handover) -> Attempt:
        """Hand over once, without retries; every ending is an Attempt, never an exception."""
        ...

    def look_up(self, to: str, since: datetime, body: str | None = None) -> list[ProviderMessage]:
        """What the provider made for this number since then, newest first, with this very body if one is given."""
        ...

    def fetch(self, provider_id: str) -> ProviderMessage | None:
        """One message as the provider has it now; None if it has none of that id."""
        ...

    def messages_since(self, when: datetime) -> list[ProviderMessage]:
        """Inbound texts that the provider has had since then."""
        ...

    def comes_from_provider(self, path_and_query: str, form: Sequence[tuple[str, str]], header: str | None) -> bool:
        """Whether the provider sent this request about our account; the path and form are as they arrived."""
        ...


@typing.runtime_checkable
class InBulk(typing.Protocol):
    """A channel that hands many over at the same time for less than it costs one by one."""

    def send_all(self, handovers: Sequence[Handover], begin_within: timedelta) -> list[Sent | None]:
        """Hand each over once, without retries; None for what was not begun in that time, never an exception."""
        ...

    def close(self) -> None:
        """End what `send_all` keeps open; a later call opens it again."""
        ...


def all_of_this_app() -> dict[str, Channel]:
    """The channels by their names, as assembly made them from the settings."""
    made: dict[str, Channel] = current_app.extensions["channels"]
    return made


def of_this_app(name: str = SMS) -> Channel:
    """The channel of this name."""
    return all_of_this_app()[name]
