"""Mark a reading as entered in error: a new fact; the reading stays, rules and charts leave it out."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from app.core import clock, events
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.patients.admission import AdmittedPatient
from app.readings import queries
from app.readings.events import ReadingCorrected
from app.readings.models import Reading, ReadingCorrection

# The newest reading becomes the newest one that still counts.
_RENEW = text("""
    update reading_state s set reading_id = n.id, measured_at = n.measured_at, value = n.value, value_2 = n.value_2,
        comparator = n.comparator, code = n.code
    from (select r.* from reading r where r.patient_id = :patient_id and r.measure = :measure
            and not exists (select from reading_correction c where c.patient_id = r.patient_id and c.reading_id = r.id)
          order by r.measured_at desc, r.id desc limit 1) n
    where s.patient_id = :patient_id and s.measure = :measure
""")


def correct(patient: AdmittedPatient, reading_id: UUID, reason: str, *, by: UUID) -> ReadingCorrection:
    """Mark it; raises NotFound, and Conflict where it was marked before."""
    reading = db.session.get(Reading, (patient.id, reading_id))
    if reading is None:
        raise NotFound
    if queries.correction(patient, reading_id):
        raise Conflict("This reading was marked as entered in error before.")
    correction = ReadingCorrection(
        organisation_id=patient.organisation_id, patient_id=patient.id, reading_id=reading_id, corrected_by=by
    )
    correction.reason = reason
    db.session.add(correction)
    db.session.flush()
    db.session.execute(_RENEW, {"patient_id": patient.id, "measure": reading.measure})
    events.publish(
        ReadingCorrected(
            patient.organisation_id, patient.id, reading_id, reading.measure, reading.measured_at, clock.now()
        )
    )
    return correction
