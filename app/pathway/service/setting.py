"""Agree on something that is to be done, and change what was agreed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.core.db import db
from app.core.errors import Conflict, PreconditionFailed
from app.pathway import entering
from app.pathway.entering import NewAction
from app.pathway.models import PlanAction, PlanActionEvent
from app.pathway.service import acting, settling
from app.patients.admission import AdmittedPatient
from app.patients.by import By

MANY: Final = "There are {count} open actions already. See to some of them, or drop one, first."


def set_action(patient: AdmittedPatient, new: NewAction, by: By) -> PlanAction:
    """Set an action; sent again it is the same one. Raises Conflict and Invalid."""
    if (before := _sent_before(patient, new, by)) is not None:
        return before
    _check(patient, new)
    action = PlanAction(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        client_id=new.id,
        words=new.words,
        owner_id=new.owner_id,
        due_on=new.due_on,
        state="open",
        set_by=by.person_id,
        set_role=str(by.role),
        channel=by.channel,
    )
    try:
        with db.session.begin_nested():
            db.session.add(action)
    except IntegrityError:
        if (before := _sent_before(patient, new, by)) is None:
            raise
        return before
    acting.note(action, "set", by, sent=entering.content(new))
    return action


def change(patient: AdmittedPatient, action_id: UUID, version: int, changes: Mapping[str, Any], by: By) -> PlanAction:
    """Have an open action say this. Raises NotFound, Conflict, Invalid and PreconditionFailed."""
    action = acting.locked(patient, action_id)
    if action.version != version:
        raise PreconditionFailed(acting.CHANGED)
    acting.still_cared_for(patient)
    if action.state != "open":
        raise Conflict(acting.NOT_OPEN[action.state])
    before = {name: getattr(action, name) for name, value in changes.items() if getattr(action, name) != value}
    if not before:
        return action
    acting.check(patient, {name: changes[name] for name in before})
    settling.settle(action, before, by)
    for name in before:
        setattr(action, name, changes[name])
    acting.note(action, "changed", by, before=before)
    return action


def _check(patient: AdmittedPatient, new: NewAction) -> None:
    acting.still_cared_for(patient)
    acting.check(patient, asdict(new))
    running = (PlanAction.patient_id == patient.id, PlanAction.state == "open")
    count = db.session.scalar(select(func.count()).select_from(PlanAction).where(*running)) or 0
    if count >= entering.MOST_OPEN:
        raise Conflict(MANY.format(count=count))


def _sent_before(patient: AdmittedPatient, new: NewAction, by: By) -> PlanAction | None:
    """The action that this id made, whatever became of it since. Raises Conflict where something else was sent."""
    where = (PlanAction.patient_id == patient.id, PlanAction.client_id == new.id)
    action = db.session.scalar(select(PlanAction).where(*where))
    if action is None:
        return None
    first = (PlanActionEvent.action_id == action.id, PlanActionEvent.kind == "set")
    details = db.session.scalars(select(PlanActionEvent).where(*first)).one().details
    if (action.set_by, orjson.loads(details or "{}").get("sent")) != (by.person_id, entering.content(new)):
        raise Conflict(acting.SENT_BEFORE)
    return action
