"""Keys change while Kith runs: everything is sealed again, nothing is lost, and the old key can go (S29)."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Iterator
from uuid import UUID

import pytest
from click.testing import Result
from cryptography.exceptions import InvalidTag
from flask import Flask
from sqlalchemy import select, text, update

from app import create_app
from app.core import embedded, rotation
from app.core.db import Base, db
from app.core.rotation import READABLE
from app.core.sealed import Keyring
from app.core.unit_of_work import unit_of_work
from app.identity.models import DeviceSession, Person
from app.patients.models import CircleMember, Patient
from tests.conftest import settings_for
from tests.people import World, signed_in

NEW = b"n" * 32


@pytest.fixture
def worker(server: embedded.Server, database: str, world: World) -> Iterator[Flask]:
    """Kith as the worker's role, in whose name keys are rotated."""
    settings = settings_for(server, database, DATABASE_URL=server.url("kith_worker", database))
    made = create_app(dataclasses.replace(settings, is_worker=True))
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def rings(worker: Flask) -> dict[str, Keyring]:
    """The keyring of a rotation, and the one after it."""
    before = worker.extensions["keyring"]
    ((name, key),) = before.keys.items()
    return {
        "both": Keyring({"t2": NEW, name: key}, before.index_key),
        "after": Keyring({"t2": NEW}, before.index_key),
    }


def silently(place: str, rows: int) -> None:
    """Whoever is told of progress here does not listen."""


def test_every_sealed_column_of_the_schema_is_rotated() -> None:
    columns = {f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.c}
    sealed = {name.removesuffix("_sealed") for name in columns if name.endswith("_sealed")}
    assert sealed == {place.name for place in rotation.places()}
    assert len(sealed) > 20


def test_the_worker_may_renew_every_seal_and_delete_no_audit(app: Flask) -> None:
    may = text("select has_column_privilege('kith_worker', :table, :column, 'update')")
    with app.app_context():
        without = [
            place.name
            for place in rotation.places()
            if not db.session.scalar(may, {"table": place.table.name, "column": place.blob.name})
        ]
    assert without == []


def test_a_rotation_seals_all_with_the_new_key_and_frees_the_old_one(
    worker: Flask, world: World, rings: dict[str, Keyring]
) -> None:
    worker.extensions["keyring"] = rings["both"]
    before = rotation.keys_by_id()
    assert before["t1"] > 20
    assert rotation.removable(before) == []
    report = rotation.rotate(silently)
    assert report.unopenable == set()
    assert sum(report.rows.values()) == before["t1"]
    left = rotation.keys_by_id()
    assert left == {"t2": before["t1"]}
    assert rotation.removable(left) == ["t1"]
    worker.extensions["keyring"] = rings["after"]
    db.session.expire_all()
    assert db.session.get_one(Person, world.mary.id).phone == "+447700900201"
    assert db.session.get_one(Patient, world.mary_patient.id).conditions == ["COPD", "Heart failure"]
    assert rotation.rotate(silently).rows.total() == 0


def test_words_of_earlier_versions_are_read_and_then_sealed(worker: Flask, world: World) -> None:
    with unit_of_work():
        db.session.execute(update(Patient).values(conditions_clear=["Gout"], conditions_sealed=None))
        db.session.execute(update(CircleMember).values(relationship_clear="aunt", relationship_sealed=None))
    db.session.expire_all()
    assert db.session.get_one(Patient, world.mary_patient.id).conditions == ["Gout"]
    assert {member.relationship for member in db.session.scalars(select(CircleMember))} == {"aunt"}
    members = len(db.session.scalars(select(CircleMember)).all())
    assert rotation.keys_by_id()[READABLE] == 2 + members
    rotation.rotate(silently)
    db.session.expire_all()
    assert READABLE not in rotation.keys_by_id()
    assert db.session.get_one(Patient, world.mary_patient.id).conditions == ["Gout"]
    rows = db.session.scalars(select(CircleMember)).all()
    assert {(row.relationship, row.relationship_clear) for row in rows} == {("aunt", None)}


def test_a_device_is_called_by_a_sealed_name(app: Flask, world: World) -> None:
    signed_in(app.test_client(), world.mary)
    (session,) = db.session.scalars(select(DeviceSession).where(DeviceSession.person_id == world.mary.id))
    assert (session.label, session.label_clear) == ("a test's phone", None)


class Life(threading.Thread):
    """Somebody whose phone is written and read back, again and again."""

    def __init__(self, worker: Flask, number: int, person_id: UUID, stop: threading.Event) -> None:
        super().__init__()
        self.worker, self.number, self.person_id, self.stop = worker, number, person_id, stop
        self.errors: list[str] = []
        self.turns = 0

    def run(self) -> None:
        while not self.stop.is_set() and self.turns < 400:
            self.turns += 1
            try:
                with self.worker.app_context():
                    self.live(f"+44710000{self.number}{self.turns:04}")
            except Exception as error:  # whatever it is, it is what this test looks for
                self.errors.append(repr(error))

    def live(self, phone: str) -> None:
        with unit_of_work():
            db.session.get_one(Person, self.person_id, with_for_update=True).phone = phone
        db.session.remove()
        assert db.session.get_one(Person, self.person_id).phone == phone
        db.session.remove()


def test_rotating_under_load_makes_no_error_and_loses_no_write(
    worker: Flask, world: World, rings: dict[str, Keyring]
) -> None:
    worker.extensions["keyring"], stop = rings["both"], threading.Event()
    people = (world.mary.id, world.khan.id, world.tom.id)
    lives = [Life(worker, number, person_id, stop) for number, person_id in enumerate(people)]
    for life in lives:
        life.start()
    # The rows go back and forth between two keys while they are written.
    for order in [("t1", "t2"), ("t2", "t1")] * 6:
        keys = {name: rings["both"].keys[name] for name in order}
        worker.extensions["keyring"] = Keyring(keys, rings["both"].index_key)
        assert rotation.rotate(silently).unopenable == set()
    stop.set()
    for life in lives:
        life.join()
    assert [error for life in lives for error in life.errors] == []
    assert sum(life.turns for life in lives) > 10
    worker.extensions["keyring"] = rings["both"]
    rotation.rotate(silently)
    assert set(rotation.keys_by_id()) == {"t2"}


def test_two_swapped_texts_are_refused_named_and_left(worker: Flask, world: World, rings: dict[str, Keyring]) -> None:
    with unit_of_work():
        mary, khan = world.mary.phone_sealed, world.khan.phone_sealed
        db.session.execute(update(Person).where(Person.id == world.mary.id).values(phone_sealed=khan))
        db.session.execute(update(Person).where(Person.id == world.khan.id).values(phone_sealed=mary))
    worker.extensions["keyring"] = rings["both"]
    report = rotation.rotate(silently)
    assert report.unopenable == {f"person.phone {world.mary.id}", f"person.phone {world.khan.id}"}
    assert rotation.keys_by_id()["t1"] == 2
    db.session.expire_all()
    with pytest.raises(InvalidTag):
        _ = db.session.get_one(Person, world.mary.id).phone


def test_texts_of_a_key_that_is_gone_are_named(worker: Flask, world: World, rings: dict[str, Keyring]) -> None:
    assert rotation.unknown_keys() is None
    worker.extensions["keyring"] = rings["after"]
    assert "t1" in str(rotation.unknown_keys())
    assert len(rotation.rotate(silently).unopenable) == rotation.keys_by_id()["t1"]


def rotated(app: Flask, *options: str) -> Result:
    """`flask rotate-keys`, as an operator runs it."""
    with app.app_context():
        try:
            return app.test_cli_runner().invoke(args=["rotate-keys", *options])
        finally:
            db.engine.dispose()


def test_the_command_says_what_is_left_and_fails_for_what_cannot_be_opened(
    world: World, server: embedded.Server, database: str
) -> None:
    fresh = create_app(settings_for(server, database, SEALING_KEYS=f"t2:{'B' * 42}A=,t1:{'A' * 43}="))
    said = rotated(fresh)
    assert said.exit_code == 0, said.output
    assert "person.phone:" in said.output
    assert "t1 seals nothing any more" in said.output
    with unit_of_work():
        blob = b"\x02t1" + os.urandom(40)
        db.session.execute(update(Person).where(Person.id == world.tom.id).values(phone_sealed=blob))
    said = rotated(fresh)
    assert said.exit_code == 1
    assert f"CANNOT BE OPENED  person.phone {world.tom.id}" in said.output
    assert "1 texts" in rotated(fresh, "--status").output
