"""Have somebody ask how a helper is who takes nearly all that the circle is asked for."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.core import backlog, clock
from app.core.db import db
from app.messages import wanted
from app.messages.queries import fair
from app.messages.queries.fair import Share
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.todos import service as todos
from app.todos.models import Todo

KIND: Final = "uneven_help"
REASON: Final = (
    "{name} has taken {took} of the {of} things that somebody of {patient}’s circle took in the last {days} days. "
    "Ask {helper} how they are, and {patient} whether others could share in it."
)


def ask_about_uneven_help() -> int:
    """A to-do a month for the coordinator of each patient of whose help one person has nearly all; returns how many."""
    circles = patients.admitted(fair.busy(clock.now() - wanted.FAIR_VIEW)).values()
    asked: list[UUID] = []

    def ask(patient: AdmittedPatient) -> None:
        lean = [one for one in fair.share(patient, patient.coordinator_id) if one.is_lean]
        asked.extend(one.person_id for one in lean if _ask(patient, one))

    backlog.each("ask about uneven help", (one for one in circles if one.ended_at is None), ask)
    return len(asked)


def _ask(patient: AdmittedPatient, share: Share) -> bool:
    cause = f"{share.person_id} {clock.today(patient.zone):%Y-%m}"
    same = (Todo.patient_id == patient.id, Todo.kind == KIND, Todo.cause == cause)
    if db.session.scalar(select(Todo.id).where(*same).limit(1)) is not None:
        return False  # asked this month, and perhaps done
    reason = REASON.format(
        name=share.name,
        took=share.took,
        of=share.of_all,
        patient=patient.given_name,
        days=wanted.FAIR_VIEW.days,
        helper=share.given_name,
    )
    todos.add(patient, KIND, cause, reason)
    return True
