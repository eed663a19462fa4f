"""Ask somebody into a patient's circle, and give them their place once whoever asked has confirmed who came."""

from __future__ import annotations

from uuid import UUID

from app.access.roles import Role
from app.identity.models import Invitation
from app.identity.service import inviting
from app.identity.service.inviting import Asked
from app.patients.admission import AdmittedPatient
from app.patients.models import CircleMember
from app.patients.service import circle, granting


def invite_member(
    patient: AdmittedPatient, role: Role, relationship: str, contact_kind: str, contact: str, by: UUID
) -> Invitation:
    """Send somebody a code for this circle; raises Conflict once care has ended."""
    granting.still_cared_for(patient)
    asked = Asked(
        patient.organisation_id,
        patient.given_name,
        str(role),
        by,
        contact_kind,
        contact,
        patient_id=patient.id,
        relationship=relationship,
    )
    return inviting.invite(asked)


def resend(patient: AdmittedPatient, invitation_id: UUID, by: UUID) -> None:
    """Send a new code to the same phone or e-mail."""
    granting.still_cared_for(patient)
    inviting.resend(inviting.of_patient(patient.id, invitation_id), by)


def revoke(patient: AdmittedPatient, invitation_id: UUID) -> None:
    """Take an invitation back."""
    inviting.revoke(inviting.of_patient(patient.id, invitation_id))


def confirm(patient: AdmittedPatient, invitation_id: UUID, by: UUID) -> CircleMember:
    """Whoever accepted is who was meant: from this commit on they are in the circle, and see nothing until granted."""
    invitation = inviting.of_patient(patient.id, invitation_id)
    person = inviting.accepted_by(invitation, by)
    member = circle.add_member(patient, person, Role(invitation.role), invitation.relationship or "", by)
    inviting.confirm(invitation, by)
    return member


def decline(patient: AdmittedPatient, invitation_id: UUID) -> None:
    """Whoever accepted is not who was meant."""
    inviting.decline(inviting.of_patient(patient.id, invitation_id))
