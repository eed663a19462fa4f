"""Say a step otherwise, or for another day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Conflict, DomainError, Invalid, NotFound, PreconditionFailed
from app.core.http import Pages
from app.goals import queries
from app.goals.queries import showing
from app.goals.service import acting, stepping
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import goals_gathering as gathering
from app.web.patient import goals_typed as typed
from app.web.patient import medicine_typed
from app.web.patient.sharing import Shown

pages = Pages("my_goal_steps", __name__, url_prefix="/my/<uuid:patient_id>/goals/steps/<uuid:step_id>")
CHANGE: Final = guards.on_patient(Permission.CHANGE_GOALS)
REFUSED: Final = (Conflict, Invalid, PreconditionFailed)


@pages.get("/change", access=CHANGE)
def change(patient: AdmittedPatient, step_id: UUID) -> str:
    """What it says, to be changed."""
    return _page(patient, step_id)


@pages.post("/change", access=CHANGE)
def save(patient: AdmittedPatient, step_id: UUID) -> Any:
    """Have it say this from now on."""
    form = request.form
    try:
        version = medicine_typed.version(form)
        goal = stepping.change(patient, step_id, version, typed.step_change(form), gathering.by())
    except REFUSED as refused:
        return _page(patient, step_id, refused), refused.status
    return redirect(url_for("my_goals.one", patient_id=patient.id, goal_id=goal.id, said="step-changed"), 303)


def _page(patient: AdmittedPatient, step_id: UUID, refused: DomainError | None = None) -> str:
    one = showing.one(patient, gathering.reader(), queries.goal_of_step(patient, gathering.reader(), step_id))
    step = next((each.row for each in one.steps if each.row.id == step_id), None)
    if step is None:  # it was taken away
        raise NotFound
    now = {"words": step.words or "", "due_on": step.due_on.isoformat() if step.due_on else ""}
    form: Mapping[str, str] = request.form if refused else now
    errors = {typed.box(refused): typed.fault(refused)} if refused else {}
    context = {
        "step": "step",
        "kept": [("version", one.row.version)],
        "send": "Save",
        "typed": form,
        "goal": one.row.words,
        "closed": acting.care_ended(patient),
        "action": url_for("my_goal_steps.save", patient_id=patient.id, step_id=step_id),
        "back": "The goal",
        "back_href": url_for("my_goals.one", patient_id=patient.id, goal_id=one.row.id),
        **Shown(form, errors).context(),
    }
    return frame.for_patient("patient/goals/step.html", patient, "goals", **context)
