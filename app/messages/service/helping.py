"""Take what the circle was asked for, be there, do it, give it back; or say that one cannot.

The first who says so has it: one statement decides, whatever comes at the same moment and by whatever way. An act that
comes again changes nothing.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import update

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict
from app.identity import queries as people
from app.messages import wanted
from app.messages.models.help import HelpRequest
from app.messages.queries import help as queries
from app.messages.service import asking, unanswered
from app.messages.service import help_steps as steps
from app.messages.service import help_telling as telling
from app.patients.admission import AdmittedPatient
from app.patients.by import By

ANOTHER: Final = "{name} has this, so you need not. Thank you."
ANOTHER_DID: Final = "{name} has done this. Thank you."
CALLED_OFF: Final = "This is not wanted any more. Thank you."
NOBODY_HAS: Final = "Nobody has taken this yet. Say first that you take it."


def take(patient: AdmittedPatient, request_id: UUID, by: By) -> HelpRequest:
    """Have it, if nobody else has. Raises NotFound, and Conflict that says who has it."""
    request = queries.one(patient, request_id, by.person_id)
    now = clock.now()
    values = {
        "state": "claimed",
        "helper_id": by.person_id,
        "claimed_at": now,
        "reopen_at": wanted.to_be_done_by(request.wanted_at, now),
        "answer_by": None,
        "version": HelpRequest.version + 1,
    }
    is_open = (HelpRequest.id == request_id, HelpRequest.state == "open")
    first = update(HelpRequest).where(*is_open).values(values).returning(HelpRequest.id)
    won = db.session.scalar(first.execution_options(synchronize_session=False)) is not None
    request = queries.one(patient, request_id, by.person_id)  # as it is now
    if won:
        steps.answered(request, by.person_id, cannot=False)
        steps.note(request, "claimed", by)
        db.session.flush()
        unanswered.settle(request, by.person_id)
        telling.taken(patient, request)
    elif request.helper_id != by.person_id:
        raise _not_yours(request)
    return request


def pass_by(patient: AdmittedPatient, request_id: UUID, by: By) -> HelpRequest:
    """Say that one cannot; who has taken it gives it back. When none of those asked can, who asked is told."""
    request = steps.locked(patient, request_id, by.person_id)
    if request.state in queries.TAKEN and request.helper_id == by.person_id:
        return _given_back(patient, request, by)
    if request.state not in queries.RUNNING or steps.has_passed(request, by.person_id):
        return request
    steps.answered(request, by.person_id, cannot=True)
    steps.note(request, "passed", by)
    db.session.flush()
    if request.state == "open" and not queries.still_asked(patient, request):
        unanswered.nobody_can(patient, request)
    return request


def give_back(patient: AdmittedPatient, request_id: UUID, by: By) -> HelpRequest:
    """It is open again, and those who were asked are told. Who has nothing of it gives nothing back."""
    request = steps.locked(patient, request_id, by.person_id)
    if request.helper_id != by.person_id:
        return request
    if request.state == "done":
        raise Conflict(asking.DONE)
    return _given_back(patient, request, by)


def arrive(patient: AdmittedPatient, request_id: UUID, by: By) -> HelpRequest:
    """Be there. Raises NotFound, and Conflict where it is not one's own."""
    request = _mine(patient, request_id, by)
    if request.state == "claimed":
        now = clock.now()
        request.state, request.arrived_at = "arrived", now
        request.reopen_at = wanted.to_be_done_by(request.wanted_at, now)
        steps.note(request, "arrived", by)
        db.session.flush()
        telling.is_there(patient, request)
    return request


def done(patient: AdmittedPatient, request_id: UUID, by: By) -> HelpRequest:
    """It is done, says who took it. Raises NotFound, and Conflict where it is not one's own."""
    return _done(patient, _mine(patient, request_id, by), by)


def was_done(patient: AdmittedPatient, request_id: UUID, by: By) -> HelpRequest:
    """It is done, says whoever asked or speaks for the patient. Raises NotFound, Forbidden, Conflict (not taken)."""
    request = steps.locked(patient, request_id, by.person_id)
    asking.may_settle(patient, request, by)
    if request.helper_id is None:
        raise _not_yours(request)
    return _done(patient, request, by)


def _done(patient: AdmittedPatient, request: HelpRequest, by: By) -> HelpRequest:
    if request.state != "done":
        request.state, request.done_at, request.reopen_at = "done", clock.now(), None
        steps.note(request, "done", by)
        db.session.flush()
        telling.is_done(patient, request, by.person_id)
    return request


def _given_back(patient: AdmittedPatient, request: HelpRequest, by: By) -> HelpRequest:
    steps.free(request)
    steps.answered(request, by.person_id, cannot=True)
    steps.note(request, "given_back", by)
    db.session.flush()
    unanswered.open_again(patient, request, by_clock=False)
    return request


def _mine(patient: AdmittedPatient, request_id: UUID, by: By) -> HelpRequest:
    request = steps.locked(patient, request_id, by.person_id)
    if request.helper_id != by.person_id:
        raise _not_yours(request)
    return request


def _not_yours(request: HelpRequest) -> Conflict:
    if request.helper_id is None:
        return Conflict(CALLED_OFF if request.state == "called_off" else NOBODY_HAS)
    name = people.person(request.helper_id).given_name
    return Conflict((ANOTHER_DID if request.state == "done" else ANOTHER).format(name=name))
