"""Enrol one person, or reopen their record."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.access.roles import Role
from app.core import clock, events, sealed
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.identity import introductions
from app.identity import queries as people
from app.identity import service as identity
from app.identity.introductions import Introduced
from app.identity.models import Person
from app.identity.service import closing
from app.patients import enrolment, queries
from app.patients.enrolment import Applicant, NewPatient
from app.patients.events import CareReopened, HandedOver
from app.patients.models import Patient
from app.teams import queries as teams
from app.teams.models import Team

ENROLLED = "This person, or this NHS number, is enrolled already."
OTHER_NUMBER = "This person's record has another NHS number. Correct the record, or compare the number with them."
OTHER_PERSON = "This NHS number belongs to somebody of another name. Please compare it with the letter or the app."


def enrol_applicant(team: Team, applicant: Applicant, by: UUID | None = None) -> Patient:
    """Enrol somebody who is found or made by NHS number, phone or e-mail; enrolling again reopens the record.

    With it a closed account is opened again (by `by`), and nothing of the record is restricted any more.

    Raises Invalid for what the enrolment says, Conflict where number or contacts are somebody else's or enrolled.
    """
    check(team, applicant.new.coordinator_id, enrolment.applicant_faults(applicant, clock.today(enrolment.LONDON)))
    number = applicant.new.nhs_number
    record = by_number(team.organisation_id, number) if number else None
    person = _returning(record, applicant.who, by) if record else identity.meet(applicant.who)
    return enrol(team, person, applicant.new, by)


def _returning(record: Patient, who: Introduced, by: UUID | None) -> Person:
    """The person of a record that is there, with the contacts they are reached by now."""
    person = people.person(record.person_id)
    refuse_other_name(person, who)
    typed = {name: value for name, value in (("phone", who.phone), ("email", who.email)) if value}
    if record.ended_at is not None:
        _let_in_again(person, by)
        if not queries.is_known_elsewhere(record):
            identity.change_person(person, typed)
    return person


def _let_in_again(person: Person, by: UUID | None) -> None:
    """Whoever closed their account is a patient again: with the contacts that are kept, or those typed now."""
    if not person.is_active:
        closing.reopen(person.id, by, however_late=True)


def enrol(team: Team, person: Person, new: NewPatient, by: UUID | None = None) -> Patient:
    """Enrol a known person with a team and its named coordinator; enrolling again reopens the record and the account.

    Publishes CareReopened for a record that was there, and HandedOver where others are responsible now. Raises Invalid
    (NHS number, zone, birth, coordinator) and Conflict (the number, or the person, is enrolled).
    """
    check(team, new.coordinator_id, enrolment.faults(new, clock.today(enrolment.LONDON)))
    record = _known_record(team.organisation_id, person.id, new.nhs_number)
    if record is not None:
        _may_reopen(record, person, new)
        _let_in_again(person, by)
    before = (record.team_id, record.coordinator_id) if record else None
    patient = placed(record or Patient(organisation_id=team.organisation_id, person_id=person.id), team, new)
    db.session.add(patient)
    db.session.flush()
    if record is not None:
        events.publish(CareReopened(patient.organisation_id, patient.id))
    if before not in (None, (patient.team_id, patient.coordinator_id)):
        events.publish(HandedOver(patient.organisation_id, patient.id))
    return patient


def _may_reopen(record: Patient, person: Person, new: NewPatient) -> None:
    db.session.refresh(record, with_for_update={"key_share": True})
    if record.ended_at is None:
        raise Conflict(ENROLLED)
    if record.person_id != person.id:
        raise Conflict(OTHER_PERSON)
    refuse_other_number(record, new)


def placed(patient: Patient, team: Team, new: NewPatient) -> Patient:
    """Fill in a record; what a new enrolment does not say is kept from an earlier one (an allergy is not lost)."""
    patient.team_id, patient.coordinator_id = team.id, new.coordinator_id
    patient.coordinator_role = Role.COORDINATOR
    patient.enrolled_at, patient.ended_at, patient.ended_reason = clock.now(), None, None
    patient.restricted_at = None  # the wish was to have it rest after the end of care
    patient.zone, patient.is_pregnant = new.zone, new.is_pregnant
    if new.nhs_number:
        patient.nhs_number = enrolment.nhs_number_digits(new.nhs_number)
    patient.born_on = new.born_on or patient.born_on
    patient.communication_needs = new.communication_needs or patient.communication_needs
    patient.allergies = new.allergies or patient.allergies
    patient.conditions = new.conditions or patient.conditions or []
    return patient


def refuse_other_name(person: Person, who: Introduced) -> None:
    if not introductions.same_name(person.name, f"{who.given_name} {who.family_name}"):
        raise Conflict(OTHER_PERSON)


def refuse_other_number(record: Patient, new: NewPatient) -> None:
    if record.nhs_number and new.nhs_number and record.nhs_number != enrolment.nhs_number_digits(new.nhs_number):
        raise Conflict(OTHER_NUMBER)


def check(team: Team, coordinator_id: UUID | None, faults: list[tuple[str, str]]) -> None:
    """Raise Invalid for these faults and for a named coordinator who is none of this team."""
    if coordinator_id and not teams.holds(team.id, coordinator_id, Role.COORDINATOR, for_now=True):
        faults = [*faults, ("coordinator_id", "Is no coordinator of this team.")]
    if faults:
        errors = [{"pointer": f"/{name}", "detail": detail} for name, detail in faults]
        raise Invalid("Please mend what is named and send it again.", errors=errors)


def by_number(organisation_id: UUID, nhs_number: str) -> Patient | None:
    """The record with this NHS number in an organisation, running or ended."""
    index = number_index(nhs_number)
    where = (Patient.organisation_id == organisation_id, Patient.nhs_number_index == index)
    return db.session.scalar(select(Patient).where(*where))


def number_index(nhs_number: str) -> bytes:
    return sealed.index(enrolment.nhs_number_digits(nhs_number), Patient.nhs_number.place)


def _known_record(organisation_id: UUID, person_id: UUID, nhs_number: str | None) -> Patient | None:
    if nhs_number and (found := by_number(organisation_id, nhs_number)):
        return found
    where = (Patient.organisation_id == organisation_id, Patient.person_id == person_id)
    return db.session.scalar(select(Patient).where(*where))
