"""Claims: what is due is taken once, held for the lease, and comes again when nobody brings it back."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert, update

from app.core import claims, clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.notifications.models import Delivery
from tests.conftest import NOW
from tests.people import World

CLAIM = claims.Claim("delivery", due="t.state = 'pending' and t.due_at <= :now", order="t.due_at")
LEASE = timedelta(seconds=30)


@pytest.fixture
def rows(world: World) -> list[UUID]:
    """Ten due rows, each a second later than the one before."""
    ids = [new_id() for _ in range(10)]
    facts = {
        "organisation_id": world.organisation.id,
        "recipient_id": world.priya.id,
        "about": "alert",
        "kind": "alert",
    }
    with unit_of_work():
        for number, one in enumerate(ids):
            db.session.execute(
                insert(Delivery).values(
                    id=one,
                    about_id=one,
                    priority=0,
                    channel="sms",
                    body_sealed=b"",
                    due_at=NOW - timedelta(seconds=10 - number),
                    **facts,
                )
            )
    return ids


def claim(limit: int) -> list[SimpleNamespace]:
    with unit_of_work():
        return [SimpleNamespace(**row) for row in CLAIM.rows(limit, LEASE)]


def test_the_first_in_order_are_taken_and_not_taken_again(rows: list[UUID]) -> None:
    assert {row.id for row in claim(4)} == set(rows[:4])
    assert {row.id for row in claim(20)} == set(rows[4:])
    assert claim(20) == []


def test_a_claim_holds_for_its_lease_and_tells_who_left_a_row(rows: list[UUID]) -> None:
    [first] = claim(1)
    assert (first.lease_until, first.lease_before, first.attempts) == (NOW + LEASE, None, 1)
    with clock.at(NOW + LEASE - timedelta(seconds=1)):
        assert first.id not in {row.id for row in claim(20)}
    with clock.at(NOW + LEASE):
        [again] = claim(20)
    assert (again.id, again.lease_before, again.attempts) == (first.id, NOW + LEASE, 2)


def test_what_was_brought_back_was_left_by_nobody(rows: list[UUID]) -> None:
    [first] = claim(1)
    with unit_of_work():
        db.session.execute(update(Delivery).where(Delivery.id == first.id).values(lease_until=None))
    [again] = claim(1)
    assert (again.id, again.lease_before) == (first.id, None)


def test_a_claim_that_is_rolled_back_took_nothing(rows: list[UUID]) -> None:
    def failing() -> None:
        with unit_of_work():
            assert len(CLAIM.rows(5, LEASE)) == 5
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert len(claim(20)) == 10


def test_a_row_that_somebody_is_just_claiming_is_not_waited_for(rows: list[UUID]) -> None:
    with db.engine.connect() as elsewhere, elsewhere.begin():
        elsewhere.exec_driver_sql("select id from delivery order by due_at limit 3 for update")
        assert {row.id for row in claim(4)} == set(rows[3:7])


def test_many_at_once_share_without_waiting_and_without_doubles(app: Flask, rows: list[UUID]) -> None:
    taken: list[UUID] = []
    together = threading.Barrier(6)

    def work() -> None:
        with app.app_context():
            together.wait(5)
            while found := claim(2):
                taken.extend(row.id for row in found)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(taken) == sorted(rows)
