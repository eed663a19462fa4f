"""At the door: arriving by the code on the wall or by hand, leaving, offline and in any order; readings taken there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.messages.models import ArrivalCode, Visit, VisitReading
from app.readings.models import Reading
from tests.conftest import NOW
from tests.messages.door import Door, done, door, may_visit
from tests.people import World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Door:
    may_visit(world)
    return door(client, world, world.mary)


@pytest.fixture
def nurse(client: FlaskClient, world: World, mary: Door) -> Door:
    return door(client, world, world.adeyemi)


@pytest.fixture
def visit(mary: Door, world: World) -> Any:
    return mary.plans_one(visitor_id=str(world.adeyemi.id))


def test_by_the_code_on_the_wall(mary: Door, nurse: Door, visit: Any) -> None:
    code = done(mary.post("/arrival-code"))["code"]
    standing = nurse.arrives(visit, code=code.lower().replace("-", " "))
    assert (standing["state"], standing["arrival"], standing["arrived_at"]) == ("arrived", "code", NOW.isoformat())
    with clock.at(NOW + 40 * MINUTE):
        assert nurse.leaves(visit)["state"] == "done"
    assert mary.visits()[0]["visitor"] == "Bola Adeyemi"


def test_only_the_digest_of_a_code_is_kept_and_the_new_one_replaces_it(mary: Door, nurse: Door, visit: Any) -> None:
    first, second = (done(mary.post("/arrival-code")) for _ in range(2))
    assert first["url"].endswith("/arrive/" + first["code"].replace("-", ""))
    rows = db.session.scalars(select(ArrivalCode)).all()
    assert [row.ended_at is None for row in rows] == [False, True]
    assert all(first["code"].replace("-", "").encode() not in row.code_hash for row in rows)
    answer = nurse.post(f"/visits/{visit['id']}/arrival", {"code": first["code"]})
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/code")
    assert mary.visits()[0]["state"] == "planned"
    assert nurse.arrives(visit, code=second["code"])["arrival"] == "code"


def test_by_hand_it_is_marked_so_and_ones_own_code_is_no_proof(nurse: Door, visit: Any) -> None:
    own = done(nurse.post("/arrival-code"))["code"]
    assert nurse.arrives(visit, code=own)["arrival"] == "hand"


def test_codes_cannot_be_tried_for_ever(nurse: Door, visit: Any) -> None:
    tried = [nurse.post(f"/visits/{visit['id']}/arrival", {"code": "7ZK9Q0M4XA"}).status_code for _ in range(21)]
    assert tried == [422] * 20 + [429]


def test_somebody_else_is_there_already(client: FlaskClient, world: World, nurse: Door, visit: Any) -> None:
    nurse.arrives(visit)
    answer = door(client, world, world.lind).post(f"/visits/{visit['id']}/arrival")
    assert answer.status_code == 409
    assert "Somebody else is down for this visit" in answer.get_json()["detail"]


def test_a_resend_is_the_same_and_another_time_a_conflict(nurse: Door, visit: Any) -> None:
    said = {"happened_at": (NOW - 30 * MINUTE).isoformat()}
    first = nurse.arrives(visit, **said)
    with clock.at(NOW + 60 * MINUTE):
        assert nurse.arrives(visit, **said, sent_at=(NOW + 60 * MINUTE).isoformat()) == first
        assert nurse.post(f"/visits/{visit['id']}/arrival", {"happened_at": NOW.isoformat()}).status_code == 409
    assert nurse.post(f"/visits/{visit['id']}/leaving", {"happened_at": "2026-11-18T09:00:00Z"}).status_code == 409


def test_a_visit_nobody_expected(mary: Door, nurse: Door) -> None:
    own = {"id": str(new_id())}
    first = nurse.arrives(own, unexpected="Came by")
    assert nurse.arrives(own, unexpected="Came by") == first
    (found,) = mary.visits()
    assert (found["what"], found["is_unexpected"], found["state"]) == ("Came by", True, "arrived")
    assert nurse.leaves(own)["state"] == "done"
    assert nurse.post(f"/visits/{new_id()}/arrival").status_code == 404


def test_what_a_phone_tells_later_by_its_own_clock(mary: Door, nurse: Door, visit: Any) -> None:
    off = 3 * 60 * MINUTE  # its clock is three hours fast
    told = {"happened_at": (NOW - 5 * MINUTE + off).isoformat(), "sent_at": (NOW + off).isoformat()}
    assert nurse.arrives(visit, **told)["arrived_at"] == (NOW - 5 * MINUTE).isoformat()
    ahead = nurse.post(f"/visits/{visit['id']}/leaving", {"happened_at": (NOW + off).isoformat()})
    assert (ahead.status_code, ahead.get_json()["errors"][0]["pointer"]) == (422, "/happened_at")


@pytest.mark.parametrize("order", list(permutations(["arrival", "leaving", "notes"])), ids=" ".join)
@pytest.mark.parametrize("is_expected", [True, False], ids=["expected", "unexpected"])
def test_in_any_order_it_comes_to_the_same(
    mary: Door, nurse: Door, visit: Any, order: tuple[str, ...], is_expected: bool
) -> None:
    own = visit if is_expected else {"id": str(new_id())}
    extra = {} if is_expected else {"unexpected": "Came by"}
    at = {"arrival": NOW - 30 * MINUTE, "leaving": NOW - 20 * MINUTE, "notes": NOW - 25 * MINUTE}
    note = {"id": str(new_id()), "done": ["wash"], "family": "All well."}
    with clock.at(NOW + 90 * MINUTE):
        for one in (*order, *order):  # each is sent twice
            body = {"happened_at": at[one].isoformat()} | extra | (note if one == "notes" else {})
            done(nurse.post(f"/visits/{own['id']}/{one}", body))
        found = next(each for each in mary.visits() if each["is_unexpected"] is not is_expected)
        whole = mary.get(f"/visits/{found['id']}")
    assert (whole["state"], whole["arrived_at"], whole["left_at"]) == (
        "done",
        at["arrival"].isoformat(),
        at["leaving"].isoformat(),
    )
    assert whole["is_short"] is is_expected
    assert [each["family"] for each in whole["notes"]] == ["All well."]
    if not is_expected:
        assert whole["due_at"] == at["arrival"].isoformat()


def test_sent_many_times_at_once_it_is_one_visit(app: Flask, nurse: Door) -> None:
    """Whoever comes first holds it; the others wait, and are answered the same."""
    path, headers = f"{nurse.url}/visits/{new_id()}/arrival", nurse.headers

    def arrives(_: int) -> tuple[int, Any]:
        answer = app.test_client().post(path, json={"unexpected": "Came by"}, headers=headers)
        return answer.status_code, answer.get_json()

    with ThreadPoolExecutor(6) as phones:
        answers = list(phones.map(arrives, range(12)))
    assert [status for status, _ in answers] == [200] * 12
    assert len({body["id"] for _, body in answers}) == 1
    assert len(db.session.scalars(select(Visit)).all()) == 1


def test_a_called_off_visit_has_nobody_arriving(mary: Door, nurse: Door, visit: Any) -> None:
    mary.post(f"/visits/{visit['id']}/calling-off", {"why": "Not today."})
    assert nurse.post(f"/visits/{visit['id']}/arrival").status_code == 409
    assert nurse.post(f"/visits/{visit['id']}/notes", {"id": str(new_id()), "family": "x"}).status_code == 409
    nurse.arrives({"id": str(new_id())}, unexpected="Came all the same")
    calling_off = mary.post(f"/visits/{mary.visits()[0]['id']}/calling-off", {"why": "Late."})
    assert calling_off.status_code == 409


def _pulse(at: str = "2026-11-18T10:00:00+00:00") -> dict[str, Any]:
    return {"id": str(new_id()), "measure": "pulse", "measured_at": at, "value": 72, "unit": "/min"}


def test_readings_at_a_visit_are_the_visitors_and_linked(mary: Door, nurse: Door, visit: Any) -> None:
    early = nurse.post(f"/visits/{visit['id']}/readings", {"readings": [_pulse()]})
    assert early.status_code == 409
    nurse.arrives(visit)
    one = _pulse()
    for _ in range(2):
        answer = done(nurse.post(f"/visits/{visit['id']}/readings", {"readings": [one]}))
        assert [each["outcome"] for each in answer["items"]] == ["stored"]
    reading = db.session.scalars(select(Reading)).one()
    assert (str(reading.id), reading.entered_by) == (one["id"], db.session.scalars(select(Visit.visitor_id)).one())
    assert mary.get(f"/visits/{visit['id']}")["reading_ids"] == [one["id"]]
    assert mary.post(f"/visits/{visit['id']}/readings", {"readings": [_pulse()]}).status_code == 409


def test_what_was_sent_as_any_reading_is_linked_too(mary: Door, nurse: Door, visit: Any) -> None:
    before, there = _pulse("2026-11-18T08:00:00Z"), _pulse()
    for one in (before, there):
        done(nurse.post("/readings", one))
    done(mary.post("/readings", _pulse()))
    nurse.arrives(visit)
    nurse.leaves(visit)
    assert [str(one) for one in db.session.scalars(select(VisitReading.reading_id))] == [there["id"]]


def test_readings_of_a_visit_are_for_those_who_see_readings(
    client: FlaskClient, world: World, mary: Door, nurse: Door, visit: Any
) -> None:
    nurse.arrives(visit)
    one = _pulse()
    done(nurse.post(f"/visits/{visit['id']}/readings", {"readings": [one]}))
    tom = door(client, world, world.tom)
    assert tom.get(f"/visits/{visit['id']}")["reading_ids"] == [one["id"]]
    assert mary.post(f"/readings/{one['id']}/hiding").status_code == 204
    assert tom.get(f"/visits/{visit['id']}")["reading_ids"] == []
    assert mary.get(f"/visits/{visit['id']}")["reading_ids"] == [one["id"]]
