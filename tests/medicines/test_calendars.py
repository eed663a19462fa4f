"""Calendars over the API: a secret address shown once, read by whoever may still see the medicines, and no names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.access.permissions import Right
from app.core import clock
from app.core.audit.entries import AuditEntry
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.medicines.models import CalendarFeed
from app.patients import queries as patients
from app.patients import service as patient_service
from app.patients.models import CircleGrant
from app.patients.service import calendar_addresses
from tests.conftest import NOW
from tests.medicines.table import Table, table_of
from tests.medicines.test_list import give_tom
from tests.people import World


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


@pytest.fixture
def medicine(mary: Table) -> Any:
    made = mary.add()
    mary.scheduled(made)
    return made


def made(table: Table, **more: Any) -> Any:
    answer = table.post("/calendar-feeds", more)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.get_json()


def read(client: FlaskClient, url: str) -> TestResponse:
    """As a calendar does: the address, and nothing else."""
    return client.application.test_client().get(urlsplit(url).path)


def events(client: FlaskClient, url: str) -> list[tuple[str, str]]:
    answer = read(client, url)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    calendar = icalendar.Calendar.from_ical(answer.get_data())
    return [(f"{one.start:%d %H:%M}", str(one["summary"])) for one in calendar.events]


def test_a_calendar_reads_the_doses_ahead_and_no_names(client: FlaskClient, mary: Table, medicine: Any) -> None:
    answer = read(client, made(mary)["url"])
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert "private" in answer.headers["Cache-Control"]
    text = answer.get_data(as_text=True)
    for said in ("Ramipril", "Mary", "Okafor"):
        assert said not in text
    found = events(client, made(mary)["url"])
    assert found[:3] == [("18 20:00", "Medicines"), ("19 08:00", "Medicines"), ("19 20:00", "Medicines")]
    assert len(found) == 28


def test_names_stand_in_it_where_that_was_asked(client: FlaskClient, mary: Table, medicine: Any) -> None:
    assert events(client, made(mary, names_medicines=True)["url"])[0] == ("18 20:00", "Ramipril 5 mg capsules")


def test_the_address_is_shown_once_and_kept_nowhere(client: FlaskClient, mary: Table, medicine: Any) -> None:
    one = made(mary)
    secret = urlsplit(one["url"]).path.removeprefix("/calendars/").removesuffix(".ics")
    assert len(secret) >= 43
    (listed,) = mary.get("/calendar-feeds")["items"]
    assert listed == one["feed"]
    row = db.session.scalars(select(CalendarFeed)).one()
    assert secret.encode() not in row.secret_hash
    assert row.last_read_at is None
    read(client, one["url"])
    assert mary.get("/calendar-feeds")["items"][0]["last_read_at"] == NOW.isoformat()


def test_what_is_taken_stopped_or_paused_is_no_longer_in_it(client: FlaskClient, mary: Table, medicine: Any) -> None:
    url = made(mary)["url"]
    mary.post(f"/medicines/{medicine['id']}/stop", {"why": "A rash."})
    assert events(client, url) == []


def test_each_has_their_own_and_nobody_takes_back_anothers(
    client: FlaskClient, world: World, mary: Table, medicine: Any
) -> None:
    give_tom(world, Right.SEE)
    tom = table_of(client, world, world.tom)
    hers, his = made(mary), made(tom)
    assert [one["id"] for one in tom.get("/calendar-feeds")["items"]] == [his["feed"]["id"]]
    assert tom.delete(f"/calendar-feeds/{hers['feed']['id']}").status_code == 404
    assert tom.delete(f"/calendar-feeds/{his['feed']['id']}").status_code == 204
    assert tom.delete(f"/calendar-feeds/{his['feed']['id']}").status_code == 204
    assert read(client, his["url"]).status_code == 404
    assert read(client, hers["url"]).status_code == 200


def refused(client: FlaskClient, url: str) -> Any:
    answer = read(client, url)
    assert answer.status_code == 404
    return answer.get_json() | {"instance": None}


def test_it_ends_with_the_right_to_see_and_all_refusals_are_alike(
    client: FlaskClient, world: World, mary: Table, medicine: Any
) -> None:
    give_tom(world, Right.SEE)
    url = made(table_of(client, world, world.tom))["url"]
    assert len(events(client, url)) == 28
    with unit_of_work():
        gone = {"ended_at": NOW, "ended_why": "ended", "ended_by": world.mary.id}
        db.session.execute(update(CircleGrant).where(CircleGrant.category == "medicines").values(gone))
    taken_back = made(mary)
    mary.delete(f"/calendar-feeds/{taken_back['feed']['id']}")
    answers = [refused(client, one) for one in (url, taken_back["url"], "/calendars/nobody.ics")]
    assert answers[0] == answers[1] == answers[2]


def test_a_reading_is_noted_and_a_grant_counts_on_its_last_day(
    client: FlaskClient, world: World, mary: Table, medicine: Any
) -> None:
    give_tom(world, Right.SEE)
    url = made(table_of(client, world, world.tom))["url"]
    db.session.rollback()
    before = len(_noted(world))
    read(client, url)
    (entry,) = _noted(world)[before:]
    assert (entry.actor_id, entry.patient_id, entry.action) == (world.tom.id, world.mary_patient.id, "see_medicines")
    with clock.at(NOW + timedelta(days=30)):
        assert read(client, url).status_code == 200
    with clock.at(NOW + timedelta(days=31)):
        assert read(client, url).status_code == 404


def _noted(world: World) -> list[AuditEntry]:
    with unit_of_work():
        rows = db.session.scalars(select(AuditEntry).where(AuditEntry.actor_id == world.tom.id))
        return sorted(rows, key=lambda one: (one.created_at, one.id))


def test_guessing_and_asking_too_often_is_slowed_down(client: FlaskClient, mary: Table, medicine: Any) -> None:
    for _ in range(calendar_addresses.TRIES_AN_HOUR):
        assert read(client, "/calendars/nobody.ics").status_code == 404
    assert read(client, "/calendars/nobody.ics").status_code == 429
    url = made(mary)["url"]
    for _ in range(calendar_addresses.READINGS_AN_HOUR):
        assert read(client, url).status_code == 200
    assert read(client, url).status_code == 429


def test_there_are_not_endlessly_many(mary: Table) -> None:
    for _ in range(calendar_addresses.MOST):
        made(mary)
    assert mary.post("/calendar-feeds", {}).status_code == 409


def test_once_care_has_ended_none_is_made(mary: Table, world: World) -> None:
    with unit_of_work():
        patient_service.end_care(patients.admitted_one(world.mary_patient.id), "moved")
    assert mary.post("/calendar-feeds", {}).status_code == 409


def test_who_may_not_see_may_not_make_one(client: FlaskClient, world: World) -> None:
    assert table_of(client, world, world.tom).post("/calendar-feeds", {}).status_code == 403
    assert table_of(client, world, world.stranger).post("/calendar-feeds", {}).status_code == 404
