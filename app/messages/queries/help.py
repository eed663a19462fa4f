"""Reads of help: who can be asked, what was asked for and became of it, and what waits for somebody.

Whoever is of the circle sees what all were asked for, and what they asked, were asked or took themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, or_, select, true, tuple_

from app.access.permissions import GRANT_NEEDED, Permission
from app.access.roles import Role
from app.core.db import db
from app.core.errors import NotFound
from app.core.pages import Position
from app.identity import queries as people
from app.identity.models import Person
from app.messages import authorship
from app.messages.models.help import HelpAsked, HelpEvent, HelpRequest
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.models import CircleGrant, CircleMember, Patient

RUNNING: Final = ("open", "claimed", "arrived")
TAKEN: Final = ("claimed", "arrived")
CATEGORY, RIGHT = GRANT_NEEDED[Permission.TAKE_HELP]


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody of the circle who can be asked."""

    member: CircleMember
    person: Person

    @property
    def person_id(self) -> UUID:
        return self.person.id


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody, and what they are to the patient."""

    person_id: UUID
    name: str
    given_name: str
    said: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody who was asked; with the time at which they said that they cannot."""

    who: Named
    passed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A request with the names that belong to it, as somebody is shown it."""

    row: HelpRequest
    asked_by: Named
    helper: Named | None
    asked: list[Answer]
    is_mine: bool  # whoever looks has taken it
    i_asked: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was said or done about a request; by nobody: its time had passed, or a right ended."""

    kind: str
    at: datetime
    by: Named | None
    channel: str
    note: str | None


@dataclass(frozen=True, slots=True)
class WithHistory:
    """A request with everything that was said and done about it."""

    shown: Shown
    history: list[Step]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shown, name)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits for somebody, with the first name of the patient it is for."""

    row: HelpRequest
    patient_name: str
    is_mine: bool


def may_help() -> tuple[ColumnElement[bool], ...]:
    """Of joined members, grants and patients those who may be asked and may take, today where the patient lives."""
    return (
        CircleMember.ended_at.is_(None),
        CircleMember.role.in_((Role.MEMBER, Role.VISITOR)),
        CircleGrant.category == CATEGORY,
        CircleGrant.right == RIGHT,
        CircleGrant.ended_at.is_(None),
        CircleGrant.ends_on >= patients.today_there(),
    )


def helpers(patient: AdmittedPatient) -> list[Helper]:
    """Who of the circle can be asked now, longest in it first."""
    rows = (
        select(CircleMember, Person)
        .join(CircleGrant, CircleGrant.member_id == CircleMember.id)
        .join(Patient, Patient.id == CircleMember.patient_id)
        .join(Person, Person.id == CircleMember.person_id)
        .where(CircleMember.patient_id == patient.id, *may_help())
    )
    return [Helper(*row) for row in db.session.execute(rows.order_by(CircleMember.created_at, CircleMember.id))]


def visible(patient: AdmittedPatient, viewer_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """The requests of this patient that somebody sees."""
    mine: ColumnElement[bool] = true()
    if patient.is_for_circle:
        asked = select(HelpAsked.id).where(HelpAsked.request_id == HelpRequest.id, HelpAsked.person_id == viewer_id)
        own = or_(HelpRequest.asked_by == viewer_id, HelpRequest.helper_id == viewer_id)
        mine = or_(HelpRequest.to_all, own, asked.exists())
    return (HelpRequest.patient_id == patient.id, mine)


def requests(
    patient: AdmittedPatient, viewer_id: UUID, *, only_running: bool, after: Position | None, limit: int
) -> list[HelpRequest]:
    """What was asked for, newest first; one more than `limit`, to know of a next page."""
    where = [*visible(patient, viewer_id)]
    if only_running:
        where.append(HelpRequest.state.in_(RUNNING))
    if after is not None:
        place = tuple_(HelpRequest.created_at, HelpRequest.id)
        where.append(place < tuple_(literal(after.at), literal(after.id)))
    order = (HelpRequest.created_at.desc(), HelpRequest.id.desc())
    return list(db.session.scalars(select(HelpRequest).where(*where).order_by(*order).limit(limit + 1)))


def wanted_between(patient: AdmittedPatient, viewer_id: UUID, since: datetime, until: datetime) -> list[HelpRequest]:
    """What is wanted at a time within these, and not called off."""
    within = (HelpRequest.wanted_at >= since, HelpRequest.wanted_at < until, HelpRequest.state != "called_off")
    rows = select(HelpRequest).where(*visible(patient, viewer_id), *within)
    return list(db.session.scalars(rows.order_by(HelpRequest.wanted_at, HelpRequest.id)))


def of_alert(patient: AdmittedPatient, alert_id: UUID) -> list[HelpRequest]:
    """What the circle was asked for because of an alert, first asked first."""
    where = (HelpRequest.patient_id == patient.id, HelpRequest.alert_id == alert_id)
    return list(db.session.scalars(select(HelpRequest).where(*where).order_by(HelpRequest.created_at, HelpRequest.id)))


def one(patient: AdmittedPatient, request_id: UUID, viewer_id: UUID) -> HelpRequest:
    """One request. Raises NotFound."""
    where = (HelpRequest.id == request_id, *visible(patient, viewer_id))
    found = db.session.scalar(select(HelpRequest).where(*where).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def waiting_for(person_id: UUID) -> list[Waiting]:
    """What somebody was asked for in any circle and has not answered, and what they have taken and not yet done."""
    unanswered = (HelpRequest.state == "open") & HelpAsked.id.is_not(None) & HelpAsked.passed_at.is_(None)
    taken = HelpRequest.state.in_(TAKEN) & (HelpRequest.helper_id == person_id)
    rows = _in_their_circles(person_id).where(unanswered | taken)
    found = db.session.execute(rows.order_by(HelpRequest.created_at, HelpRequest.id))
    return [Waiting(row, name, row.helper_id == person_id) for row, name in found]


def taken_before(person_id: UUID, since: datetime) -> HelpRequest | None:
    """What somebody was asked for and another has taken since then, last taken first."""
    others = (HelpAsked.passed_at.is_(None), HelpAsked.id.is_not(None), HelpRequest.helper_id != person_id)
    rows = _in_their_circles(person_id).where(*others, HelpRequest.claimed_at >= since)
    found = db.session.execute(rows.order_by(HelpRequest.claimed_at.desc(), HelpRequest.id).limit(1)).first()
    return found[0] if found else None


def _in_their_circles(person_id: UUID) -> Select[HelpRequest, str]:
    """Requests of the circles in which they may help, with what they were asked of them."""
    return (
        select(HelpRequest, Person.given_name)
        .join(Patient, Patient.id == HelpRequest.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(CircleMember, (CircleMember.patient_id == Patient.id) & (CircleMember.person_id == person_id))
        .join(CircleGrant, CircleGrant.member_id == CircleMember.id)
        .outerjoin(HelpAsked, (HelpAsked.request_id == HelpRequest.id) & (HelpAsked.person_id == person_id))
        .where(Patient.ended_at.is_(None), *may_help())
    )


def still_asked(patient: AdmittedPatient, request: HelpRequest) -> list[UUID]:
    """Who was asked, has not said that they cannot, and may take it still."""
    may = {one.person_id for one in helpers(patient)}
    where = (HelpAsked.request_id == request.id, HelpAsked.passed_at.is_(None))
    rows = select(HelpAsked.person_id).where(*where).order_by(HelpAsked.created_at, HelpAsked.id)
    return [one for one in db.session.scalars(rows) if one in may]


def shown(patient: AdmittedPatient, rows: Sequence[HelpRequest], viewer_id: UUID) -> list[Shown]:
    """Requests with their names, in three queries however many."""
    ids = [row.id for row in rows]
    order = (HelpAsked.created_at, HelpAsked.id)
    asked = list(db.session.scalars(select(HelpAsked).where(HelpAsked.request_id.in_(ids)).order_by(*order)))
    who = {row.asked_by: row.asked_role for row in rows}
    others = {*(row.helper_id for row in rows if row.helper_id), *(one.person_id for one in asked)}
    names = named(patient, dict.fromkeys(others, str(Role.MEMBER)) | who)
    return [
        Shown(
            row,
            names[row.asked_by],
            names[row.helper_id] if row.helper_id else None,
            [Answer(names[one.person_id], one.passed_at) for one in asked if one.request_id == row.id],
            row.helper_id == viewer_id,
            row.asked_by == viewer_id,
        )
        for row in rows
    ]


def with_history(patient: AdmittedPatient, request_id: UUID, viewer_id: UUID) -> WithHistory:
    """One request as it is shown, with its history. Raises NotFound."""
    row = one(patient, request_id, viewer_id)
    return WithHistory(shown(patient, [row], viewer_id)[0], history(patient, row))


def history(patient: AdmittedPatient, request: HelpRequest) -> list[Step]:
    """What was said and done about a request, in order."""
    order = (HelpEvent.created_at, HelpEvent.id)
    rows = list(db.session.scalars(select(HelpEvent).where(HelpEvent.request_id == request.id).order_by(*order)))
    who = dict.fromkeys((row.by for row in rows if row.by), str(Role.MEMBER)) | {request.asked_by: request.asked_role}
    names = named(patient, who)
    return [Step(row.kind, row.created_at, names[row.by] if row.by else None, row.channel, row.note) for row in rows]


def named(patient: AdmittedPatient, roles: Mapping[UUID, str]) -> dict[UUID, Named]:
    """People by name, each with what they are in this circle, or else the role they did it in."""
    order = (CircleMember.ended_at.desc().nulls_first(), CircleMember.created_at.desc())
    where = (CircleMember.patient_id == patient.id, CircleMember.person_id.in_(roles))
    places: dict[UUID, CircleMember] = {}
    for member in db.session.scalars(select(CircleMember).where(*where).order_by(*order)):
        places.setdefault(member.person_id, member)
    found = people.people(set(roles))
    return {
        one: Named(one, found[one].name, found[one].given_name, _said(patient, found[one], roles, places))
        for one in roles
    }


def _said(
    patient: AdmittedPatient, person: Person, roles: Mapping[UUID, str], places: Mapping[UUID, CircleMember]
) -> str:
    if person.id == patient.person_id:
        return authorship.said(Role.PATIENT, None, patient.given_name)
    place = places.get(person.id)
    return authorship.said(roles[person.id], place.relationship if place else None, patient.given_name)
