"""Enrolled again after an account was closed and its record restricted: record and account are open in the same act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import AccountClosing, Person
from app.patients.models import Patient
from app.records import jobs
from tests.conftest import NOW
from tests.people import World, signed_in

MARY = {"given_name": "Mary", "family_name": "Okafor", "nhs_number": "999 000 0018"}
RETURNS = {
    "at once, by number alone": (0, None, "+447700900201"),
    "within thirty days, with a new phone": (29, "07700 900399", "+447700900399"),
    "later, when contacts are erased": (31, "07700 900399", "+447700900399"),
    "later, by number alone": (31, None, None),
}


def leave(client: FlaskClient, world: World) -> str:
    """Mary's care has ended, and she closes her account and wants her record to rest; returns its path."""
    record, priya = f"/api/patients/{world.mary_patient.id}", signed_in(client, world.priya)
    assert client.post(f"{record}/end", headers=priya, json={"reason": "discharged"}).status_code == 200
    mary, body = signed_in(client, world.mary), {"restrict": True, "confirmed": True}
    assert client.post("/api/me/closing", json=body, headers=mary).status_code == 204
    return record


def enrol(client: FlaskClient, world: World, headers: dict[str, str], **more: Any) -> TestResponse:
    body = MARY | {"coordinator_id": str(world.priya.id)} | {name: value for name, value in more.items() if value}
    path = f"/api/teams/{world.team.id}/patients"
    return client.post(path, headers=headers | {"Idempotency-Key": str(uuid4())}, json=body)


def have_the_worker_do_its_jobs(worker: Flask) -> None:
    for job in jobs.JOBS:
        with worker.app_context(), unit_of_work():
            job.work()


@pytest.mark.parametrize("case", RETURNS)
def test_whoever_closed_their_account_and_restricted_the_record_is_let_in_again(
    worker: Flask, client: FlaskClient, world: World, case: str
) -> None:
    days, typed, phone = RETURNS[case]
    record = leave(client, world)
    with clock.at(NOW + timedelta(days=days)):
        have_the_worker_do_its_jobs(worker)
        priya = signed_in(client, world.priya)
        assert client.get(record, headers=priya).status_code == 404
        again = enrol(client, world, priya, phone=typed)
        assert (again.status_code, again.get_json()["id"]) == (201, str(world.mary_patient.id)), again.get_json()
        have_the_worker_do_its_jobs(worker)
        assert client.get(record, headers=priya).get_json()["phone"] == phone
        db.session.rollback()
        mary = db.session.get_one(Person, world.mary.id, populate_existing=True)
        assert (mary.is_active, mary.phone) == (True, phone)
        assert client.get(record, headers=signed_in(client, mary)).status_code == 200
    (row,) = db.session.scalars(select(AccountClosing))
    assert row.reopened_by == world.priya.id


def test_a_phone_that_somebody_else_has_by_now_lets_nobody_in(client: FlaskClient, world: World) -> None:
    leave(client, world)
    refused = enrol(client, world, signed_in(client, world.priya), phone=world.tom.phone)
    assert refused.status_code == 409
    db.session.rollback()
    assert db.session.get_one(Person, world.mary.id, populate_existing=True).is_active is False
    assert db.session.get_one(Patient, world.mary_patient.id, populate_existing=True).restricted_at is not None
