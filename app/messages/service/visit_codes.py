"""The code on the wall of a patient's home: made anew, the old one shows nothing any more; only its digest is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from app import config
from app.core import clock, limits, rows
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.messages import arrival_codes
from app.messages.models import ArrivalCode
from app.messages.service import visit_acting
from app.patients.admission import AdmittedPatient
from app.patients.by import By

TRIES_AN_HOUR: Final = 20
HOUR: Final = timedelta(hours=1)
NOT_HERE: Final = "This is not the code that hangs here now. Type it again, or go on without it."


@dataclass(frozen=True, slots=True)
class Made:
    """A new code, as it is shown this once, and the address that its picture leads to."""

    code: str = field(repr=False)
    url: str = field(repr=False)


def make(patient: AdmittedPatient, by: By) -> Made:
    """Make a code for the wall; the one before shows nothing from this commit on. Raises Conflict."""
    visit_acting.still_cared_for(patient)
    running = (ArrivalCode.patient_id == patient.id, ArrivalCode.ended_at.is_(None))
    db.session.execute(update(ArrivalCode).where(*running).values(ended_at=clock.now()))
    code, settings = arrival_codes.new_code(), config.current()
    made = ArrivalCode(organisation_id=patient.organisation_id, patient_id=patient.id, made_by=by.person_id)
    made.code_hash = arrival_codes.digest(settings.secret_key, code)
    db.session.add(made)
    db.session.flush()
    return Made(arrival_codes.shown(code), f"{settings.public_url}/arrive/{code}")


def made_at(patient: AdmittedPatient) -> ArrivalCode | None:
    """The code that hangs there now, if one was made."""
    running = (ArrivalCode.patient_id == patient.id, ArrivalCode.ended_at.is_(None))
    return db.session.scalar(select(ArrivalCode).where(*running))


def arrival(patient: AdmittedPatient, code: str | None, by: By) -> str:
    """How somebody showed that they are there: "code" or "hand". Raises Invalid for another code, and TooMany.

    A code that one has made oneself shows nothing: one need not be there to know it.
    """
    if code is None or not code.strip():
        return "hand"
    found = _hanging(patient, code, by)
    if found is None:
        raise Invalid(NOT_HERE, errors=[{"pointer": "/code", "detail": NOT_HERE}])
    return "hand" if found.made_by == by.person_id else "code"


def hangs_here(patient: AdmittedPatient, code: str | None, by: By) -> bool:
    """Whether this is the code on the wall here now. Raises TooMany."""
    return bool(code and code.strip() and _hanging(patient, code, by))


def _hanging(patient: AdmittedPatient, code: str, by: By) -> ArrivalCode | None:
    found = _found(code, by.person_id)
    return found if found is not None and found.patient_id == patient.id else None


def patient_of(code: str, person_id: UUID) -> UUID:
    """At whose wall this code hangs; the caller is to be admitted there next. Raises NotFound and TooMany."""
    with rows.within(rows.SERVICE):  # whose it is is not known before it is looked up
        found = _found(code, person_id)
    if found is None:
        raise NotFound
    return found.patient_id


def _found(code: str, person_id: UUID) -> ArrivalCode | None:
    tidy, keys = arrival_codes.tidied(code), config.current().secret_keys
    digests = [arrival_codes.digest(key, tidy) for key in keys] if tidy else []
    where = (ArrivalCode.code_hash.in_(digests), ArrivalCode.ended_at.is_(None))
    found = db.session.scalar(select(ArrivalCode).where(*where))
    if found is None:
        limits.spend(f"arrival code by {person_id}", allowed=TRIES_AN_HOUR, per=HOUR)
    return found
