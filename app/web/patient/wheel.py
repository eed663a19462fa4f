"""My wheel: how life is going, rated by the patient or written down by somebody for them."""

from __future__ import annotations

from typing import Any

from app.patients.admission import AdmittedPatient
from app.web import frame, rating
from app.web.rating import Audience


def _show(page: str, patient: AdmittedPatient, held: dict[str, Any]) -> str:
    return frame.for_patient(f"rating/{page}.html", patient, "overview", **held)


pages = rating.pages_of(Audience("my_wheel", "/my/<uuid:patient_id>/wheel", _show, ("patient",)))
