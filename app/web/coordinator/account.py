"""The account of a patient, for their team: lost second factors taken away, a closed account opened again."""

from __future__ import annotations

from typing import Any, Final

from flask import redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import clock, http
from app.core.errors import Conflict, DomainError, Forbidden, Invalid
from app.core.http import Pages
from app.identity import queries, schemas
from app.identity.service import closing as accounts
from app.identity.service import second_factors
from app.patients.admission import AdmittedPatient
from app.records.service import closing
from app.web import frame, moments

page = Pages("account", __name__, url_prefix="/console/patients/<uuid:patient_id>/account")

CHANGES: Final = guards.on_patient(Permission.CHANGE_PATIENT)
HOW: Final = "Write down how you made sure who it is, in 20 characters or more."
SAID: Final = {
    "reset": "It is done. They sign in with a code, and can set up another second factor then.",
    "opened": "The account is open again.",
}
_CHECK: Final = schemas.IdentityCheck()


@page.get("", access=CHANGES)
def overview(patient: AdmittedPatient) -> str:
    """What can be done about the account, explained before it is done."""
    return _page(patient)


@page.post("/second-factor", access=CHANGES)
def reset(patient: AdmittedPatient) -> Any:
    """Take every second factor, and the password, from a patient who lost them and was identified."""
    typed = request.form.get("reason", "").strip()
    try:
        body = http.loaded(_CHECK, {"reason": typed})
        second_factors.reset_of_patient(patient, guards.caller(), body["reason"])
    except (Invalid, Conflict, Forbidden) as refused:
        return _page(patient, typed, refused), refused.status
    return _back(patient, "reset")


@page.post("/reopening", access=CHANGES)
def reopen(patient: AdmittedPatient) -> Any:
    """Open a closed account again, at the patient's wish."""
    try:
        closing.reopen(patient, guards.caller().person_id)
    except Conflict as refused:
        return _page(patient, "", refused), refused.status
    return _back(patient, "opened")


def _back(patient: AdmittedPatient, said: str) -> Any:
    return redirect(url_for("account.overview", patient_id=patient.id, said=said), 303)


def _page(patient: AdmittedPatient, typed: str = "", refused: DomainError | None = None) -> str:
    wrong = HOW if isinstance(refused, Invalid) else refused and refused.detail
    return frame.for_staff(
        "coordinator/account.html",
        patient,
        "patient",
        name=patient.name,
        first_name=patient.given_name,
        said=SAID.get(request.args.get("said", "")),
        closed=_closed(patient),
        typed=typed,
        errors=[{"text": wrong, "href": "#reason" if isinstance(refused, Invalid) else "#account"}] if wrong else [],
        beside=wrong if isinstance(refused, Invalid) else None,
        reset_action=url_for("account.reset", patient_id=patient.id),
        reopen_action=url_for("account.reopen", patient_id=patient.id),
        back_href=url_for("coordinator.patient", patient_id=patient.id),
    )


def _closed(patient: AdmittedPatient) -> dict[str, Any] | None:
    """Since when they have closed it, and until when it can be opened again; None while it is open."""
    one = queries.closing(patient.person_id)
    if one is None:
        return None
    until = None if one.erased_at else one.created_at + accounts.CAN_BE_REOPENED
    return {
        "since": moments.full(one.created_at.astimezone(patient.team_zone).date()),
        "until": moments.full(until.astimezone(patient.team_zone).date()) if until and until > clock.now() else None,
    }
