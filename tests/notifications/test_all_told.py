"""In the morning everybody is told together: all of them in one tick, each once, whatever is wrong with one of them."""

from __future__ import annotations

import threading
from collections import Counter
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import backlog, clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.service import people
from app.notifications.models import Delivery, DigestItem
from app.notifications.service import digests, news
from app.notifications.service.news import News
from app.patients import queries as patients
from app.patients import service
from tests import dying
from tests.notifications.test_news import MORNING, NIGHT
from tests.people import World

READERS = 201


@pytest.fixture
def readers(world: World) -> list[UUID]:
    """A great many in Mary's circle; something happened in the night. The first cannot be told: it is unreadable."""
    patient, made = patients.admitted_one(world.mary_patient.id), []
    ends_on = clock.today(patient.zone).replace(year=2027)
    with unit_of_work():
        for number in range(READERS):
            one = people.add_person(f"Anna{number}", "Obi", email=f"anna.{number}@kith.example")
            member = service.add_member(patient, one, Role.MEMBER, "neighbour", world.mary.id)
            service.give_grant(patient, member.id, Category.MESSAGES, Right.SEE, ends_on, world.mary.id)
            made.append(one.id)
    with clock.at(NIGHT), unit_of_work():
        news.tell(patient, News(Category.MESSAGES, "thread", new_id(), "member_left", {"member": "Ben"}), made)
    unreadable = update(DigestItem).where(DigestItem.person_id == made[0]).values(body_sealed=b"broken", due_at=NIGHT)
    with unit_of_work():
        db.session.execute(unreadable)
    return made


def told() -> Counter[UUID]:
    db.session.rollback()
    about = select(Delivery.recipient_id).where(Delivery.about == "news messages")
    return Counter(db.session.scalars(about))


def test_all_others_are_told_in_the_same_tick(readers: list[UUID]) -> None:
    with clock.at(MORNING):
        assert digests.send_due() == READERS - 1
        assert digests.send_due() == 0
    assert told() == dict.fromkeys(readers[1:], 1)
    bad = db.session.scalars(select(DigestItem).where(DigestItem.person_id == readers[0])).one()
    assert (bad.told_at, bad.due_at) == (None, MORNING + backlog.PUT_OFF)


def test_two_workers_tell_each_once(app: Flask, readers: list[UUID]) -> None:
    start, counts = threading.Barrier(2), []

    def run() -> None:
        with app.app_context():
            start.wait()
            counts.append(digests.send_due())
            db.session.remove()

    with clock.at(MORNING):
        workers = [threading.Thread(target=run) for _ in range(2)]
        for one in workers:
            one.start()
        for one in workers:
            one.join()
    assert sum(counts) == READERS - 1
    assert told() == dict.fromkeys(readers[1:], 1)


def test_a_worker_that_dies_has_told_nobody_by_half(readers: list[UUID]) -> None:
    """It ends just before a commit: each is told and settled, or neither; another worker does the rest."""
    with clock.at(MORNING), dying.before_commit(50):
        digests.send_due()
    settled = db.session.scalars(select(DigestItem.person_id).where(DigestItem.told_at.is_not(None))).all()
    assert len(settled) == 47
    assert told() == dict.fromkeys(settled, 1)
    with clock.at(MORNING):
        digests.send_due()
    assert told() == dict.fromkeys(readers[1:], 1)
