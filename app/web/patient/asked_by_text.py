"""Being asked by text for what the plan measures: begun, paused and ended by the patient."""

from __future__ import annotations

from typing import Any, Final

from flask import redirect, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Conflict, Invalid
from app.core.http import Pages
from app.patients.admission import AdmittedPatient
from app.web import asking_by_text, frame

pages = Pages("my_texts", __name__, url_prefix="/my/<uuid:patient_id>/texts")
CHOOSE: Final = guards.on_patient(Permission.ASK_BY_TEXT)


@pages.get("", access=CHOOSE)
def overview(patient: AdmittedPatient) -> str:
    """When they are asked, and what came of it."""
    return _page(patient)


@pages.post("", access=CHOOSE)
def start(patient: AdmittedPatient) -> Any:
    """Begin, or change the times."""
    try:
        asking_by_text.start(patient)
    except asking_by_text.REFUSED as refused:
        return _page(patient, refused), refused.status
    return _back(patient, "started")


@pages.post("/pause", access=CHOOSE)
def pause(patient: AdmittedPatient) -> Any:
    """Ask nothing until a day, or go on."""
    try:
        said = asking_by_text.pause(patient)
    except asking_by_text.REFUSED as refused:
        return _page(patient, refused), refused.status
    return _back(patient, said)


@pages.post("/end", access=CHOOSE)
def end(patient: AdmittedPatient) -> Any:
    """Ask no more."""
    asking_by_text.end(patient)
    return _back(patient, "ended")


def _back(patient: AdmittedPatient, said: str) -> Any:
    return redirect(url_for("my_texts.overview", patient_id=patient.id, said=said), 303)


def _page(patient: AdmittedPatient, refused: Conflict | Invalid | None = None) -> str:
    shown = asking_by_text.context(patient, refused)
    here: dict[str, Any] = {"patient_id": patient.id}
    shown["start_action"] = url_for("my_texts.start", **here)
    shown["pause_action"] = url_for("my_texts.pause", **here)
    shown["end_action"] = url_for("my_texts.end", **here)
    shown |= {
        "back_href": url_for("patient.plan", patient_id=patient.id),
        "whose": frame.whose(patient) and patient.given_name,
    }
    return frame.for_patient("patient/texts.html", patient, "plan", **shown)
