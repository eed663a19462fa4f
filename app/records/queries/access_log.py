"""Who looked at a record: what the audit says of it, and what may be told of who it was."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, cast, func, select, text

from app.access.roles import Role
from app.core.db import db
from app.core.pages import Position
from app.identity import queries as identity
from app.patients.admission import AdmittedPatient
from app.patients.models import ActingFor, CircleMember, SharedCare
from app.records import telling
from app.records.telling import Known, Look, Reader
from app.teams.models import Membership, Organisation

_LOOKS = text("""
    select * from looks_at_record(:record, cast(:since as timestamptz), cast(:until as timestamptz),
        cast(:by_person as uuid), cast(:last_at as timestamptz), cast(:last_id as uuid), :most)
""")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the log: of one person, from a time on, up to a time."""

    person_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the log as its reader is told of it; who it was only where that may be told."""

    look: Look
    sentence: str
    who: str
    name: str | None
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class Work:
    """Where somebody worked, and until when."""

    person_id: UUID
    organisation: str
    until: datetime | None

    def ran_at(self, at: datetime) -> bool:
        return self.until is None or self.until > at


def access_log(
    patient: AdmittedPatient, reader_id: UUID, asked: Asked, after: Position | None, limit: int
) -> list[Told]:
    """Who looked at the record, last first; one more than `limit`, to know of a next page.

    Patients are told who works for them or elsewhere in care, who is or was in their circle, and who acts for them. Of
    anybody else they are told that somebody tried (docs/decisions/0012-audit-chain.md); asked for by id, these are not
    there.
    """
    if asked.person_id is not None and asked.person_id not in _known(patient, {asked.person_id}):
        return []
    looks = _looks(patient, asked, after, limit + 1)
    actors = {look.actor_id for look in looks if look.actor_id}
    known, works = _known(patient, actors), _works(actors)
    shared = _shared_with(patient, {look.actor_id for look in looks if look.actor_id and look.role == Role.SHARING})
    reader = Reader(patient.person_id, patient.coordinator_id, patient.given_name, reader_id == patient.person_id)
    return [_told(look, known, _place(look, shared if look.role == Role.SHARING else works), reader) for look in looks]


def would_name(record_id: UUID, person_id: UUID) -> bool:
    """Would the log of this record name this person to its patient?"""
    one = {person_id}
    return bool(_relationships(record_id, one) or _works(one) or _acting(record_id, one))


def _looks(patient: AdmittedPatient, asked: Asked, after: Position | None, most: int) -> list[Look]:
    values = {
        "record": patient.id,
        "since": asked.since,
        "until": asked.until,
        "by_person": asked.person_id,
        "last_at": after.at if after else None,
        "last_id": after.id if after else None,
        "most": most,
    }
    return [Look(*row) for row in db.session.execute(_LOOKS, values)]


def _told(look: Look, known: dict[UUID, Known], place: str | None, reader: Reader) -> Told:
    somebody = known.get(look.actor_id) if look.actor_id else None
    somebody = replace(somebody, works_at=place) if somebody else None
    return Told(
        look=look,
        sentence=telling.sentence(look, somebody, reader),
        who=telling.who(look, somebody, reader).rstrip(","),
        name=somebody.name if somebody else None,
        person_id=look.actor_id if somebody else None,
    )


def _known(patient: AdmittedPatient, person_ids: Collection[UUID]) -> dict[UUID, Known]:
    """Those of these people who may be named to the patient."""
    circle = _relationships(patient.id, person_ids)
    works = {one.person_id for one in _works(person_ids)}
    nameable = {*circle, *works, *_acting(patient.id, person_ids), patient.person_id} & set(person_ids)
    return {person.id: Known(person.name, circle.get(person.id)) for person in identity.people(nameable).values()}


def _relationships(record_id: UUID, person_ids: Collection[UUID]) -> dict[UUID, str]:
    members = select(CircleMember).where(CircleMember.patient_id == record_id, CircleMember.person_id.in_(person_ids))
    # Whoever left and came back is what they are now.
    rows = db.session.scalars(members.order_by(CircleMember.created_at, CircleMember.id))
    return {row.person_id: row.relationship or "" for row in rows}


def _works(person_ids: Collection[UUID]) -> list[Work]:
    """Every role these people hold or held, given last last."""
    held = select(Membership.person_id, Organisation.name, Membership.ended_at).join(Organisation)
    rows = held.where(Membership.person_id.in_(person_ids)).order_by(Membership.created_at, Membership.id)
    return [Work(*row) for row in db.session.execute(rows)]


def _shared_with(patient: AdmittedPatient, person_ids: Collection[UUID]) -> list[Work]:
    """The roles of these people in teams that the record was shared with, as long as both lasted; none where none."""
    if not person_ids:
        return []
    last_day = func.timezone(patient.zone.key, cast(SharedCare.ends_on + 1, DateTime(timezone=False)))
    until = func.least(Membership.ended_at, SharedCare.ended_at, last_day)
    rows = (
        select(Membership.person_id, Organisation.name, until)
        .select_from(SharedCare)
        .join(Membership, Membership.team_id == SharedCare.team_id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(SharedCare.patient_id == patient.id, Membership.person_id.in_(person_ids))
        .order_by(SharedCare.created_at, Membership.id)
    )
    return [Work(*row) for row in db.session.execute(rows)]


def _place(look: Look, works: Collection[Work]) -> str | None:
    """Where somebody worked when they looked: a role that had ended by then does not count."""
    there = [one.organisation for one in works if one.person_id == look.actor_id and one.ran_at(look.at)]
    return there[-1] if there else None


def _acting(record_id: UUID, person_ids: Collection[UUID]) -> set[UUID]:
    acting = (ActingFor.patient_id == record_id, ActingFor.person_id.in_(person_ids))
    return set(db.session.scalars(select(ActingFor.person_id).where(*acting)))
