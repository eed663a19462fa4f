"""Shared care: a patient agrees that a team of another organisation sees their record until a day, or ends it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import Role
from app.core import audit, clock, limits
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.patients import enrolment
from app.patients.admission import AdmittedPatient
from app.patients.models import SharedCare
from app.patients.queries import sharing
from app.patients.queries.sharing import Agreement, SharedPatient
from app.teams import queries as teams
from app.teams.models import Team

# Whoever names teams learns which there are, so nobody tries many in a day.
TRIES_A_DAY = 30
UNKNOWN = "There is no team of this name in an organisation of this name. Ask them for both names as they write them."


def agree(patient: AdmittedPatient, organisation: str, team: str, ends_on: date, agreement: str, by: UUID) -> Agreement:
    """Write down that the patient agrees, and how; from this commit on the other team sees the record.

    Agreed again with the same team it moves the day: the former agreement ends and is kept, with its words. Raises
    Invalid for a team that is not there, is of this organisation, or a day past a year; Conflict after the end of care.
    """
    limits.spend(f"shared care {by}", allowed=TRIES_A_DAY, per=timedelta(days=1))
    if patient.ended_at is not None:
        raise Conflict("Care has ended, so nobody can be given more. What was given can be ended.")
    if fault := enrolment.grant_fault(ends_on, clock.today(patient.zone)):
        raise Invalid(fault, errors=[{"pointer": "/ends_on", "detail": fault}])
    other = _team_elsewhere(patient, organisation, team)
    if (former := _running(patient, other.id)) is not None:
        _end(former, by)
    row = SharedCare(ends_on=ends_on, agreed_by=by, team_id=other.id, created_at=clock.now())
    row.organisation_id, row.patient_id, row.agreement = patient.organisation_id, patient.id, agreement
    db.session.add(row)
    db.session.flush()
    return sharing.agreement(row.id)


def end(patient: AdmittedPatient, agreement_id: UUID, by: UUID) -> None:
    """End an agreement: the other team's next request is refused."""
    row = db.session.get(SharedCare, agreement_id, with_for_update=True, populate_existing=True)
    if row is None or row.patient_id != patient.id or row.ended_at is not None:
        raise NotFound
    _end(row, by)


def note_seen(by: Caller, shown: Iterable[SharedPatient]) -> None:
    """Write down whose records a list of shared patients showed, for each organisation in its own audit."""
    seen: dict[UUID, list[UUID]] = {}
    for one in shown:
        seen.setdefault(one.organisation_id, []).append(one.patient_id)
    for organisation_id, patient_ids in seen.items():
        entry = audit.Entry(
            role=Role.SHARING,
            action=str(Permission.SEE_CASELOAD),
            organisation_id=organisation_id,
            patient_id=patient_ids[0] if len(patient_ids) == 1 else None,
            patient_ids=patient_ids,
            actor_id=by.person_id,
            request_id=audit.request_id(),
        )
        audit.note(entry)


def _team_elsewhere(patient: AdmittedPatient, organisation: str, team: str) -> Team:
    known = teams.organisation_named(organisation)
    found = teams.team_named(known.id, team) if known else None
    if found is None or found.organisation_id == patient.organisation_id:
        fault = {"pointer": "/team", "detail": UNKNOWN}
        raise Invalid(UNKNOWN, errors=[fault])
    return found


def _running(patient: AdmittedPatient, team_id: UUID) -> SharedCare | None:
    same = (SharedCare.patient_id == patient.id, SharedCare.team_id == team_id, SharedCare.ended_at.is_(None))
    return db.session.scalar(select(SharedCare).where(*same).with_for_update())


def _end(row: SharedCare, by: UUID) -> None:
    row.ended_at, row.ended_by = clock.now(), by
    db.session.flush()
