"""How I am told: my own choice, whoever it is about."""

from __future__ import annotations

from typing import Any

from app.access import guards
from app.core.http import Routes
from app.notifications import schemas
from app.notifications.service import choosing
from app.notifications.service.choosing import Wishes

routes = Routes("telling", __name__, url_prefix="/api/me/telling", description="How and when I am told")


@routes.get("", access=guards.signed_in, gives={200: schemas.Telling})
def telling() -> Wishes:
    """What I have chosen; an urgent message passes quiet hours, and alerts are not chosen here."""
    return choosing.of(guards.caller().person_id)


@routes.patch("", access=guards.signed_in, takes=schemas.TellingChange(), gives={200: schemas.Telling})
def change(version: int, body: dict[str, Any]) -> Wishes:
    """Change what is named."""
    return choosing.choose(guards.caller().person_id, body, version)
