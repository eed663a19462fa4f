"""Having a patient asked by text for what their plan measures: begun, paused and ended by their team."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.patients.admission import AdmittedPatient
from app.web import asking_by_text, frame


def _show(patient: AdmittedPatient, held: dict[str, Any]) -> str:
    held["phone"] = "the patient’s own phone"
    held |= {"back_href": url_for("coordinator.patient", patient_id=patient.id), "patient": patient.name}
    return frame.for_staff("coordinator/texts.html", patient, "patient", **held)


pages = asking_by_text.pages_of("console_texts", "/console/patients/<uuid:patient_id>/texts", _show)
