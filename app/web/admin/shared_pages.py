"""Shared care: whom teams elsewhere share with this one, and with whom a patient's record is shared."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import http
from app.core.http import Pages
from app.patients.admission import AdmittedPatient
from app.patients.queries import sharing
from app.patients.schemas import shared_care as schemas
from app.patients.service import shared_care
from app.teams import queries as teams
from app.web import frame, moments
from app.web.admin.gathering import MOST
from app.web.admin.pages import REFUSED, faults, fields, said

pages = Pages("sharing", __name__)

P = Permission
AGREES = guards.on_patient(P.AGREE_SHARED_CARE)
OF_PATIENT = "/shared-care/<uuid:patient_id>"
SAID = {"agreed": "The team sees the record now.", "ended": "The team does not see the record any more."}
_NEW = schemas.NewAgreement()


@pages.get("/console/shared", access=guards.on_caseload(P.SEE_CASELOAD))
def with_us(caller: Caller) -> str:
    """The patients of other organisations whom the caller's teams see."""
    mine = [team for team in teams.teams_in(caller.organisations(P.SEE_CASELOAD)) if _works_in(caller, team.id)]
    found = [(team, sharing.shared_with(team.id, None, MOST)) for team in mine]
    for _, rows in found:
        shared_care.note_seen(caller, rows)
    listed = [{"name": team.name, "rows": [_row(one) for one in rows]} for team, rows in found]
    return frame.for_staff("admin/shared_with_us.html", mine[0], "shared", teams=listed)


@pages.get(OF_PATIENT, access=AGREES)
def agreements(patient: AdmittedPatient) -> str:
    """With which teams elsewhere a record is shared, and the form to share it."""
    return _agreements(patient, {}, [])


@pages.post(OF_PATIENT, access=AGREES)
def agree(patient: AdmittedPatient) -> Any:
    """Share the record with a team elsewhere."""
    typed = request.form.to_dict()
    try:
        body = http.loaded(_NEW, fields(typed, "organisation", "team", "ends_on", "agreement"))
        shared_care.agree(patient, **body, by=guards.caller().person_id)
    except REFUSED as fault:
        return _agreements(patient, typed, faults(fault, "organisation")), fault.status
    return redirect(url_for("sharing.agreements", patient_id=patient.id, said="agreed"), 303)


@pages.post(f"{OF_PATIENT}/<uuid:agreement_id>/end", access=AGREES)
def end(patient: AdmittedPatient, agreement_id: UUID) -> Any:
    """End an agreement at once."""
    shared_care.end(patient, agreement_id, guards.caller().person_id)
    return redirect(url_for("sharing.agreements", patient_id=patient.id, said="ended"), 303)


def _works_in(caller: Caller, team_id: UUID) -> bool:
    return team_id in caller.teams(P.SEE_CASELOAD)


def _row(one: sharing.SharedPatient) -> dict[str, Any]:
    return {
        "name": f"{one.given_name} {one.family_name}",
        "href": url_for("coordinator.patient", patient_id=one.patient_id),
        "of": f"{one.team}, {one.organisation}",
        "until": moments.full(one.agreement.ends_on),
    }


def _agreements(patient: AdmittedPatient, values: dict[str, str], errors: list[dict[str, str]]) -> str:
    whose = frame.whose(patient)
    context = {
        "whose": whose,
        "agreements": [_agreement(patient, one, patient.zone) for one in sharing.agreements(patient)],
        "action": url_for("sharing.agree", patient_id=patient.id),
        "values": values,
        "errors": errors,
        **said(SAID),
    }
    if whose is None:
        return frame.for_patient("admin/shared_care.html", patient, "circle", **context)
    back = {"href": url_for("coordinator.patient", patient_id=patient.id), "text": patient.name}
    return frame.for_staff("admin/shared_care.html", patient, "patient", back=back, **context)


def _agreement(patient: AdmittedPatient, one: sharing.Agreement, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "team": one.team,
        "organisation": one.organisation,
        "until": moments.full(one.row.ends_on),
        "words": one.row.agreement,
        "by": one.agreed_by,
        "since": moments.full(one.row.created_at.astimezone(zone).date()),
        "end_url": url_for("sharing.end", patient_id=patient.id, agreement_id=one.row.id),
    }
