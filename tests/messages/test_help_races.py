"""Several at the same moment, each on a connection of its own: one has it, the others are told who."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict
from app.core.unit_of_work import unit_of_work
from app.messages import wanted
from app.messages.models.help import HelpEvent, HelpRequest
from app.messages.service import asking, helping, reopening
from app.patients.by import By
from tests.conftest import NOW
from tests.messages.circle import Circle, circle_of, told
from tests.people import World

REQUESTS, CLAIMANTS, ROUNDS = 300, 3, 40
Act = Callable[[], object]


@pytest.fixture
def circle(world: World) -> Circle:
    return circle_of(world)


def at_once(app: Flask, acts: list[list[Act]]) -> list[list[object]]:
    """Each list of acts in a thread of its own, all beginning together; what each act gave, or was refused with."""
    start, given = threading.Barrier(len(acts)), [[] for _ in acts]  # type: ignore[var-annotated]

    def one(mine: list[Act], into: list[object]) -> None:
        with app.app_context():
            start.wait()
            for act in mine:
                try:
                    with unit_of_work():
                        into.append(act())
                except Conflict as refused:
                    into.append(refused)
            db.session.remove()

    threads = [threading.Thread(target=one, args=pair) for pair in zip(acts, given, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def many(circle: Circle, count: int) -> list[HelpRequest]:
    """As many requests, asked over days: nobody asks without end in one."""
    made = []
    for number in range(count):
        with clock.at(NOW + timedelta(days=number // wanted.ASKED_A_DAY)):
            made.append(circle.ask())
    return made


def test_three_hundred_requests_and_three_who_want_each(app: Flask, circle: Circle) -> None:
    requests, seen = many(circle, REQUESTS), circle.seen
    people = {"Tom": circle.tom, "Bola": circle.nurse, "Ada": circle.ada_}

    def taker(by: By, request_id: UUID) -> Act:
        return lambda: helping.take(seen, request_id, by)

    answers = at_once(app, [[taker(by, one.id) for one in requests] for by in people.values()])
    db.session.rollback()
    helpers = {one.id: one.helper_id for one in db.session.scalars(select(HelpRequest))}
    names = {by.person_id: name for name, by in people.items()}
    won: Counter[str] = Counter()
    for place, request in enumerate(requests):
        by_name = dict(zip(people, (each[place] for each in answers), strict=True))
        (winner,) = [name for name, answer in by_name.items() if isinstance(answer, HelpRequest)]
        helper_id = helpers[request.id]
        assert helper_id is not None
        assert names[helper_id] == winner
        told_who = {answer.detail for answer in by_name.values() if isinstance(answer, Conflict)}
        assert told_who == {f"{winner} has this, so you need not. Thank you."}
        won[winner] += 1
    assert sum(won.values()) == REQUESTS
    claimed = db.session.scalars(select(HelpEvent.request_id).where(HelpEvent.kind == "claimed")).all()
    assert (len(claimed), len(set(claimed))) == (REQUESTS, REQUESTS)
    for person_id, name in names.items():
        others = [said for said in told(person_id) if "so you need not" in said]
        assert len(others) == REQUESTS - won[name]
        assert not any(f"{name} will help" in said for said in others)


def test_taken_or_called_off_and_never_both(app: Flask, circle: Circle) -> None:
    came: Counter[str] = Counter()
    for request in many(circle, ROUNDS):
        with clock.at(NOW + timedelta(days=3)):
            (took,), (gone,) = at_once(
                app,
                [
                    [lambda one=request.id: helping.take(circle.seen, one, circle.tom)],  # type: ignore[misc]
                    [lambda one=request.id: asking.call_off(circle.patient, one, circle.mary)],  # type: ignore[misc]
                ],
            )
        db.session.rollback()
        kinds = steps(request)
        assert isinstance(gone, HelpRequest)  # what was just taken can be called off too
        if isinstance(took, Conflict):
            assert (took.detail, kinds) == (helping.CALLED_OFF, ["asked", "called_off"])
        else:
            assert kinds == ["asked", "claimed", "called_off"]
        assert one_now(request).helper_id is None
        came[kinds[1]] += 1
    assert came.total() == ROUNDS


def test_done_or_open_again_and_never_both(app: Flask, circle: Circle) -> None:
    late = NOW + timedelta(days=3)
    for request in many(circle, ROUNDS):
        with clock.at(NOW + timedelta(days=2)), unit_of_work():
            helping.take(circle.seen, request.id, circle.tom)
        with clock.at(late):
            (done,), (reopened,) = at_once(
                app,
                [
                    [lambda one=request.id: helping.done(circle.seen, one, circle.tom)],  # type: ignore[misc]
                    [reopening.reopen_late],
                ],
            )
        db.session.rollback()
        state, kinds = one_now(request).state, steps(request)
        if isinstance(done, Conflict):
            assert (reopened, state, kinds) == (1, "open", ["asked", "claimed", "not_done"])
        else:
            assert (reopened, state, kinds) == (0, "done", ["asked", "claimed", "done"])


def test_of_several_clocks_one_opens_it_again(app: Flask, circle: Circle) -> None:
    requests = many(circle, ROUNDS)
    with clock.at(NOW + timedelta(days=2)), unit_of_work():
        for request in requests:
            helping.take(circle.seen, request.id, circle.tom)
    with clock.at(NOW + timedelta(days=3)):
        given = at_once(app, [[lambda: reopening.reopen_late(7)] * 8 for _ in range(3)])
    assert sum(one for each in given for one in each if isinstance(one, int)) == ROUNDS
    db.session.rollback()
    assert all(steps(request) == ["asked", "claimed", "not_done"] for request in requests)


def test_the_last_two_pass_at_once_and_who_asked_is_told_once(app: Flask, circle: Circle) -> None:
    requests = many(circle, ROUNDS)
    for request, late in zip(requests, cycle([circle.tom, circle.nurse, circle.ada_]), strict=False):
        first, second = [by for by in (circle.tom, circle.nurse, circle.ada_) if by != late]
        with unit_of_work():
            helping.pass_by(circle.seen, request.id, late)
        at_once(
            app,
            [
                [lambda one=request.id, by=by: helping.pass_by(circle.seen, one, by)]  # type: ignore[misc]
                for by in (first, second)
            ],
        )
    db.session.rollback()
    assert len([said for said in told(circle.world.mary.id) if "nobody whom you asked" in said]) == ROUNDS


def one_now(request: HelpRequest) -> HelpRequest:
    return db.session.get_one(HelpRequest, request.id, populate_existing=True)


def steps(request: HelpRequest) -> list[str]:
    """By id: two who act at the same moment of a clock that stands write it down in the order in which they did."""
    rows = select(HelpEvent.kind).where(HelpEvent.request_id == request.id).order_by(HelpEvent.created_at, HelpEvent.id)
    return list(db.session.scalars(rows))
