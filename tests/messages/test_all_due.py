"""All help and all carers whose time has come are seen to in one tick, each once, whatever is wrong with one."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import backlog, clock, sealed
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages.models.carers import CarerConsent
from app.messages.models.help import HelpAsked, HelpEvent, HelpRequest
from app.messages.service import carers, helping, reopening
from app.notifications.models import Delivery
from app.patients import queries as patients
from app.patients import service
from app.patients.models import CircleMember, Patient
from tests import dying
from tests.conftest import NOW
from tests.copied import copied
from tests.messages.circle import Circle, circle_of
from tests.people import World

MANY = 201
LATE = NOW + timedelta(hours=6)
MONTH, SECOND = timedelta(days=30, minutes=1), timedelta(seconds=1)


@pytest.fixture
def circle(world: World) -> Circle:
    return circle_of(world)


@pytest.fixture
def taken(circle: Circle) -> list[UUID]:
    """A great many that Tom has taken and nobody marked as done. The first in the queue cannot be read."""
    first = circle.ask()
    with unit_of_work():
        helping.take(circle.seen, first.id, circle.tom)
    asked = db.session.scalars(select(HelpAsked).where(HelpAsked.request_id == first.id)).all()
    row = db.session.get_one(HelpRequest, first.id, populate_existing=True)
    assert row.reopen_at is not None  # it was taken
    others = []
    for number, one in enumerate(new_id() for _ in range(MANY)):
        what = sealed.seal("look in", HelpRequest.what.place, one) if number else b"broken"
        others.append({"id": one, "client_id": one, "what_sealed": what, "reopen_at": row.reopen_at + number * SECOND})
    made = copied(row, others)
    for one in asked:
        copied(one, [{"request_id": request_id} for request_id in made])
    with unit_of_work():
        db.session.execute(update(HelpRequest).where(HelpRequest.id == first.id).values(reopen_at=None))
    return made


def opened() -> Counter[UUID]:
    db.session.rollback()
    return Counter(db.session.scalars(select(HelpEvent.request_id).where(HelpEvent.kind == "not_done")))


class TestHelp:
    """What was not done is open again."""

    def test_all_others_in_the_same_tick(self, taken: list[UUID]) -> None:
        with clock.at(LATE):
            assert reopening.reopen_late() == MANY - 1
            assert reopening.reopen_late() == 0
        assert opened() == dict.fromkeys(taken[1:], 1)
        bad = db.session.get_one(HelpRequest, taken[0], populate_existing=True)
        assert (bad.state, bad.reopen_at, bad.version) == ("claimed", LATE + backlog.PUT_OFF, 2)

    def test_what_is_lost_too(self, world: World, circle: Circle, taken: list[UUID]) -> None:
        """Tom's rights ran out in silence."""
        with clock.at(NOW + timedelta(days=400)):
            assert reopening.reopen_lost() == MANY - 1
            assert reopening.reopen_lost() == 0

    def test_two_workers_do_each_once(self, app: Flask, taken: list[UUID]) -> None:
        start, counts = threading.Barrier(2), []

        def run() -> None:
            with app.app_context():
                start.wait()
                counts.append(reopening.reopen_late(10))
                db.session.remove()

        with clock.at(LATE):
            workers = [threading.Thread(target=run) for _ in range(2)]
            for one in workers:
                one.start()
            for one in workers:
                one.join()
        assert sum(counts) == MANY - 1
        assert opened() == dict.fromkeys(taken[1:], 1)

    def test_a_worker_that_dies_leaves_nothing_half_done(self, taken: list[UUID]) -> None:
        """It ends just before its third batch is kept; another one does the rest."""
        with clock.at(LATE), dying.before_commit(3):
            reopening.reopen_late(50)
        assert opened() == dict.fromkeys(taken[1:100], 1)
        is_open = select(HelpRequest.id).where(HelpRequest.state == "open")
        assert set(db.session.scalars(is_open)) == set(taken[1:100])
        with clock.at(LATE):
            assert reopening.reopen_late(50) == MANY - 100
        assert opened() == dict.fromkeys(taken[1:], 1)


class TestCarers:
    """Those who want to be asked how they are."""

    def consent(self, person_id: UUID, member_id: UUID, ask_at: timedelta = MONTH) -> CarerConsent:
        agreed = {"agreed": "asked", "wording": "1", "ask_at": NOW + ask_at}
        with unit_of_work():
            db.session.add(one := CarerConsent(person_id=person_id, member_id=member_id, **agreed))
        return one

    def places(self, circle: Circle, patient_id: UUID, count: int) -> list[CircleMember]:
        """As many more who look after a patient."""
        members = select(CircleMember).where(CircleMember.person_id == circle.ada.id)
        one = db.session.scalars(members.where(CircleMember.patient_id == circle.patient.id)).one()
        others = copied(circle.ada, [{"phone_index": None, "email_index": None} for _ in range(count)])
        values = [{"person_id": person_id, "patient_id": patient_id} for person_id in others]
        made = copied(one, values)
        return list(db.session.scalars(select(CircleMember).where(CircleMember.id.in_(made))))

    def asked(self) -> Counter[UUID]:
        db.session.rollback()
        return Counter(db.session.scalars(select(Delivery.recipient_id).where(Delivery.about == carers.ABOUT)))

    def test_all_others_in_the_same_tick(self, world: World, circle: Circle) -> None:
        (bad,) = self.places(circle, world.khan_patient.id, 1)
        others = self.places(circle, world.mary_patient.id, MANY - 1)
        first = self.consent(bad.person_id, bad.id, MONTH - timedelta(minutes=1))
        kept = self.consent(others[0].person_id, others[0].id)
        copied(kept, [{"person_id": one.person_id, "member_id": one.id} for one in others[1:]])
        with unit_of_work():
            nowhere = update(Patient).where(Patient.id == world.khan_patient.id).values(zone="Nowhere/Nothing")
            db.session.execute(nowhere)
        with clock.at(NOW + MONTH):
            assert carers.ask_by_text() == MANY - 1
            assert carers.ask_by_text() == 0
        assert self.asked() == dict.fromkeys([one.person_id for one in others], 1)
        put_off = db.session.get_one(CarerConsent, first.id, populate_existing=True)
        assert (put_off.ended_at, put_off.ask_at) == (None, NOW + MONTH + backlog.PUT_OFF)

    def test_of_two_circles_one_text_though_two_workers_ask(self, app: Flask, world: World, circle: Circle) -> None:
        """One worker holds what Tom agreed to in one circle: the other does not ask him for the second."""
        khan = patients.admitted_one(world.khan_patient.id)
        with unit_of_work():
            service.add_member(khan, world.tom, circle.tom.role, "neighbour", world.khan.id)
        first, second = sorted(
            (self.consent(world.tom.id, one.member.id) for one in patients.circles_of(world.tom.id)),
            key=lambda one: one.id,
        )
        with clock.at(NOW + MONTH):
            db.session.scalars(select(CarerConsent.id).where(CarerConsent.id == first.id).with_for_update()).one()
            with app.app_context():
                assert carers.ask_by_text() == 0
                db.session.remove()
            db.session.rollback()
            is_due = select(CarerConsent.ask_at).where(CarerConsent.id == second.id)
            assert db.session.scalar(is_due) == NOW + MONTH  # not tried in vain either
            assert carers.ask_by_text() == 1
            assert carers.ask_by_text() == 0
        assert self.asked() == {world.tom.id: 1}
        again = db.session.scalars(select(CarerConsent.ask_at)).all()
        assert set(again) == {NOW + MONTH + timedelta(days=30)}
