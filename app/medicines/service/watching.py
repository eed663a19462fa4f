"""Who of the circle is told when a dose of a medicine is not recorded, and after how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.access.permissions import Category, Right
from app.core import clock
from app.core.db import db
from app.core.errors import Invalid
from app.core.ids import new_id
from app.medicines import queries
from app.medicines.models import DoseWatch
from app.medicines.service import acting
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.by import By

NOT_TOLD = "Only somebody of the circle who is to be told about medicines can be chosen."


def watch(patient: AdmittedPatient, medicine_id: UUID, wanted: Mapping[UUID, int], by: By) -> Sequence[DoseWatch]:
    """From now on these people are told, each after so many minutes, and nobody else. Raises NotFound and Invalid."""
    acting.still_cared_for(patient)
    medicine = acting.locked(patient, medicine_id)
    if not wanted.keys() <= _may_be_told(patient):
        raise Invalid(NOT_TOLD, errors=[{"pointer": "/items", "detail": NOT_TOLD}])
    before = {one.person_id: one.after_minutes for one in queries.watches(patient, medicine.id)}
    for one in queries.watches(patient, medicine.id):
        if one.person_id not in wanted:
            one.ended_at = clock.now()
    for person_id, minutes in wanted.items():
        _choose(patient, medicine.id, person_id, minutes, by)
    db.session.flush()
    if before != wanted:
        changes = {"before": _plain(before), "now": _plain(wanted)}
        acting.note(medicine, "watched", by, changes)
    db.session.expire_all()
    return queries.watches(patient, medicine.id)


def _choose(patient: AdmittedPatient, medicine_id: UUID, person_id: UUID, minutes: int, by: By) -> None:
    new = {
        "id": new_id(),
        "created_at": clock.now(),
        "organisation_id": patient.organisation_id,
        "patient_id": patient.id,
        "medicine_id": medicine_id,
        "person_id": person_id,
        "after_minutes": minutes,
        "by": by.person_id,
    }
    again = {"after_minutes": minutes, "by": by.person_id, "ended_at": None}
    chosen = insert(DoseWatch).values(new)
    db.session.execute(chosen.on_conflict_do_update(index_elements=["medicine_id", "person_id"], set_=again))


def _may_be_told(patient: AdmittedPatient) -> set[UUID]:
    needed = (Category.MEDICINES, Right.BE_TOLD)
    return {
        place.person.id
        for place in patients.circle(patient)
        if any((grant.category, grant.right) == needed for grant in place.grants)
    }


def _plain(chosen: Mapping[UUID, int]) -> dict[str, int]:
    return {str(person_id): minutes for person_id, minutes in chosen.items()}
