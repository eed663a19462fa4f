"""Who acts for the patient: asked by the patient, recorded by the team, reviewed, ended."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import redirect, request

from app.access import guards
from app.access.permissions import Permission
from app.core import http
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.http import Pages
from app.patients import schemas, service
from app.patients.acting import NewActing
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import acting_words, sharing
from app.web.patient.sharing import Shown

pages = Pages("my_acting", __name__, url_prefix="/my/<uuid:patient_id>/acting")

CHANGES: Final = guards.on_patient(Permission.CHANGE_ACTING)
REFUSED: Final = (Conflict, Forbidden, Invalid)
_NEW: Final = schemas.NewActing()
_REVIEW: Final = schemas.ActingReview()


@pages.get("/new", access=CHANGES)
def new(patient: AdmittedPatient) -> str:
    """Who is to act, on what ground, about what, until which review."""
    return _form(patient, sharing.EMPTY)


@pages.post("/new", access=CHANGES)
def record(patient: AdmittedPatient) -> Any:
    """Show the words of it first; record it when they have been read."""
    if request.form.get("change"):
        return _form(patient, Shown(request.form))
    try:
        body = http.loaded(_NEW, acting_words.typed(patient, request.form))
        if not request.form.get("confirmed"):
            return _read(patient, body)
        service.record_acting(patient, body, guards.caller().person_id)
    except REFUSED as refused:
        return _form(patient, Shown.refused(request.form, refused)), refused.status
    return redirect(sharing.here(patient, "acting"), 303)


@pages.get("/<uuid:acting_id>/review", access=CHANGES)
def review(patient: AdmittedPatient, acting_id: UUID) -> str:
    """Does it still hold, and when is it to be looked at again?"""
    return _review(patient, acting_id, sharing.EMPTY)


@pages.post("/<uuid:acting_id>/review", access=CHANGES)
def review_now(patient: AdmittedPatient, acting_id: UUID) -> Any:
    """Keep a review, and move the day of the next."""
    typed = {"review_on": sharing.day(request.form, "review_on"), "note": request.form.get("note", "").strip()}
    try:
        body = http.loaded(_REVIEW, typed)
        service.review_acting(patient, acting_id, **body, by=guards.caller().person_id)
    except REFUSED as refused:
        return _review(patient, acting_id, Shown.refused(request.form, refused)), refused.status
    return redirect(sharing.here(patient, "reviewed"), 303)


@pages.get("/<uuid:acting_id>/end", access=CHANGES)
def end(patient: AdmittedPatient, acting_id: UUID) -> str:
    """What ending it changes, before it is done."""
    context = acting_words.end_of(patient, acting_id)
    return frame.for_patient("patient/end_consent.html", patient, "circle", **context)


@pages.post("/<uuid:acting_id>/end", access=CHANGES)
def end_now(patient: AdmittedPatient, acting_id: UUID) -> Any:
    """End it."""
    service.end_acting(patient, acting_id, guards.caller().person_id)
    return redirect(sharing.here(patient, "ended"), 303)


def _read(patient: AdmittedPatient, body: NewActing) -> str:
    """Nobody reads the words of what could not be recorded."""
    service.examine_acting(patient, body, guards.caller().person_id)
    context = acting_words.to_read(patient, body)
    return frame.for_patient("patient/acting_form.html", patient, "circle", **context)


def _form(patient: AdmittedPatient, shown: Shown) -> str:
    return frame.for_patient("patient/acting_form.html", patient, "circle", **acting_words.form(patient, shown))


def _review(patient: AdmittedPatient, acting_id: UUID, shown: Shown) -> str:
    context = acting_words.review_form(patient, acting_id, shown)
    return frame.for_patient("patient/acting_review.html", patient, "circle", **context)
