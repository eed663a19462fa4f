"""How life is going, and whether texts may ask: wholly by text in the patient's language, over the signed webhook."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app import config
from app.access.roles import Role
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import queries as people
from app.identity import service as identity
from app.notifications import languages, segments
from app.patients import consents
from app.patients.by import By
from app.patients.consents import Agreed
from app.programmes.models import TextProgramme
from app.programmes.service import starting
from app.ratings import loader
from app.ratings.models import InstrumentVersion, Rating, RatingDraft
from tests.conftest import NOW
from tests.people import World
from tests.ratings.rater import registered
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import Phone, tick, with_home_blood_pressure, working
from tests.texting.texted import MARY

WHEEL = loader.load_all()["wheel"]
OTHERS = sorted(languages.ALL.keys() - {"en"})
# To begin, to skip, what the first question begins with, and what is said at the end.
WORDS = {
    "cy": ("graddio", "Hepgor", "Kith: 1/8. Bywyd bob dydd: ", "honno oedd yr un olaf"),
    "pl": ("Ocena", "pomiń.", "Kith: 1/8. Codzienne zycie: Jak radzisz sobie w ciagu dnia", "to bylo ostatnie pytanie"),
    "ur": ("ریٹنگ", "اگلا", "\u200fKith: 1/8 روزمرہ: ", "یہ آخری سوال تھا"),
    "pa": ("ਰੇਟਿੰਗ", "ਅਗਲਾ", "Kith: 1/8 ਰੋਜ਼ ਦੇ ਕੰਮ: ", "ਇਹ ਆਖਰੀ ਸਵਾਲ ਸੀ"),
    "bn": ("রেটিং", "বাদ দিন", "Kith: 1/8 রোজকার কাজ: ", "এটিই শেষ প্রশ্ন ছিল"),
}


def minutes(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


@pytest.fixture
def mary(provider: TwilioStandIn, world: World) -> Phone:
    return Phone(provider, MARY)


def speaks(world: World, language: str) -> None:
    with unit_of_work():
        identity.change_person(people.person(world.mary.id), {"language": language})


def rated() -> list[int | None]:
    return db.session.scalars(select(Rating)).one().scores


@contextmanager
def production(app: Flask, *approved: str) -> Iterator[None]:
    """Where patients are real."""
    ours = config.current()
    app.config["KITH"] = dataclasses.replace(ours, kind="production", languages_approved=frozenset(approved))
    try:
        yield
    finally:
        app.config["KITH"] = ours


@pytest.mark.parametrize("language", OTHERS)
def test_a_whole_rating(mary: Phone, world: World, language: str) -> None:
    speaks(world, language)
    begin, skip, first, last = WORDS[language]
    own = languages.ALL[language].in_own_letters
    (asked,) = mary.sends(begin, minutes(0))
    assert asked.startswith(first)
    for place, said in enumerate(("7", "۳" if language == "ur" else "3.", skip, "8", "SKIP", "6", "0"), 2):
        size = segments.count(asked)
        assert (size.encoding, size.segments) == ("UCS-2" if own else "GSM-7", 2)
        (asked,) = mary.sends(said, minutes(place))
        name = WHEEL.says[language].areas[WHEEL.areas[place - 1].code].name
        assert f"{place}/8{'' if own else '.'} {name if own else segments.fold(name)}: " in asked
        assert "999" in asked
    (thanks,) = mary.sends("10", minutes(10))
    assert last in thanks
    assert rated() == [7, 3, None, 8, None, 6, 0, 10]
    assert db.session.scalars(select(RatingDraft)).all() == []
    assert db.session.scalars(select(InstrumentVersion)).one().content["says"] == WHEEL.content["says"]


def test_a_number_off_the_scale_and_nothing_rated_in_polish(mary: Phone, world: World) -> None:
    speaks(world, "pl")
    mary.sends("RATE", minutes(0))
    (again,) = mary.sends("11", minutes(1))
    assert again.startswith("Kith: tej liczby nie ma na skali. 1/8. Codzienne zycie: ")
    said = [mary.sends("pomin", minutes(2 + place))[0] for place in range(8)]
    assert "nic nie oceniono" in said[-1]
    assert "Napisz OCENA" in said[-1]


def test_a_word_to_skip_that_nothing_waits_for_skips_nothing(mary: Phone, world: World) -> None:
    speaks(world, "pl")
    assert "nic teraz nie czeka" in mary.sends("pomiń", minutes(0))[0]
    assert db.session.scalars(select(RatingDraft)).all() == []


def test_where_nobody_approved_the_words_all_is_in_english(mary: Phone, world: World, app: Flask) -> None:
    speaks(world, "pl")
    with production(app, "cy"):
        (asked,) = mary.sends("ocena", minutes(0))
        assert asked.startswith("Kith: 1 of 8. Daily living: ")
        assert "Reply a number, or SKIP. Not for emergencies" in asked
    with production(app, "pl"):
        assert mary.sends("4", minutes(1))[0].startswith("Kith: 2/8. Moje cialo: ")


def test_a_draft_of_a_version_that_was_not_translated_goes_on_in_english(mary: Phone, world: World, app: Flask) -> None:
    speaks(world, "ur")
    content = {**WHEEL.content, "version": 1, "says": {}}
    registered(app, dataclasses.replace(WHEEL, version=1, digest="before", says={}, content=content))
    try:
        mary.sends("RATE", minutes(0))
    finally:
        registered(app, WHEEL)
    assert mary.sends("4", minutes(1))[0].startswith("Kith: 2 of 8. My body: ")


@pytest.mark.parametrize("language", OTHERS)
def test_the_yes_is_asked_for_in_words_of_the_language_that_are_kept(
    provider: TwilioStandIn, world: World, language: str
) -> None:
    speaks(world, language)
    patient, phone = with_home_blood_pressure(world), Phone(provider, MARY)
    with working():
        starting.start(patient, [time(8), time(18)], By(world.priya.id, Role.COORDINATOR, "page"))
    tick()
    got = phone.got()
    own = languages.ALL[language].in_own_letters
    kept = db.session.scalars(select(TextProgramme)).one()
    words = consents.agreed(Agreed(kept.wording_id, kept.wording_version, kept.wording_language))
    assert words is not None
    assert words.language == language
    assert len(got) == (2 if own else 1)  # there is no room for both halves among letters of their own
    for half in (words.will, words.will_not):
        assert (half if own else segments.fold(half)) in " ".join(got)
    assert all(segments.count(one).segments <= 2 and "999" in one for one in got)
    yes = {"cy": "YMUNO", "pl": "DOLACZ"}.get(language, "JOIN")
    assert yes in " ".join(got)
    assert kept.agreed_at is None
    (welcome,) = phone.sends("Dołączam" if language == "pl" else yes, minutes(5))
    assert "18:00" in welcome
    assert db.session.get_one(TextProgramme, kept.id, populate_existing=True).agreed_at == minutes(5)


@pytest.mark.parametrize(
    ("language", "no"), [("cy", "PASIO"), ("pl", "PAS"), ("ur", "نہیں"), ("pa", "ਪਾਸ"), ("bn", "না")]
)
def test_a_no_in_the_language_ends_it(provider: TwilioStandIn, world: World, language: str, no: str) -> None:
    speaks(world, language)
    patient, phone = with_home_blood_pressure(world), Phone(provider, MARY)
    with working():
        starting.start(patient, [time(8)], By(world.priya.id, Role.COORDINATOR, "page"))
    tick()
    phone.got()
    assert len(phone.sends(no, minutes(5))) == 1
    assert db.session.scalars(select(TextProgramme)).one().ended_at == minutes(5)


def test_where_polish_is_not_approved_the_yes_is_asked_for_in_english(
    provider: TwilioStandIn, world: World, app: Flask
) -> None:
    speaks(world, "pl")
    patient, phone = with_home_blood_pressure(world), Phone(provider, MARY)
    with production(app), working():
        starting.start(patient, [time(8)], By(world.priya.id, Role.COORDINATOR, "page"))
    tick()
    assert "Texts ask you at set times" in phone.got()[0]
    assert db.session.scalars(select(TextProgramme)).one().wording_language == "en"
