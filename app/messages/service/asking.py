"""Ask the circle for help, all of it or some, and call it off."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.access.roles import STAFF, Role
from app.core import clock, limits
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid
from app.messages import wanted
from app.messages.help_entering import NewHelp
from app.messages.models.help import HelpAsked, HelpRequest
from app.messages.queries import help as queries
from app.messages.service import help_steps as steps
from app.messages.service import help_telling as telling
from app.messages.service import unanswered
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.queries import consent

NOBODY: Final = "Nobody in the circle can be asked yet: somebody there must see its messages first."
ENDED: Final = "Care with {team} has ended, so nothing is asked of the circle here any more."
OTHERWISE: Final = "This was sent before, with something else in it. Nothing was changed now."
NOT_THEIRS: Final = "Only whoever asked, {patient} and the team can say this."
DONE: Final = "It is done already."
SLACK: Final = timedelta(minutes=5)  # a form takes a while to fill in
SETTLES: Final = STAFF | {Role.PATIENT, Role.ACTING}


def ask(patient: AdmittedPatient, new: NewHelp, by: By) -> HelpRequest:
    """Ask for help; sent again it is the same request. Raises Conflict, Invalid (what, when, whom) and TooMany."""
    if (before := _sent_before(patient, new, by)) is not None:
        return before
    asked = _checked(patient, new, by)
    limits.spend(f"asks the circle {patient.id} {by.person_id}", allowed=wanted.ASKED_A_DAY, per=timedelta(days=1))
    request = _made(patient, new, by)
    try:
        with db.session.begin_nested():
            db.session.add(request)
    except IntegrityError:
        if (before := _sent_before(patient, new, by)) is None:
            raise
        return before
    for person_id in asked:
        db.session.add(_asked(request, person_id))
    steps.note(request, "asked", by)
    db.session.flush()
    telling.asked(patient, request, asked)
    return request


def call_off(patient: AdmittedPatient, request_id: UUID, by: By) -> HelpRequest:
    """It is wanted no more; called off before, it stays so. Raises NotFound, Forbidden and Conflict (done)."""
    request = steps.locked(patient, request_id, by.person_id)
    may_settle(patient, request, by)
    if request.state == "called_off":
        return request
    if request.state == "done":
        raise Conflict(DONE)
    told = [request.helper_id] if request.helper_id else queries.still_asked(patient, request)
    concerned = dict.fromkeys([*told, request.asked_by])
    steps.free(request, "called_off")
    steps.note(request, "called_off", by)
    db.session.flush()
    unanswered.settle(request, by.person_id)
    telling.called_off(patient, request, [one for one in concerned if one != by.person_id])
    return request


def call_off_all(patient_id: UUID) -> int:
    """Call off what is not done, as care has ended; returns how many. Nobody is told of it here."""
    where = (HelpRequest.patient_id == patient_id, HelpRequest.state.in_(queries.RUNNING))
    held = select(HelpRequest).where(*where).order_by(HelpRequest.id).with_for_update()
    running = list(db.session.scalars(held.execution_options(populate_existing=True)))
    for request in running:
        steps.free(request, "called_off")
        steps.note(request, "called_off", None)
    db.session.flush()
    telling.withdraw([request.id for request in running])
    return len(running)


def may_settle(patient: AdmittedPatient, request: HelpRequest, by: By) -> None:
    """Raise Forbidden for whoever neither asked nor speaks for the patient."""
    if by.role not in SETTLES and request.asked_by != by.person_id:
        raise Forbidden(NOT_THEIRS.format(patient=patient.given_name))


def _checked(patient: AdmittedPatient, new: NewHelp, by: By) -> list[UUID]:
    """Who is asked, where it can be."""
    if patient.ended_at is not None:
        raise Conflict(ENDED.format(team=patient.team_name))
    _check_what(new)
    now = clock.now()
    if new.wanted_at is not None and not now - SLACK <= new.wanted_at <= now + wanted.AHEAD:
        raise _fault("/wanted_at", f"Give a time from now on, {wanted.AHEAD.days} days ahead at most.")
    can = [one.person_id for one in queries.helpers(patient) if one.person_id != by.person_id]
    if not can:
        raise Conflict(NOBODY)
    if new.people is None:
        return can
    if not new.people or not set(new.people) <= set(can):
        raise _fault("/people", "Choose people of the circle who can be asked.")
    return list(dict.fromkeys(new.people))


def _check_what(new: NewHelp) -> None:
    if new.thing is None and not new.words:
        raise _fault("/thing", "Say what is wanted.")
    # An alert says something of somebody's health; what is asked because of it says nothing of it.
    if new.alert_id is not None and (new.words or new.thing is None):
        raise _fault("/words", "From an alert choose one of the things offered, without words of your own.")


def _fault(pointer: str, detail: str) -> Invalid:
    return Invalid(detail, errors=[{"pointer": pointer, "detail": detail}])


def _sent_before(patient: AdmittedPatient, new: NewHelp, by: By) -> HelpRequest | None:
    where = (HelpRequest.patient_id == patient.id, HelpRequest.client_id == new.id)
    found = db.session.scalar(select(HelpRequest).where(*where))
    if found is None:
        return None
    first = (found.asked_by, found.what, found.wanted_at, found.alert_id, _chosen(found))
    again = None if new.people is None else set(new.people)
    if first != (by.person_id, wanted.said(new.thing, new.words), new.wanted_at, new.alert_id, again):
        raise Conflict(OTHERWISE)
    return found


def _chosen(request: HelpRequest) -> set[UUID] | None:
    if request.to_all:
        return None
    return set(db.session.scalars(select(HelpAsked.person_id).where(HelpAsked.request_id == request.id)))


def _made(patient: AdmittedPatient, new: NewHelp, by: By) -> HelpRequest:
    acting = consent.acting_now(patient, by.person_id) if by.role is Role.ACTING else None
    return HelpRequest(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        asked_by=by.person_id,
        asked_role=str(by.role),
        acting_for_id=acting.id if acting else None,
        what=wanted.said(new.thing, new.words),
        wanted_at=new.wanted_at,
        to_all=new.people is None,
        answer_by=wanted.to_be_answered_by(new.wanted_at, clock.now(), patient.zone),
        alert_id=new.alert_id,
        client_id=new.id,
    )


def _asked(request: HelpRequest, person_id: UUID) -> HelpAsked:
    return HelpAsked(
        organisation_id=request.organisation_id,
        patient_id=request.patient_id,
        request_id=request.id,
        person_id=person_id,
    )
