"""The list of medicines over the API, with schedules, history and pauses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.core.http import Routes
from app.medicines import queries
from app.medicines.entering import NewMedicine, NewPause, NewSchedule
from app.medicines.queries import showing
from app.medicines.routes.calling import CHANGE, HIDE, SEE, SETTLE, by
from app.medicines.schemas import listing as schemas
from app.medicines.service import hiding, listing, pausing, previewing, scheduling, watching
from app.patients.admission import AdmittedPatient

routes = Routes("medicines", __name__, url_prefix="/api/patients/<uuid:patient_id>", description="Medicines")
MEDICINE = "/medicines/<uuid:medicine_id>"


@routes.get("/medicines", access=SEE, query=schemas.ListQuery(), gives={200: schemas.Medicines})
def medicines(patient: AdmittedPatient, query: dict[str, Any]) -> dict[str, Any]:
    """The list, first entered first."""
    return {"items": showing.shown(patient, queries.medicines(patient, also_stopped=query["stopped"]))}


@routes.post("/medicines", access=CHANGE, takes=schemas.NewMedicineSchema(), gives={201: schemas.Medicine})
def add_medicine(patient: AdmittedPatient, body: NewMedicine) -> showing.Shown:
    """Put a medicine on the list; others that hold the same ingredient are named in the answer."""
    return showing.one(patient, listing.add(patient, body, by()))


@routes.get(MEDICINE, access=SEE, gives={200: schemas.Medicine})
def medicine(patient: AdmittedPatient, medicine_id: UUID) -> showing.Shown:
    """One medicine."""
    return showing.one(patient, queries.medicine(patient, medicine_id))


@routes.patch(MEDICINE, access=CHANGE, takes=schemas.MedicineChange(), gives={200: schemas.Medicine})
def change_medicine(patient: AdmittedPatient, medicine_id: UUID, body: dict[str, Any], version: int) -> showing.Shown:
    """Change what is said of a medicine."""
    return showing.one(patient, listing.change(patient, medicine_id, version, body, by()))


@routes.post(f"{MEDICINE}/stop", access=CHANGE, keyed=False, takes=schemas.Why(), gives={200: schemas.Medicine})
def stop_medicine(patient: AdmittedPatient, medicine_id: UUID, body: dict[str, Any]) -> showing.Shown:
    """Stop a medicine: once this is answered no reminder of it is sent."""
    return showing.one(patient, listing.stop(patient, medicine_id, body["why"], by()))


@routes.post(f"{MEDICINE}/start", access=CHANGE, keyed=False, gives={200: schemas.Medicine})
def start_medicine(patient: AdmittedPatient, medicine_id: UUID) -> showing.Shown:
    """Take a stopped medicine up again."""
    return showing.one(patient, listing.start_again(patient, medicine_id, by()))


@routes.post(f"{MEDICINE}/hiding", access=HIDE, keyed=False, gives={204: None})
def hide_medicine(patient: AdmittedPatient, medicine_id: UUID) -> None:
    """Keep a medicine from the circle; the team sees it and the patient is reminded of it. Again it is a no-op."""
    hiding.hide(patient, medicine_id, by())


@routes.delete(f"{MEDICINE}/hiding", access=HIDE, gives={204: None})
def show_medicine(patient: AdmittedPatient, medicine_id: UUID) -> None:
    """Show a medicine to the circle again."""
    hiding.show(patient, medicine_id, by())


@routes.get(f"{MEDICINE}/history", access=SEE, gives={200: schemas.History})
def history(patient: AdmittedPatient, medicine_id: UUID) -> dict[str, Any]:
    """What was done to a medicine, last first."""
    return {"items": showing.history(patient, queries.medicine(patient, medicine_id))}


@routes.post(f"{MEDICINE}/schedules", access=CHANGE, takes=schemas.NewScheduleSchema(), gives={201: schemas.Schedule})
def add_schedule(patient: AdmittedPatient, medicine_id: UUID, body: NewSchedule) -> showing.ShownSchedule:
    """Say when a medicine is taken."""
    return showing.saved(patient, scheduling.add(patient, medicine_id, body, by()))


@routes.patch(
    "/schedules/<uuid:schedule_id>",
    access=CHANGE,
    takes=schemas.ScheduleChange(),
    gives={200: schemas.Schedule},
)
def change_schedule(
    patient: AdmittedPatient, schedule_id: UUID, body: dict[str, Any], version: int
) -> showing.ShownSchedule:
    """Say otherwise from now on; the past stays as it was, and so does what is not sent."""
    return showing.saved(patient, scheduling.change(patient, schedule_id, version, body, by()))


@routes.delete("/schedules/<uuid:schedule_id>", access=CHANGE, gives={204: None})
def end_schedule(patient: AdmittedPatient, schedule_id: UUID) -> None:
    """End a schedule."""
    scheduling.end(patient, schedule_id, by())


@routes.post(
    "/schedules/<uuid:schedule_id>/settle", access=SETTLE, keyed=False, edits=True, gives={200: schemas.Schedule}
)
def settle_schedule(patient: AdmittedPatient, schedule_id: UUID, version: int) -> showing.ShownSchedule:
    """Say as a professional that the times that were read hold, where text and times disagreed."""
    return showing.saved(patient, scheduling.settle(patient, schedule_id, version, by()))


@routes.post(
    "/schedule-preview", access=CHANGE, keyed=False, takes=schemas.PreviewQuery(), gives={200: schemas.Preview}
)
def preview_schedule(patient: AdmittedPatient, body: dict[str, Any]) -> previewing.Preview:
    """The next 30 days of a schedule, before it is saved."""
    return previewing.preview(patient, body["new"], by(), body["medicine_id"], body["schedule_id"])


@routes.get("/medicine-pauses", access=SEE, gives={200: schemas.Pauses})
def pauses(patient: AdmittedPatient) -> dict[str, Any]:
    """The pauses that have not ended."""
    return {"items": queries.pauses(patient)}


@routes.post("/medicine-pauses", access=CHANGE, takes=schemas.NewPauseSchema(), gives={201: schemas.Pause})
def pause(patient: AdmittedPatient, body: NewPause) -> Any:
    """Pause one medicine or all; it ends by itself."""
    return pausing.pause(patient, body, by())


@routes.delete("/medicine-pauses/<uuid:pause_id>", access=CHANGE, gives={204: None})
def resume(patient: AdmittedPatient, pause_id: UUID) -> None:
    """End a pause now."""
    pausing.resume(patient, pause_id, by())


@routes.get(f"{MEDICINE}/watches", access=SEE, gives={200: schemas.Watches})
def watches(patient: AdmittedPatient, medicine_id: UUID) -> dict[str, Any]:
    """Who is told when a dose of this medicine is not recorded."""
    return {"items": queries.watches(patient, queries.medicine(patient, medicine_id).id)}


@routes.put(f"{MEDICINE}/watches", access=CHANGE, takes=schemas.Watches(), gives={200: schemas.Watches})
def watch(patient: AdmittedPatient, medicine_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say who is told, each after how long; whoever is not named is told no more."""
    wanted = {one["person_id"]: one["after_minutes"] for one in body["items"]}
    return {"items": watching.watch(patient, medicine_id, wanted, by())}
