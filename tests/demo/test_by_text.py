"""Edith's year as the demo plays it: what her wheel, her goals, her coordinator's list and her texts then show."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.access.roles import Role
from app.core.db import db
from app.demo import by_text, loading, year
from app.demo.running import CannotRun
from app.goals import queries as goals
from app.goals.audiences import Looking
from app.goals.queries import showing
from app.identity import queries as identity
from app.notifications.models import Delivery, SandboxMessage
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.programmes import queries as programmes
from app.ratings.models import Rating, RatingCourse
from app.ratings.queries import rated, shown
from app.readings.models import Reading
from app.todos.models import Todo
from tests.conftest import NOW
from tests.people import World
from tests.web.browsing import Browser, words


def test_a_year_of_texts(world: World, client: FlaskClient) -> None:
    by_text.play(NOW)
    assert by_text.is_whole()
    edith = edith_herself()
    her_wheel_has_four_ratings_and_two_voices(edith)
    her_goals_have_come_far(edith)
    one_fall_is_spoken_of_and_one_waits(edith, world)
    texts_ask_and_are_answered(edith)
    all_of_it_is_in_the_sandbox_and_of_nobody_else(edith, world)
    the_pages_show_it(edith, world, client)
    twice_is_once()


def test_without_a_demo_it_says_so(app: Flask) -> None:
    with app.app_context(), pytest.raises(CannotRun, match="There is no demo here yet"):
        loading.play_year()


def edith_herself() -> AdmittedPatient:
    person = identity.person_by_contact(by_text.EDITH)
    assert person is not None
    [record] = patients.own_records(person.id)
    return patients.admitted_one(record.id)


def twice_is_once() -> None:
    before = counted()
    assert loading.play_year().endswith("is there already: nothing was done.")
    assert counted() == before


def counted() -> list[int | None]:
    return [db.session.scalar(select(func.count()).select_from(one)) for one in (Delivery, Reading, Rating, Todo)]


def her_wheel_has_four_ratings_and_two_voices(edith: AdmittedPatient) -> None:
    own = rated.history(edith, Role.PATIENT, year.INSTRUMENT, "patient")
    assert [(one.occasion, one.channel) for one in own] == [
        (when, "sms") for when in ("baseline", "month_3", "month_6", "month_12")
    ]
    far = shown.travelled(edith, Role.PATIENT, year.INSTRUMENT, "patient").distance
    assert (far.raised, far.kept, far.fell) == (4, 2, 2)
    side = shown.side_by_side(edith, Role.COORDINATOR, year.INSTRUMENT)
    assert (set(side.voices), side.apart) == ({"patient", "team"}, {"home": (4, 6)})


def her_goals_have_come_far(edith: AdmittedPatient) -> None:
    own = Looking(edith.person_id, Role.PATIENT, frozenset({"measure", "area"}))
    found = {one.words: one for one in goals.goals(edith, own, ("active",), None, 50)}
    ways = {one.row.words: one.way for one in showing.shown(edith, own, list(found.values()))}
    assert {words: way.share for words, way in ways.items() if way} == {
        year.DANCE: Decimal("1.00"),
        year.LIGHTER: Decimal("0.91"),
    }
    lift, dances = goals.steps([found[year.DANCE].id])[found[year.DANCE].id]
    assert (lift.helper_state, lift.done_at is not None, dances.done_at) == ("accepted", True, None)


def one_fall_is_spoken_of_and_one_waits(edith: AdmittedPatient, world: World) -> None:
    mood, home = db.session.scalars(select(Todo).where(Todo.patient_id == edith.id).order_by(Todo.created_at))
    assert (mood.done_by, home.done_at, home.owner_id) == (world.priya.id, None, world.priya.id)
    assert "My mood 7 to 3" in (mood.reason or "")
    assert "My home 7 to 4" in (home.reason or "")


def texts_ask_and_are_answered(edith: AdmittedPatient) -> None:
    programme = programmes.running(edith)
    assert programme is not None
    assert programme.agreed_at is not None
    states = [one.state for one in reversed(programmes.asks(programme, 50))]
    assert states == ["answered"] * 5 + ["missed"] + ["answered"] * 7


def all_of_it_is_in_the_sandbox_and_of_nobody_else(edith: AdmittedPatient, world: World) -> None:
    phones = set(db.session.scalars(select(SandboxMessage.recipient)))
    assert phones == {"Edith Rowe", "Mark Rowe"}
    assert set(db.session.scalars(select(Delivery.state))) == {"delivered"}
    assert set(db.session.scalars(select(Reading.source))) == {"sms"}
    assert set(db.session.scalars(select(RatingCourse.patient_id))) == {edith.id}
    assert all(one <= NOW for one in db.session.scalars(select(Delivery.created_at)))


def the_pages_show_it(edith: AdmittedPatient, world: World, client: FlaskClient) -> None:
    browser = Browser(client)
    browser.have_session(world.priya)
    page = words(browser.get(f"/console/patients/{edith.id}/wheel"))
    assert "My home" in page
    assert "12 of 13 answered" in words(browser.get(f"/console/patients/{edith.id}/texts"))
