"""Send somebody a code or an invitation: notifications are above identity, so assembly hands their `post` in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from app import config


class Post(Protocol):
    """What `app.notifications.service.posting.post` is to identity."""

    def __call__(
        self,
        person_id: UUID | None,
        contact_kind: str,
        template: str,
        variables: Mapping[str, str],
        kind: str = "code",
        about_id: UUID | None = None,
        address: str | None = None,
    ) -> UUID: ...


def post(
    person_id: UUID | None,
    contact_kind: str,
    template: str,
    variables: Mapping[str, str],
    kind: str = "code",
    about_id: UUID | None = None,
    address: str | None = None,
) -> UUID:
    """Have a template sent to a person's "phone" or "email", or to `address`, after this transaction's commit.

    Returns the delivery's id. Raises Invalid where it is an e-mail and none are sent here.
    """
    handed: Post = config.handed_in("post")
    return handed(person_id, contact_kind, template, variables, kind, about_id, address)


def sends_emails() -> bool:
    """Whether e-mails are sent here at all; where not, only phones can be used."""
    return config.current().email_channel != "none"
