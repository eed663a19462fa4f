"""Texts as the provider brings them, understood at once; and what is said back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, text

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import rows
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.notifications.models import Delivery
from app.notifications.service import receiving
from app.patients import queries as patients
from app.patients import service
from app.patients.models import Patient

MARY, KHAN, TOM, PRIYA = "+447700900201", "+447700900202", "+447700900203", "+447700900101"
_sids = iter(range(10**6))


def texted(body: str, sender: str = MARY, *, sid: str | None = None, sent_at: datetime | None = None) -> list[str]:
    """Send a text and have it understood; gives what was said back."""
    before = set(db.session.scalars(select(Delivery.id).where(Delivery.about == "inbound")))
    with unit_of_work():
        receiving.keep({"MessageSid": sid or f"SM{next(_sids):032}", "From": sender, "Body": body}, sent_at)
    with unit_of_work():
        waiting = db.session.execute(text("delete from procrastinate_jobs returning task_name, args")).all()
    for name, facts in waiting:
        if name == receiving.HANDLE:
            with rows.within(rows.SERVICE), unit_of_work():  # as the worker does
                receiving.handle(**facts)
    replies = db.session.scalars(select(Delivery).where(Delivery.about == "inbound", Delivery.id.not_in(before)))
    return [one.body or "" for one in replies]


def said(body: str, sender: str = MARY) -> str:
    """The same, where exactly one answer is given."""
    (reply,) = texted(body, sender)
    return reply


def join(person: Person, patient: Patient, *rights: Right, category: Category = Category.MESSAGES) -> None:
    """Give somebody a place in a circle, if they have none, and these rights."""
    admitted = patients.admitted_one(patient.id)
    with unit_of_work():
        place = next((one for one in patients.circle(admitted) if one.person.id == person.id), None)
        member = (
            place.member if place else service.add_member(admitted, person, Role.MEMBER, "neighbour", patient.person_id)
        )
        for right in rights:
            service.give_grant(admitted, member.id, category, right, date(2027, 3, 1), patient.person_id)
