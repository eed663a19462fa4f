"""A patient keeps single readings from their circle; the team sees them, and they are judged all the same (S40)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import clock, ids
from app.core.audit import AuditEntry
from app.core.db import db
from app.patients import queries as patients
from app.patients.models import CircleMember
from app.readings import queries
from app.readings.models import HiddenReading
from tests.people import World, signed_in

Headers = dict[str, str]
SCALE = {"source": "device", "device": "scale"}


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Headers:
    return signed_in(client, world.mary)


@pytest.fixture
def tom(client: FlaskClient, world: World) -> Headers:
    return signed_in(client, world.tom)


@pytest.fixture
def priya(client: FlaskClient, world: World) -> Headers:
    return signed_in(client, world.priya)


def path(world: World, rest: str = "") -> str:
    return f"/api/patients/{world.mary_patient.id}/{rest}"


def sent(client: FlaskClient, world: World, headers: Headers, value: Any, minutes_ago: float, **more: Any) -> str:
    body = {"measure": "weight", "value": value, "unit": "kg", "id": str(ids.new_id()), **more}
    body["measured_at"] = (clock.now() - timedelta(minutes=minutes_ago)).isoformat()
    answer = client.post(path(world, "readings"), json=body, headers=headers)
    assert answer.status_code == 201, answer.get_data()
    return str(body["id"])


def hide(client: FlaskClient, world: World, headers: Headers, reading_id: str) -> int:
    return client.post(path(world, f"readings/{reading_id}/hiding"), headers=headers).status_code


def show(client: FlaskClient, world: World, headers: Headers, reading_id: str) -> int:
    return client.delete(path(world, f"readings/{reading_id}/hiding"), headers=headers).status_code


def listed(client: FlaskClient, world: World, headers: Headers, also: str = "") -> list[str]:
    answer = client.get(path(world, f"readings?measure=weight{also}"), headers=headers)
    return [one["id"] for one in answer.get_json()["items"]]


def drawn(client: FlaskClient, world: World, headers: Headers, also: str = "") -> list[str]:
    answer = client.get(path(world, f"series?measure=weight{also}"), headers=headers)
    return [one["id"] for one in answer.get_json()["points"]]


def as_tom(world: World) -> str:
    return f"&see_as={membership(world).id}"


def membership(world: World) -> CircleMember:
    found = db.session.scalar(select(CircleMember).where(CircleMember.person_id == world.tom.id))
    assert found is not None
    return found


def test_what_is_hidden_is_gone_for_the_circle_and_for_nobody_else(
    client: FlaskClient, world: World, mary: Headers, tom: Headers, priya: Headers
) -> None:
    first, kept, last = (sent(client, world, mary, value, ago) for value, ago in ((80, 300), (91.5, 200), (81, 100)))
    assert hide(client, world, mary, kept) == 204
    for look in (listed, drawn):
        assert set(look(client, world, tom)) == {first, last}
        assert set(look(client, world, mary)) == set(look(client, world, priya)) == {first, kept, last}
        assert set(look(client, world, mary, as_tom(world))) == {first, last}
    assert show(client, world, mary, kept) == 204
    assert set(listed(client, world, tom)) == set(drawn(client, world, tom)) == {first, kept, last}


def test_a_hidden_reading_looks_like_none(client: FlaskClient, world: World, mary: Headers, tom: Headers) -> None:
    kept = sent(client, world, mary, 91.5, 10)
    hide(client, world, mary, kept)
    hidden, missing = (client.get(path(world, f"readings/{one}"), headers=tom) for one in (kept, ids.new_id()))
    assert hidden.status_code == missing.status_code == 404
    assert hidden.get_data() == missing.get_data()
    assert client.get(path(world, f"readings/{kept}?see_as={membership(world).id}"), headers=mary).status_code == 404


def test_pages_of_a_list_are_as_long_without_it(client: FlaskClient, world: World, mary: Headers, tom: Headers) -> None:
    every = [sent(client, world, mary, 80 + n, 100 - n) for n in range(4)]
    hide(client, world, mary, every[2])
    page = client.get(path(world, "readings?limit=2"), headers=tom).get_json()
    assert [one["id"] for one in page["items"]] == [every[3], every[1]]
    rest = client.get(path(world, f"readings?limit=2&cursor={page['next']}"), headers=tom).get_json()
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([every[0]], None)


def test_those_who_see_it_are_told_that_it_is_hidden(
    client: FlaskClient, world: World, mary: Headers, priya: Headers
) -> None:
    kept, other = sent(client, world, mary, 91.5, 10), sent(client, world, mary, 80, 20)
    hide(client, world, mary, kept)
    for headers in (mary, priya):
        items = client.get(path(world, "readings"), headers=headers).get_json()["items"]
        assert {one["id"]: one["hidden_from_circle"] for one in items} == {kept: True, other: False}
        assert client.get(path(world, f"readings/{kept}"), headers=headers).get_json()["hidden_from_circle"] is True


def test_it_is_judged_all_the_same(client: FlaskClient, world: World, mary: Headers, priya: Headers) -> None:
    low = {"measure": "oxygen_saturation", "unit": "%", "context": {"on_oxygen": False}}
    kept = sent(client, world, mary, 85, 1, **low)
    hide(client, world, mary, kept)
    (alert,) = client.get("/api/worklist", headers=priya).get_json()["items"]
    assert alert["severity"] == "red"
    worse = sent(client, world, mary, 80, 0, **low)
    assert client.get(path(world, f"readings/{worse}"), headers=mary).get_json()["reply"]["severity"] == "red"


def test_its_near_duplicates_go_with_it(client: FlaskClient, world: World, mary: Headers, tom: Headers) -> None:
    """A scale in summer time sends what it has sent: whichever is hidden, before or after the other came."""
    first = sent(client, world, mary, 91.5, 70, **SCALE)
    hide(client, world, mary, first)
    second = sent(client, world, mary, 91.5, 10, **SCALE)
    assert set(listed(client, world, mary)) == {first, second}
    assert listed(client, world, tom) == drawn(client, world, tom) == []
    assert show(client, world, mary, second) == 204
    assert set(listed(client, world, tom)) == {first, second}
    hide(client, world, mary, second)
    assert listed(client, world, tom) == []


def test_a_correction_of_the_first_shows_nothing(
    client: FlaskClient, world: World, mary: Headers, tom: Headers
) -> None:
    first = sent(client, world, mary, 91.5, 70, **SCALE)
    hide(client, world, mary, first)
    second = sent(client, world, mary, 91.5, 10, **SCALE)
    wrong = client.post(
        path(world, f"readings/{first}/correction"), json={"reason": "the cat"}, headers=mary | {"Idempotency-Key": "k"}
    )
    assert wrong.status_code == 204
    assert drawn(client, world, mary) == [second]
    assert listed(client, world, tom) == drawn(client, world, tom) == []


def test_hiding_twice_and_showing_twice_are_no_more_than_once(
    app: Flask, client: FlaskClient, world: World, mary: Headers
) -> None:
    kept = sent(client, world, mary, 91.5, 10)
    assert [hide(client, world, mary, kept) for _ in range(2)] == [204, 204]
    assert db.session.scalar(select(func.count()).select_from(HiddenReading)) == 1
    assert [show(client, world, mary, kept) for _ in range(2)] == [204, 204]
    row = db.session.scalars(select(HiddenReading)).one()
    assert (row.hidden_by, row.shown_by) == (world.mary.id, world.mary.id)


def test_only_the_patient_decides(
    client: FlaskClient, world: World, mary: Headers, tom: Headers, priya: Headers
) -> None:
    kept = sent(client, world, mary, 91.5, 10)
    for headers in (tom, priya, signed_in(client, world.lind)):
        assert hide(client, world, headers, kept) == show(client, world, headers, kept) == 403
    assert hide(client, world, mary, str(ids.new_id())) == show(client, world, mary, str(ids.new_id())) == 404
    assert hide(client, world, signed_in(client, world.stranger), kept) == 404
    assert kept in listed(client, world, tom)


def test_somebody_acting_within_readings_may_and_sees_it(
    client: FlaskClient, world: World, mary: Headers, tom: Headers
) -> None:
    kept = sent(client, world, mary, 91.5, 10)
    body = {"member_id": str(membership(world).id), "basis": "consent", "scopes": ["readings"], "wording_version": 1}
    body |= {"review_on": "2027-02-01", "evidence": "Said so at clinic."}
    made = client.post(path(world, "acting"), json=body, headers=mary | {"Idempotency-Key": "a"})
    assert made.status_code == 201, made.get_data()
    assert hide(client, world, tom, kept) == 204
    assert kept in listed(client, world, tom)
    adeyemi = signed_in(client, world.adeyemi)
    assert kept not in listed(client, world, adeyemi)


def test_it_is_written_down(app: Flask, client: FlaskClient, world: World, mary: Headers) -> None:
    hide(client, world, mary, sent(client, world, mary, 91.5, 10))
    found = db.session.scalars(select(AuditEntry.role).where(AuditEntry.action == "hide_items")).all()
    assert found == ["patient"]
    log = client.get(path(world, "access-log"), headers=mary).get_json()["items"]
    assert any("kept one of your readings from your circle" in one["sentence"] for one in log)


def test_the_newest_on_a_page_is_the_newest_that_is_shown(client: FlaskClient, world: World, mary: Headers) -> None:
    """The nurse's form says what was measured last: of what she sees."""
    sent(client, world, mary, 80, 200)
    kept = sent(client, world, mary, 91.5, 10)
    admitted = patients.admitted_one(world.mary_patient.id)
    hide(client, world, mary, kept)
    from_the_circle = admitted.for_circle()
    assert newest_of(from_the_circle) == 80
    assert newest_of(admitted) == 91.5


def newest_of(admitted: Any) -> float | None:
    return queries.newest(admitted)["weight"].value
