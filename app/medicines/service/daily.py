"""The patient's own day: when its moments are, who is reminded, and where the patient is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.access.permissions import Category, Right
from app.core import clock
from app.core.db import db
from app.core.errors import Invalid
from app.medicines.models import PatientDay
from app.medicines.patterns import Anchor
from app.medicines.service import acting, remaking
from app.patients import enrolment
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient


def set_times(patient: AdmittedPatient, times: Mapping[Anchor, time]) -> PatientDay:
    """Say when the day has its moments; doses that hang on them move from now on."""
    acting.still_cared_for(patient)
    day = _day(patient)
    day.times = {str(anchor): f"{at:%H:%M}" for anchor, at in times.items()}
    db.session.flush()
    remaking.remake_all(patient)
    return day


def set_reminded(patient: AdmittedPatient, person_id: UUID | None) -> PatientDay:
    """Say who is reminded instead of the patient: a member of the circle who may record doses. Raises Invalid."""
    acting.still_cared_for(patient)
    if person_id is not None and person_id not in _may_record(patient):
        detail = "Only somebody of the circle who may record doses can be reminded."
        raise Invalid(detail, errors=[{"pointer": "/reminded_id", "detail": detail}])
    day = _day(patient)
    day.reminded_id = person_id
    db.session.flush()
    return day


def seen_in(patient: AdmittedPatient, zone: str) -> PatientDay:
    """The patient's phone says that they are in another zone: they are asked, and nothing changes by itself."""
    if fault := enrolment.zone_fault(zone):
        raise Invalid(fault, errors=[{"pointer": "/zone", "detail": fault}])
    day = _day(patient)
    is_home = zone == patient.zone.key
    day.zone_seen, day.zone_seen_at = (None, None) if is_home else (zone, clock.now())
    day.zone_kept = None if is_home else day.zone_kept
    db.session.flush()
    return day


def keep_home_time(patient: AdmittedPatient) -> PatientDay:
    """Asked, the patient keeps the time of home; not asked again about this zone."""
    day = _day(patient)
    day.zone_kept = day.zone_seen
    db.session.flush()
    return day


def question_of_zone(day: PatientDay | None) -> str | None:
    """The zone that the patient is to be asked about, if any."""
    return day.zone_seen if day and day.zone_seen != day.zone_kept else None


def _day(patient: AdmittedPatient) -> PatientDay:
    new = {"patient_id": patient.id, "organisation_id": patient.organisation_id, "times": {}}
    db.session.execute(insert(PatientDay).values(new).on_conflict_do_nothing())
    return db.session.get_one(PatientDay, patient.id, with_for_update=True, populate_existing=True)


def _may_record(patient: AdmittedPatient) -> set[UUID]:
    needed = (Category.MEDICINES, Right.ACT)
    return {
        place.person.id
        for place in patients.circle(patient)
        if any((grant.category, grant.right) == needed for grant in place.grants)
    }
