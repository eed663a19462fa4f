"""The guard's own statement: who is calling, and what they are to a patient, in one round trip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import current_app

from app.access import callers
from app.access.callers import NO_SESSION, Caller, Credential, Found, Standing
from app.access.permissions import WHOLE_ORGANISATION, Category, Permission, Right
from app.access.roles import MAY, STAFF, Role
from app.core import clock, rows
from app.core.db import HotStatement, db
from app.core.rows import Reach
from app.identity import tokens
from app.patients import admission
from app.patients.admission import AdmittedPatient

_HERE = "admitted_patient"  # where the session remembers whom this request was admitted to
# Who sees a record whose patient asked for restriction after the end of care (UK GDPR Art. 18).
RESTRICTED = frozenset({Role.PATIENT, Role.LEAD})
_CALLER = """
    s.id as session_id, s.second_factor_at, s.identity_level, me.id as caller_id, me.given_name as caller_given,
    me.family_name as caller_family, set_config('kith.service', '', true), set_config('kith.person', me.id::text, true),
    me.kind as caller_kind, me.second_factor_since,
    (select array_agg(array[m.organisation_id::text, m.team_id::text, m.role])
       from membership m where m.person_id = me.id and m.ended_at is null) as memberships
"""
_FROM_SESSION = "from device_session s join person me on me.id = s.person_id {joins}"
_RUNNING = "s.revoked_at is null and s.expires_at > :now and me.is_active and me.locked_at is null"
_KEYS = {
    "cookie": f"{_FROM_SESSION} where s.secret_hash = :key and s.kind = 'browser' and {_RUNNING}",
    "bearer": f"{_FROM_SESSION} where s.id = :key and s.kind = 'app' and {_RUNNING}",
}
_NO_SESSION = f"""
    from person me cross join (select '{NO_SESSION}'::uuid as id, null::timestamptz as second_factor_at,
        null::text as identity_level) s {{joins}}
    where me.id = :key and me.is_active and me.locked_at is null
"""
_MEMBER = "(select person_id from guard_member where id = :key and patient_id = :patient_id and ended_at is null)"
_OF_MEMBER = _NO_SESSION.replace(":key", _MEMBER)
# What row-level security is to reach is said in the same round trip (app/core/rows.py).
# A day that a grant, a scope or an agreement ends on is a day of the patient.
_STANDING = f"""
    select {_CALLER}, cm.role as circle_role, {admission.COLUMNS},
        set_config('kith.organisations', coalesce('{{' || p.organisation_id || '}}', ''), true),
        set_config('kith.patients', coalesce('{{' || p.id || '}}', ''), true),
        (select array_agg(array[g.category, g.right]) from guard_grant g
           where g.member_id = cm.id and g.ended_at is null and g.ends_on >= today.day) as grants,
        (select a.scopes from guard_acting a where a.patient_id = p.id and a.person_id = me.id
           and a.ended_at is null and a.review_on >= today.day) as scopes,
        exists (select from guard_emergency e where e.patient_id = p.id and e.person_id = me.id
           and e.ends_at > :now) as broke_glass,
        (select array_agg(sc.team_id) from guard_shared sc where sc.patient_id = p.id
           and sc.ended_at is null and sc.ends_on >= today.day) as shared_with,
        p.restricted_at is not null as is_restricted
"""  # noqa: S608  built from the constants of this code
_JOINS = f"""
    left join (guard_patient p {admission.JOINS}) on p.id = :patient_id
    left join guard_member cm on cm.patient_id = p.id and cm.person_id = me.id and cm.ended_at is null
    left join lateral (select (:now at time zone p.zone)::date as day) today on true
"""


def _statement(columns: str, source: str, joins: str = "") -> HotStatement:
    return HotStatement(columns + source.format(joins=joins))


_HELD = "from membership m where m.person_id = me.id and m.ended_at is null and m.role = any(:roles)"
_CASELOAD = f"""
    set_config('kith.teams', coalesce((select array_agg(m.team_id) {_HELD} and m.team_id is not null)::text, ''), true),
    set_config('kith.organisations', coalesce((select array_agg(m.organisation_id) {_HELD})::text, ''), true),
    set_config('kith.whole', coalesce((select array_agg(m.organisation_id) {_HELD} and :whole)::text, ''), true)
"""
_CALLERS = {kind: _statement(f"select {_CALLER}, {_CASELOAD}", source) for kind, source in _KEYS.items()}
_STANDINGS = {kind: _statement(_STANDING, source, _JOINS) for kind, source in _KEYS.items()}
_OF_PERSON = _statement(_STANDING, _NO_SESSION, _JOINS)
_OF_ONE_MEMBER = _statement(_STANDING, _OF_MEMBER, _JOINS)


_HOLDERS = {permission: [str(role) for role, held in MAY.items() if permission in held] for permission in Permission}


class Directory:
    """Answers what access asks: who is calling, and what they are to a patient, in one statement each."""

    def caller(self, credential: Credential, permission: Permission | None = None) -> Caller | None:
        key = _key(credential)
        values = {
            "key": key,
            "now": clock.now(),
            "roles": _HOLDERS[permission] if permission else [],
            "whole": permission in WHOLE_ORGANISATION,
        }
        found = _CALLERS[credential.kind].rows(values) if key else ()
        if not found:
            return None
        known = _caller(found[0])
        rows.told(callers.caseload(known, permission))
        return known

    def standing(self, credential: Credential, patient_id: UUID) -> Found | None:
        key = _key(credential)
        return _found(_STANDINGS[credential.kind], key, patient_id) if key else None

    def standing_of_person(self, person_id: UUID, patient_id: UUID) -> Found | None:
        return _found(_OF_PERSON, person_id, patient_id)

    def standing_of_member(self, member_id: UUID, patient_id: UUID) -> Found | None:
        return _found(_OF_ONE_MEMBER, member_id, patient_id)


def here(patient_id: UUID) -> AdmittedPatient | None:
    """The patient this request was admitted to, if it is this one."""
    known: AdmittedPatient | None = db.session().info.get(_HERE)
    return known if known is not None and known.id == patient_id else None


def _found(statement: HotStatement, key: UUID | bytes, patient_id: UUID) -> Found | None:
    found = statement.rows({"key": key, "now": clock.now(), "patient_id": patient_id})
    if not found:
        return None
    row, known = found[0], _caller(found[0])
    rows.told(Reach(known.person_id))
    if row["id"] is None:
        return known, None, Standing(frozenset())
    patient = admission.admitted_patient(row)
    rows.told(Reach(known.person_id, (patient.organisation_id,), (patient.id,)))
    db.session().info[_HERE] = patient
    return known, patient, _standing(known, row)


def _key(credential: Credential) -> UUID | bytes | None:
    if credential.kind == "cookie":
        return tokens.hashed(credential.secret)
    keys, now = current_app.extensions["token_keys"], clock.now()
    return next((one for key in keys if (one := tokens.session_of(credential.secret, key, now))), None)


def _caller(row: Mapping[str, Any]) -> Caller:
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
        row["second_factor_since"] is not None,
        row["second_factor_at"],
        row["identity_level"],
    )


def _standing(known: Caller, row: Mapping[str, Any]) -> Standing:
    # A visitor of a team is something only to those in whose circle they are.
    roles: set[Role] = {
        role for _, team, role in known.memberships if team == row["team_id"] and role is not Role.VISITOR
    }
    if row["person_id"] == known.person_id:
        roles.add(Role.PATIENT)
    if row["circle_role"]:
        roles.add(Role(row["circle_role"]))
    if row["scopes"]:
        roles.add(Role.ACTING)
    if row["broke_glass"] and row["organisation_id"] in known.organisations(Permission.BREAK_GLASS):
        roles.add(Role.EMERGENCY)
    if any(team in (row["shared_with"] or ()) and role in STAFF for _, team, role in known.memberships):
        roles.add(Role.SHARING)
    if row["is_restricted"]:
        roles &= RESTRICTED
    grants = frozenset((Category(category), Right(right)) for category, right in row["grants"] or ())
    return Standing(frozenset(roles), grants, frozenset(row["scopes"] or ()))
