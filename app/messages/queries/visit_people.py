"""Reads of who reads what is written of a patient's visits, by name, and of who may be expected to come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.access.permissions import Category, Permission, Right
from app.access.roles import STAFF, Role, allowed
from app.core.db import db
from app.identity import queries as people
from app.messages.models import VisitNote
from app.messages.queries import visible
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


def audience(patient: AdmittedPatient, *, is_kept: bool = False) -> Audience:
    """Who reads the family's text and who the professionals', as things are granted today; of what is kept fewer do."""
    without = visible.family(patient, Category.VISITS) if is_kept else set()
    found = [(patient.name, {one for one in _BOTH if allowed(Role.PATIENT, one)})]
    found += [(one.person.name, _reads(one)) for one in patients.circle(patient) if one.person.id not in without]
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


def family_there(patient: AdmittedPatient, visit_id: UUID, visitor_id: UUID | None) -> list[str]:
    """Which of the family are expected at a visit, were there or wrote of it, by name: they know of it."""
    wrote = db.session.scalars(select(VisitNote.by).where(VisitNote.visit_id == visit_id)).all()
    known = visible.family(patient, Category.VISITS) & {*wrote, visitor_id}
    return sorted(one.name for one in people.people(known).values())


def _reads(place: CirclePlace) -> set[Permission]:
    return {one for one in _BOTH if allowed(Role(place.member.role), one, _granted(place))}


def _granted(place: CirclePlace) -> set[tuple[Category, Right]]:
    return {(Category(grant.category), Right(grant.right)) for grant in place.grants}


def _names(found: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(found))
