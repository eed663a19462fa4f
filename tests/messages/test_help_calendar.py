"""The calendar of a circle: visits for those who see them, help, and a file at a secret address that says little."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.access.permissions import Category, Right
from app.core import clock
from app.core.audit.entries import AuditEntry
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages.models import Visit
from app.messages.models.help import CircleCalendar
from app.messages.service import helping
from app.patients import queries as patients
from app.patients import service
from app.patients.models import CircleGrant
from app.patients.service import calendar_addresses
from tests.conftest import NOW
from tests.messages.circle import Caller, Circle, caller, circle_of
from tests.people import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLACE = "circle-calendar"


@pytest.fixture
def circle(world: World) -> Circle:
    return circle_of(world)


@pytest.fixture
def tom(client: FlaskClient, circle: Circle) -> Caller:
    return caller(client, circle.world, circle.world.tom, PLACE)


def visit(circle: Circle, after: timedelta, what: str = "Wound dressing", **more: Any) -> Visit:
    patient = circle.patient
    one = Visit(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        local_date=(NOW + after).date(),
        visitor_id=circle.world.adeyemi.id,
        due_at=NOW + after,
        minutes=45,
        late_after=30,
        client_id=new_id(),
        planned_by=circle.world.priya.id,
        **{"state": "planned"} | more,
    )
    one.what = what
    with unit_of_work():
        db.session.add(one)
    return one


def give_visits(circle: Circle) -> None:
    ends_on = clock.today(circle.patient.zone) + timedelta(days=30)
    with unit_of_work():
        member_id = circle.member_id(circle.world.tom)
        service.give_grant(circle.patient, member_id, Category.VISITS, Right.SEE, ends_on, by=circle.world.mary.id)


def entries(who: Caller) -> list[tuple[str, str, str | None]]:
    return [(one["kind"], one["what"], one["who"]) for one in who.get()["items"]]


def made(who: Caller) -> Any:
    answer = who.post("/addresses")
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.get_json()


def read(client: FlaskClient, url: str) -> Any:
    """As a calendar does: the address, and nothing else."""
    return client.application.test_client().get(urlsplit(url).path)


def titles(client: FlaskClient, url: str) -> list[tuple[str, str]]:
    answer = read(client, url)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found = icalendar.Calendar.from_ical(answer.get_data()).events
    return [(f"{one.start:%d %H:%M}", str(one["summary"])) for one in found]


def test_visits_and_help_of_the_coming_days_in_order(circle: Circle, tom: Caller) -> None:
    give_visits(circle)
    visit(circle, DAY)
    taken = circle.ask("meal", wanted_at=NOW + HOUR)
    circle.ask("lift", wanted_at=NOW + 2 * DAY)
    circle.ask("shopping", wanted_at=NOW + 14 * DAY)
    circle.ask("company")
    called_off = circle.ask("errand", wanted_at=NOW + HOUR)
    visit(circle, 2 * HOUR, state="called_off")
    visit(circle, 15 * DAY)
    with unit_of_work():
        helping.take(circle.seen, taken.id, circle.ada_)
    assert tom.client.post(
        f"/api/patients/{circle.patient.id}/help/{called_off.id}/call-off",
        headers=caller(tom.client, circle.world, circle.world.mary).headers,
    ).status_code == 200  # fmt: skip
    assert entries(tom) == [
        ("help", "A meal", "Ada Obi"),
        ("visit", "Wound dressing", "Bola Adeyemi"),
        ("help", "A lift", None),
    ]


def test_who_may_not_see_visits_sees_the_help_alone(client: FlaskClient, circle: Circle, tom: Caller) -> None:
    visit(circle, DAY)
    circle.ask("meal", wanted_at=NOW + HOUR)
    assert entries(tom) == [("help", "A meal", None)]
    assert titles(client, made(tom)["url"]) == [("18 11:00", "Help for Mary O. (still wanted)")]


def test_help_that_others_were_asked_for_is_not_in_it(client: FlaskClient, circle: Circle, tom: Caller) -> None:
    circle.ask("meal", wanted_at=NOW + HOUR, people=(circle.ada.id,))
    assert entries(tom) == []
    assert titles(client, made(tom)["url"]) == []


def test_the_file_says_when_and_for_whom_and_nothing_else(client: FlaskClient, circle: Circle, tom: Caller) -> None:
    give_visits(circle)
    visit(circle, DAY)
    for words, by in (("for my chest pain", None), ("insulin", circle.tom), ("pads", circle.ada_)):
        request = circle.ask("lift", words=words, wanted_at=NOW + HOUR)
        if by:
            with unit_of_work():
                helping.take(circle.seen, request.id, by)
    url = made(tom)["url"]
    answer = read(client, url)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert "private" in answer.headers["Cache-Control"]
    text = answer.get_data(as_text=True)
    for word in ("Okafor", "Wound", "chest", "insulin", "pads", "Adeyemi", "Obi"):
        assert word not in text
    assert "999 or 111" in text.replace("\r\n ", "")
    assert sorted(titles(client, url)) == [
        ("18 11:00", "Help for Mary O. (still wanted)"),
        ("18 11:00", "Help for Mary O. (taken)"),
        ("18 11:00", "Help for Mary O. (yours)"),
        ("19 10:00", "Visit to Mary O."),
    ]


def test_the_address_is_shown_once_and_kept_nowhere(circle: Circle, tom: Caller) -> None:
    one = made(tom)
    secret = urlsplit(one["url"]).path.removeprefix("/calendars/circle/").removesuffix(".ics")
    assert len(secret) >= 43
    assert tom.get("/addresses")["items"] == [one["calendar"]]
    assert secret.encode() not in db.session.scalars(select(CircleCalendar)).one().secret_hash


def test_each_has_their_own_and_nobody_takes_back_anothers(client: FlaskClient, circle: Circle, tom: Caller) -> None:
    ada = caller(client, circle.world, circle.ada, PLACE)
    his, hers = made(tom), made(ada)
    assert [one["id"] for one in tom.get("/addresses")["items"]] == [his["calendar"]["id"]]
    assert tom.delete(f"/addresses/{hers['calendar']['id']}").status_code == 404
    for _ in range(2):
        assert tom.delete(f"/addresses/{his['calendar']['id']}").status_code == 204
    assert read(client, his["url"]).status_code == 404
    assert read(client, hers["url"]).status_code == 200


def test_it_ends_with_the_right_and_all_refusals_are_alike(client: FlaskClient, circle: Circle, tom: Caller) -> None:
    one, taken_back = made(tom), made(tom)
    tom.delete(f"/addresses/{taken_back['calendar']['id']}")
    with unit_of_work():
        gone = {"ended_at": NOW, "ended_why": "ended", "ended_by": circle.world.mary.id}
        db.session.execute(update(CircleGrant).where(CircleGrant.category == "messages").values(gone))
    answers = [read(client, url) for url in (one["url"], taken_back["url"], "/calendars/circle/nobody.ics")]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({str(answer.get_json() | {"instance": None}) for answer in answers}) == 1


def test_a_medicines_address_reads_no_circle(client: FlaskClient, circle: Circle, tom: Caller) -> None:
    path = urlsplit(made(tom)["url"]).path
    assert read(client, path.replace("/circle/", "/")).status_code == 404


def test_a_reading_is_noted(client: FlaskClient, circle: Circle, tom: Caller) -> None:
    url = made(tom)["url"]
    before = noted(circle)
    read(client, url)
    assert noted(circle)[len(before) :] == ["see_feed"]


def noted(circle: Circle) -> list[str]:
    with unit_of_work():
        rows = select(AuditEntry).where(AuditEntry.actor_id == circle.world.tom.id)
        return [one.action for one in db.session.scalars(rows.order_by(AuditEntry.created_at, AuditEntry.id))]


def test_asking_too_often_is_slowed_down_and_there_are_not_endlessly_many(
    client: FlaskClient, circle: Circle, tom: Caller
) -> None:
    url = made(tom)["url"]
    for _ in range(calendar_addresses.READINGS_AN_HOUR):
        assert read(client, url).status_code == 200
    assert read(client, url).status_code == 429
    for _ in range(calendar_addresses.MOST - 1):
        made(tom)
    assert tom.post("/addresses").status_code == 409


def test_once_care_has_ended_none_is_made(circle: Circle, tom: Caller) -> None:
    with unit_of_work():
        service.end_care(patients.admitted_one(circle.world.mary_patient.id), "moved")
    assert tom.post("/addresses").status_code == 409
