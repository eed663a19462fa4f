"""Two who act on one circle at once, and rights that change while a request runs."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import embedded
from app.core.db import db
from app.core.ids import new_id
from app.patients.models import CircleGrant
from tests.conftest import NOW
from tests.patients.circles import Circle, circle_of
from tests.people import World, signed_in
from tests.queries_counted import waiting_for_a_lock

PLAN = {"category": "plan", "right": "see", "ends_on": "2027-01-31", "wording_version": 2}


def until_it_waits(url: str, running: Future[Any]) -> None:
    """Wait until a statement of this request waits for a lock of ours."""
    while not waiting_for_a_lock(url):
        assert not running.done(), running.result()


def reading() -> dict[str, Any]:
    return {"id": str(new_id()), "measure": "weight", "measured_at": NOW.isoformat(), "value": 63, "unit": "kg"}


def test_a_grant_that_ends_while_a_request_runs_is_refused_from_the_next(
    client: FlaskClient, app: Flask, world: World, server: embedded.Server, database: str
) -> None:
    mary, path = circle_of(client, world, world.mary), f"/api/patients/{world.mary_patient.id}/readings"
    bola = signed_in(client, world.adeyemi)
    ours, theirs = (server.url(role, database).replace("+psycopg", "") for role in ("kith_owner", "kith_app"))
    send = next(one for one in mary.members()["Bola"]["grants"] if one["right"] == "act")["id"]

    def add() -> int:
        headers = bola | {"Idempotency-Key": str(uuid4())}
        return app.test_client().post(path, headers=headers, json=reading()).status_code

    with psycopg.connect(ours) as holding, ThreadPoolExecutor(1) as thread:
        holding.execute("lock table reading in share row exclusive mode")
        running = thread.submit(add)  # admitted, and now waiting to write
        until_it_waits(theirs, running)
        assert mary.delete(f"/circle/{mary.member('Bola')}/grants/{send}").status_code == 204
        holding.commit()
        assert running.result(timeout=10) == 201
    assert add() == 403
    assert client.get(path, headers=bola).status_code == 200  # what is still granted


def at_once(acts: list[Any]) -> list[int]:
    start = threading.Barrier(len(acts))

    def one(act: Any) -> int:
        start.wait(timeout=10)
        status: int = act().status_code
        return status

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


def test_one_grant_given_by_many_at_once_runs_once(app: Flask, client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    tom = mary.member("Tom")
    lines = [Circle(app.test_client(), world, mary.headers) for _ in range(6)]
    acts = [lambda line=line: line.post(f"/circle/{tom}/grants", PLAN) for line in lines]
    assert at_once(acts) == [201] * 6
    grants = db.session.scalars(select(CircleGrant).where(CircleGrant.category == "plan")).all()
    assert sorted(str(one.ended_why) for one in grants) == ["None"] + ["given_again"] * 5
    assert mary.grants("Tom") == ["readings see", "plan see"]


def test_a_grant_ended_by_two_at_once_ends_once(app: Flask, client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    tom = mary.members()["Tom"]
    path = f"/circle/{tom['id']}/grants/{tom['grants'][0]['id']}"
    lines = [Circle(app.test_client(), world, mary.headers) for _ in range(4)]
    assert sorted(at_once([lambda line=line: line.delete(path) for line in lines])) == [204, 404, 404, 404]


def test_somebody_leaves_while_they_are_given_more(app: Flask, client: FlaskClient, world: World) -> None:
    """Whoever comes first: no grant of somebody who has left runs on."""
    mary, tom = circle_of(client, world, world.mary), signed_in(client, world.tom)
    member = mary.member("Tom")
    hers, his = Circle(app.test_client(), world, mary.headers), app.test_client()
    statuses = at_once(
        [
            lambda: hers.post(f"/circle/{member}/grants", PLAN),
            lambda: his.delete(f"/api/me/circles/{member}", headers=tom),
        ]
    )
    assert statuses[1] == 204
    assert statuses[0] in (201, 404)
    assert (
        db.session.scalars(
            select(CircleGrant).where(CircleGrant.member_id == member, CircleGrant.ended_at.is_(None))
        ).all()
        == []
    )
