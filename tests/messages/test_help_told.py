"""Who is told what of help: who is asked, the others when it is taken, who asked; and nothing of anybody's health."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app.access.permissions import Category
from app.alerts import queries as alerts
from app.core import clock
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages import wanted
from app.messages.help_entering import NewHelp
from app.messages.models.help import HelpEvent, HelpRequest
from app.messages.queries import help as queries
from app.messages.service import asking, helping, reopening
from app.notifications.models import DigestItem
from app.patients import queries as patients
from app.patients import service
from app.patients.by import By
from app.patients.models import CircleGrant
from app.readings import service as readings
from app.readings.intake import Entry
from tests.conftest import NOW
from tests.messages.circle import Circle, circle_of, told
from tests.people import World


@pytest.fixture
def circle(world: World) -> Circle:
    return circle_of(world)


def take(circle: Circle, request: HelpRequest, by: By) -> None:
    with unit_of_work():
        helping.take(circle.seen, request.id, by)


def kinds(request: HelpRequest) -> list[str]:
    rows = select(HelpEvent).where(HelpEvent.request_id == request.id).order_by(HelpEvent.created_at, HelpEvent.id)
    return [one.kind for one in db.session.scalars(rows)]


def fresh(request: HelpRequest) -> HelpRequest:
    db.session.rollback()
    return db.session.get_one(HelpRequest, request.id, populate_existing=True)


def test_who_is_asked_reads_what_when_and_what_to_reply(circle: Circle) -> None:
    circle.ask("lift", wanted_at=NOW + timedelta(days=1, hours=4))
    assert told(circle.world.tom.id) == [
        "Kith: Tom, Mary asks for help for Mary O.: a lift, 19 November 14:00. Reply GO if you can, PASS if not. "
        "See http://localhost/ Not for emergencies: 999 or 111."
    ]
    assert told(circle.world.mary.id) == []


def test_own_words_are_not_in_a_text_unless_its_reader_wants_words(circle: Circle) -> None:
    circle.ask(None, words="Could somebody sit with me while I take my morphine?")
    (said,) = told(circle.world.tom.id)
    assert "morphine" not in said
    assert "for Mary O. soon: something." in said


def test_when_it_is_taken_the_others_and_who_asked_are_told_who(circle: Circle) -> None:
    request = circle.ask()
    with unit_of_work():
        helping.pass_by(circle.seen, request.id, circle.nurse)
    take(circle, request, circle.tom)
    assert "Tom will help Mary O., so you need not." in told(circle.ada.id)[-1]
    assert "Tom will do what you asked for" in told(circle.world.mary.id)[-1]
    assert told(circle.world.adeyemi.id) == []  # she cannot anyway, and the asking is withdrawn
    assert told(circle.world.tom.id) == []


def test_who_asked_and_is_not_the_patient_hears_of_each_step(circle: Circle) -> None:
    request = circle.ask(by=circle.priya)
    take(circle, request, circle.tom)
    for act in (helping.arrive, helping.done):
        with unit_of_work():
            act(circle.seen, request.id, circle.tom)
    (said,) = told(circle.world.priya.id)  # what was overtaken is not sent any more
    assert "Tom has done what you asked for" in said
    assert told(circle.world.mary.id) == []


def test_given_back_the_others_are_asked_again(circle: Circle) -> None:
    request = circle.ask()
    take(circle, request, circle.tom)
    with unit_of_work():
        helping.give_back(circle.seen, request.id, circle.tom)
    (again,) = told(circle.ada.id)
    assert "looking in. Reply GO if you can" in again
    assert told(circle.world.tom.id) == []
    (asker,) = told(circle.world.mary.id)
    assert "not done yet. Those whom you asked are asked again" in asker


def test_called_off_who_has_it_is_told(circle: Circle) -> None:
    request = circle.ask()
    take(circle, request, circle.tom)
    with unit_of_work():
        asking.call_off(circle.patient, request.id, circle.priya)
    for person in (circle.world.tom, circle.world.mary):
        assert "not wanted any more" in told(person.id)[-1]
    assert told(circle.ada.id) == []


HOUR = timedelta(hours=1)
LATE = [
    ("soon", None, NOW, NOW + wanted.DONE_WITHIN),
    ("at its time", timedelta(hours=4), NOW, NOW + timedelta(hours=4) + wanted.DONE_WITHIN),
    (
        "taken after its time",
        timedelta(hours=1),
        NOW + timedelta(hours=2),
        NOW + timedelta(hours=2) + wanted.DONE_WITHIN,
    ),
]


@pytest.mark.parametrize(("wanted_in", "taken_at", "opens_at"), [one[1:] for one in LATE], ids=[one[0] for one in LATE])
def test_what_is_not_done_in_its_time_is_open_again_and_those_asked_are_told(
    circle: Circle, wanted_in: timedelta | None, taken_at: datetime, opens_at: datetime
) -> None:
    request = circle.ask(wanted_at=NOW + wanted_in if wanted_in else None)
    with clock.at(taken_at):
        take(circle, request, circle.tom)
    with clock.at(opens_at - timedelta(seconds=1)), unit_of_work():
        assert reopening.reopen_late() == 0
    with clock.at(opens_at), unit_of_work():
        assert reopening.reopen_late() == 1
        assert reopening.reopen_late() == 0
    assert (fresh(request).state, fresh(request).helper_id) == ("open", None)
    assert kinds(request) == ["asked", "claimed", "not_done"]
    for person in (circle.world.tom, circle.ada):
        assert "Reply GO if you can" in told(person.id)[-1]


def test_who_has_arrived_has_as_long_again(circle: Circle) -> None:
    request = circle.ask()
    take(circle, request, circle.tom)
    with clock.at(NOW + timedelta(hours=3)), unit_of_work():
        helping.arrive(circle.seen, request.id, circle.tom)
    with clock.at(NOW + timedelta(hours=6)), unit_of_work():
        assert reopening.reopen_late() == 0
    with clock.at(NOW + timedelta(hours=7)), unit_of_work():
        assert reopening.reopen_late() == 1


@pytest.mark.parametrize("wanted_in", [timedelta(hours=10), None], ids=["at a time", "as soon as somebody can"])
def test_what_the_clock_opens_again_wakes_nobody(circle: Circle, wanted_in: timedelta | None) -> None:
    """Wanted at 20:00, taken, and forgotten to be marked as done: the normal case."""
    asked_at = NOW + timedelta(hours=9)  # 19:00
    with clock.at(asked_at):
        request = circle.ask(wanted_at=NOW + wanted_in if wanted_in else None)
        take(circle, request, circle.tom)
    midnight = NOW + timedelta(hours=14, minutes=1)
    before = told(circle.ada.id)
    with clock.at(midnight), unit_of_work():
        assert reopening.reopen_late() == 1
    assert told(circle.ada.id) == before[:-1] or told(circle.ada.id) == before  # nothing new in the night
    items = db.session.scalars(select(DigestItem).where(DigestItem.person_id == circle.ada.id)).all()
    assert [one.due_at.hour for one in items] == [7]


def leave(circle: Circle) -> None:
    service.leave(circle.world.tom.id, circle.member_id(circle.world.tom))


def removed(circle: Circle) -> None:
    member_id = circle.member_id(circle.world.tom)
    service.end_membership(circle.patient, member_id, circle.world.mary.id, tell=True)


@pytest.mark.parametrize("ends", [leave, removed])
def test_who_leaves_or_is_taken_out_loses_what_they_had_taken(circle: Circle, ends: Callable[[Circle], None]) -> None:
    request = circle.ask()
    take(circle, request, circle.tom)
    with unit_of_work():
        ends(circle)
    assert (fresh(request).state, kinds(request)[-1]) == ("open", "reopened")
    assert "Reply GO if you can" in told(circle.ada.id)[-1]
    assert not any("GO" in said for said in told(circle.world.tom.id))


def test_what_a_visitor_had_is_open_again_when_their_duty_ends(circle: Circle) -> None:
    request = circle.ask()
    take(circle, request, circle.nurse)
    with unit_of_work():
        service.end_with_duty(circle.patient.id, circle.world.adeyemi.id)
    assert fresh(request).state == "open"


def silently(circle: Circle) -> None:
    """A carer's access may end without their being told (S40)."""
    member_id = circle.member_id(circle.world.tom)
    rows = select(CircleGrant).where(CircleGrant.member_id == member_id, CircleGrant.category == Category.MESSAGES)
    for grant in list(db.session.scalars(rows)):
        service.end_grant(circle.patient, member_id, grant.id, circle.world.mary.id)


def test_what_ends_in_silence_the_clock_finds(circle: Circle) -> None:
    request = circle.ask()
    take(circle, request, circle.tom)
    with unit_of_work():
        assert reopening.reopen_lost() == 0
        silently(circle)
        assert reopening.reopen_lost() == 1
    assert fresh(request).state == "open"
    assert told(circle.world.tom.id) == []


def test_a_grant_counts_on_its_last_day_and_not_on_the_next(circle: Circle) -> None:
    request = circle.ask(wanted_at=NOW + timedelta(days=80))
    with clock.at(NOW + timedelta(days=10)):
        take(circle, request, circle.tom)
        member_id = circle.member_id(circle.world.tom)
    with unit_of_work():
        where = (CircleGrant.member_id == member_id, CircleGrant.category == Category.MESSAGES)
        for grant in db.session.scalars(select(CircleGrant).where(*where)):
            grant.ends_on = NOW.date() + timedelta(days=20)
    with clock.at(NOW + timedelta(days=20)), unit_of_work():
        assert reopening.reopen_lost() == 0
    with clock.at(NOW + timedelta(days=21)), unit_of_work():
        assert reopening.reopen_lost() == 1


def test_it_is_the_clock_that_does_it(app: Flask, circle: Circle) -> None:
    request = circle.ask()
    take(circle, request, circle.tom)
    job = next(one for one in app.extensions["jobs"] if one.name == "open help again")
    with clock.at(NOW + timedelta(hours=5)), unit_of_work():
        job.work()
    assert fresh(request).state == "open"


@pytest.fixture
def alert_id(circle: Circle) -> UUID:
    with unit_of_work():
        reading = Entry(new_id(), "oxygen_saturation", NOW, 88, "%", context={"on_oxygen": False})
        readings.record(circle.patient, [reading], by=circle.world.mary.id)
    (alert,) = alerts.alerts(circle.patient, only_open=True)
    return alert.id


def test_from_an_alert_the_circle_is_asked_and_its_timer_runs_on(circle: Circle, alert_id: UUID) -> None:
    before = alerts.alert(circle.patient, alert_id)
    facts = (before.state, before.acknowledge_by, before.owner_id, before.version)
    request = circle.ask("ring", by=circle.priya, alert_id=alert_id)
    take(circle, request, circle.tom)
    db.session.rollback()
    after = alerts.alert(circle.patient, alert_id)
    assert (after.state, after.acknowledge_by, after.owner_id, after.version) == facts
    assert [
        one.helper.name for one in queries.shown(circle.patient, [fresh(request)], circle.ada.id) if one.helper
    ] == ["Tom Okafor"]


def test_what_is_asked_from_an_alert_says_nothing_of_it(circle: Circle, alert_id: UUID) -> None:
    for new in (
        NewHelp(new_id(), "ring", "Her oxygen is 88 %.", alert_id=alert_id),
        NewHelp(new_id(), None, "Her oxygen is 88 %.", alert_id=alert_id),
    ):
        with pytest.raises(Invalid), unit_of_work():
            asking.ask(circle.patient, new, circle.priya)
    circle.ask("ring", by=circle.priya, alert_id=alert_id)
    (said,) = told(circle.world.tom.id)
    assert said.startswith("Kith: Tom, Priya asks for help for Mary O. soon: a ring.")
    for word in ("88", "oxygen", "alert", "red"):
        assert word not in said.lower().replace("red.", "")


def test_what_waits_for_somebody_in_any_circle(circle: Circle) -> None:
    tom, world = circle.world.tom.id, circle.world
    one, other = circle.ask(), circle.ask("meal")
    third = circle.ask("lift", people=(circle.ada.id,))
    assert [(each.row.id, each.patient_name) for each in queries.waiting_for(tom)] == [
        (one.id, "Mary"), (other.id, "Mary"),
    ]  # fmt: skip
    assert [each.row.id for each in queries.waiting_for(circle.ada.id)] == [one.id, other.id, third.id]
    take(circle, one, circle.tom)
    with unit_of_work():
        helping.pass_by(circle.seen, other.id, circle.tom)
    assert [(each.row.id, each.is_mine) for each in queries.waiting_for(tom)] == [(one.id, True)]
    assert [each.row.id for each in queries.waiting_for(circle.ada.id)] == [other.id, third.id]
    with unit_of_work():
        service.end_care(patients.admitted_one(world.mary_patient.id), "moved")
    assert queries.waiting_for(tom) == []


def test_another_patients_request_is_not_there(circle: Circle) -> None:
    request = circle.ask()
    khan = patients.admitted([circle.world.khan_patient.id])[circle.world.khan_patient.id]
    for act in (helping.take, helping.pass_by, helping.arrive, helping.done, helping.give_back, asking.call_off):
        with pytest.raises(NotFound):
            act(khan, request.id, circle.priya)
