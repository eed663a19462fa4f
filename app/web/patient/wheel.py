"""My wheel: how life is going, rated by the patient or written down by somebody for them."""

from __future__ import annotations

from typing import Any

from app.patients.admission import AdmittedPatient
from app.web import frame, rating
from app.web.patient import rating_keeping
from app.web.rating import Audience


def _show(page: str, patient: AdmittedPatient, held: dict[str, Any]) -> str:
    code = held["instrument"].code if "instrument" in held else held["code"]
    kept = rating_keeping.kept(patient, code) if page != "correct" else None
    return frame.for_patient(f"rating/{page}.html", patient, "overview", **held, kept=kept)


pages = rating.pages_of(Audience("my_wheel", "/my/<uuid:patient_id>/wheel", _show, ("patient",)))
