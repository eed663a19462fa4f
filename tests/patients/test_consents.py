"""The words people agree to: complete, pinned, kept with each grant as they were agreed."""

from __future__ import annotations

import hashlib
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from app.access.permissions import Category, Right
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.patients import consents
from app.patients.consents import Agreed
from app.patients.labelling import BASES
from app.patients.models import CircleGrant
from tests.patients.circles import circle_of
from tests.people import World

# Words that were agreed to never change: a new wording is a new entry with the next version.
PINNED = {
    ("en", 1): "3b6816f3281f9f3c",
    ("en", 2): "240ef63e6e698269",
    ("bn", 1): "03ebc6a92d028a1b",
    ("cy", 1): "2f75c0b9c0f3cfb5",
    ("pa", 1): "578514ad8b5fbcbe",
    ("pl", 1): "54104d9371234a92",
    ("ur", 1): "80919d38da9c39b4",
}


def test_every_consent_has_its_words() -> None:
    wanted = {f"{category}.{right}" for category in Category for right in Right} | {
        f"acting.{basis}" for basis in BASES
    }
    assert {one.id for one in consents.all_current("en")} == wanted


def test_words_that_were_agreed_to_do_not_change() -> None:
    found: dict[tuple[str, int], list[str]] = {}
    for one in sorted(consents.every(), key=lambda one: one.id):
        found.setdefault((one.language, one.version), []).append(f"{one.id}|{one.will}|{one.will_not}")
    assert {key: hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] for key, lines in found.items()} == PINNED


@pytest.mark.parametrize("wording", consents.every(), ids=lambda one: f"{one.id} {one.version} {one.language}")
def test_the_words_are_plain_and_name_the_member(wording: consents.Wording) -> None:
    will, will_not = wording.text("Tom", "Mary")
    assert "Tom" in will or wording.id == consents.TEXTS  # what a patient agrees to for themselves names nobody
    assert not re.search(r"[{}]", will + will_not)
    assert all(len(sentence.split()) <= 35 for sentence in re.split(r"[.:] ", f"{will} {will_not}"))


def test_an_untranslated_language_gets_english_and_an_unknown_version_nothing() -> None:
    assert consents.current("plan.see", "ur-PK").language == "en"
    assert consents.agreed(Agreed("plan.see", 0, "en")) is None


def test_the_words_are_shown_before_and_kept_after(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    shown = {one["id"]: one for one in mary.get(f"/circle/{mary.member('Tom')}/consents")["items"]}
    assert shown["medicines.see"]["text"][0].startswith("Tom will see Mary’s medicines")
    given = mary.give("Tom", "medicines", "see").get_json()
    assert given["agreed"] == shown["medicines.see"]


def test_other_words_than_todays_are_not_agreed_to(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    for version in (0, 2, -1):
        refused = mary.give("Tom", "medicines", "see", version=version)
        assert (refused.status_code, "read them again" in refused.get_json()["detail"]) == (409, True)
    assert mary.grants("Tom") == ["readings see"]


def test_a_grant_from_before_the_words_were_kept_says_so(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        db.session.execute(update(CircleGrant).values(wording_version=0))
    mary = circle_of(client, world, world.mary)
    (grant,) = mary.members()["Tom"]["grants"]
    assert grant["agreed"] == {"id": "readings.see", "version": 0, "language": "en", "text": []}
