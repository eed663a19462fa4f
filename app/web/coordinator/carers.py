"""How the carers of a patient are, as far as they let their coordinator see it."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import clock
from app.core.http import Pages
from app.messages import carer_questions
from app.messages.queries import carers as queries
from app.messages.queries.carers import Shown
from app.messages.service import carers, lightening
from app.patients.admission import AdmittedPatient
from app.todos import queries as todos
from app.todos.models import Todo
from app.web import frame, looking, moments

pages = Pages("console_carers", __name__, url_prefix="/console/patients/<uuid:patient_id>/carers")


@pages.get("", access=guards.on_patient(Permission.HANDLE_ALERTS))
def overview(patient: AdmittedPatient) -> str:
    """What they said since they agreed; nothing of those who have not, or ended it."""
    context: dict[str, Any] = {"patient": patient.name, "rows": [_row(one, patient) for one in queries.shown(patient)]}
    context["support"] = carer_questions.support(clock.today(patient.team_zone))
    context["todos"] = [one.reason for one in _todos(patient)]
    context["back_href"] = url_for("coordinator.patient", patient_id=patient.id)
    return frame.for_staff("coordinator/carers.html", patient, "patient", **context)


def _todos(patient: AdmittedPatient) -> list[Todo]:
    """Whom to speak with, and how unevenly the help is shared; done on the patient's own page."""
    may = looking.may(Permission.HANDLE_TODOS)
    return [one for one in todos.open_of(patient) if may and one.kind in (carers.STRAIN, lightening.KIND)]


def _row(one: Shown, patient: AdmittedPatient) -> dict[str, Any]:
    return {
        "who": f"{one.name}, {one.relationship}" if one.relationship else one.name,
        "when": moments.moment(one.at, clock.now(), patient.team_zone),
        "answers": list(zip(carer_questions.QUESTIONS.values(), one.answers, strict=False)),
        "is_strain": carer_questions.is_strain(one.answers),
    }
