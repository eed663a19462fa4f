"""What a visitor's phone kept while there was no signal: it arrives as it happened then, and sent twice it is the same.

Readings go by themselves: whatever becomes of the visit, what was measured is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import Response, jsonify, request

from app.access import guards
from app.access.permissions import Permission
from app.core import http, problems
from app.core.errors import Conflict, Invalid, NotFound
from app.core.http import Pages
from app.messages.schemas import visits as schemas
from app.messages.service import noting, visit_codes, visiting
from app.patients.admission import AdmittedPatient
from app.readings import answers, catalogue, service
from app.readings.catalogue import Measure
from app.readings.schemas import Upload
from app.readings.service import Outcome, answering
from app.web.patient import typed as forms
from app.web.patient import visit_gathering as gathering
from app.web.patient import visit_typed as typed
from app.web.patient.typed import Typed

pages = Pages("my_unsent", __name__, url_prefix="/my/<uuid:patient_id>/unsent")
RECORD: Final = guards.on_patient(Permission.RECORD_VISITS)
MEASURE: Final = guards.on_patient(Permission.ADD_READINGS)
NOT_WHEN: Final = "Say when it was measured."
ONE: Final = "/visits/<uuid:visit_id>"
_UPLOAD, _ARRIVAL, _LEAVING, _MEASURED = Upload(), schemas.NewArrival(), schemas.NewLeaving(), schemas.Happened()


@pages.post(f"{ONE}/arrival", access=RECORD)
def arrive(patient: AdmittedPatient, visit_id: UUID) -> Response:
    """They came."""
    body, by = http.loaded(_ARRIVAL, typed.told(request.form, "code")), gathering.by("app")
    # Whoever mistyped it is no longer at the wall to type it again: then they said by hand that they came.
    code = body["code"] if visit_codes.hangs_here(patient, body["code"], by) else None
    visiting.arrive(patient, visit_id, body["told"], by, code)
    return jsonify({})


@pages.post(f"{ONE}/note", access=RECORD)
def write(patient: AdmittedPatient, visit_id: UUID) -> Response:
    """They wrote what was done."""
    body = typed.note(request.form, patient.zone)
    noting.write(patient, visit_id, body["note"], body["told"], gathering.by("app"), gathering.reader())
    return jsonify({})


@pages.post(f"{ONE}/leaving", access=RECORD)
def leave(patient: AdmittedPatient, visit_id: UUID) -> Response:
    """They left."""
    visiting.leave(patient, visit_id, http.loaded(_LEAVING, typed.told(request.form)), gathering.by("app"))
    return jsonify({})


@pages.post("/readings/<measure>", access=MEASURE)
def measured(patient: AdmittedPatient, measure: str) -> Response:
    """They measured: judged now, as of then; answered as any reading is."""
    if (found := catalogue.find(measure)) is None:
        raise NotFound
    return _recorded(patient, {"sent_at": request.form.get("sent_at"), "readings": _typed(patient, found)})


def _typed(patient: AdmittedPatient, measure: Measure) -> list[dict[str, Any]]:
    """The readings of one form, as of when they were taken. Raises Invalid."""
    told = http.loaded(_MEASURED, typed.told(request.form))
    if told["happened_at"] is None:
        raise Invalid(NOT_WHEN, errors=[{"pointer": "/happened_at", "detail": NOT_WHEN}])
    values = {name: text for name, text in request.form.items() if name != "measured_at"}
    read = forms.read(measure, Typed(values), told["happened_at"], patient.zone)
    if read.errors:
        faults = [{"pointer": f"/{name}", "detail": detail} for name, detail in read.errors.items()]
        raise Invalid("This cannot be a reading.", errors=faults)
    return read.readings


def _recorded(patient: AdmittedPatient, said: Mapping[str, Any]) -> Response:
    body = http.loaded(_UPLOAD, said)
    entries = [item["entry"] for item in body["readings"]]
    received = service.record(patient, entries, by=guards.caller().person_id, sent_at=body["sent_at"])
    if any(one.outcome is Outcome.DIFFERENT for one in received):
        raise Conflict("This was sent before, with something else in it. Nothing was changed now.")
    if refused := [one for one in received if one.outcome is Outcome.REFUSED]:
        # Returned, not raised: what was refused is kept in quarantine.
        faults = [fault for one in refused for fault in answers.faults(one.reasons)]
        return problems.answer(Invalid("This cannot be a reading.", errors=faults))
    reply = answering.answered(patient, received)[0]["reply"]
    return jsonify({"reply": reply and [reply[name] for name in ("means", "do", "who", "safety")]})
