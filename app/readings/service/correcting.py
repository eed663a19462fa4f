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
from app.readings.queries import visible
from app.readings.service import hiding

# The copies of a reading that does not count are copies of the first among them.
_RELINK = text("""
    update reading r set copy_of = nullif(f.id, r.id)
    from (select c.id from reading c where c.patient_id = :patient_id and c.copy_of = :reading_id
          order by c.measured_at, c.id limit 1) f
    where r.patient_id = :patient_id and r.copy_of = :reading_id
""")
# The newest reading becomes the newest one that still counts.
_RENEW = text("""
    update reading_state s set reading_id = n.id, measured_at = n.measured_at, value = n.value, value_2 = n.value_2,
        comparator = n.comparator, code = n.code
    from (select r.* from reading r where r.patient_id = :patient_id and r.measure = :measure
            and not exists (select from reading_correction c where c.patient_id = r.patient_id and c.reading_id = r.id)
          order by r.measured_at desc, r.id desc limit 1) n
    where s.patient_id = :patient_id and s.measure = :measure
""")
# Where none counts any more there is no newest.
_CLEAR = text("""
    delete from reading_state s where s.patient_id = :patient_id and s.measure = :measure
        and s.reading_id = :reading_id
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
    if visible.hidden_among(patient, [reading_id]):
        hiding.keep_hidden(patient, reading, by=by)  # before its near-duplicates become a family without it
    values = {"patient_id": patient.id, "measure": reading.measure, "reading_id": reading_id}
    for statement in (_RELINK, _RENEW, _CLEAR):
        db.session.execute(statement, values)
    events.publish(
        ReadingCorrected(
            patient.organisation_id, patient.id, reading_id, reading.measure, reading.measured_at, clock.now()
        )
    )
    return correction
