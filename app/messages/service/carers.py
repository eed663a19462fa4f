"""A carer's own check-in: kept for them, shown to a coordinator where they agree, asked for by text if they like."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from app.core import backlog, clock, rows
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.identity import queries as people
from app.messages import carer_questions
from app.messages.models.carers import CarerCheckIn, CarerConsent
from app.messages.queries import carers
from app.notifications import service as telling
from app.notifications import texts
from app.patients import queries as patients
from app.todos import service as todos

ABOUT: Final = "carer"
STRAIN: Final = "carer_strain"
ASK_FROM, ASK_UNTIL = 9, 19  # by the clock where the patient lives


def check_in(person_id: UUID, client_id: UUID, answers: Sequence[int], channel: str) -> CarerCheckIn:
    """Keep how somebody is; sent twice it is one. Raises Conflict for other answers under the same id."""
    said = " ".join(map(str, answers))
    before = carers.kept(person_id, client_id)
    if before is not None:
        if before.answers != said:
            raise Conflict("Something else was sent before under the same id.")
        return before
    one = CarerCheckIn(person_id=person_id, client_id=client_id, content=carer_questions.VERSION, channel=channel)
    one.answers = said
    db.session.add(one)
    db.session.flush()
    if carer_questions.is_strain(answers):
        _ask_to_speak(person_id)
    return one


def agree(person_id: UUID, member_id: UUID, agreed: str) -> None:
    """Agree to be shown to the coordinator, or to be asked by text; agreed before it stays. Raises NotFound."""
    if not any(one.member.id == member_id for one in patients.circles_of(person_id)):
        raise NotFound
    if any(one.member_id == member_id and one.agreed == agreed for one in carers.agreed(person_id)):
        return
    ask_at = clock.now() + carer_questions.ASK_EACH if agreed == "asked" else None
    wording = carer_questions.CONSENT_VERSION
    db.session.add(
        CarerConsent(person_id=person_id, member_id=member_id, agreed=agreed, wording=wording, ask_at=ask_at)
    )
    db.session.flush()


def end(person_id: UUID, member_id: UUID, agreed: str) -> None:
    """End what was agreed to, from this commit on; nothing where nothing was."""
    where = (CarerConsent.person_id == person_id, CarerConsent.member_id == member_id, CarerConsent.agreed == agreed)
    for one in db.session.scalars(select(CarerConsent).where(*where, CarerConsent.ended_at.is_(None))):
        one.ended_at = clock.now()
        telling.withdraw([one.id])
    db.session.flush()


def ask_by_text() -> int:
    """Ask those whose month is over, by day; one text a person, in however many circles; returns how many were seen."""
    now, other = clock.now(), aliased(CarerConsent)
    # One place of a person at a time: two workers would else ask for one each.
    first = (other.person_id == CarerConsent.person_id, other.ended_at.is_(None), other.ask_at <= now)
    is_first = ~select(other.id).where(*first, other.id < CarerConsent.id).exists()
    due = select(CarerConsent).where(CarerConsent.ended_at.is_(None), CarerConsent.ask_at <= now, is_first)
    return backlog.one_by_one(
        "ask carers how they are", due.order_by(CarerConsent.ask_at), _see_to, when=CarerConsent.ask_at
    )


def _see_to(one: CarerConsent) -> None:
    now = clock.now()
    place = next((p for p in patients.circles_of(one.person_id) if p.member.id == one.member_id), None)
    patient = patients.admitted_one(place.member.patient_id) if place else None
    if patient is None or patient.ended_at is not None:
        one.ended_at = now
    elif ASK_FROM <= now.astimezone(patient.zone).hour < ASK_UNTIL:
        _ask(one, patient.organisation_id, patient.id, now)
        of_them = (CarerConsent.person_id == one.person_id, CarerConsent.ask_at.is_not(None))
        again = update(CarerConsent).where(*of_them, CarerConsent.ended_at.is_(None))
        db.session.execute(again.values(ask_at=now + carer_questions.ASK_EACH))
    else:
        one.ask_at = now + timedelta(hours=1)


def _ask(one: CarerConsent, organisation_id: UUID, patient_id: UUID, now: datetime) -> None:
    person = people.person(one.person_id)
    telling.tell(
        organisation_id=organisation_id,
        patient_id=patient_id,
        recipient_id=person.id,
        about=ABOUT,
        about_id=one.id,
        kind="message",
        body=texts.render("carer_ask", person.language, reader=texts.first_name(person.given_name)),
        useful_until=now + timedelta(hours=4),
    )


def _ask_to_speak(person_id: UUID) -> None:
    """Nothing of the answers: a to-do stands in the patient's record, which is not the carer's."""
    person = people.person(person_id)
    for organisation_id, patient_id in carers.circles_shown(person_id):
        with rows.only(organisation_id, patient_id):  # what they agreed to reaches that record, whoever they are in it
            patient = patients.admitted_one(patient_id)
            reason = f"Speak with {person.name}, who looks after {patient.given_name}, and ask how they are themselves."
            if patient.ended_at is None:
                todos.add(patient, STRAIN, str(person_id), reason)
