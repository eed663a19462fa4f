"""What is written of visits over the API, for the family and for professionals; and what is measured there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.core.http import Routes
from app.messages import visit_tasks
from app.messages.models import VisitNote
from app.messages.queries import visit_notes, visits
from app.messages.routes.visit_calling import MEASURE, PROFESSIONAL, RECORD, SEE, by, reader
from app.messages.schemas import visit_notes as schemas
from app.messages.schemas import visits as visit_schemas
from app.messages.service import noting, visit_linking
from app.patients.admission import AdmittedPatient
from app.readings import schemas as reading_schemas
from app.readings.service import answering

routes = Routes("visit notes", __name__, url_prefix="/api/patients/<uuid:patient_id>", description="Notes of visits")
ONE = "/visits/<uuid:visit_id>"


@routes.post(
    f"{ONE}/notes",
    access=RECORD,
    keyed=False,
    takes=schemas.NewVisitNoteSchema(),
    gives={201: schemas.VisitNoteWritten},
)
def write(patient: AdmittedPatient, visit_id: UUID, body: dict[str, Any]) -> VisitNote:
    """Write what was done, or put right what was written; sent again it is the same note."""
    return noting.write(patient, visit_id, body["note"], body["told"], by(), reader())


@routes.get(f"{ONE}/notes", access=SEE, gives={200: schemas.VisitNotes})
def history(patient: AdmittedPatient, visit_id: UUID) -> dict[str, Any]:
    """What was written of a visit; the team, and whoever wrote it, also read what was put right since."""
    return {"items": visit_notes.with_earlier(patient, reader(), visits.row(patient, visit_id).id)}


@routes.get("/visit-handover", access=PROFESSIONAL, gives={200: schemas.VisitHandover})
def handover(patient: AdmittedPatient) -> dict[str, Any]:
    """The last word for whoever comes next."""
    return {"note": visit_notes.handover(patient, reader())}


@routes.put("/visit-notes/<uuid:note_id>/handover-read", access=PROFESSIONAL, gives={204: None})
def handover_read(patient: AdmittedPatient, note_id: UUID) -> None:
    """Tick that one has read it."""
    noting.handover_read(patient, note_id, by())


@routes.post(
    f"{ONE}/readings",
    access=MEASURE,
    keyed=False,
    takes=visit_schemas.ReadingsAtVisit(),
    gives={201: reading_schemas.Answers},
)
def measure(patient: AdmittedPatient, visit_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Record what was measured at one's own visit: as any readings, and linked to it."""
    entries = [item["entry"] for item in body["readings"]]
    received = visit_linking.record(patient, visit_id, entries, by(), body["sent_at"])
    return {"items": answering.answered(patient, received)}


@routes.get("/visit-tasks", access=SEE, gives={200: schemas.VisitTasks})
def tasks(patient: AdmittedPatient) -> dict[str, Any]:
    """What can be ticked as done."""
    return {"items": [{"id": one, "words": words} for one, words in visit_tasks.TASKS.items()]}
