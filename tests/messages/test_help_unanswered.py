"""What nobody takes is told in time: to whoever asked, and from an alert to the coordinator as a to-do; once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from app.alerts import queries as alerts
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages import wanted
from app.messages.models.help import HelpRequest
from app.messages.service import asking, helping, reopening, unanswered
from app.patients import queries as patients
from app.patients import service
from app.readings import service as readings
from app.readings.intake import Entry
from app.todos.models import Todo
from tests.conftest import NOW
from tests.messages.circle import Circle, circle_of, told
from tests.people import World

LONDON = ZoneInfo("Europe/London")
HALF_AN_HOUR = timedelta(minutes=30)
SAID = (
    "Kith: Mary, nobody has said yet that they will help Mary O.: a lift. To ask others or call it off: "
    "http://localhost/ Not for emergencies: 999 or 111."
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=LONDON)


# Asked on Wednesday the 18th at ten: wanted when, told when.
IN_TIME = [
    ("as soon as somebody can", None, at(18, 10, 30)),
    ("this afternoon", at(18, 16), at(18, 14)),
    ("in two hours: half an hour to answer", at(18, 12), at(18, 10, 30)),
    ("in forty minutes: halfway there", at(18, 10, 40), at(18, 10, 20)),
    ("tomorrow at noon", at(19, 12), at(19, 10)),
    ("tomorrow at nine: the evening before, not at seven", at(19, 9), at(18, 18)),
    ("tomorrow at ten: at eight", at(19, 10), at(19, 8)),
    ("tonight at eleven: at six", at(18, 23), at(18, 18)),
    ("tomorrow after midnight: the evening before", at(20, 1), at(19, 18)),
]


@pytest.mark.parametrize(("wanted_at", "told_at"), [row[1:] for row in IN_TIME], ids=[row[0] for row in IN_TIME])
def test_it_is_told_before_it_is_wanted_and_by_day(wanted_at: datetime | None, told_at: datetime) -> None:
    assert wanted.to_be_answered_by(wanted_at, NOW, LONDON) == told_at


@pytest.fixture
def circle(world: World) -> Circle:
    return circle_of(world)


@pytest.fixture
def alert_id(world: World) -> UUID:
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        reading = Entry(new_id(), "oxygen_saturation", NOW, 88, "%", context={"on_oxygen": False})
        readings.record(patient, [reading], by=world.mary.id)
    (alert,) = alerts.alerts(patient, only_open=True)
    return alert.id


def tick(moment: datetime) -> int:
    with clock.at(moment), unit_of_work():
        return unanswered.tell_in_time()


def todos() -> list[Todo]:
    rows = select(Todo).where(Todo.kind == unanswered.KIND).order_by(Todo.created_at)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def told_to(person_id: UUID) -> list[str]:
    return [one for one in told(person_id) if "nobody has said yet" in one]


def test_whoever_asked_is_told_once_when_it_is_time(circle: Circle) -> None:
    circle.ask("lift", wanted_at=NOW + timedelta(hours=6))
    assert tick(NOW + timedelta(hours=4) - timedelta(seconds=1)) == 0
    assert told_to(circle.world.mary.id) == []
    assert tick(NOW + timedelta(hours=4)) == 1
    assert tick(NOW + timedelta(hours=5)) == 0
    assert told_to(circle.world.mary.id) == [SAID]
    assert told_to(circle.world.tom.id) == []
    assert todos() == []  # no alert is behind it


def test_what_was_taken_or_called_off_is_not_told(circle: Circle) -> None:
    taken, off = circle.ask(), circle.ask()
    with unit_of_work():
        helping.take(circle.seen, taken.id, circle.tom)
        asking.call_off(circle.patient, off.id, circle.mary)
    assert tick(NOW + HALF_AN_HOUR) == 0


def test_care_that_has_ended_tells_nothing(circle: Circle) -> None:
    circle.ask()
    with unit_of_work():
        service.end_care(patients.admitted_one(circle.world.mary_patient.id), "moved")
    assert tick(NOW + HALF_AN_HOUR) == 0


def test_open_again_it_waits_for_an_answer_anew(circle: Circle) -> None:
    request = circle.ask("lift", wanted_at=NOW + timedelta(hours=6))
    with unit_of_work():
        helping.take(circle.seen, request.id, circle.tom)
    late = NOW + timedelta(hours=5)
    with clock.at(late), unit_of_work():
        helping.give_back(circle.seen, request.id, circle.tom)
    assert tick(late) == 0
    assert tick(late + HALF_AN_HOUR) == 1
    assert told_to(circle.world.mary.id) == [SAID]


def test_what_was_not_done_in_time_waits_for_an_answer_anew(circle: Circle) -> None:
    request = circle.ask()
    with unit_of_work():
        helping.take(circle.seen, request.id, circle.tom)
    late = NOW + wanted.DONE_WITHIN
    with clock.at(late), unit_of_work():
        assert reopening.reopen_late() == 1
    assert tick(late + HALF_AN_HOUR) == 1


def test_where_all_have_passed_it_was_told_already(circle: Circle) -> None:
    request = circle.ask(people=(circle.ada.id,))
    with unit_of_work():
        helping.pass_by(circle.seen, request.id, circle.ada_)
    assert "nobody whom you asked can help" in told(circle.world.mary.id)[-1]
    assert tick(NOW + HALF_AN_HOUR) == 0


def test_from_an_alert_the_coordinator_has_it_to_do(circle: Circle, alert_id: UUID) -> None:
    wanted_at = NOW + timedelta(hours=4)
    request = circle.ask("look_in", circle.priya, alert_id=alert_id, wanted_at=wanted_at)
    assert tick(NOW + timedelta(hours=2)) == 1
    (todo,) = todos()
    assert (todo.owner_id, todo.due_at, todo.cause) == (circle.world.priya.id, wanted_at, str(request.id))
    assert todo.reason == (
        "Nobody of Mary’s circle has said yet that they will: “Look in”. It was asked because of an alert. "
        "Ask somebody else, or see to it another way."
    )
    with unit_of_work():
        helping.take(circle.seen, request.id, circle.tom)
    (todo,) = todos()
    assert (todo.done_at, todo.done_by) == (NOW, circle.world.tom.id)


def test_from_an_alert_that_none_of_them_can_is_to_do_at_once(circle: Circle, alert_id: UUID) -> None:
    request = circle.ask("look_in", circle.priya, alert_id=alert_id, people=(circle.ada.id,))
    with unit_of_work():
        helping.pass_by(circle.seen, request.id, circle.ada_)
    (todo,) = todos()
    assert (todo.due_at, todo.reason and todo.reason[:23]) == (NOW, "Nobody of Mary’s circle")
    with unit_of_work():
        asking.call_off(circle.patient, request.id, circle.priya)
    assert todos()[0].done_at is not None


def test_it_is_the_clock_that_tells(app: Flask, circle: Circle) -> None:
    request = circle.ask()
    with clock.at(NOW + HALF_AN_HOUR), unit_of_work():
        next(one for one in app.extensions["jobs"] if one.name == "tell of help that nobody takes").work()
    db.session.rollback()
    assert db.session.get_one(HelpRequest, request.id, populate_existing=True).answer_by is None
    assert len(told_to(circle.world.mary.id)) == 1
