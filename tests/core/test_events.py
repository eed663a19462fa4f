"""Events: handled in the transaction of their cause, each handler in a savepoint, a failed one run again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.core import events
from app.core.db import db
from app.core.events import Event, EventRerun, Handler
from app.core.unit_of_work import unit_of_work
from app.teams.models import Organisation


@dataclass(frozen=True, slots=True)
class Happened(Event):
    """Something of a test."""

    things: tuple[UUID, ...]
    at: datetime


WHEN = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
EVENT = Happened(uuid4(), uuid4(), (uuid4(), uuid4()), WHEN)


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
    events._handlers.pop(Happened, None)


def handle(act: Callable[[Happened], None], **more: object) -> None:
    events.subscribe(Happened, Handler("a test's", lambda event: event, act, **more))  # type: ignore[arg-type]


def add(name: str) -> None:
    db.session.add(Organisation(name=name))
    db.session.flush()


def names() -> list[str]:
    return sorted(db.session.scalars(select(Organisation.name)))


def fails(event: Happened) -> None:
    add("half done")
    raise RuntimeError("quotes Okafor")


@pytest.mark.usefixtures("context")
def test_a_handler_writes_in_the_transaction_of_the_fact() -> None:
    handle(lambda event: add("by the handler"))

    def publish_and_fail() -> None:
        with unit_of_work():
            events.publish(EVENT)
            raise ValueError("afterwards")

    with pytest.raises(ValueError, match="afterwards"):
        publish_and_fail()
    assert names() == []


@pytest.mark.usefixtures("context")
def test_a_failed_handler_is_rolled_back_alone_and_is_to_be_run_again() -> None:
    told: list[UUID] = []
    handle(fails, failed=lambda event, rerun_id: told.append(rerun_id))
    with unit_of_work():
        add("the fact")
        events.publish(EVENT)
    assert names() == ["the fact"]
    row = db.session.scalars(select(EventRerun)).one()
    assert (row.handler, row.error, row.done_at) == ("a test's", "RuntimeError", None)
    assert told == [row.id]
    assert "Okafor" not in str(row.facts) + row.error


@pytest.mark.usefixtures("context")
def test_a_statement_that_fails_inside_a_handler_leaves_the_fact() -> None:
    handle(lambda event: db.session.execute(text("select 1 / 0")))
    with unit_of_work():
        add("the fact")
        events.publish(EVENT)
    assert names() == ["the fact"]
    assert db.session.scalars(select(EventRerun.error)).one() == "DataError"


@pytest.mark.usefixtures("context")
def test_a_database_that_cannot_read_keeps_nothing() -> None:
    events.subscribe(Happened, Handler("reads", lambda event: db.session.execute(text("select 1 / 0")), fails))

    def publish() -> None:
        with unit_of_work():
            add("the fact")
            events.publish(EVENT)

    with pytest.raises(DBAPIError):
        publish()
    assert names() == []


@pytest.mark.usefixtures("context")
def test_a_rerun_gets_the_same_event_and_says_when_it_has_recovered() -> None:
    seen: list[Happened] = []
    recovered: list[UUID] = []
    broken = [True]

    def act(event: Happened) -> None:
        if broken.pop() if broken else False:
            raise RuntimeError
        seen.append(event)

    handle(act, recovered=lambda event, rerun_id: recovered.append(rerun_id))
    with unit_of_work():
        events.publish(EVENT)
    row = db.session.scalars(select(EventRerun)).one()
    with unit_of_work():
        events.rerun(row)
    assert seen == [EVENT]
    assert recovered == [row.id]
    assert row.done_at is not None


@pytest.mark.usefixtures("context")
def test_putting_off_waits_longer_each_time_up_to_an_hour() -> None:
    row = EventRerun(attempts=0, due_at=WHEN)
    waits = []
    for _ in range(12):
        before = row.due_at
        events.put_off(row)
        waits.append(row.due_at)
        assert row.due_at >= before
    assert (waits[-1] - waits[-2]).total_seconds() == 0  # both an hour from now, and now stands still
