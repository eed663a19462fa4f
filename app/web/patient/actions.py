"""What was agreed to be done, said to be done or not yet, from the page of the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Conflict, NotFound
from app.core.http import Pages
from app.pathway.models import PlanAction
from app.pathway.service import ending
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.web import frame
from app.web.patient import action_gathering, gathering

pages = Pages("my_actions", __name__, url_prefix="/my/<uuid:patient_id>/plan/actions")
Mark = Callable[[AdmittedPatient, UUID, By], PlanAction]
# What the buttons say.
MARKS: Final[Mapping[str, Mark]] = {"done": ending.done, "open-again": ending.open_again}


@pages.post("/<uuid:action_id>/act", access=guards.on_patient(Permission.DO_ACTIONS))
def act(patient: AdmittedPatient, action_id: UUID) -> Any:
    """It is done, or is not after all."""
    name = request.form.get("act", "")
    if name not in MARKS:
        raise NotFound
    try:
        MARKS[name](patient, action_id, action_gathering.by())
    except Conflict as refused:
        return _refused(patient, refused)
    if not guards.reads(Permission.SEE_PLAN):  # may tick it off, and is not shown the plan any more
        return redirect(url_for("circles.home"), 303)
    return redirect(url_for("patient.plan", patient_id=patient.id, said=name, _anchor="actions"), 303)


def _refused(patient: AdmittedPatient, refused: Conflict) -> Any:
    if not guards.reads(Permission.SEE_PLAN):
        raise refused
    context = gathering.for_plan(patient, None) | {"errors": [{"text": refused.detail, "href": "#actions"}]}
    return frame.for_patient("patient/plan.html", patient, "plan", **context), refused.status
