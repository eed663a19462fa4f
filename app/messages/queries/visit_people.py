"""Reads of who reads what is written of a patient's visits, by name, and of who may be expected to come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.access.permissions import Category, Permission, Right
from app.access.roles import STAFF, Role, allowed
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.queries import CirclePlace, acting, sharing
from app.teams import queries as teams

_BOTH: Final = (Permission.SEE_VISITS, Permission.SEE_PROFESSIONAL_NOTES)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may read each of the two texts: names, and the teams that care."""

    family: list[str]
    professional: list[str]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who may be expected."""

    person_id: UUID
    name: str
    said: str


def audience(patient: AdmittedPatient) -> Audience:
    """Who reads the family's text and who the professionals', as things are granted today."""
    found = [(patient.name, {one for one in _BOTH if allowed(Role.PATIENT, one)})]
    found += [(one.person.name, _reads(one)) for one in patients.circle(patient)]
    found += [
        (one.person.name, {each for each in _BOTH if allowed(Role.ACTING, each, scopes=one.row.scopes)})
        for one in acting.acting(patient)
        if one.is_open
    ]
    teams_ = [f"the team {patient.team_name}"]
    teams_ += [f"the team {one.team}, {one.organisation}" for one in sharing.agreements(patient)]
    family, professional = (_names(name for name, reads in found if each in reads) for each in _BOTH)
    return Audience(family + teams_, professional + teams_)


def visitors(patient: AdmittedPatient) -> list[Visitor]:
    """Who may be expected to come: those of the circle who record visits, and the patient's team."""
    found = [
        Visitor(one.person.id, one.person.name, one.member.relationship or "")
        for one in patients.circle(patient)
        if allowed(Role(one.member.role), Permission.RECORD_VISITS, _granted(one))
    ]
    known = {one.person_id for one in found}
    team = [one for one in teams.members(patient.team_id) if Role(one.role) in STAFF and one.person_id not in known]
    return found + [
        Visitor(one.person_id, f"{one.given_name} {one.family_name}", one.role)
        for one in {one.person_id: one for one in team}.values()
    ]


def _reads(place: CirclePlace) -> set[Permission]:
    return {one for one in _BOTH if allowed(Role(place.member.role), one, _granted(place))}


def _granted(place: CirclePlace) -> set[tuple[Category, Right]]:
    return {(Category(grant.category), Right(grant.right)) for grant in place.grants}


def _names(found: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(found))
