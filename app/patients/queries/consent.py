"""Reads of consent: what is granted now, in which words, by whom and on whose behalf."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select, text

from app.access.permissions import Category, Right
from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.identity import queries as people
from app.identity.models import Person
from app.patients import consents, labelling
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.consents import Agreed
from app.patients.models import ActingFor, CircleGrant, CircleMember
from app.teams.models import Membership as StaffMembership


@dataclass(frozen=True, slots=True)
class Words:
    """A wording with the names in it; no text where it was agreed to before the words were kept."""

    id: str
    version: int
    language: str
    text: list[str]


@dataclass(frozen=True, slots=True)
class Given:
    """A grant with who gave it and in which words."""

    grant: CircleGrant
    given_by: str
    agreed: Words


@dataclass(frozen=True, slots=True)
class Place:
    """A member of the circle with everything granted to them now."""

    member: CircleMember
    person: Person
    grants: list[Given]
    acts_for_patient: bool

    @property
    def version(self) -> int:
        return self.member.version


def granted(grant: CircleGrant) -> tuple[Category, Right]:
    """What a grant is over, and how far it goes."""
    return Category(grant.category), Right(grant.right)


def circle(patient: AdmittedPatient) -> list[Place]:
    """The members of a circle, longest first, with what each was granted and by whom."""
    return _places(patient, CircleMember.patient_id == patient.id)


def place(patient: AdmittedPatient, member_id: UUID) -> Place:
    """One member of this circle. Raises NotFound."""
    found = _places(patient, CircleMember.patient_id == patient.id, CircleMember.id == member_id)
    if not found:
        raise NotFound
    return found[0]


def given(patient: AdmittedPatient, grants: Collection[CircleGrant], of: Mapping[UUID, Person]) -> list[Given]:
    """These grants with who gave them and in which words; `of` are the persons of their members."""
    names = who(patient, [(one.given_by, one.acting_for_id) for one in grants]) if grants else {}
    return [
        Given(one, names[one.given_by, one.acting_for_id], agreed_words(patient, one, of[one.member_id]))
        for one in grants
    ]


def given_to(patient: AdmittedPatient, grant: CircleGrant) -> Given:
    """One grant, as the list shows it."""
    member = db.session.get_one(CircleMember, grant.member_id)
    return given(patient, [grant], {member.id: people.person(member.person_id)})[0]


def running_grants(patient: AdmittedPatient, member_ids: Collection[UUID] | None = None) -> list[CircleGrant]:
    """What is granted today in this circle, or to these members of it, kind by kind."""
    where = [CircleGrant.patient_id == patient.id, CircleGrant.ended_at.is_(None)]
    where.append(CircleGrant.ends_on >= clock.today(patient.zone))
    if member_ids is not None:
        where.append(CircleGrant.member_id.in_(member_ids))
    rows = list(db.session.scalars(select(CircleGrant).where(*where).order_by(CircleGrant.created_at, CircleGrant.id)))
    return sorted(rows, key=lambda one: labelling.position(*granted(one)))


def current_words(patient: AdmittedPatient, member: Person) -> list[Words]:
    """The words of today for every consent that can be given to a member, as the patient reads them."""
    today = consents.all_current(patient.language)
    names = (member.given_name, patient.given_name)
    return [Words(one.id, one.version, one.language, one.text(*names)) for one in today]


def agreed_words(patient: AdmittedPatient, row: CircleGrant | ActingFor, member: Person) -> Words:
    """The words in which something was agreed, whatever they are today."""
    said = Agreed(row.wording_id, row.wording_version, row.wording_language)
    words = consents.agreed(said)
    text = words.text(member.given_name, patient.given_name) if words else []
    return Words(said.id, said.version, said.language, text)


def acting_of(patient: AdmittedPatient, person_id: UUID) -> ActingFor | None:
    """The acting-for of this person that nobody has ended, whether its review is due or not."""
    where = (ActingFor.patient_id == patient.id, ActingFor.person_id == person_id, ActingFor.ended_at.is_(None))
    return db.session.scalar(select(ActingFor).where(*where))


def acting_now(patient: AdmittedPatient, person_id: UUID) -> ActingFor | None:
    """On which ground this person acts for the patient today, if they do and are somebody else."""
    found = None if person_id == patient.person_id else acting_of(patient, person_id)
    return found if found is not None and found.review_on >= clock.today(patient.zone) else None


def acting_within(patient: AdmittedPatient, scope: str) -> set[UUID]:
    """Who acts for the patient today within this scope."""
    where = (ActingFor.patient_id == patient.id, ActingFor.ended_at.is_(None), ActingFor.scopes.contains([scope]))
    return set(
        db.session.scalars(select(ActingFor.person_id).where(*where, ActingFor.review_on >= clock.today(patient.zone)))
    )


def works_for(patient: AdmittedPatient, person_id: UUID) -> bool:
    """Does this person work for the patient's organisation?"""
    where = (StaffMembership.person_id == person_id, StaffMembership.organisation_id == patient.organisation_id)
    held = select(StaffMembership.id).where(*where, StaffMembership.ended_at.is_(None))
    return db.session.scalar(held.limit(1)) is not None


def patient_of_member(person_id: UUID, member_id: UUID) -> AdmittedPatient | None:
    """The patient in whose circle this person is that member."""
    where = (CircleMember.id == member_id, CircleMember.person_id == person_id, CircleMember.ended_at.is_(None))
    patient_id = db.session.scalar(select(CircleMember.patient_id).where(*where))
    return patients.admitted([patient_id])[patient_id] if patient_id else None


# By the guard's view: whoever ends a role need not reach the records that somebody visited.
_VISITED = text("""
    select p.organisation_id, m.patient_id
    from guard_member m join guard_patient p on p.id = m.patient_id
    where m.person_id = :person_id and m.role = 'visitor' and m.ended_at is null
        and not exists (select from membership s where s.person_id = m.person_id and s.ended_at is null
            and (s.organisation_id = :organisation_id or p.organisation_id <> :organisation_id))
    order by m.id
""")


def visited_by(person_id: UUID, organisation_id: UUID) -> list[tuple[UUID, UUID]]:
    """The records (organisation, patient) in whose circle somebody is a visitor, when their work there has ended.

    Of this organisation where they hold no role in it any more; everywhere where they work for nobody.
    """
    rows = db.session.execute(_VISITED, {"person_id": person_id, "organisation_id": organisation_id})
    return [(row.organisation_id, row.patient_id) for row in rows]


def who(patient: AdmittedPatient, acts: Iterable[tuple[UUID, UUID | None]]) -> dict[tuple[UUID, UUID | None], str]:
    """Who did something (person, acting-for) in words: "Tom, acting for Mary under a lasting power of attorney"."""
    wanted = set(acts)
    known = people.people({person_id for person_id, _ in wanted})
    ids = {acting_id for _, acting_id in wanted if acting_id}
    bases = {one.id: one.basis for one in db.session.scalars(select(ActingFor).where(ActingFor.id.in_(ids)))}
    return {
        (person_id, acting_id): labelling.by(
            known[person_id].name,
            patient.name,
            is_patient=person_id == patient.person_id,
            basis=bases.get(acting_id) if acting_id else None,
            team=patient.team_name,
        )
        for person_id, acting_id in wanted
    }


def _places(patient: AdmittedPatient, *where: ColumnElement[bool]) -> list[Place]:
    both = select(CircleMember, Person).join(Person, Person.id == CircleMember.person_id)
    running = both.where(*where, CircleMember.ended_at.is_(None)).order_by(CircleMember.created_at, CircleMember.id)
    rows = [(member, person) for member, person in db.session.execute(running)]
    grants = running_grants(patient, [member.id for member, _ in rows])
    givens = given(patient, grants, {member.id: person for member, person in rows})
    acting = select(ActingFor.person_id).where(ActingFor.patient_id == patient.id, ActingFor.ended_at.is_(None))
    act = set(db.session.scalars(acting))
    return [
        Place(member, person, [one for one in givens if one.grant.member_id == member.id], person.id in act)
        for member, person in rows
    ]
