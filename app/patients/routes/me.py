"""Who I am: my roles, records, circles and those for whom I act; and how I leave by myself."""

from __future__ import annotations

from uuid import UUID

from app.access import guards
from app.core.http import Routes
from app.patients import queries, schemas, service

routes = Routes("me", __name__, url_prefix="/api/me", description="Who is calling, and whom they may call about")


@routes.get("", access=guards.signed_in, gives={200: schemas.Me})
def me() -> queries.Me:
    """Who is calling: their roles, the records in which they are the patient, the circles they are in."""
    return queries.me(guards.caller().person_id)


@routes.delete("/circles/<uuid:member_id>", access=guards.signed_in, gives={204: None})
def leave(member_id: UUID) -> None:
    """Leave a circle, with everything that was granted there."""
    service.leave(guards.caller().person_id, member_id)


@routes.delete("/acting/<uuid:acting_id>", access=guards.signed_in, gives={204: None})
def stop_acting(acting_id: UUID) -> None:
    """Stop acting for somebody."""
    service.stop_acting(guards.caller().person_id, acting_id)
