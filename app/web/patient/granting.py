"""Give somebody something, read before it is given; end it, explained before it is ended."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from flask import redirect, request

from app.access import guards
from app.access.permissions import Category, Permission, Right
from app.core import http
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.http import Pages
from app.patients import schemas, service
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import sharing
from app.web.patient.sharing import Shown

pages = Pages("my_granting", __name__, url_prefix="/my/<uuid:patient_id>/circle/<uuid:member_id>")

CHANGES: Final = guards.on_patient(Permission.CHANGE_CIRCLE)
REFUSED: Final = (Conflict, Forbidden, Invalid)
_GRANT: Final = schemas.NewGrant()


@pages.get("/give", access=CHANGES)
def give(patient: AdmittedPatient, member_id: UUID) -> str:
    """What to give, how far it goes, until when; `?grant=` gives one again with another day."""
    return _form(patient, member_id, sharing.begun(patient, member_id, request.args.get("grant")))


@pages.post("/give", access=CHANGES)
def give_now(patient: AdmittedPatient, member_id: UUID) -> Any:
    """Show the words of it first; give it when they have been read."""
    if request.form.get("change"):
        return _form(patient, member_id, Shown(request.form))
    try:
        body = http.loaded(_GRANT, sharing.grant_typed(patient, request.form))
        if not request.form.get("confirmed"):
            return _read(patient, member_id, body)
        service.give_grant(patient, member_id, *_what(body), body["wording_version"])
    except REFUSED as refused:
        return _form(patient, member_id, Shown.refused(request.form, refused)), refused.status
    return redirect(sharing.here(patient, "given", member_id), 303)


@pages.get("/grants/<uuid:grant_id>/end", access=CHANGES)
def end(patient: AdmittedPatient, member_id: UUID, grant_id: UUID) -> str:
    """What ending it changes, before it is done."""
    context = sharing.end_of_grant(patient, member_id, grant_id)
    return frame.for_patient("patient/end_consent.html", patient, "circle", **context)


@pages.post("/grants/<uuid:grant_id>/end", access=CHANGES)
def end_now(patient: AdmittedPatient, member_id: UUID, grant_id: UUID) -> Any:
    """End a grant."""
    by, tell = guards.caller().person_id, sharing.tells(request.form)
    service.end_grant(patient, member_id, grant_id, by, tell=tell)
    return redirect(sharing.here(patient, "ended", member_id), 303)


def _read(patient: AdmittedPatient, member_id: UUID, body: dict[str, Any]) -> str:
    """Nobody reads the words of what could not be given."""
    service.examine_grant(patient, member_id, *_what(body))
    context = sharing.to_read(patient, member_id, body)
    return frame.for_patient("patient/give.html", patient, "circle", **context)


def _what(body: dict[str, Any]) -> tuple[Category, Right, date, UUID]:
    return Category(body["category"]), Right(body["right"]), body["ends_on"], guards.caller().person_id


def _form(patient: AdmittedPatient, member_id: UUID, shown: Shown) -> str:
    context = sharing.give_form(patient, member_id, shown)
    return frame.for_patient("patient/give.html", patient, "circle", **context)
