"""Shared care with teams of other organisations, and a coordinator's patients counted and handed over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import pages
from app.core.http import Routes
from app.core.pages import Page, PageQuery
from app.patients.admission import AdmittedPatient
from app.patients.queries import caseloads, sharing
from app.patients.queries.sharing import Agreement, SharedPatient
from app.patients.schemas import shared_care as schemas
from app.patients.service import handing_over, shared_care
from app.teams import queries as teams

routes = Routes("shared_care", __name__, url_prefix="/api", description="Shared care by agreement, and handing over")

P = Permission
AGREES = guards.on_patient(P.AGREE_SHARED_CARE)
OF_PATIENT = "/patients/<uuid:patient_id>/shared-care"


@routes.get(OF_PATIENT, access=guards.on_patient(P.SEE_CIRCLE), gives={200: schemas.Agreements})
def agreements(patient: AdmittedPatient) -> dict[str, list[Agreement]]:
    """With which teams of other organisations the record is shared, until when, and how that was agreed."""
    return {"items": sharing.agreements(patient)}


@routes.post(OF_PATIENT, access=AGREES, takes=schemas.NewAgreement(), gives={201: schemas.Agreement})
def agree(patient: AdmittedPatient, body: dict[str, Any]) -> Agreement:
    """Share the record with a team of another organisation; given again it moves the day."""
    return shared_care.agree(patient, **body, by=guards.caller().person_id)


@routes.delete(f"{OF_PATIENT}/<uuid:agreement_id>", access=AGREES, gives={204: None})
def end(patient: AdmittedPatient, agreement_id: UUID) -> None:
    """End an agreement at once."""
    shared_care.end(patient, agreement_id, guards.caller().person_id)


@routes.get(
    "/teams/<uuid:team_id>/shared-patients",
    access=guards.on_caseload(P.SEE_CASELOAD),
    query=PageQuery(),
    gives={200: schemas.SharedPatients},
)
def shared_patients(caller: Caller, team_id: UUID, query: dict[str, Any]) -> Page[SharedPatient]:
    """The patients of other organisations whom a team sees by agreement, agreed last first."""
    team = teams.team_for(caller, team_id, P.SEE_CASELOAD)
    rows = sharing.shared_with(team.id, pages.position(query["cursor"]), query["limit"])
    page = pages.page(rows, query["limit"], lambda row: (row.agreement.created_at, row.agreement.id))
    shared_care.note_seen(caller, page.items)
    return page


@routes.get("/teams/<uuid:team_id>/caseloads", access=guards.on_caseload(P.SEE_PEOPLE), gives={200: schemas.Caseloads})
def counted(caller: Caller, team_id: UUID) -> dict[str, Any]:
    """How many patients each coordinator of a team has."""
    team = teams.team_for(caller, team_id, P.SEE_PEOPLE)
    counts = caseloads.caseloads([team.id])[team.id]
    return {"items": [{"person_id": person_id, "patients": count} for person_id, count in counts.items()]}


@routes.post(
    "/teams/<uuid:team_id>/hand-over",
    access=guards.on_caseload(P.HAND_OVER),
    keyed=False,  # sent again it finds nobody left to hand over
    takes=schemas.HandOver(),
    gives={200: schemas.HandedOver},
)
def hand_over(caller: Caller, team_id: UUID, body: dict[str, UUID]) -> dict[str, int]:
    """Give all running patients of one coordinator to another of the same team, in one act."""
    team = teams.team_for(caller, team_id, P.HAND_OVER)
    return {"handed_over": len(handing_over.hand_over_all(team, body["from_id"], body["to_id"], caller))}
