"""Calendars over the API: made and taken back by whoever may see the medicines, read at a secret address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from app.access import guards
from app.core.http import Routes
from app.medicines.routes.calling import SEE
from app.medicines.schemas import calendars as schemas
from app.medicines.service import calendars
from app.medicines.service.calendars import Made
from app.patients.admission import AdmittedPatient

FEEDS = "/api/patients/<uuid:patient_id>/calendar-feeds"
routes = Routes("calendar_feeds", __name__, description="Medicines")


@routes.get(FEEDS, access=SEE, gives={200: schemas.CalendarFeeds})
def feeds(patient: AdmittedPatient) -> dict[str, Any]:
    """One's own running calendars of this patient."""
    return {"items": calendars.own(patient, guards.caller().person_id)}


# Without a key: what is answered to a key is kept for a day, and the address must be kept nowhere.
@routes.post(FEEDS, access=SEE, keyed=False, takes=schemas.NewCalendarFeed(), gives={201: schemas.MadeCalendarFeed})
def make(patient: AdmittedPatient, body: dict[str, Any]) -> Made:
    """Make an address at which a calendar reads the doses; it is shown this once."""
    return calendars.make(patient, guards.caller().person_id, names_medicines=body["names_medicines"])


@routes.delete(f"{FEEDS}/<uuid:feed_id>", access=SEE, gives={204: None})
def take_back(patient: AdmittedPatient, feed_id: UUID) -> None:
    """Take an address back: from now on nothing is read at it."""
    calendars.take_back(patient, guards.caller().person_id, feed_id)


@routes.get("/calendars/<secret>.ics", access=guards.public, file="text/calendar")
def read(secret: str) -> Response:
    """The doses ahead for a calendar; an address that is not known, or is no more, is always answered alike."""
    found = calendars.read(secret, request.remote_addr or "")
    headers = {"Cache-Control": "private, max-age=900", "Content-Disposition": 'inline; filename="medicines.ics"'}
    return Response(found, mimetype="text/calendar", headers=headers)
