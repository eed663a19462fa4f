"""How life is going for a patient, on the console: both voices, and ratings by the team."""

from __future__ import annotations

from typing import Any

from app.patients.admission import AdmittedPatient
from app.web import frame, rating
from app.web.rating import Audience


def _show(page: str, patient: AdmittedPatient, held: dict[str, Any]) -> str:
    return frame.for_staff(f"rating/{page}.html", patient, "patient", **held)


pages = rating.pages_of(
    Audience("console_wheel", "/console/patients/<uuid:patient_id>/wheel", _show, ("together", "team", "patient"))
)
