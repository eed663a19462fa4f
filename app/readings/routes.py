"""Readings over the API: one, a check-in, an upload; lists, corrections."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, current_app

from app.access import guards
from app.access.permissions import Permission
from app.core import clock, problems
from app.core.errors import Conflict, Invalid, NotFound
from app.core.http import Routes
from app.patients.admission import AdmittedPatient
from app.readings import answers, queries, schemas, service
from app.readings.service import Outcome, answering

routes = Routes("readings", __name__, url_prefix="/api/patients/<uuid:patient_id>", description="Readings")
ADD, SEE = guards.on_patient(Permission.ADD_READINGS), guards.on_patient(Permission.SEE_READINGS)
HIDE = guards.on_patient(Permission.HIDE_ITEMS)


@routes.post("/readings", access=ADD, keyed=False, takes=schemas.NewReading(), gives={201: schemas.Answer})
def add_reading(patient: AdmittedPatient, body: dict[str, Any]) -> Response:
    """Store one reading, judge it, and answer honestly; sending it again gives the same answer."""
    by = guards.caller().person_id
    (received,) = service.record(patient, [body["entry"]], by=by, sent_at=body["sent_at"])
    if received.outcome is Outcome.DIFFERENT:
        raise Conflict("This id was used before for another reading. Nothing was changed.")
    if received.outcome is Outcome.REFUSED:
        # Returned, not raised: what was refused is kept in quarantine.
        faults, kept = answers.faults(received.reasons), str(received.quarantine_id)
        return problems.answer(Invalid("This cannot be a reading.", errors=faults, quarantine_id=kept))
    return _created(answering.answered(patient, [received])[0])


@routes.post("/check-ins", access=ADD, keyed=False, takes=schemas.NewCheckIn(), gives={201: schemas.Answers})
def add_check_in(patient: AdmittedPatient, body: dict[str, Any]) -> Response:
    """Store the readings a person sends together; each is answered for itself."""
    return _recorded(patient, body, body["id"])


@routes.post("/readings/upload", access=ADD, keyed=False, takes=schemas.Upload(), gives={201: schemas.Answers})
def upload_readings(patient: AdmittedPatient, body: dict[str, Any]) -> Response:
    """Store up to 500 readings, such as a backlog after days offline; one bad item never blocks the rest."""
    return _recorded(patient, body, None)


@routes.get("/readings", access=SEE, query=schemas.ReadingQuery(), gives={200: schemas.ReadingPage})
def list_readings(patient: AdmittedPatient, query: dict[str, Any]) -> dict[str, Any]:
    """A page of readings, newest first."""
    which = queries.Filter(query["measure"], query["since"], query["until"])
    page = queries.readings(patient, which, query["limit"], query["cursor"])
    return {"items": queries.described(patient, page.items), "next": page.next}


@routes.get("/series", access=SEE, query=schemas.SeriesQuery(), gives={200: schemas.Series})
def series(patient: AdmittedPatient, query: dict[str, Any]) -> Response:
    """One measure over some days, as a chart needs it."""
    since = clock.now() - timedelta(days=query["days"])
    return Response(service.series(patient, query["measure"], since), mimetype="application/json")


@routes.get("/readings/<uuid:reading_id>", access=SEE, gives={200: schemas.ReadingWithReply})
def get_reading(patient: AdmittedPatient, reading_id: UUID) -> dict[str, Any]:
    """One reading, what its sender was told, and who of the team looked since."""
    reading = queries.reading(patient, reading_id)
    if reading is None:
        raise NotFound
    reply = queries.reply_for(patient, [reading_id])[reading_id]
    seen = queries.seen_by(patient, reading)
    return {**queries.described(patient, [reading])[0], "reply": reply, "seen_by": seen}


@routes.post(
    "/readings/<uuid:reading_id>/correction",
    access=guards.on_patient(Permission.CORRECT_READINGS),
    takes=schemas.Correction(),
    gives={204: None},
)
def correct_reading(patient: AdmittedPatient, reading_id: UUID, body: dict[str, str]) -> None:
    """Mark a reading as entered in error; what it caused is withdrawn, its alert stays for its owner."""
    service.correct(patient, reading_id, body["reason"], by=guards.caller().person_id)


@routes.post("/readings/<uuid:reading_id>/hiding", access=HIDE, keyed=False, gives={204: None})
def hide_reading(patient: AdmittedPatient, reading_id: UUID) -> None:
    """Keep a reading from the circle; the team sees it and it is judged all the same. Hiding it again is a no-op."""
    service.hide(patient, reading_id, by=guards.caller().person_id)


@routes.delete("/readings/<uuid:reading_id>/hiding", access=HIDE, gives={204: None})
def show_reading(patient: AdmittedPatient, reading_id: UUID) -> None:
    """Show a reading to the circle again."""
    service.show(patient, reading_id, by=guards.caller().person_id)


def _recorded(patient: AdmittedPatient, body: dict[str, Any], check_in_id: UUID | None) -> Response:
    entries = [item["entry"] for item in body["readings"]]
    by = guards.caller().person_id
    received = service.record(patient, entries, by=by, sent_at=body["sent_at"], check_in_id=check_in_id)
    return _created({"items": answering.answered(patient, received)})


def _created(body: dict[str, Any]) -> Response:
    return Response(current_app.json.dumps(body), status=201, mimetype="application/json")
