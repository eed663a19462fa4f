"""Reads of patients; the guard's own statement is here too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from flask import current_app
from sqlalchemy import RowMapping, select, text

from app.access.guards import Caller, Credential, Standing
from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.identity import tokens
from app.patients import admission
from app.patients.admission import AdmittedPatient
from app.patients.models import CircleGrant, CircleMember, Patient

_CALLER = """
    s.id as session_id, me.id as caller_id, me.given_name as caller_given, me.family_name as caller_family,
    me.kind as caller_kind,
    (select array_agg(array[m.organisation_id::text, m.team_id::text, m.role])
       from membership m where m.person_id = me.id and m.ended_at is null) as memberships
"""
_SESSION = """
    from device_session s join person me on me.id = s.person_id
    {joins}
    where {key} and s.revoked_at is null and s.expires_at > :now and me.is_active
"""
_STANDING = f"""
    select {_CALLER}, cm.role as circle_role,
        (select array_agg(array[g.category, g.right]) from circle_grant g
           where g.member_id = cm.id and g.ended_at is null and g.ends_on >= :today) as grants,
        {admission.COLUMNS}
"""  # noqa: S608  built from the constants of this code
_JOINS = f"""
    left join (patient p {admission.JOINS}) on p.id = :patient_id
    left join circle_member cm on cm.patient_id = p.id and cm.person_id = me.id and cm.ended_at is null
"""
_KEYS = {"cookie": "s.secret_hash = :key and s.kind = 'browser'", "bearer": "s.id = :key and s.kind = 'app'"}
_CALLERS = {kind: text(f"select {_CALLER}" + _SESSION.format(joins="", key=key)) for kind, key in _KEYS.items()}
_STANDINGS = {kind: text(_STANDING + _SESSION.format(joins=_JOINS, key=key)) for kind, key in _KEYS.items()}


class Directory:
    """Answers what access asks: who is calling, and what they are to a patient, in one statement each."""

    def caller(self, credential: Credential) -> Caller | None:
        key = _key(credential)
        if key is None:
            return None
        row = db.session.execute(_CALLERS[credential.kind], {"key": key, "now": clock.now()}).mappings().first()
        return _caller(row) if row else None

    def standing(
        self, credential: Credential, patient_id: UUID
    ) -> tuple[Caller, AdmittedPatient | None, Standing] | None:
        key, now = _key(credential), clock.now()
        if key is None:
            return None
        values = {"key": key, "now": now, "today": now.date(), "patient_id": patient_id}
        row = db.session.execute(_STANDINGS[credential.kind], values).mappings().first()
        if row is None:
            return None
        known = _caller(row)
        if row["id"] is None:
            return known, None, Standing(frozenset())
        return known, admission.admitted_patient(row), _standing(known, row)


def _key(credential: Credential) -> UUID | bytes | None:
    if credential.kind == "cookie":
        return tokens.hashed(credential.secret)
    return tokens.session_of(credential.secret, current_app.extensions["token_key"], clock.now())


def _caller(row: RowMapping) -> Caller:
    memberships = tuple(
        (UUID(organisation), UUID(team) if team else None, Role(role))
        for organisation, team, role in row["memberships"] or ()
    )
    return Caller(
        row["caller_id"],
        row["session_id"],
        row["caller_given"],
        row["caller_family"],
        row["caller_kind"] == "device",
        memberships,
    )


def _standing(known: Caller, row: RowMapping) -> Standing:
    roles = {role for _, team, role in known.memberships if team == row["team_id"]}
    if row["person_id"] == known.person_id:
        roles.add(Role.PATIENT)
    if row["circle_role"]:
        roles.add(Role(row["circle_role"]))
    grants = frozenset((Category(category), Right(right)) for category, right in row["grants"] or ())
    return Standing(frozenset(roles), grants)


_BY_ID = text(f"select {admission.COLUMNS} from patient p {admission.JOINS} where p.id = any(:ids)")  # noqa: S608


def admitted(patient_ids: Collection[UUID]) -> dict[UUID, AdmittedPatient]:
    """Patients for work that no person asked for (jobs, re-runs, imports); the caller answers for the access."""
    rows = db.session.execute(_BY_ID, {"ids": list(patient_ids)}).mappings()
    return {row["id"]: admission.admitted_patient(row) for row in rows}


def record(patient: AdmittedPatient) -> Patient:
    """The whole row of an admitted patient."""
    return db.session.get_one(Patient, patient.id)


def own_records(person_id: UUID) -> Sequence[Patient]:
    """The records in which this person is the patient, running ones first."""
    order = (Patient.ended_at.is_not(None), Patient.created_at)
    return db.session.scalars(select(Patient).where(Patient.person_id == person_id).order_by(*order)).all()


def circle(patient: AdmittedPatient) -> list[tuple[CircleMember, list[CircleGrant]]]:
    """The running members of a circle with their running grants."""
    running = (CircleMember.patient_id == patient.id, CircleMember.ended_at.is_(None))
    members = db.session.scalars(select(CircleMember).where(*running).order_by(CircleMember.created_at)).all()
    given = (CircleGrant.patient_id == patient.id, CircleGrant.ended_at.is_(None))
    grants: dict[UUID, list[CircleGrant]] = {}
    for grant in db.session.scalars(select(CircleGrant).where(*given, CircleGrant.ends_on >= clock.now().date())):
        grants.setdefault(grant.member_id, []).append(grant)
    return [(member, grants.get(member.id, [])) for member in members]


def coordinates(person_id: UUID, team_id: UUID) -> int:
    """How many running patients of a team this person is the named coordinator of."""
    where = (Patient.coordinator_id == person_id, Patient.team_id == team_id, Patient.ended_at.is_(None))
    return len(db.session.scalars(select(Patient.id).where(*where)).all())


def enrolled_in(team_ids: Collection[UUID]) -> Sequence[Patient]:
    """The running patients of these teams."""
    where = (Patient.team_id.in_(team_ids), Patient.ended_at.is_(None))
    return db.session.scalars(select(Patient).where(*where).order_by(Patient.created_at)).all()
