"""Being asked by text for what the plan measures: begun, paused and ended by the patient."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.patients.admission import AdmittedPatient
from app.web import asking_by_text, frame


def _show(patient: AdmittedPatient, held: dict[str, Any]) -> str:
    whose = frame.whose(patient) and patient.given_name
    held |= {
        "back_href": url_for("patient.plan", patient_id=patient.id),
        "whose": whose,
        "phone": f"{whose}’s own phone" if whose else "your own phone",
    }
    return frame.for_patient("patient/texts.html", patient, "plan", **held)


pages = asking_by_text.pages_of("my_texts", "/my/<uuid:patient_id>/texts", _show)
