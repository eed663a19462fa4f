"""People around one patient: what somebody is there now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.access import callers
from app.access.roles import STAFF, Role
from app.core.db import HotStatement
from app.messages import authorship
from app.patients.admission import AdmittedPatient
from app.patients.models import CircleMember

_NAMED: Final = HotStatement("""
    select a.id, a.given_name, a.family_name, m.id as member_id, m.role, m.relationship, m.relationship_sealed,
        (select array_agg(s.role) from membership s
            where s.person_id = a.id and s.team_id = :team_id and s.ended_at is null) as roles
    from person a left join lateral (
        select m.id, m.role, m.relationship, m.relationship_sealed from circle_member m
        where m.person_id = a.id and m.patient_id = :patient_id order by m.ended_at desc nulls first limit 1) m on true
    where a.id = any(:ids)
""")


@dataclass(frozen=True, slots=True)
class Somebody:
    """Somebody around the patient, and what they are there now."""

    person_id: UUID
    name: str
    said: str


def named(patient: AdmittedPatient, person_ids: Collection[UUID]) -> dict[UUID, Somebody]:
    """These people with what they are to the patient."""
    values = {"ids": list(set(person_ids)), "patient_id": patient.id, "team_id": patient.team_id}
    found = {}
    for row in _NAMED.rows(values) if person_ids else ():
        role = _role(patient, row["id"], row["roles"] or (), row["role"])
        blob = row["relationship_sealed"]
        relation = CircleMember.relationship.opened(blob, row["member_id"]) if blob else row["relationship"]
        name = f"{row['given_name']} {row['family_name']}"
        said = authorship.said(role, relation, patient.given_name) if role else authorship.LEFT
        found[row["id"]] = Somebody(row["id"], name, said)
    return found


def _role(patient: AdmittedPatient, person_id: UUID, held: Collection[str], in_circle: str | None) -> Role | None:
    if person_id == patient.person_id:
        return Role.PATIENT
    staff = [role for name in held if (role := Role(name)) in STAFF]
    return min(staff, key=callers.ORDER.index, default=Role(in_circle) if in_circle else None)
