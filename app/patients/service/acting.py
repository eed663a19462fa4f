"""Acting for a patient: recorded on a stated basis with its evidence, reviewed, ended."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from app.access.roles import Role
from app.core import audit, clock
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.identity.service import inviting as invitations
from app.patients import acting as rules
from app.patients.acting import CONSENT, NewActing
from app.patients.admission import AdmittedPatient
from app.patients.models import ActingFor, ActingReview, CircleMember
from app.patients.queries import consent
from app.patients.service import granting


def record_acting(patient: AdmittedPatient, new: NewActing, by: UUID) -> ActingFor:
    """Have a member of the circle act for the patient, on their own consent or on what the team has seen.

    Raises Forbidden (a basis that is not the caller's to record), Invalid (day, evidence, no person of the circle),
    Conflict (acts already, works for the team, care has ended).
    """
    member = examine_acting(patient, new, by)
    words = granting.read_words(f"acting.{new.basis}", patient.language, new.wording_version)
    acting = ActingFor(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        person_id=member.person_id,
        basis=new.basis,
        scopes=sorted(new.scopes),
        review_on=new.review_on,
        given_by=by,
        wording_id=words.id,
        wording_version=words.version,
        wording_language=words.language,
    )
    acting.evidence = new.evidence
    db.session.add(acting)
    db.session.flush()
    return acting


def examine_acting(patient: AdmittedPatient, new: NewActing, by: UUID) -> CircleMember:
    """Could this be recorded? Returns the member, locked; raises as `record_acting`."""
    granting.still_cared_for(patient)
    _may_record(patient, new.basis, by)
    _check(patient, new)
    return _attorney(patient, new.member_id)


def review_acting(patient: AdmittedPatient, acting_id: UUID, review_on: date, note: str, by: UUID) -> ActingFor:
    """Say that the basis still holds and when to look again; from then on it opens again what it opened."""
    acting = _locked(patient, acting_id)
    _may_record(patient, acting.basis, by)
    _check_day(patient, review_on)
    review = ActingReview(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        acting_for_id=acting.id,
        reviewed_by=by,
        review_on=review_on,
    )
    review.note = note
    acting.review_on = review_on
    db.session.add(review)
    db.session.flush()
    return acting


def end_acting(patient: AdmittedPatient, acting_id: UUID, by: UUID) -> None:
    """End somebody's acting for the patient from this commit on."""
    end(_locked(patient, acting_id), by)


def stop_acting(person_id: UUID, acting_id: UUID) -> None:
    """Stop acting for somebody by oneself. Raises NotFound."""
    acting = db.session.get(ActingFor, acting_id, with_for_update=True, populate_existing=True)
    if acting is None or acting.person_id != person_id or acting.ended_at:
        raise NotFound
    note_own(acting.organisation_id, acting.patient_id, Role.ACTING, "stop_acting", person_id)
    end(acting, person_id)


def end(acting: ActingFor, by: UUID) -> None:
    """End this acting-for now."""
    acting.ended_at, acting.ended_by = clock.now(), by
    db.session.flush()
    invitations.close_of(acting.person_id, acting.organisation_id, patient_id=acting.patient_id)


def note_own(organisation_id: UUID, patient_id: UUID, role: str, action: str, person_id: UUID) -> None:
    """Write down what somebody did about their own place: no guard has admitted them to the record."""
    entry = audit.Entry(
        role=role,
        action=action,
        organisation_id=organisation_id,
        patient_id=patient_id,
        actor_id=person_id,
        request_id=audit.request_id(),
    )
    audit.note(entry)


def _may_record(patient: AdmittedPatient, basis: str, by: UUID) -> None:
    """The patient's own consent is theirs to give; what the team must have seen is the team's to record."""
    if (basis == CONSENT) != (by == patient.person_id):
        raise Forbidden(
            "Only the patient can ask somebody to act for them."
            if basis == CONSENT
            else "Your team records this once they have seen the papers. Please ask your coordinator."
        )


def _check(patient: AdmittedPatient, new: NewActing) -> None:
    _check_day(patient, new.review_on)
    if fault := rules.evidence_fault(new):
        raise Invalid(fault, errors=[{"pointer": "/evidence", "detail": fault}])


def _check_day(patient: AdmittedPatient, review_on: date) -> None:
    if fault := rules.review_fault(review_on, clock.today(patient.zone)):
        raise Invalid(fault, errors=[{"pointer": "/review_on", "detail": fault}])


def _attorney(patient: AdmittedPatient, member_id: UUID) -> CircleMember:
    """The member who is to act: family or friend, not somebody who cares for the patient by their work."""
    try:
        member = granting.locked_member(patient, member_id)
    except NotFound:
        raise _no_attorney("Is nobody of this circle.") from None
    if member.role != Role.MEMBER:
        raise _no_attorney("Only family or friends can act for a patient, no visitor and no device.")
    if consent.works_for(patient, member.person_id):
        raise _no_attorney("Somebody who works for the team cannot act for its patients.")
    if consent.acting_of(patient, member.person_id) is not None:
        raise Conflict("This person acts for the patient already. End or review that.")
    return member


def _no_attorney(detail: str) -> Invalid:
    return Invalid(detail, errors=[{"pointer": "/member_id", "detail": detail}])


def _locked(patient: AdmittedPatient, acting_id: UUID) -> ActingFor:
    acting = db.session.get(ActingFor, acting_id, with_for_update=True, populate_existing=True)
    if acting is None or acting.patient_id != patient.id or acting.ended_at:
        raise NotFound
    return acting
