"""Reads of endings: what one would change, which are near, and what was granted before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.core.pages import Position
from app.identity.models import Person
from app.patients import labelling, withdrawal
from app.patients.acting import CONSENT
from app.patients.admission import AdmittedPatient
from app.patients.models import ActingFor, CircleGrant, CircleMember, EndingNotice, Patient
from app.patients.queries import acting, consent
from app.patients.queries.consent import Place, Words
from app.patients.withdrawal import Effects, Ending

NEAR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Past:
    """A grant there is or was, with who gave and who ended it."""

    grant: CircleGrant
    member_name: str
    given_by: str
    ended_by: str | None
    agreed: Words


@dataclass(frozen=True, slots=True)
class Near:
    """What ends on one day: grants of one member, or (no grants) somebody's acting for the patient."""

    person: Person
    ends_on: date
    granted: list[tuple[Category, Right]]
    member_id: UUID | None = None
    acting_id: UUID | None = None


def of_grant(patient: AdmittedPatient, member_id: UUID, grant_id: UUID, whose: str) -> Effects:
    """What ending a grant changes; `whose` is "your", or "Mary’s" where somebody else reads it. Raises NotFound."""
    place = consent.place(patient, member_id)
    ends = [consent.granted(one.grant) for one in place.grants if one.grant.id == grant_id]
    if not ends:
        raise NotFound
    return _effects(patient, place, ends, whose, leaves_circle=False)


def of_member(patient: AdmittedPatient, member_id: UUID, whose: str) -> Effects:
    """What taking somebody out of the circle changes. Raises NotFound."""
    place = consent.place(patient, member_id)
    return _effects(patient, place, [consent.granted(one.grant) for one in place.grants], whose, leaves_circle=True)


def of_acting(patient: AdmittedPatient, acting_id: UUID, whose: str) -> Effects:
    """What ending an acting-for changes. Raises NotFound."""
    one = acting.one_acting(patient, acting_id)
    is_alone = len(acting.acting(patient)) == 1
    return withdrawal.of_acting(one.person.given_name, whose, one.row.scopes, is_alone=is_alone)


def _effects(
    patient: AdmittedPatient, place: Place, ends: Collection[tuple[Category, Right]], whose: str, *, leaves_circle: bool
) -> Effects:
    has = [consent.granted(one.grant) for one in place.grants]
    told: dict[Category, list[str]] = {}
    for other in consent.circle(patient):
        for one in other.grants if other.member.id != place.member.id else ():
            if consent.granted(one.grant)[1] is Right.BE_TOLD:
                told.setdefault(consent.granted(one.grant)[0], []).append(other.person.given_name)
    return withdrawal.of_grants(
        Ending(
            place.person.given_name if place.member.role != Role.SERVICE else place.person.name,
            whose,
            list(ends),
            [one for one in has if one not in ends],
            told,
            leaves_circle=leaves_circle,
            is_device=place.member.role == Role.SERVICE,
        )
    )


def near(patient: AdmittedPatient) -> list[Near]:
    """What ends in the next two weeks, soonest first."""
    last = clock.today(patient.zone) + NEAR
    found: dict[tuple[UUID, date], Near] = {}
    for place in consent.circle(patient):
        for one in place.grants:
            if one.grant.ends_on <= last:
                fresh = Near(place.person, one.grant.ends_on, [], member_id=place.member.id)
                same = found.setdefault((place.member.id, one.grant.ends_on), fresh)
                same.granted.append(consent.granted(one.grant))
    reviews = [
        Near(one.person, one.row.review_on, [], acting_id=one.row.id)
        for one in acting.acting(patient)
        if one.row.review_on <= last
    ]
    return sorted([*found.values(), *reviews], key=lambda one: one.ends_on)


def notice(notice_id: UUID) -> tuple[EndingNotice, Person] | None:
    """A warning with the person whose rights end, unless they were ended or moved meanwhile."""
    one = db.session.get_one(EndingNotice, notice_id)
    if one.subject == "acting":
        rows = select(Person).join(ActingFor, ActingFor.person_id == Person.id)
        still = (ActingFor.id == one.subject_id, ActingFor.ended_at.is_(None), ActingFor.review_on == one.ends_on)
    else:
        joined = select(Person).join(CircleMember, CircleMember.person_id == Person.id)
        rows = joined.join(CircleGrant, CircleGrant.member_id == CircleMember.id)
        still = (CircleMember.id == one.subject_id, CircleGrant.ended_at.is_(None), CircleGrant.ends_on == one.ends_on)
    person = db.session.scalar(rows.where(*still).limit(1))
    return (one, person) if person is not None else None


def acting_to_review(notice_id: UUID) -> tuple[EndingNotice, Person] | None:
    """The same where it is the team that reviews: somebody acts on what the team has seen, not on consent alone."""
    found = notice(notice_id)
    if found is None or found[0].subject != "acting":
        return None
    is_consent = db.session.get_one(ActingFor, found[0].subject_id).basis == CONSENT
    return None if is_consent else found


def history(patient: AdmittedPatient, after: Position | None, limit: int) -> list[Past]:
    """Every grant there is or was, given last first; one more than `limit`, to know of a next page."""
    both = select(CircleGrant, Person).join(CircleMember, CircleMember.id == CircleGrant.member_id)
    rows = both.join(Person, Person.id == CircleMember.person_id).where(CircleGrant.patient_id == patient.id)
    if after is not None:
        place = tuple_(CircleGrant.created_at, CircleGrant.id)
        rows = rows.where(place < tuple_(literal(after.at), literal(after.id)))
    order = (CircleGrant.created_at.desc(), CircleGrant.id.desc())
    found = [(grant, person) for grant, person in db.session.execute(rows.order_by(*order).limit(limit + 1))]
    acts = [(one.given_by, one.acting_for_id) for one, _ in found]
    acts += [(one.ended_by, one.ended_acting_for_id) for one, _ in found if one.ended_by]
    names = consent.who(patient, acts) if acts else {}
    return [
        Past(
            grant,
            person.name,
            names[grant.given_by, grant.acting_for_id],
            names[grant.ended_by, grant.ended_acting_for_id] if grant.ended_by else None,
            consent.agreed_words(patient, grant, person),
        )
        for grant, person in found
    ]


def ended_with_duty(member_id: UUID, ended_at: datetime) -> list[tuple[Category, Right]]:
    """What a member lost when their duty ended at this instant."""
    return _ended(member_id, ended_at, "duty")


def nobody_told(patient: AdmittedPatient, member_id: UUID, left_at: datetime) -> list[Category]:
    """What nobody of the circle is told about any more, since a member left who was."""
    still = {consent.granted(one) for one in consent.running_grants(patient)}
    lost = _ended(member_id, left_at, "left")
    return [category for category, right in lost if right is Right.BE_TOLD and (category, right) not in still]


def left_lately(person_id: UUID, within: timedelta) -> list[CircleMember]:
    """The places in circles that somebody has left by themselves so lately, and has no other in since."""
    since, other = clock.now() - within, aliased(CircleMember)
    same = (other.patient_id == CircleMember.patient_id, other.person_id == person_id)
    later = select(other.id).where(*same, or_(other.ended_at.is_(None), other.ended_at > CircleMember.ended_at))
    left = (CircleMember.person_id == person_id, CircleMember.ended_why == "left", CircleMember.ended_at >= since)
    rows = select(CircleMember).join(Patient, Patient.id == CircleMember.patient_id).where(*left, ~later.exists())
    return list(db.session.scalars(rows.where(Patient.ended_at.is_(None)).order_by(CircleMember.id)))


def has_carers(patient: AdmittedPatient) -> bool:
    """Is anybody of family and friends in the circle?"""
    where = (CircleMember.patient_id == patient.id, CircleMember.role == Role.MEMBER, CircleMember.ended_at.is_(None))
    return db.session.scalar(select(CircleMember.id).where(*where).limit(1)) is not None


def former_member(member_id: UUID) -> tuple[CircleMember, Person]:
    """A member who is in the circle no more, and who they are."""
    member = db.session.get_one(CircleMember, member_id)
    return member, db.session.get_one(Person, member.person_id)


def _ended(member_id: UUID, ended_at: datetime, why: str) -> list[tuple[Category, Right]]:
    where = (CircleGrant.member_id == member_id, CircleGrant.ended_why == why, CircleGrant.ended_at == ended_at)
    return labelling.in_order(consent.granted(one) for one in db.session.scalars(select(CircleGrant).where(*where)))
