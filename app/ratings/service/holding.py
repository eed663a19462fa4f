"""One thing at a time with the ratings of a patient, and what is asked before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select, text

from app.access.roles import Role
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.models import Patient
from app.patients.queries import consent
from app.ratings import voicing
from app.ratings.instrument import Instrument
from app.ratings.queries import instruments
from app.ratings.service import licensing

_ONE_AT_A_TIME: Final = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")


def one_at_a_time(patient: AdmittedPatient) -> None:
    """Wait while something else is done with this patient's ratings: what stands before one must not change."""
    db.session.execute(_ONE_AT_A_TIME, {"key": f"ratings {patient.id}"})


def still_cared_for(patient: AdmittedPatient) -> None:
    """Raise Conflict once care has ended: nobody would look. Asked anew, after whoever ended it was waited for."""
    if db.session.scalar(select(Patient.ended_at).where(Patient.id == patient.id)) is not None:
        raise Conflict(f"Care with {patient.team_name} has ended, so nothing is rated any more.")


def may_give(by: By, voice: str, *, on_paper: bool) -> None:
    """Raise Forbidden where it is not theirs to give this view."""
    if not voicing.may_give(by.role, voice, on_paper=on_paper):
        raise Forbidden(voicing.NOT_YOURS[voice])


def instrument(code: str) -> Instrument:
    """The newest version of an instrument. Raises Invalid where there is none of this code."""
    try:
        return instruments.newest(code)
    except NotFound:
        raise Invalid("There is no such instrument here.", errors=_errors("/code", "Is not known.")) from None


def may_begin(patient: AdmittedPatient, one: Instrument, voice: str, today: date) -> None:
    """Raise Conflict without a licence that holds, and Invalid where its makers let nobody rate in this voice."""
    licensing.may_begin(patient.organisation_id, one, today)
    if voice not in one.voices:
        raise Invalid(f"{one.name} is not rated this way.", errors=_errors("/voice", "Not with this instrument."))


def refuse(faults: Sequence[tuple[str, str]]) -> None:
    """Raise Invalid for everything that is wrong with what somebody says."""
    if faults:
        errors = [{"pointer": pointer, "detail": detail} for pointer, detail in faults]
        raise Invalid(faults[0][1], errors=errors)


def acting_for(patient: AdmittedPatient, by: By) -> UUID | None:
    """On which ground somebody acts for the patient in this."""
    acting = consent.acting_now(patient, by.person_id) if by.role is Role.ACTING else None
    return acting.id if acting else None


def _errors(pointer: str, detail: str) -> list[dict[str, str]]:
    return [{"pointer": pointer, "detail": detail}]
