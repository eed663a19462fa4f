"""Remind people to order more: 7 working days before a medicine runs out the patient, 3 before the circle as well.

Once for each person, count and distance (RefillNudge). One message whatever the medicines; it names none of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app import config
from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import backlog, clock
from app.core.db import HotStatement, db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.medicines import stock
from app.medicines.models import Medicine, RefillNudge
from app.medicines.queries import stocking
from app.medicines.queries.stocking import Stock
from app.medicines.working_days import Nation
from app.notifications import service as notifications
from app.notifications import texts
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.queries import consent

AT_ONCE: Final = 200  # patients
# In the patient's own day: nobody is woken to order a medicine.
SINCE_HOUR, UNTIL_HOUR = 9, 18
# Bank holidays of another nation differ by some days a year: there the word comes a day or two earlier or later.
NATION: Final = Nation.ENGLAND_AND_WALES
CIRCLE_FROM: Final = min(stock.NUDGES)

# Medicines of which the doses since the last count and those ahead come to more than there was.
_SHORT = HotStatement("""
    with last as (
        select distinct on (medicine_id) id, patient_id, medicine_id, quantity, counted_at from stock_count
        order by medicine_id, counted_at desc, id desc
    )
    select l.patient_id, l.medicine_id from last l
    join medicine m on m.id = l.medicine_id and m.stopped_at is null
    join patient p on p.id = l.patient_id and p.ended_at is null
    where l.quantity < (
            select coalesce(sum(coalesce(d.amount_taken, d.amount, 1)), 0) from dose d
            where d.medicine_id = l.medicine_id and d.due_at > l.counted_at - interval '2 days'
                and d.state in ('taken', 'not_recorded', 'due'))
    order by l.patient_id, l.medicine_id
""")


@dataclass(frozen=True, slots=True)
class Short:
    """A medicine that runs out, and which reminder of it is due."""

    stock: Stock
    on: date
    days_before: int
    is_hidden: bool  # from the circle


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is reminded; `name` None: the patient."""

    person_id: UUID
    language: str
    name: str | None = None
    sees_hidden: bool = True

    def is_told(self, short: Short) -> bool:
        return self.name is None or (short.days_before <= CIRCLE_FROM and (self.sees_hidden or not short.is_hidden))


def nudge_all() -> int:
    """Remind everybody whom it is time to remind of ordering more; returns how many messages."""
    short: dict[UUID, list[UUID]] = defaultdict(list)
    for row in _SHORT.rows({}):
        short[row["patient_id"]].append(row["medicine_id"])
    told, whose = [], list(short)

    def nudge(patient: AdmittedPatient) -> None:
        if _is_day(patient):
            told.append(_nudge(patient, short[patient.id]))

    for first in range(0, len(whose), AT_ONCE):
        with unit_of_work():
            admitted = patients.admitted(whose[first : first + AT_ONCE])
            backlog.each("remind of ordering more", admitted.values(), nudge)
    return sum(told)


def _is_day(patient: AdmittedPatient) -> bool:
    return SINCE_HOUR <= clock.now().astimezone(patient.zone).hour < UNTIL_HOUR


def _nudge(patient: AdmittedPatient, medicine_ids: Sequence[UUID]) -> int:
    short = list(_due(patient, medicine_ids))
    if not short:
        return 0
    return sum(_remind(patient, reader, short) for reader in _readers(patient, short))


def _remind(patient: AdmittedPatient, reader: Reader, short: Sequence[Short]) -> bool:
    mine = [one for one in short if reader.is_told(one)]
    fresh = _kept(patient, reader, mine)
    if not fresh:
        return False
    first = min((one for one in mine if one.stock.medicine_id in fresh), key=lambda one: one.on)
    notifications.tell(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        recipient_id=reader.person_id,
        about="refill",
        about_id=first.stock.medicine_id,
        kind="message",
        body=_body(patient, reader, first.on),
    )
    return True


def _due(patient: AdmittedPatient, medicine_ids: Sequence[UUID]) -> Iterator[Short]:
    today = clock.today(patient.zone)
    medicines = db.session.scalars(select(Medicine).where(Medicine.id.in_(medicine_ids))).all()
    hidden = {one.id for one in medicines if one.hidden_at is not None}
    for one in stocking.of(patient, medicines).values():
        if one.runs_out_on is not None and (days := stock.nudge(one.runs_out_on, today, NATION)) is not None:
            yield Short(one, one.runs_out_on, days, one.medicine_id in hidden)


def _readers(patient: AdmittedPatient, short: Sequence[Short]) -> list[Reader]:
    """The patient; and when it is near, those of the circle who are to be told about medicines, as far as they see."""
    readers = [Reader(patient.person_id, patient.language)]
    if all(one.days_before > CIRCLE_FROM for one in short):
        return readers
    needed, acting = (Category.MEDICINES, Right.BE_TOLD), consent.acting_within(patient, Category.MEDICINES)
    return readers + [
        Reader(place.person.id, place.person.language, place.person.given_name, place.person.id in acting)
        for place in patients.circle(patient)
        if place.member.role != Role.SERVICE and any((one.category, one.right) == needed for one in place.grants)
    ]


def _kept(patient: AdmittedPatient, reader: Reader, short: Sequence[Short]) -> set[UUID]:
    """Write down who is told of what; gives the medicines of which this person was not told before."""
    about = {"organisation_id": patient.organisation_id, "patient_id": patient.id, "created_at": clock.now()}
    rows = [
        about
        | {"id": new_id(), "medicine_id": one.stock.medicine_id, "person_id": reader.person_id}
        | {"count_id": one.stock.count.id, "days_before": one.days_before}
        for one in short
        if one.stock.count is not None
    ]
    if not rows:
        return set()
    new = insert(RefillNudge).values(rows).on_conflict_do_nothing().returning(RefillNudge.medicine_id)
    return set(db.session.scalars(new))


def _body(patient: AdmittedPatient, reader: Reader, on: date) -> str:
    words = {"day": f"{on.day} {on:%B}", "link": f"{config.current().public_url}/"}
    if reader.name is None:
        return texts.render("refill", reader.language, **words)
    name = texts.name_with_initial(patient.given_name, patient.family_name)
    return texts.render("refill_for", reader.language, reader=texts.first_name(reader.name), patient=name, **words)
