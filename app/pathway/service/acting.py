"""What every act on the care plan begins and ends with: the row held, and what was done written down."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.pathway.models import PlanAction, PlanActionEvent
from app.pathway.queries import owners
from app.patients.admission import AdmittedPatient
from app.patients.by import By

SENT_BEFORE: Final = "This was sent before, with something else in it. Nothing was changed now."
CHANGED: Final = "This action was changed since you read it. Read it again."
NOT_OPEN: Final = {
    "done": "This action is done. Open it again first.",
    "dropped": "This action was dropped. Add a new one if it is to be done after all.",
}
WHO: Final = "Choose the patient, somebody of their circle who may see the plan, or somebody of the team."
PAST: Final = "Give today, or a later day."


def locked(patient: AdmittedPatient, action_id: UUID) -> PlanAction:
    """An action, waited for: two acts on it follow each other. Raises NotFound."""
    held = select(PlanAction).where(PlanAction.id == action_id, PlanAction.patient_id == patient.id).with_for_update()
    action = db.session.scalar(held.execution_options(populate_existing=True))
    if action is None:
        raise NotFound
    return action


def still_cared_for(patient: AdmittedPatient) -> None:
    """Raise Conflict once care has ended."""
    if why := care_ended(patient):
        raise Conflict(why)


def care_ended(patient: AdmittedPatient) -> str | None:
    """Why nothing of the care plan can be changed any more."""
    ended = f"Care with {patient.team_name} has ended, so the care plan is kept as it is."
    return ended if patient.ended_at is not None else None


def check(patient: AdmittedPatient, said: dict[str, Any]) -> None:
    """Raise Invalid where nobody could see to it, or not by this day; of what is said anew only."""
    due_on = said.get("due_on")
    if due_on is not None and due_on < clock.today(patient.zone):
        raise Invalid(PAST, errors=[{"pointer": "/due_on", "detail": PAST}])
    if "owner_id" in said and not owners.may_see_to(patient, said["owner_id"]):
        raise Invalid(WHO, errors=[{"pointer": "/owner_id", "detail": WHO}])


def note(action: PlanAction, kind: str, by: By, **details: Any) -> None:
    """Save an act, and write down what was done, as what, by which way."""
    db.session.flush()
    event = PlanActionEvent(
        organisation_id=action.organisation_id,
        patient_id=action.patient_id,
        action_id=action.id,
        kind=kind,
        by=by.person_id,
        role=str(by.role),
        channel=by.channel,
        created_at=clock.now(),
    )
    event.details = orjson.dumps(details).decode() if details else None
    db.session.add(event)
    db.session.flush()
