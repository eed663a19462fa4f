"""The calendar of a circle over the API, and as a file that other calendars read along at a secret address."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Response, request

from app.access import guards
from app.access.permissions import Permission
from app.core import clock
from app.core.http import Routes
from app.messages import wanted
from app.messages.queries import shared_calendar
from app.messages.schemas import help as schemas
from app.messages.service import circle_calendars
from app.messages.service.circle_calendars import Made
from app.patients.admission import AdmittedPatient

routes = Routes("circle_calendars", __name__, description="Help of the circle")
SEE: Final = guards.on_patient(Permission.SEE_FEED)
CALENDAR: Final = "/api/patients/<uuid:patient_id>/circle-calendar"
ADDRESSES: Final = f"{CALENDAR}/addresses"


@routes.get(CALENDAR, access=SEE, gives={200: schemas.ComingInCircle})
def coming(patient: AdmittedPatient) -> dict[str, Any]:
    """The visits, where one may see them, and the help of the coming days."""
    now, sees_visits = clock.now(), guards.reads(Permission.SEE_VISITS)
    me, until = guards.caller().person_id, now + wanted.CALENDAR
    return {"items": shared_calendar.coming(patient, me, now, until, with_visits=sees_visits)}


@routes.get(ADDRESSES, access=SEE, gives={200: schemas.CircleCalendars})
def addresses(patient: AdmittedPatient) -> dict[str, Any]:
    """One's own calendars that read along."""
    return {"items": circle_calendars.own(patient, guards.caller().person_id)}


# Without a key: what is answered to a key is kept for a day, and the address must be kept nowhere.
@routes.post(ADDRESSES, access=SEE, keyed=False, gives={201: schemas.MadeCircleCalendar})
def make(patient: AdmittedPatient) -> Made:
    """Make an address at which a calendar reads along; it is shown this once."""
    return circle_calendars.make(patient, guards.caller().person_id)


@routes.delete(f"{ADDRESSES}/<uuid:calendar_id>", access=SEE, gives={204: None})
def take_back(patient: AdmittedPatient, calendar_id: UUID) -> None:
    """Take an address back: from now on nothing is read at it."""
    circle_calendars.take_back(patient, guards.caller().person_id, calendar_id)


@routes.get("/calendars/circle/<secret>.ics", access=guards.public, file="text/calendar")
def read(secret: str) -> Response:
    """What comes, for a calendar; an address that is not known, or is no more, is always answered alike."""
    found = circle_calendars.read(secret, request.remote_addr or "")
    headers = {"Cache-Control": "private, max-age=900", "Content-Disposition": 'inline; filename="circle.ics"'}
    return Response(found, mimetype="text/calendar", headers=headers)
