"""Change a record, hand a patient over, end care."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import attributes

from app.core import clock, events
from app.core.db import db
from app.core.errors import Conflict, PreconditionFailed
from app.identity import queries as people
from app.identity import service as identity
from app.identity.service import inviting as invitations
from app.patients import enrolment, queries
from app.patients.admission import AdmittedPatient
from app.patients.enrolment import NewPatient
from app.patients.events import CareEnded, HandedOver, ZoneChanged
from app.patients.models import Patient
from app.patients.service import enrolling
from app.teams import queries as teams

OF_THE_PERSON = ("given_name", "family_name", "phone", "email", "language")


def change(patient: AdmittedPatient, version: int, changes: dict[str, Any]) -> Patient:
    """Change a record, its person, or who is responsible; publishes HandedOver and ZoneChanged.

    Raises PreconditionFailed where it was changed meanwhile, Conflict for contacts or a number of somebody else.
    """
    record = _locked(patient)
    if record.version != version:
        raise PreconditionFailed("The record was changed since you read it. Read it again.")
    before, zone = (record.team_id, record.coordinator_id), record.zone
    of_record = {name: value for name, value in changes.items() if name not in OF_THE_PERSON}
    _check(record, of_record)
    for name, value in of_record.items():
        setattr(record, name, value)
    if of_person := {name: changes[name] for name in OF_THE_PERSON if name in changes}:
        _change_person(record, of_person)
    db.session.flush()
    if (record.team_id, record.coordinator_id) != before:
        events.publish(HandedOver(record.organisation_id, record.id))
    if record.zone != zone:
        events.publish(ZoneChanged(record.organisation_id, record.id))
    return record


def end_care(patient: AdmittedPatient, reason: str) -> Patient:
    """End an enrolment with its reason; publishes CareEnded.

    From this commit on nothing reminds or asks; open alerts and to-dos stay for their owner, members of the circle
    keep what they were granted until it ends by its date, and nobody can be granted more.
    """
    record = _locked(patient)
    if record.ended_at is not None:
        raise Conflict("Care was ended before.")
    record.ended_at, record.ended_reason = clock.now(), reason
    db.session.flush()
    invitations.close_into(record.id)
    events.publish(CareEnded(record.organisation_id, record.id, record.ended_at, reason))
    return record


def _locked(patient: AdmittedPatient) -> Patient:
    # Two people may change one record at once: the second waits here and then finds another version.
    # Readings that come meanwhile do not: they only need the record to stay.
    return db.session.get_one(Patient, patient.id, with_for_update={"key_share": True}, populate_existing=True)


def _check(record: Patient, changes: dict[str, Any]) -> None:
    team = teams.team_in((record.organisation_id,), changes.get("team_id", record.team_id))
    coordinator = changes.get("coordinator_id", record.coordinator_id)
    number = changes.get("nhs_number")
    new = NewPatient(coordinator, changes.get("zone", record.zone), number, changes.get("born_on"))
    # After the end of care the last coordinator may have left.
    stays = record.ended_at is not None and not {"team_id", "coordinator_id"} & changes.keys()
    enrolling.check(team, None if stays else coordinator, enrolment.faults(new, clock.today(enrolment.LONDON)))
    if number:
        changes["nhs_number"] = enrolment.nhs_number_digits(number)
        other = enrolling.by_number(record.organisation_id, number)
        if other is not None and other.id != record.id:
            raise Conflict("This NHS number belongs to another record.")


def _change_person(record: Patient, changes: dict[str, Any]) -> None:
    # Somebody who works here, or is cared for elsewhere too, must not lose their sign-in by this team's typing.
    if queries.is_known_elsewhere(record):
        raise Conflict("Only this person can change their own name, contacts and language.")
    identity.change_person(people.person(record.person_id), changes)
    # The version of the record stands for all that is read with it.
    attributes.flag_modified(record, "person_id")
