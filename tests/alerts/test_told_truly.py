"""What is told is true: late beside fresh, resends, corrections, failures while writing or telling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.alerts.service import escalating
from app.core import clock, embedded
from app.core.db import db
from app.core.events import EventRerun
from app.core.unit_of_work import unit_of_work
from app.patients import queries as patients
from app.patients import service
from app.readings.intake import Entry
from app.readings.models import Reading, ReadingState
from app.readings.service import record
from tests.alerts.sending import Sender, alerts, deliveries
from tests.conftest import NOW
from tests.people import World, signed_in

HOUR = timedelta(hours=1)


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Sender:
    return Sender(client, signed_in(client, world.mary), world.mary_patient.id)


def test_a_fresh_red_is_texted_whatever_a_late_one_did_before(mary: Sender) -> None:
    mary.oxygen(94)
    mary.oxygen(86, NOW - 30 * HOUR)
    assert (alerts()[0].severity, len(deliveries())) == ("red", 0)
    reply = mary.oxygen(85)["reply"]
    assert len(deliveries()) == 1
    assert "has been told" in reply["who"]


def test_a_late_red_alone_tells_nobody_and_escalates_to_nobody(mary: Sender) -> None:
    mary.oxygen(94)
    assert "has been told" not in mary.oxygen(86, NOW - 30 * HOUR)["reply"]["who"]
    with clock.at(NOW + 30 * HOUR), unit_of_work():
        assert escalating.escalate_due() == 0
    assert deliveries() == []


def test_one_upload_and_one_by_one_end_in_the_same_alert(mary: Sender) -> None:
    items = [
        {
            "id": str(uuid4()),
            "measure": "oxygen_saturation",
            "measured_at": at.isoformat(),
            "value": value,
            "unit": "%",
            "context": {"on_oxygen": False},
        }
        for value, at in ((86, NOW - 30 * HOUR), (94, NOW))
    ]
    mary.client.post(f"{mary.url}/upload", json={"readings": items}, headers=mary.headers)
    (alert,) = alerts()
    assert (alert.severity, alert.fresh_severity, alert.is_late) == ("red", "amber", False)
    assert "86%" in alert.why


def test_a_resend_is_answered_from_what_is_stored_whatever_the_clock_says_now(mary: Sender) -> None:
    reading, ahead = uuid4(), NOW + HOUR
    first = mary.post("weight", 80, "kg", ahead, id=reading, sent_at=ahead.isoformat())
    assert first.get_json()["marks"] == ["clock"]
    again = mary.post("weight", 80, "kg", ahead, id=reading, sent_at=NOW.isoformat())
    assert (again.status_code, again.get_json()) == (201, first.get_json())


def test_an_id_in_quarantine_is_taken(mary: Sender) -> None:
    reading = uuid4()
    assert mary.post("weight", 8000, "kg", id=reading).status_code == 422
    assert mary.post("weight", 80, "kg", id=reading).status_code == 409
    assert db.session.scalars(select(Reading)).all() == []


def test_a_resend_after_care_has_ended_is_answered_as_the_first_time(world: World, mary: Sender) -> None:
    reading = uuid4()
    first = mary.post("weight", 80, "kg", id=reading)
    with unit_of_work():
        service.end_care(patients.admitted_one(world.mary_patient.id), "moved")
    assert mary.post("weight", 80, "kg", id=reading).get_json() == first.get_json()
    assert mary.post("weight", 81, "kg").status_code == 409


@pytest.fixture
def refuse(server: embedded.Server, database: str) -> Iterator[Callable[[str, str], None]]:
    """Make the database refuse some rows, until the test ends."""
    made: list[str] = []
    url = server.url("kith_owner", database).replace("+psycopg", "")

    def refusing(table: str, unless: str) -> None:
        db.session.rollback()  # the test's own reading must not hold the table
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute(f"alter table {table} add constraint refused check ({unless}) not valid")  # type: ignore[arg-type]
        made.append(table)

    yield refusing
    db.session.rollback()
    with psycopg.connect(url, autocommit=True) as owner:
        for table in made:
            owner.execute(f"alter table {table} drop constraint refused")  # type: ignore[arg-type]


def test_a_failure_while_writing_is_not_answered_as_judged(mary: Sender, refuse: Callable[[str, str], None]) -> None:
    refuse("finding", "severity <> 'red'")
    reply = mary.oxygen(88)["reply"]
    assert (reply["is_judged"], reply["severity"]) == (False, None)
    assert [alert.family for alert in alerts()] == ["unjudged"]
    assert len(deliveries()) == 1


def test_a_reading_is_kept_even_when_nobody_can_be_told(mary: Sender, refuse: Callable[[str, str], None]) -> None:
    refuse("alert", "severity <> 'red'")
    assert mary.oxygen(88)["reply"]["is_judged"] is False
    assert len(db.session.scalars(select(Reading)).all()) == 1
    assert len(db.session.scalars(select(EventRerun)).all()) == 1


def test_an_import_that_makes_a_live_reading_worse_raises_its_alert(world: World, mary: Sender) -> None:
    mary.weight(85)
    assert alerts() == []
    entry = Entry(id=uuid4(), measure="weight", measured_at=NOW - 2 * 24 * HOUR, value=82.0, unit="kg", source="import")
    with unit_of_work():
        record(patients.admitted_one(world.mary_patient.id), [entry], by=world.mary.id, is_history=True)
    assert [(alert.measure, alert.severity) for alert in alerts()] == [("weight", "amber")]


def test_after_a_correction_nothing_untrue_is_said(mary: Sender) -> None:
    sent = mary.oxygen(88)
    path, keyed = f"{mary.url}/{sent['id']}", mary.headers | {"Idempotency-Key": "1"}
    assert mary.client.post(f"{path}/correction", json={"reason": "Cold hand."}, headers=keyed).status_code == 204
    reply = mary.client.get(path, headers=mary.headers).get_json()["reply"]
    assert (reply["severity"], reply["means"]) == (None, "This was entered in error.")
    assert db.session.scalars(select(ReadingState)).all() == []


def test_the_copies_of_a_corrected_reading_count_again(mary: Sender) -> None:
    synced = {"source": "sync", "device": "app"}
    ids = [uuid4() for _ in range(3)]
    for one, hours in zip(ids, (6, 3, 0), strict=True):
        assert mary.post("weight", 80, "kg", NOW - hours * HOUR, id=one, **synced).status_code == 201
    keyed = mary.headers | {"Idempotency-Key": "1"}
    mary.client.post(f"{mary.url}/{ids[0]}/correction", json={"reason": "Not mine."}, headers=keyed)
    db.session.expire_all()
    links = {row.id: row.copy_of for row in db.session.execute(select(Reading.id, Reading.copy_of))}
    assert links == {ids[0]: None, ids[1]: None, ids[2]: ids[1]}
