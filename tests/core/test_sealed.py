"""Sealed columns: nothing readable in a row, bound to their row and column, opened by older keys, findable by index."""

from __future__ import annotations

from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from sqlalchemy import select, update

from app.core.db import db
from app.core.sealed import Keyring
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from tests.people import World

OLD, NEW = b"o" * 32, b"n" * 32
ROW = uuid4()


def ring(**keys: bytes) -> Keyring:
    return Keyring(keys, b"index")


def test_what_was_sealed_is_opened_for_its_own_place_only() -> None:
    keyring = ring(k1=OLD)
    blob = keyring.seal("07700 900201", "person.phone", ROW)
    assert b"900201" not in blob
    assert keyring.unseal(blob, "person.phone", ROW) == "07700 900201"
    assert blob != keyring.seal("07700 900201", "person.phone", ROW)
    for place, row in (("person.email", ROW), ("person.phone", uuid4())):
        with pytest.raises(InvalidTag):
            keyring.unseal(blob, place, row)
    with pytest.raises(InvalidTag):
        keyring.unseal(blob[:-1] + bytes([blob[-1] ^ 1]), "person.phone", ROW)


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    before = ring(k1=OLD).seal("text", "a.b", ROW)
    rotated = ring(k2=NEW, k1=OLD)
    assert rotated.unseal(before, "a.b", ROW) == "text"
    after = rotated.seal("text", "a.b", ROW)
    assert ring(k2=NEW).unseal(after, "a.b", ROW) == "text"
    with pytest.raises(KeyError):
        ring(k2=NEW).unseal(before, "a.b", ROW)


def test_the_index_finds_equal_texts_in_one_place_only() -> None:
    keyring = ring(k1=OLD)
    assert keyring.index("a@b.example", "person.email") == keyring.index("a@b.example", "person.email")
    assert keyring.index("a@b.example", "person.email") != keyring.index("a@b.example", "patient.nhs_number")
    assert Keyring({"k1": OLD}, b"other").index("a", "b") != keyring.index("a", "b")


def test_two_rows_whose_sealed_texts_are_swapped_are_refused(app: Flask, world: World) -> None:
    with unit_of_work():
        db.session.execute(
            update(Person).where(Person.id == world.mary.id).values(phone_sealed=world.khan.phone_sealed)
        )
    db.session.expire_all()
    mary = db.session.scalars(select(Person).where(Person.id == world.mary.id)).one()
    with pytest.raises(InvalidTag):
        _ = mary.phone


def test_secrets_never_show_in_a_repr(app: Flask) -> None:
    shown = repr(app.config["KITH"]) + repr(app.extensions["keyring"])
    assert "only-for-tests" not in shown
    assert "AAAA" not in shown
