"""A handler that failed is run again until it succeeds, and holds nobody up meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock, events, reruns
from app.core.db import db
from app.core.events import Event, EventRerun, Handler
from app.core.ids import new_id
from app.core.scheduler import Tick
from app.core.unit_of_work import unit_of_work
from tests.conftest import NOW


@dataclass(frozen=True, slots=True)
class SomethingHappened(Event):
    """An event of this test."""

    name: str


_broken: set[str] = set()
_done: list[str] = []
_told: list[tuple[str, UUID]] = []


def _act(event: SomethingHappened) -> None:
    db.session.add(Tick(job=f"written for {event.name}", claimed_at=clock.now()))
    db.session.flush()
    if event.name in _broken:
        raise ZeroDivisionError
    _done.append(event.name)


@pytest.fixture(autouse=True)
def _in_app(app: Flask) -> Iterator[None]:
    for kept in (_broken, _done, _told):
        kept.clear()
    handler = Handler(
        "handler of a test",
        lambda event: event,
        _act,
        failed=lambda event, row_id: _told.append((f"failed {event.name}", row_id)),
        recovered=lambda event, row_id: _told.append((f"recovered {event.name}", row_id)),
    )
    events.subscribe(SomethingHappened, handler)
    with app.app_context():
        yield


def happen(*names: str) -> None:
    for name in names:
        with unit_of_work():
            events.publish(SomethingHappened(new_id(), new_id(), name))


def rows() -> list[EventRerun]:
    with unit_of_work():
        fresh = select(EventRerun).order_by(EventRerun.id).execution_options(populate_existing=True)
        return list(db.session.scalars(fresh))


def run_at(seconds: float) -> int:
    with clock.at(NOW + timedelta(seconds=seconds)):
        return reruns.run_due()


def test_it_is_run_again_when_due_and_once(app: Flask) -> None:
    _broken.add("a")
    happen("a")
    _broken.clear()
    assert run_at(4) == 0
    assert run_at(5) == 1
    assert run_at(6) == 0
    assert _done == ["a"]
    [row] = rows()
    assert [what for what, _ in _told] == ["failed a", "recovered a"]
    assert {row_id for _, row_id in _told} == {row.id}
    assert row.done_at == NOW + timedelta(seconds=5)


def test_one_that_fails_again_waits_longer_and_holds_nobody_up() -> None:
    _broken.update("abc")
    happen("a", "b", "c")
    _broken.discard("a")
    _broken.discard("c")
    assert run_at(5) == 2
    assert _done == ["a", "c"]
    waits = []
    moment = NOW + timedelta(seconds=5)
    for _ in range(12):
        [left] = [row for row in rows() if row.done_at is None]
        waits.append((left.due_at - moment).total_seconds())
        moment = left.due_at
        with clock.at(moment):
            reruns.run_due()
    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]
    _broken.clear()
    with clock.at(moment + timedelta(hours=1)):
        assert reruns.run_due() == 1
    assert db.session.get(Tick, "written for b") is not None


def test_what_a_failing_handler_wrote_is_gone() -> None:
    _broken.add("a")
    happen("a")
    run_at(5)
    assert db.session.get(Tick, "written for a") is None


def test_a_row_that_another_worker_holds_is_left_to_it(app: Flask) -> None:
    _broken.add("a")
    happen("a")
    _broken.clear()
    with db.engine.connect() as elsewhere, elsewhere.begin():
        elsewhere.exec_driver_sql("select id from event_rerun for update")
        assert run_at(5) == 0
    assert run_at(5) == 1


def test_an_event_that_no_code_knows_any_more_holds_nobody_up() -> None:
    _broken.update("ab")
    happen("a", "b")
    _broken.clear()
    with unit_of_work():
        db.session.scalars(select(EventRerun).order_by(EventRerun.id)).first().event = "Forgotten"  # type: ignore[union-attr]
    assert run_at(5) == 1
    assert _done == ["b"]
