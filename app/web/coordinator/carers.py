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
from app.patients.admission import AdmittedPatient
from app.web import frame, moments

pages = Pages("console_carers", __name__, url_prefix="/console/patients/<uuid:patient_id>/carers")


@pages.get("", access=guards.on_patient(Permission.HANDLE_ALERTS))
def overview(patient: AdmittedPatient) -> str:
    """What they said since they agreed; nothing of those who have not, or ended it."""
    context: dict[str, Any] = {"patient": patient.name, "rows": [_row(one, patient) for one in queries.shown(patient)]}
    context["support"] = carer_questions.SUPPORT
    context["back_href"] = url_for("coordinator.patient", patient_id=patient.id)
    return frame.for_staff("coordinator/carers.html", patient, "patient", **context)


def _row(one: Shown, patient: AdmittedPatient) -> dict[str, Any]:
    return {
        "who": f"{one.name}, {one.relationship}" if one.relationship else one.name,
        "when": moments.moment(one.at, clock.now(), patient.team_zone),
        "answers": list(zip(carer_questions.QUESTIONS.values(), one.answers, strict=False)),
        "is_strain": carer_questions.is_strain(one.answers),
    }
