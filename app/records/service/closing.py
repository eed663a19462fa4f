"""Close one's account: what follows for carers, reminders, the team and the record, said before it is confirmed.

The care record is kept by law (UK GDPR Art. 17(3)(b) and (c)); what rests on consent ends at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, update

from app.access.permissions import Purpose
from app.access.roles import Role
from app.alerts.models import Alert
from app.core import audit, clock, rows
from app.core.db import db
from app.core.errors import Conflict
from app.identity.service import closing as accounts
from app.notifications import service as notifications
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.models import Patient
from app.patients.queries import acting as acting_queries
from app.patients.queries import caseloads, consent, sharing
from app.patients.service import acting, circle, shared_care
from app.records import schedule
from app.teams import queries as teams
from app.todos import service as todos

ASKED = "account_closed"
OF_A_PATIENT = (
    "{name} closed their account: nothing reminds or asks them any more. Please speak with them about their care."
)
OF_AN_ACTING = "{name}, who acted for the patient, closed their account. Please ask who decides with the patient now."


@dataclass(frozen=True, slots=True)
class Prospect:
    """What closing would do, and what stands against it."""

    hindrance: str | None
    ends: list[str]
    stays: list[str]
    has_record: bool


def prospect(person_id: UUID) -> Prospect:
    """What somebody is told before they confirm."""
    me = patients.me(person_id)
    ends = ["You are signed out on every device and cannot sign in again.", "You get no reminders and no texts."]
    stays: list[str] = []
    if me.circles or me.acting:
        ends.append("You leave the circles you are in, and no longer act for anybody.")
    if me.records:
        years = schedule.SHIPPED.of(schedule.CARE_ENDED).years
        ends.append("Everybody in your circle loses what you let them see, and so do teams elsewhere.")
        ends += [f"{name} will speak with you about your care." for name in _coordinators(person_id)]
        stays.append(f"The law asks us to keep your care record for {years} years after your care has ended.")
        stays.append("Your team can still read it, unless you ask us below to restrict it.")
    stays.append("Who looked at which record stays written down.")
    return Prospect(_hindrance(person_id), ends, stays, bool(me.records))


def close(person_id: UUID, *, restrict: bool = False) -> None:
    """Close an account from this commit on. Raises Conflict for whoever works here."""
    if hindrance := _hindrance(person_id):
        raise Conflict(hindrance)
    me = patients.me(person_id)
    own = patients.admitted([record.id for record in me.records])
    for patient in own.values():
        _end_sharing(patient)
        if patient.ended_at is None:
            todos.add(patient, ASKED, str(person_id), OF_A_PATIENT.format(name=me.person.name))
        _note(patient)
    _leave(person_id)
    notifications.withdraw_from(person_id)
    accounts.close(person_id, wants_restriction=restrict and bool(own))
    restrict_records()


def _note(patient: AdmittedPatient) -> None:
    entry = audit.Entry(
        str(Role.PATIENT),
        "close_account",
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        actor_id=patient.person_id,
        purpose=str(Purpose.OWN),
        request_id=audit.request_id(),
    )
    audit.note(entry)


def reopen(patient: AdmittedPatient, by: UUID) -> None:
    """Let a patient in again within thirty days, at the word of their team; nobody is let into the circle by it."""
    accounts.reopen(patient.person_id, by)
    # The account is one, the person's records may stand in several organisations.
    with rows.within(rows.SERVICE):
        opened = update(Patient).where(Patient.person_id == patient.person_id).values(restricted_at=None)
        for record_id in db.session.scalars(opened.returning(Patient.id)).all():
            todos.settle(record_id, ASKED, str(patient.person_id), by)


def restrict_records() -> None:
    """Restrict the records of those who wish it, once their care has ended and no alert is open any more."""
    open_alert = exists().where(Alert.patient_id == Patient.id, Alert.state != "resolved")
    theirs = (Patient.person_id.in_(accounts.wanting_restriction()), Patient.restricted_at.is_(None))
    ended = (Patient.ended_at.is_not(None), ~open_alert)
    db.session.execute(update(Patient).where(*theirs, *ended).values(restricted_at=clock.now()))


def _hindrance(person_id: UUID) -> str | None:
    roles = teams.roles_of(person_id)
    if not roles:
        return None
    if any(caseloads.coordinates(person_id, held.team_id) for held, _, _ in roles if held.team_id):
        return "You are the named coordinator of patients. Hand them over first; then an administrator ends your role."
    return f"You work for {roles[0][1]}. Ask an administrator to end your role first."


def _coordinators(person_id: UUID) -> list[str]:
    running = [record.id for record in patients.own_records(person_id) if record.ended_at is None]
    return sorted({patient.coordinator_name for patient in patients.admitted(running).values()})


def _end_sharing(patient: AdmittedPatient) -> None:
    by = patient.person_id
    for one in acting_queries.acting(patient):
        acting.end_acting(patient, one.row.id, by)
    for place in consent.circle(patient):
        circle.end_membership(patient, place.member.id, by)
    for agreed in sharing.agreements(patient):
        shared_care.end(patient, agreed.row.id, by)


def _leave(person_id: UUID) -> None:
    me = patients.me(person_id)
    acted_for = patients.admitted([one.row.patient_id for one in me.acting])
    for patient in acted_for.values():
        if patient.ended_at is None:
            rows.reach_also(patient.organisation_id, [patient.id])
            todos.add(patient, ASKED, str(person_id), OF_AN_ACTING.format(name=me.person.name))
    for one in me.acting:
        acting.stop_acting(person_id, one.row.id)
    for place in me.circles:
        circle.leave(person_id, place.member.id)
