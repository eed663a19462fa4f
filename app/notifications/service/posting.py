"""Post a message that belongs to no organisation: a code or an invitation, to one phone or one e-mail.

Assembly hands `post` to slices below as `app.extensions["post"]`; `app.identity.posting` is how they call it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from app.core import clock, sealed
from app.core.db import db
from app.core.errors import Invalid
from app.identity import queries as identity
from app.identity.models import Person
from app.notifications import channels, kinds, service, texts
from app.notifications.models import Delivery

CHANNELS: Final = {"phone": channels.SMS, "email": channels.EMAIL}
NO_EMAIL: Final = "E-mail is not set up here: only a phone can be used."


def post(
    person_id: UUID | None,
    contact_kind: str,
    template: str,
    variables: Mapping[str, str],
    kind: str = "code",
    about_id: UUID | None = None,
    address: str | None = None,
) -> UUID:
    """Have a template sent to a person's "phone" or "email", in the caller's transaction; returns the delivery's id.

    The contact is looked up when it is sent, unless `address` (in its one form) is where it goes; whoever has no such
    contact, or has stopped texts, is not sent anything. `about_id` is what `withdraw` finds it by. Raises Invalid where
    e-mail is not set up.
    """
    channel, its_kind, now = CHANNELS[contact_kind], kinds.KINDS[kind], clock.now()
    if channel not in channels.all_of_this_app():
        raise Invalid(NO_EMAIL, errors=[{"pointer": "/email", "detail": NO_EMAIL}])
    language = identity.person(person_id).language if person_id else texts.LANGUAGE_OF_LAST_RESORT
    render = texts.render if channel == channels.SMS else texts.render_email
    delivery = Delivery(
        recipient_id=person_id,
        about=kind,
        kind=kind,
        priority=its_kind.priority,
        channel=channel,
        due_at=now,
        useful_until=kinds.useful_until(its_kind, now, None),
    )
    delivery.about_id = about_id or person_id or delivery.id
    delivery.body = render(template, language, **variables)
    if address is not None:
        delivery.address = address
        delivery.address_index = sealed.index(address, Person.phone.place) if channel == channels.SMS else None
    db.session.add(delivery)
    db.session.flush()
    service.wake_senders()
    return delivery.id
