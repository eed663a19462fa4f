"""A patient's circle: its members, what is granted to them, what an ending would change, what there was before."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.access import guards
from app.access.permissions import Category, Permission, Right
from app.access.roles import Role
from app.core import pages
from app.core.http import Routes
from app.core.pages import Page, PageQuery
from app.identity import introductions
from app.patients import schemas, service
from app.patients.admission import AdmittedPatient
from app.patients.queries import consent, ending
from app.patients.queries.consent import Given, Place, Words
from app.patients.queries.ending import Past
from app.patients.withdrawal import Effects

routes = Routes(
    "circle", __name__, url_prefix="/api/patients/<uuid:patient_id>/circle", description="A patient's circle"
)

SEES = guards.on_patient(Permission.SEE_CIRCLE)
CHANGES = guards.on_patient(Permission.CHANGE_CIRCLE)


@routes.get("", access=SEES, gives={200: schemas.Circle})
def circle(patient: AdmittedPatient) -> dict[str, list[Place]]:
    """Who is in the circle, what they may see until when, and who gave it."""
    return {"items": consent.circle(patient)}


@routes.get("/history", access=SEES, query=PageQuery(), gives={200: schemas.PastGrants})
def history(patient: AdmittedPatient, query: dict[str, Any]) -> Page[Past]:
    """Every grant there is or was, given last first."""
    rows = ending.history(patient, pages.position(query["cursor"]), query["limit"])
    return pages.page(rows, query["limit"], lambda row: (row.grant.created_at, row.grant.id))


@routes.post("", access=CHANGES, takes=schemas.NewCircleMember(), gives={201: schemas.CircleMember})
def add_member(patient: AdmittedPatient, body: dict[str, Any]) -> Place:
    """Add somebody, or a device, to the circle; they see nothing until a grant says so."""
    role, relationship = Role(body.pop("role")), body.pop("relationship")
    who = introductions.introduced(**body, kind="device" if role is Role.SERVICE else "human")
    member = service.introduce_member(patient, who, role, relationship, guards.caller().person_id)
    return consent.place(patient, member.id)


@routes.get("/<uuid:member_id>", access=SEES, gives={200: schemas.CircleMember})
def member(patient: AdmittedPatient, member_id: UUID) -> Place:
    """One member; the ETag is needed to change what they are."""
    return consent.place(patient, member_id)


@routes.patch(
    "/<uuid:member_id>", access=CHANGES, takes=schemas.CircleMemberChange(), gives={200: schemas.CircleMember}
)
def change_member(patient: AdmittedPatient, member_id: UUID, version: int, body: dict[str, Any]) -> Place:
    """Change what somebody is to the patient: of their grants only those named in `keep` stay."""
    body["role"] = Role(body["role"])
    service.change_member(patient, member_id, version, **body, by=guards.caller().person_id)
    return consent.place(patient, member_id)


@routes.delete("/<uuid:member_id>", access=CHANGES, query=schemas.Ending(), gives={204: None})
def end_membership(patient: AdmittedPatient, member_id: UUID, query: dict[str, bool]) -> None:
    """Take somebody out of the circle at once, with all their grants; they are told only where `tell` says so."""
    service.end_membership(patient, member_id, guards.caller().person_id, tell=query["tell"])


@routes.get("/<uuid:member_id>/withdrawal", access=CHANGES, gives={200: schemas.Withdrawal})
def withdrawal_of_member(patient: AdmittedPatient, member_id: UUID) -> Effects:
    """What taking this member out of the circle would change, in words."""
    return ending.of_member(patient, member_id, whose(patient))


@routes.get("/<uuid:member_id>/consents", access=SEES, gives={200: schemas.Wordings})
def wordings(patient: AdmittedPatient, member_id: UUID) -> dict[str, list[Words]]:
    """The words of today for everything that can be given to this member: to be shown before it is given."""
    return {"items": consent.current_words(patient, consent.place(patient, member_id).person)}


@routes.post("/<uuid:member_id>/grants", access=CHANGES, takes=schemas.NewGrant(), gives={201: schemas.GivenGrant})
def give_grant(patient: AdmittedPatient, member_id: UUID, body: dict[str, Any]) -> Given:
    """Grant a member a right over a category until a day; given again it moves the day."""
    what = Category(body.pop("category")), Right(body.pop("right"))
    grant = service.give_grant(patient, member_id, *what, **body, by=guards.caller().person_id)
    return consent.given_to(patient, grant)


@routes.delete("/<uuid:member_id>/grants/<uuid:grant_id>", access=CHANGES, query=schemas.Ending(), gives={204: None})
def end_grant(patient: AdmittedPatient, member_id: UUID, grant_id: UUID, query: dict[str, bool]) -> None:
    """End a grant at once; the member is told only where `tell` says so."""
    service.end_grant(patient, member_id, grant_id, guards.caller().person_id, tell=query["tell"])


@routes.get("/<uuid:member_id>/grants/<uuid:grant_id>/withdrawal", access=CHANGES, gives={200: schemas.Withdrawal})
def withdrawal_of_grant(patient: AdmittedPatient, member_id: UUID, grant_id: UUID) -> Effects:
    """What ending this grant would change, in words."""
    return ending.of_grant(patient, member_id, grant_id, whose(patient))


def whose(patient: AdmittedPatient) -> str:
    """Whose it is, in the words of whoever is asking."""
    return "your" if guards.caller().person_id == patient.person_id else f"{patient.given_name}’s"
