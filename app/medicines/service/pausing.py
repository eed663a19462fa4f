"""Pauses: from when until when nobody is reminded, of one medicine or of all; each ends by itself."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.medicines import queries
from app.medicines.entering import NewPause
from app.medicines.models import Medicine, MedicinePause
from app.medicines.service import acting, remaking
from app.patients.admission import AdmittedPatient
from app.patients.by import By


def pause(patient: AdmittedPatient, new: NewPause, by: By) -> MedicinePause:
    """Pause one medicine or all; what has been reminded of stays as it was. Raises NotFound and Invalid."""
    acting.still_cared_for(patient)
    now = clock.now()
    starts_at = max(new.starts_at, now)
    if new.ends_at <= starts_at:
        detail = "A pause ends after it begins, and not in the past."
        raise Invalid(detail, errors=[{"pointer": "/ends_at", "detail": detail}])
    one = MedicinePause(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        medicine_id=new.medicine_id,
        starts_at=starts_at,
        ends_at=new.ends_at,
        why=new.why,
        by=by.person_id,
    )
    medicines = _of(patient, new.medicine_id)
    db.session.add(one)
    db.session.flush()
    for medicine in medicines:
        acting.note(medicine, "paused", by, {"from": starts_at, "until": new.ends_at, "why": new.why})
    remaking.remake_all(patient, medicines[0] if new.medicine_id else None)
    return one


def resume(patient: AdmittedPatient, pause_id: UUID, by: By) -> None:
    """End a pause now; ended before, it stays as it was. Raises NotFound."""
    where = (MedicinePause.id == pause_id, MedicinePause.patient_id == patient.id)
    found = db.session.scalar(select(MedicinePause).where(*where))
    if found is None:
        raise NotFound
    medicines = _of(patient, found.medicine_id)
    db.session.refresh(found, with_for_update=True)
    if found.ended_at is not None or found.ends_at <= clock.now():
        return
    found.ended_at = clock.now()
    db.session.flush()
    for medicine in medicines:
        acting.note(medicine, "resumed", by, {"why": found.why})
    remaking.remake_all(patient, medicines[0] if found.medicine_id else None)


def _of(patient: AdmittedPatient, medicine_id: UUID | None) -> list[Medicine]:
    """The medicines it is about, held; all of them are also those that are kept from whoever says so."""
    if medicine_id is not None:
        return [acting.locked(patient, medicine_id)]
    everything = patient.with_everything()
    return [acting.locked(everything, one.id) for one in queries.medicines(everything)]
