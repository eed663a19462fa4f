"""Browsers that the caller wants to be told on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app import config
from app.access import guards
from app.core.http import Routes
from app.identity import queries, schemas
from app.identity.models import PushSubscription
from app.identity.service import push_subscriptions

routes = Routes("push_subscriptions", __name__, url_prefix="/api/me/push-subscriptions", description="Push")


@routes.get("", access=guards.signed_in, gives={200: schemas.Browsers})
def mine() -> dict[str, Any]:
    """The browsers on which the caller is told, and the key to subscribe another with."""
    push = config.current().push
    key = push.public_key if push.private_key else None
    return {"items": queries.push_subscriptions(guards.caller().person_id), "application_server_key": key}


# The endpoint is its natural key: sent twice it is one.
@routes.post("", access=guards.signed_in, keyed=False, takes=schemas.NewBrowser(), gives={201: schemas.Browser})
def subscribe(body: dict[str, Any]) -> PushSubscription:
    """Tell the caller on this browser, and nobody else on it."""
    keys = body["keys"]
    return push_subscriptions.subscribe(
        guards.caller().person_id, body["endpoint"], keys["p256dh"], keys["auth"], body["device"]
    )


@routes.delete("/<uuid:subscription_id>", access=guards.signed_in, gives={204: None})
def unsubscribe(subscription_id: UUID) -> None:
    """Tell the caller no more on this browser."""
    push_subscriptions.unsubscribe(guards.caller().person_id, subscription_id)
