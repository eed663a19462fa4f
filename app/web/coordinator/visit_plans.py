"""The planned visits of a patient, for their team."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.patients.admission import AdmittedPatient
from app.web import frame, planning_visits


def _show(template: str, patient: AdmittedPatient, held: dict[str, Any]) -> str:
    start = {"back_href": url_for("coordinator.patient", patient_id=patient.id), "back": "The patient"}
    whose = {"whose": patient.name, "is_console": True}
    return frame.for_staff(template, patient, "patient", **start | held | whose)


pages = planning_visits.pages_of("console_visit_plans", "/console/patients/<uuid:patient_id>/visits/plans", _show)
