"""Invitations into a patient's circle: sent, sent again, taken back; who came is confirmed by whoever asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.access import guards
from app.access.permissions import Permission
from app.access.roles import Role
from app.core.http import Routes
from app.identity import queries as identity
from app.identity.queries import Sent
from app.patients import schemas
from app.patients.admission import AdmittedPatient
from app.patients.queries import consent
from app.patients.queries.consent import Place
from app.patients.schemas import invitations
from app.patients.service import inviting

routes = Routes(
    "circle invitations",
    __name__,
    url_prefix="/api/patients/<uuid:patient_id>/invitations",
    description="Invitations into a patient's circle",
)

CHANGES = guards.on_patient(Permission.CHANGE_CIRCLE)


@routes.get("", access=CHANGES, gives={200: invitations.Invitations})
def invited(patient: AdmittedPatient) -> dict[str, list[Sent]]:
    """The invitations that wait for somebody, newest first."""
    return {"items": identity.invitations_into(patient_id=patient.id)}


@routes.post("", access=CHANGES, takes=invitations.NewInvitation(), gives={201: invitations.Invitation})
def invite(patient: AdmittedPatient, body: dict[str, Any]) -> Sent:
    """Ask somebody into the circle; the code goes to their phone or e-mail and is shown nowhere else."""
    kind = "phone" if body["phone"] else "email"
    by, role = guards.caller().person_id, Role(body["role"])
    made = inviting.invite_member(patient, role, body["relationship"], kind, body[kind], by)
    return Sent(made, identity.person(by), None)


@routes.post("/<uuid:invitation_id>/resend", access=CHANGES, gives={204: None})
def resend(patient: AdmittedPatient, invitation_id: UUID) -> None:
    """Send a new code to the same phone or e-mail; the old one opens nothing any more."""
    inviting.resend(patient, invitation_id, guards.caller().person_id)


@routes.delete("/<uuid:invitation_id>", access=CHANGES, gives={204: None})
def revoke(patient: AdmittedPatient, invitation_id: UUID) -> None:
    """Take an invitation back."""
    inviting.revoke(patient, invitation_id)


@routes.post("/<uuid:invitation_id>/confirm", access=CHANGES, keyed=False, gives={201: schemas.CircleMember})
def confirm(patient: AdmittedPatient, invitation_id: UUID) -> Place:
    """Whoever accepted is who was meant: they join the circle."""
    member = inviting.confirm(patient, invitation_id, guards.caller().person_id)
    return consent.place(patient, member.id)


@routes.post("/<uuid:invitation_id>/decline", access=CHANGES, keyed=False, gives={204: None})
def decline(patient: AdmittedPatient, invitation_id: UUID) -> None:
    """Whoever accepted is not who was meant: they are given nothing."""
    inviting.decline(patient, invitation_id)
