"""Help over the API: asked, taken by the first, passed, given back, arrived, done, called off; who sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages import wanted
from app.messages.models.help import HelpRequest
from app.patients import queries as patients
from app.patients import service
from tests.conftest import NOW
from tests.messages.circle import Caller, Circle, caller, circle_of, told
from tests.people import World


@pytest.fixture
def circle(world: World) -> Circle:
    return circle_of(world)


@pytest.fixture
def mary(client: FlaskClient, circle: Circle) -> Caller:
    return caller(client, circle.world, circle.world.mary)


@pytest.fixture
def tom(client: FlaskClient, circle: Circle) -> Caller:
    return caller(client, circle.world, circle.world.tom)


@pytest.fixture
def ada(client: FlaskClient, circle: Circle) -> Caller:
    return caller(client, circle.world, circle.ada)


@pytest.fixture
def nurse(client: FlaskClient, circle: Circle) -> Caller:
    return caller(client, circle.world, circle.world.adeyemi)


def kinds(who: Caller, one: Any) -> list[tuple[str, str | None]]:
    steps = who.get(f"/{one['id']}")["history"]
    return [(step["kind"], step["by"] and step["by"]["name"].split()[0]) for step in steps]


def detail(answer: Any) -> str:
    said: str = answer.get_json()["detail"]
    return said


def test_all_of_the_circle_are_asked_and_the_first_has_it(mary: Caller, tom: Caller, ada: Caller) -> None:
    one = mary.asks("lift", words="to the clinic", wanted_at="2026-11-19T14:00:00Z")
    assert (one["state"], one["what"], one["to_all"]) == ("open", "A lift: to the clinic", True)
    assert [each["who"]["name"] for each in one["asked"]] == ["Tom Okafor", "Bola Adeyemi", "Ada Obi"]
    assert [each["who"]["is_to_patient"] for each in one["asked"]] == ["son", "district nurse", "neighbour"]
    taken = tom.post(f"/{one['id']}/take")
    assert (taken.status_code, taken.get_json()["helper"]["name"]) == (200, "Tom Okafor")
    late = ada.post(f"/{one['id']}/take")
    assert (late.status_code, detail(late)) == (409, "Tom has this, so you need not. Thank you.")
    assert tom.post(f"/{one['id']}/take").get_json()["state"] == "claimed"
    assert kinds(ada, one) == [("asked", "Mary"), ("claimed", "Tom")]


def test_there_and_done(mary: Caller, tom: Caller, ada: Caller) -> None:
    one = mary.asks()
    assert detail(tom.post(f"/{one['id']}/arrived")) == "Nobody has taken this yet. Say first that you take it."
    tom.post(f"/{one['id']}/take")
    assert tom.post(f"/{one['id']}/arrived").get_json()["state"] == "arrived"
    assert tom.post(f"/{one['id']}/arrived").status_code == 200
    assert ada.post(f"/{one['id']}/done").status_code == 409
    assert tom.post(f"/{one['id']}/done").get_json()["state"] == "done"
    assert tom.post(f"/{one['id']}/done").status_code == 200
    assert tom.post(f"/{one['id']}/give-back").status_code == 409
    assert mary.post(f"/{one['id']}/call-off").status_code == 409
    assert detail(ada.post(f"/{one['id']}/take")) == "Tom has done this. Thank you."
    assert kinds(mary, one) == [("asked", "Mary"), ("claimed", "Tom"), ("arrived", "Tom"), ("done", "Tom")]


def test_given_back_it_is_open_again(mary: Caller, tom: Caller, ada: Caller) -> None:
    one = mary.asks()
    tom.post(f"/{one['id']}/take")
    assert ada.post(f"/{one['id']}/give-back").get_json()["helper"]["name"] == "Tom Okafor"  # hers is nothing of it
    back = tom.post(f"/{one['id']}/give-back").get_json()
    assert (back["state"], back["helper"], back["reopen_at"]) == ("open", None, None)
    assert tom.post(f"/{one['id']}/give-back").status_code == 200
    assert ada.post(f"/{one['id']}/take").status_code == 200
    assert kinds(mary, one) == [("asked", "Mary"), ("claimed", "Tom"), ("given_back", "Tom"), ("claimed", "Ada")]


def test_who_passes_after_taking_gives_it_back(mary: Caller, tom: Caller) -> None:
    one = mary.asks()
    tom.post(f"/{one['id']}/take")
    assert tom.post(f"/{one['id']}/pass").get_json()["state"] == "open"
    assert kinds(mary, one)[-1] == ("given_back", "Tom")


def test_when_all_have_passed_who_asked_is_told(
    circle: Circle, mary: Caller, tom: Caller, ada: Caller, nurse: Caller
) -> None:
    one = mary.asks()
    for who in (tom, tom, ada):
        assert who.post(f"/{one['id']}/pass").get_json()["state"] == "open"
    assert told(circle.world.mary.id) == []
    nurse.post(f"/{one['id']}/pass")
    (said,) = told(circle.world.mary.id)
    assert "nobody whom you asked can help Mary O. this time" in said
    assert [step[0] for step in kinds(mary, one)] == ["asked", "passed", "passed", "passed"]
    assert ada.post(f"/{one['id']}/take").status_code == 200  # somebody may think again
    assert [each["passed_at"] is None for each in mary.get(f"/{one['id']}")["asked"]] == [False, False, True]


def test_who_asked_and_the_team_say_that_it_was_done_or_is_not_wanted(
    client: FlaskClient, circle: Circle, mary: Caller, tom: Caller, ada: Caller
) -> None:
    priya = caller(client, circle.world, circle.world.priya)
    one = tom.asks()
    assert [each["who"]["name"] for each in one["asked"]] == ["Bola Adeyemi", "Ada Obi"]
    assert detail(mary.post(f"/{one['id']}/was-done")) == "Nobody has taken this yet. Say first that you take it."
    ada.post(f"/{one['id']}/take")
    assert ada.post(f"/{one['id']}/was-done").status_code == 403
    assert ada.post(f"/{one['id']}/call-off").status_code == 403
    assert priya.post(f"/{one['id']}/was-done").get_json()["state"] == "done"
    other = tom.asks()
    ada.post(f"/{other['id']}/take")
    gone = tom.post(f"/{other['id']}/call-off").get_json()
    assert (gone["state"], gone["helper"]) == ("called_off", None)
    assert mary.post(f"/{other['id']}/call-off").status_code == 200
    assert detail(ada.post(f"/{other['id']}/arrived")) == "This is not wanted any more. Thank you."
    assert kinds(mary, other) == [("asked", "Tom"), ("claimed", "Ada"), ("called_off", "Tom")]


def test_sent_again_it_is_the_same_and_with_something_else_in_it_a_conflict(mary: Caller, circle: Circle) -> None:
    body: dict[str, Any] = {"id": str(new_id()), "thing": "meal", "words": "for Sunday"}
    first, again = mary.post("", body), mary.post("", body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    for other in ({"words": "for Monday"}, {"thing": "lift"}, {"people": [str(circle.ada.id)]},
                  {"wanted_at": "2026-11-19T14:00:00Z"}):  # fmt: skip
        assert mary.post("", body | other).status_code == 409
    assert db.session.scalar(select(func.count()).select_from(HelpRequest)) == 1
    assert len(told(circle.ada.id)) == 1


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"thing": None}, "/thing"),
    ({"thing": "surgery"}, "/thing"),
    ({"words": "x" * 501}, "/words"),
    ({"words": "a\x00b"}, "/words"),
    ({"wanted_at": "2026-11-18T09:00:00Z"}, "/wanted_at"),
    ({"wanted_at": "2027-11-18T09:00:00Z"}, "/wanted_at"),
    ({"wanted_at": "2026-11-19T09:00:00"}, "/wanted_at"),
    ({"people": []}, "/people"),
    ({"people": [str(new_id())]}, "/people"),
    ({"alert_id": str(new_id())}, "/alert_id"),
    ({"role": "admin"}, "/role"),
]


@pytest.mark.parametrize(("sent", "pointer"), WRONG, ids=[f"{pointer} {n}" for n, (_, pointer) in enumerate(WRONG)])
def test_what_cannot_be_asked_is_refused_by_its_pointer(mary: Caller, sent: dict[str, Any], pointer: str) -> None:
    answer = mary.post("", {"id": str(new_id()), "thing": "meal"} | sent)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [pointer]
    assert mary.get()["items"] == []


def test_who_cannot_help_is_not_asked(client: FlaskClient, world: World, circle: Circle, mary: Caller) -> None:
    for person in (world.device, world.mary, world.priya, world.stranger):
        answer = mary.post("", {"id": str(new_id()), "thing": "meal", "people": [str(person.id)]})
        assert answer.status_code == 422
    assert [one["name"] for one in mary.get("/helpers")["items"]] == ["Tom Okafor", "Bola Adeyemi", "Ada Obi"]


def test_where_nobody_can_be_asked_it_says_so(client: FlaskClient, world: World) -> None:
    answer = caller(client, world, world.mary).post("", {"id": str(new_id()), "thing": "meal"})
    assert (answer.status_code, "Nobody in the circle can be asked yet" in detail(answer)) == (409, True)


def test_what_some_were_asked_others_of_the_circle_do_not_see(
    client: FlaskClient, circle: Circle, mary: Caller, tom: Caller, ada: Caller, nurse: Caller
) -> None:
    one = mary.asks(people=[str(circle.ada.id)])
    assert [each["id"] for each in ada.get()["items"]] == [one["id"]]
    for other in (tom, nurse):
        assert other.get()["items"] == []
        assert other.tries(f"/{one['id']}").status_code == 404
        assert other.post(f"/{one['id']}/take").status_code == 404
        assert other.post(f"/{one['id']}/pass").status_code == 404
    for person in (circle.world.priya, circle.world.lind):
        assert len(caller(client, circle.world, person).get()["items"]) == 1
    assert told(circle.world.tom.id) == []


def test_who_comes_later_sees_what_all_were_asked_and_may_take_it(mary: Caller, circle: Circle, tom: Caller) -> None:
    with unit_of_work():
        service.end_membership(circle.patient, circle.member_id(circle.world.tom), circle.world.mary.id)
    one = mary.asks()
    assert [each["who"]["name"] for each in one["asked"]] == ["Bola Adeyemi", "Ada Obi"]
    assert tom.tries().status_code == 404
    with unit_of_work():
        service.add_member(circle.patient, circle.world.tom, Role.MEMBER, "son", circle.world.mary.id)
        from_today(circle)
    assert tom.post(f"/{one['id']}/take").status_code == 200
    assert [each["who"]["name"] for each in mary.get(f"/{one['id']}")["asked"]][-1] == "Tom Okafor"


def from_today(circle: Circle) -> None:
    from_member = circle.member_id(circle.world.tom)
    ends_on = clock.today(circle.patient.zone) + timedelta(days=10)
    service.give_grant(circle.patient, from_member, "messages", "see", ends_on, by=circle.world.mary.id)  # type: ignore[arg-type]


def test_roles(client: FlaskClient, world: World, circle: Circle, mary: Caller, nurse: Caller) -> None:
    one = mary.asks()
    body = {"id": str(new_id()), "thing": "meal"}
    assert nurse.post("", body).status_code == 403  # sees and takes, and writes nothing
    assert mary.post(f"/{one['id']}/take").status_code == 403
    assert caller(client, world, world.priya).post(f"/{one['id']}/take").status_code == 403
    assert caller(client, world, world.admin).tries().status_code == 404
    assert caller(client, world, world.stranger).post("", body).status_code == 404
    assert caller(client, world, world.device).tries().status_code == 403


def test_pages_of_requests(mary: Caller) -> None:
    ids = []
    for minute in range(5):
        with clock.at(NOW + timedelta(minutes=minute)):
            ids.append(mary.asks()["id"])
    mary.post(f"/{ids[0]}/call-off")
    first = mary.get("?limit=3")
    second = mary.get(f"?limit=3&cursor={first['next']}")
    assert [one["id"] for one in (*first["items"], *second["items"])] == ids[::-1]
    assert len(mary.get("?only_running=true")["items"]) == 4


def test_nobody_asks_without_end(mary: Caller) -> None:
    for _ in range(wanted.ASKED_A_DAY):
        mary.asks()
    answer = mary.post("", {"id": str(new_id()), "thing": "meal"})
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)


def test_once_care_has_ended_nothing_is_asked_and_what_was_open_is_called_off(
    mary: Caller, tom: Caller, circle: Circle
) -> None:
    one, other, finished = mary.asks(), mary.asks(), mary.asks()
    tom.post(f"/{other['id']}/take")
    tom.post(f"/{finished['id']}/take")
    tom.post(f"/{finished['id']}/done")
    with unit_of_work():
        service.end_care(patients.admitted_one(circle.world.mary_patient.id), "died")
    assert [each["state"] for each in mary.get()["items"]] == ["done", "called_off", "called_off"]
    assert kinds(mary, other)[-1] == ("called_off", None)
    assert mary.post("", {"id": str(new_id()), "thing": "meal"}).status_code == 409
    assert tom.post(f"/{one['id']}/take").status_code == 409
    assert [said for said in told(circle.world.tom.id) if "help" in said] == []
