"""Readings over the API: lists, check-ins, corrections, wrong clocks, copies, order of arrival, ended care."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.alerts.models import Finding
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.patients import queries as patients
from app.patients import service
from app.readings.intake import Entry
from app.readings.models import Reading, ReadingState
from app.readings.service import record
from tests.conftest import NOW
from tests.people import World, signed_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def headers(client: FlaskClient, world: World) -> dict[str, str]:
    return signed_in(client, world.mary)


@pytest.fixture
def url(world: World) -> str:
    return f"/api/patients/{world.mary_patient.id}"


def weight(value: float, at: Any = NOW, **more: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "measure": "weight",
        "measured_at": at.isoformat(),
        "value": value,
        "unit": "kg",
    } | more


def pressure(systolic: float, diastolic: float, at: Any = NOW, **more: Any) -> dict[str, Any]:
    parts = {"systolic": {"value": systolic, "unit": "mmHg"}, "diastolic": {"value": diastolic, "unit": "mmHg"}}
    return {
        "id": str(new_id()),
        "measure": "blood_pressure",
        "measured_at": at.isoformat(),
        "components": parts,
    } | more


def test_pages_go_on_where_they_ended_whatever_is_added_meanwhile(
    client: FlaskClient, headers: dict[str, str], url: str
) -> None:
    readings = [weight(80, NOW - n * HOUR) for n in range(7)]
    client.post(f"{url}/readings/upload", json={"readings": readings}, headers=headers)
    found, cursor = [], ""
    while cursor is not None:
        page = client.get(f"{url}/readings?limit=3{cursor and '&cursor='}{cursor}", headers=headers).get_json()
        found += [item["id"] for item in page["items"]]
        cursor = page["next"]
        client.post(f"{url}/readings", json=weight(81), headers=headers)
    assert found == [reading["id"] for reading in readings]


def test_a_list_is_of_one_measure_and_time(client: FlaskClient, headers: dict[str, str], url: str) -> None:
    sent = [weight(80, NOW - DAY), weight(81, NOW - HOUR), pressure(130, 80, NOW - HOUR)]
    client.post(f"{url}/readings/upload", json={"readings": sent}, headers=headers)
    since = (NOW - 2 * HOUR).isoformat().replace("+", "%2B")
    page = client.get(f"{url}/readings?measure=weight&since={since}", headers=headers).get_json()
    assert [(item["id"], item["shown"]) for item in page["items"]] == [(sent[1]["id"], "81.0 kg")]


def test_a_check_in_keeps_its_readings_together(client: FlaskClient, headers: dict[str, str], url: str) -> None:
    pulse = weight(72) | {"measure": "pulse", "unit": "/min"}
    body = {"id": str(new_id()), "readings": [pressure(142, 88), pulse]}
    first = client.post(f"{url}/check-ins", json=body, headers=headers)
    assert [item["shown"] for item in first.get_json()["items"]] == ["142/88 mmHg", "72 beats a minute"]
    assert client.post(f"{url}/check-ins", json=body, headers=headers).get_json() == first.get_json()
    rows = db.session.execute(select(Reading.measure, Reading.value, Reading.value_2, Reading.check_in_id)).all()
    assert sorted(rows) == [
        ("blood_pressure", 142, 88, UUID(body["id"])),
        ("pulse", 72, None, UUID(body["id"])),
    ]


def test_a_phone_whose_clock_runs_ahead_is_known_by_when_it_sent(
    client: FlaskClient, headers: dict[str, str], url: str
) -> None:
    ahead = NOW + 3 * HOUR
    answer = client.post(f"{url}/readings", json=weight(80, ahead - HOUR, sent_at=ahead.isoformat()), headers=headers)
    assert answer.get_json()["marks"] == ["clock"]
    reading = db.session.scalars(select(Reading)).one()
    assert reading.measured_at == NOW - HOUR
    assert reading.entered["given_at"] == (ahead - HOUR).isoformat()


def test_what_a_reading_says_and_who_has_seen_it(
    client: FlaskClient, world: World, headers: dict[str, str], url: str
) -> None:
    sent = weight(80)
    client.post(f"{url}/readings", json=sent, headers=headers)
    path = f"{url}/readings/{sent['id']}"
    assert client.get(path, headers=headers).get_json()["seen_by"] is None
    with clock.at(NOW + HOUR):
        client.get(path, headers=signed_in(client, world.priya))
        seen = client.get(path, headers=signed_in(client, world.mary)).get_json()
    assert seen["seen_by"] == {"name": "Priya Shah", "at": (NOW + HOUR).isoformat()}
    assert client.get(f"{url}/readings/{new_id()}", headers=headers).status_code == 404


def test_a_reading_in_error_no_longer_counts_as_the_newest(
    client: FlaskClient, headers: dict[str, str], url: str
) -> None:
    good, bad = weight(80, NOW - HOUR), weight(95)
    client.post(f"{url}/readings/upload", json={"readings": [good, bad]}, headers=headers)
    path, body = f"{url}/readings/{bad['id']}/correction", {"reason": "My son stood on it."}
    assert client.post(path, json=body, headers=headers | {"Idempotency-Key": "a"}).status_code == 204
    assert client.post(path, json=body, headers=headers | {"Idempotency-Key": "a"}).status_code == 204
    assert client.post(path, json=body, headers=headers | {"Idempotency-Key": "b"}).status_code == 409
    assert db.session.scalars(select(ReadingState.reading_id)).one() == UUID(good["id"])
    assert client.get(f"{url}/readings/{bad['id']}", headers=headers).get_json()["entered_in_error"] is True


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_copies_of_one_sync_are_linked_whatever_comes_first(
    client: FlaskClient, headers: dict[str, str], url: str, order: tuple[int, ...]
) -> None:
    synced = {"source": "sync", "device": "app"}
    sent = [pressure(150, 100, NOW - hours * HOUR, **synced) for hours in (6, 3, 0)]
    for one in order:
        client.post(f"{url}/readings", json=sent[one], headers=headers)
    rows = db.session.execute(select(Reading.id, Reading.copy_of))
    assert {str(one): str(original) if original else None for one, original in rows} == {
        sent[0]["id"]: None,
        sent[1]["id"]: sent[0]["id"],
        sent[2]["id"]: sent[0]["id"],
    }


def test_what_is_typed_twice_is_two_readings(client: FlaskClient, headers: dict[str, str], url: str) -> None:
    for hours in (3, 0):
        client.post(f"{url}/readings", json=pressure(150, 100, NOW - hours * HOUR), headers=headers)
    assert set(db.session.scalars(select(Reading.copy_of))) == {None}


def test_ended_care_takes_no_readings_and_says_whom_to_call(
    client: FlaskClient, world: World, headers: dict[str, str], url: str
) -> None:
    with unit_of_work():
        service.end_care(patients.admitted_one(world.mary_patient.id), "discharged")
    answer = client.post(f"{url}/readings", json=weight(80), headers=headers)
    assert answer.status_code == 409
    assert "111" in answer.get_json()["detail"]
    assert db.session.scalars(select(Reading)).all() == []


SENT = st.lists(
    st.tuples(
        st.sampled_from(["weight", "oxygen_saturation"]),
        st.integers(0, 9),  # twelve-hour steps back
        st.sampled_from([0, 1, 2]),
    ),
    min_size=2,
    max_size=8,
    unique_by=lambda one: one[:2],
)
VALUES = {"weight": (80.0, 81.9, 82.4), "oxygen_saturation": (97, 94, 88)}
UNITS = {"weight": "kg", "oxygen_saturation": "%"}


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=SENT, shuffle=st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_no_finding(app: Flask, world: World, sent: Any, shuffle: Any) -> None:
    in_order = sorted(sent, key=lambda one: -one[1])
    mixed = in_order[:]
    shuffle.shuffle(mixed)
    assert findings_of(app, world, in_order) == findings_of(app, world, mixed)


def findings_of(app: Flask, world: World, sent: Any) -> set[tuple[Any, ...]]:
    """What stands in the end, when these were sent one by one; taken back afterwards."""
    with app.app_context():
        for measure, steps, which in sent:
            entry = Entry(
                id=uuid5(world.mary.id, f"{measure} {steps}"),
                measure=measure,
                measured_at=NOW - steps * DAY / 2,
                value=VALUES[measure][which],
                unit=UNITS[measure],
                context={"on_oxygen": False},
            )
            record(patients.admitted_one(world.mary_patient.id), [entry], by=world.mary.id)
        running = select(Finding.reading_id, Finding.rule, Finding.severity, Finding.is_confirmed, Finding.is_prompt)
        found = {tuple(row) for row in db.session.execute(running.where(Finding.withdrawn_at.is_(None)))}
        assert not db.session.execute(text("select 1 from event_rerun")).first()
        db.session.rollback()
        return found


def test_what_is_told_in_words_is_sealed_and_given_back(client: FlaskClient, headers: dict[str, str], url: str) -> None:
    sent = weight(80, context={"note": "after the pharmacy", "at_rest": True})
    client.post(f"{url}/readings", json=sent, headers=headers)
    shown = client.get(f"{url}/readings/{sent['id']}", headers=headers).get_json()
    assert shown["entered"] == {"value": 80, "unit": "kg", "context": {"note": "after the pharmacy"}}
    assert "pharmacy" not in str(db.session.execute(text("select r::text from reading r")).all())


def test_what_lies_above_a_floor_of_ones_own_is_not_unusual(client: FlaskClient, world: World) -> None:
    headers, url = signed_in(client, world.khan), f"/api/patients/{world.khan_patient.id}/readings"
    marks = {}
    for value in (90, 87):
        sent = weight(value) | {"measure": "oxygen_saturation", "unit": "%"}
        marks[value] = client.post(url, json=sent, headers=headers).get_json()["marks"]
    assert marks == {90: [], 87: ["confirm"]}
