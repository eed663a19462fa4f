"""Browsers that people want to be told on: kept, taken back, let go when their push service knows them no more."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select

from app import config
from app.core import clock, sealed, vapid
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.ids import new_id
from app.identity import queries
from app.identity.models import PushSubscription

MOST = 10  # of one person; the oldest makes room
SECRET_BYTES = 16


def subscribe(person_id: UUID, endpoint: str, p256dh: str, auth: str, label: str) -> PushSubscription:
    """Tell this person on this browser from now on, and nobody else on it."""
    push = config.current().push
    if push.channel == "none":
        raise Conflict("No browser can be told here.")
    point = _checked(push, endpoint, p256dh, auth)
    mine = db.session.scalar(_of(endpoint).with_for_update())
    if mine is None:
        mine = PushSubscription(id=new_id())
        mine.endpoint = endpoint
        db.session.add(mine)
    mine.person_id, mine.p256dh, mine.auth, mine.label, mine.gone_at = person_id, point, auth, label, None
    db.session.flush()
    for old in queries.push_subscriptions(person_id)[MOST:]:
        db.session.delete(old)
    return mine


def unsubscribe(person_id: UUID, subscription_id: UUID) -> None:
    """Tell this person no more on this browser."""
    mine = db.session.get(PushSubscription, subscription_id)
    if mine is None or mine.person_id != person_id:
        raise NotFound
    db.session.delete(mine)
    db.session.flush()


def note(subscription_id: UUID, *, is_gone: bool) -> None:
    """What the push service said of it."""
    one = db.session.get(PushSubscription, subscription_id, with_for_update=True)
    if one is None:
        return
    if is_gone:
        one.gone_at = clock.now()
    else:
        one.last_success_at = clock.now()


def _of(endpoint: str) -> Select[PushSubscription]:
    index = sealed.index(endpoint, PushSubscription.endpoint.place)
    return select(PushSubscription).where(PushSubscription.endpoint_index == index)


def _checked(push: vapid.Push, endpoint: str, p256dh: str, auth: str) -> bytes:
    """The browser's key, once all of it is what a push service and a browser give."""
    point, secret = (_bytes(text) for text in (p256dh, auth))
    faults = {
        "/endpoint": not push.knows(endpoint) and "Not the address of a push service that this service speaks to.",
        "/keys/p256dh": not vapid.is_public_key(point) and "Not the public key of a browser.",
        "/keys/auth": len(secret) != SECRET_BYTES and "Not the secret of a browser.",
    }
    errors = [{"pointer": pointer, "detail": said} for pointer, said in faults.items() if said]
    if errors:
        raise Invalid("This browser cannot be told.", errors=errors)
    return point


def _bytes(text: str) -> bytes:
    try:
        return vapid.bytes_of(text)
    except ValueError:
        return b""
