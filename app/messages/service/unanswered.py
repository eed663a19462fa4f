"""Say in time that nobody takes what the circle was asked for: to whoever asked, and from an alert to the coordinator.

A request that is open says itself when that is; taken or called off it says nothing any more.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.core import backlog, clock
from app.core.db import db
from app.messages import wanted
from app.messages.models.help import HelpRequest
from app.messages.queries import help as queries
from app.messages.service import help_telling as telling
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.todos import service as todos

KIND: Final = "help_unanswered"
NOT_YET: Final = "Nobody of {patient}’s circle has said yet that they will"
NONE_CAN: Final = "Nobody of {patient}’s circle can"
REASON: Final = "{who}: “{what}”. It was asked because of an alert. Ask somebody else, or see to it another way."


def tell_in_time() -> int:
    """Tell of what nobody has taken and whose time is near; returns how many. Any number may run at once."""
    near = select(HelpRequest).where(HelpRequest.state == "open", HelpRequest.answer_by <= clock.now())
    return backlog.one_by_one(
        "tell of help that nobody takes", near.order_by(HelpRequest.answer_by), _tell, when=HelpRequest.answer_by
    )


def _tell(request: HelpRequest) -> None:
    patient = patients.admitted_one(request.patient_id)
    request.answer_by = None
    db.session.flush()
    telling.unanswered(patient, request)
    _ask_coordinator(patient, request, NOT_YET)


def nobody_can(patient: AdmittedPatient, request: HelpRequest) -> None:
    """All who were asked have said that they cannot: it is told at once, and not again."""
    request.answer_by = None
    db.session.flush()
    telling.nobody_can(patient, request)
    _ask_coordinator(patient, request, NONE_CAN)


def open_again(patient: AdmittedPatient, request: HelpRequest, *, by_clock: bool) -> None:
    """It is wanted again: those who may still take it are asked; where there is nobody, that is said."""
    if not queries.still_asked(patient, request):
        nobody_can(patient, request)
        return
    request.answer_by = wanted.to_be_answered_by(request.wanted_at, clock.now(), patient.zone)
    db.session.flush()
    telling.open_again(patient, request, by_clock=by_clock)


def settle(request: HelpRequest, by: UUID) -> None:
    """Somebody has taken it, or it is wanted no more: nothing is left to do for the coordinator."""
    if request.alert_id is not None:
        todos.settle(request.patient_id, KIND, str(request.id), by)


def _ask_coordinator(patient: AdmittedPatient, request: HelpRequest, who: str) -> None:
    """What is asked from an alert is one of the things offered: its words say nothing of anybody's health."""
    if request.alert_id is None:
        return
    reason = REASON.format(who=who.format(patient=patient.given_name), what=request.what)
    now = clock.now()
    todos.add(patient, KIND, str(request.id), reason, max(filter(None, [request.wanted_at, now])))
