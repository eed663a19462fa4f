"""Tell me on this phone: the browsers that I am told on, and what shows it there."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import orjson
from flask import Response, redirect, request, send_from_directory, url_for
from marshmallow import ValidationError

from app.access import guards
from app.core.errors import Invalid
from app.core.http import Pages
from app.identity import schemas
from app.identity.service import push_subscriptions
from app.web import frame
from app.web.me import devices

pages = Pages("my_push", __name__)

NOT_ONE: Final = "Your browser did not say how it can be told. Try again."


@pages.get("/service-worker.js", access=guards.public)
def service_worker() -> Response:
    """The script that shows what is pushed: at the root, for it may open any page."""
    answer = send_from_directory(frame.STATIC, "service-worker.js")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@pages.post("/me/push", access=guards.signed_in)
def subscribe() -> Any:
    """Tell me on this browser from now on."""
    try:
        browser = schemas.NewBrowser().load(orjson.loads(request.form.get("subscription", "")))
    except (ValidationError, ValueError) as unread:
        raise Invalid(NOT_ONE) from unread
    keys, label = browser["keys"], devices.named("browser", request.user_agent.string)
    push_subscriptions.subscribe(guards.caller().person_id, browser["endpoint"], keys["p256dh"], keys["auth"], label)
    return redirect(url_for("my_contacts.overview", said="told-here"), 303)


@pages.post("/me/push/<uuid:subscription_id>/remove", access=guards.signed_in)
def unsubscribe(subscription_id: UUID) -> Any:
    """Tell me no more on that browser."""
    push_subscriptions.unsubscribe(guards.caller().person_id, subscription_id)
    return redirect(url_for("my_contacts.overview", said="not-told"), 303)
