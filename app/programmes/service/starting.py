"""Propose to somebody to be asked by text: a text asks for their yes, and nothing else is sent before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict
from app.core.ids import new_id
from app.identity import queries as people
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.programmes import asking_times, queries
from app.programmes.models import TextProgramme
from app.programmes.service import agreeing, running

NO_PHONE: Final = "No mobile phone is known, so no text can be sent. Add one first."
ENDED: Final = "Care with this team has ended, so nobody is asked."
RUNS: Final = "They are asked by text already. Change the times, or end it first."
USED: Final = "Something else was sent before under the same id."


def start(patient: AdmittedPatient, times: Sequence[time], by: By, client_id: UUID | None = None) -> TextProgramme:
    """Ask whether texts may ask at these times. The same id again is the same programme. Raises Conflict, Invalid."""
    in_order = running.in_order(times)
    before = queries.found(patient, client_id) if client_id else None
    if before is not None:
        if before.times != in_order:
            raise Conflict(USED)
        return before
    _may_start(patient, in_order)
    words = agreeing.words_of_today(patient)
    programme = TextProgramme(
        id=client_id or new_id(),
        times=in_order,
        started_by=by.person_id,
        wording_id=words.id,
        wording_version=words.version,
        wording_language=words.language,
        next_at=asking_times.after(clock.now(), in_order, patient.zone).begins,
    )
    programme.organisation_id, programme.patient_id = patient.organisation_id, patient.id
    _kept(programme)
    agreeing.ask(patient, programme, words)
    return programme


def _may_start(patient: AdmittedPatient, times: Sequence[time]) -> None:
    if patient.ended_at is not None:
        raise Conflict(ENDED)
    if people.person(patient.person_id).phone_index is None:
        raise Conflict(NO_PHONE)
    if queries.running(patient) is not None:
        raise Conflict(RUNS)
    running.may_ask_at(patient, times)


def _kept(programme: TextProgramme) -> None:
    """Somebody else may begin at the same moment: one of both does."""
    try:
        with db.session.begin_nested():
            db.session.add(programme)
    except IntegrityError:
        raise Conflict(RUNS) from None
