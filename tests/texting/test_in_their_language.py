"""Somebody who texts in their own language is answered in it, in words that they can reply to."""

from __future__ import annotations

import dataclasses
from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app import config
from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity import queries as people
from app.identity import service as identity
from app.identity.models import Person
from app.messages.help_entering import NewHelp
from app.messages.models import HelpRequest
from app.messages.service import asking
from app.notifications import languages, segments, texts
from app.notifications.models import Delivery
from app.notifications.service import digests
from app.patients import queries as patients
from app.patients.by import By
from app.programmes.service import starting
from app.readings.models import Reading
from app.texting.grammar import doses, understanding
from app.texting.grammar.said import Asked, Called, Command, Known, Readings
from tests.conftest import NOW
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import Phone, at, tick, with_home_blood_pressure, working
from tests.texting.test_doses import mary as mary
from tests.texting.test_doses import states
from tests.texting.test_doses import texted as texted_of_doses
from tests.texting.texted import MARY, TOM, join, said

LATIN = {"GO": "go", "PASS": "pass", "HERE": "here", "DONE": "done", "STATUS": "status", "QUIET OFF": "quiet_off"}
# What texts tell people to reply with, and the command it is.
REPLIES = {
    "cy": {
        "MYND": "go",
        "PASIO": "pass",
        "YMA": "here",
        "WEDI GWNEUD": "done",
        "STATWS": "status",
        "TAWEL I FFWRDD": "quiet_off",
    },
    "pl": {
        "IDE": "go",
        "PAS": "pass",
        "NA MIEJSCU": "here",
        "ZROBIONE": "done",
        "STATUS": "status",
        "KONIEC CISZY": "quiet_off",
    },
    "ur": LATIN,
    "pa": LATIN,
    "bn": LATIN,
}
LEAVE = {"cy": "GADAEL", "pl": "OPUSC", "ur": "LEAVE", "pa": "LEAVE", "bn": "LEAVE"}
EACH_REPLY = [(language, word, command) for language, words in REPLIES.items() for word, command in words.items()]
EXAMPLES = [
    (language, measure, example)
    for language, words in languages.ALL.items()
    if language != "en"
    for measure, example in words.measures.items()
]


def _known(language: str, *measures: str) -> Known:
    return Known(language, (Called("MARY", ("Mary",)),), "MARY", Asked(measures, help=True))


class TestWordsToReplyWith:
    """What a text tells somebody to write is what Kith understands."""

    @pytest.mark.parametrize(("language", "word", "command"), EACH_REPLY)
    def test_a_command(self, language: str, word: str, command: str) -> None:
        assert any(word in text for text in languages.ALL[language].templates.values())
        heard = understanding.understood(word, _known(language))
        assert isinstance(heard, Command)
        assert heard.word == command

    @pytest.mark.parametrize(("language", "word"), LEAVE.items())
    def test_leaving_a_circle_by_its_name(self, language: str, word: str) -> None:
        assert word in languages.ALL[language].templates["text_leave_which"]
        assert understanding.understood(f"{word} MARY", _known(language)) == Command("leave", None, "MARY")

    @pytest.mark.parametrize(("language", "measure", "example"), EXAMPLES)
    def test_the_example_of_a_measure_is_a_reading_of_it(self, language: str, measure: str, example: str) -> None:
        heard = understanding.understood(example.partition(" (")[0], _known(language, measure))
        assert isinstance(heard, Readings), heard
        assert [one.measure for one in heard.readings] == [measure]

    @pytest.mark.parametrize("language", REPLIES)
    def test_the_examples_of_a_text_that_was_not_certain_are_certain(self, language: str) -> None:
        own = {
            "cy": ["PWYSEDD GWAED 120/80", "PWYSAU 71.5 KG", "SIWGR 5.4 MMOL", "OCSIGEN 96"],
            "pl": ["CISNIENIE 120/80", "WAGA 71.5 KG", "CUKIER 5.4 MMOL", "SATURACJA 96"],
        }
        for example in own.get(language, ["BP 120/80", "WEIGHT 71.5 KG", "SUGAR 5.4 MMOL", "SATS 96"]):
            assert example in languages.ALL[language].templates["text_unsure_reading"]
            assert isinstance(understanding.understood(example, _known(language)), Readings), example

    @pytest.mark.parametrize("language", REPLIES)
    def test_answers_about_doses(self, language: str) -> None:
        template = languages.ALL[language].templates["dose_say_again"]
        for word, answer in (("Y", "taken"), ("N", "missed"), ("LATE", "later"), ("Y 20:00", "taken")):
            assert word in template
            reply = doses.dose_reply(understanding.in_english(word, language))
            assert isinstance(reply, doses.DoseReply)
            assert reply.answer == answer
        reply = doses.dose_reply(understanding.in_english("TWO 08:00", language))
        assert isinstance(reply, doses.DoseReply)
        assert reply.answer == "two_taken"


class TestPolish:
    """Tom speaks Polish, and is in the circle of Mary."""

    @pytest.fixture(autouse=True)
    def polish(self, world: World) -> None:
        join(world.tom, world.mary_patient, Right.SEE, Right.BE_TOLD)
        assert "w tym jezyku" in said("LANGUAGE polski", TOM)
        assert people.person(world.tom.id).language == "pl"

    def test_a_reading_he_may_not_add_and_one_he_may(self, world: World) -> None:
        assert said("ciśnienie 122/78", TOM).startswith("Kith: nie mozesz tego zrobic dla tej osoby")
        join(world.tom, world.mary_patient, Right.ACT, category=Category.READINGS)
        reply = said("ciśnienie 122/78", TOM)
        assert reply == "Kith: dziekujemy, zapisano. W naglych wypadkach dzwon: 999 lub 111."
        assert segments.count(reply).encoding == "GSM-7"
        (reading,) = db.session.scalars(select(Reading))
        assert (reading.measure, reading.value, reading.value_2) == ("blood_pressure", 122, 78)

    def test_who_looks_and_by_when_is_said_with_the_weekday_in_polish(self, world: World) -> None:
        join(world.tom, world.mary_patient, Right.ACT, category=Category.READINGS)
        assert "Obejrzy to Priya, do " in said("saturacja 88% bez tlenu", TOM)

    def test_what_is_not_certain_is_asked_back_in_polish(self, world: World) -> None:
        join(world.tom, world.mary_patient, Right.ACT, category=Category.READINGS)
        assert "to nie bylo pewne" in said("ciśnienie 142/88 albo 124/88?", TOM)
        assert db.session.scalars(select(Reading)).all() == []

    def test_he_takes_a_request_arrives_and_has_done_it(self, world: World) -> None:
        _ask_for_help(world)
        assert "czeka spraw: 1." in said("status", TOM)
        assert "Dla kogo: Mary O." in said("idę", TOM)
        assert "Napisz ZROBIONE" in said("na miejscu", TOM)
        assert "zapisano jako zrobione" in said("zrobione", TOM)
        assert db.session.scalars(select(HelpRequest)).one().state == "done"

    def test_peace_until_a_time_and_its_end(self, world: World) -> None:
        assert "do 15:00 nie piszemy" in said("cisza do 15:00", TOM)
        assert "znow piszemy" in said("koniec ciszy", TOM)

    def test_back_to_english(self, world: World) -> None:
        assert "written to in this language" in said("język english", TOM)
        assert said("STATUS", TOM).startswith("Kith: nothing waits")

    def test_where_polish_is_not_approved_he_is_answered_in_english(self, world: World, app: Flask) -> None:
        ours = config.current()
        app.config["KITH"] = dataclasses.replace(ours, kind="production")
        try:
            assert said("status", TOM).startswith("Kith: nothing waits")
            assert "approved yet, so they come in English" in said("LANGUAGE cymraeg", TOM)
            assert people.person(world.tom.id).language == "cy"
        finally:
            app.config["KITH"] = ours
        assert said("statws", TOM).startswith("Kith: nid oes dim yn aros")


class TestUrdu:
    """Tom speaks Urdu, and is in the circle of Mary."""

    @pytest.fixture(autouse=True)
    def urdu(self, world: World) -> None:
        join(world.tom, world.mary_patient, Right.SEE, Right.BE_TOLD)
        assert "اردو میں" in said("LANGUAGE urdu", TOM)

    def test_a_reading_in_his_letters_and_digits(self, world: World) -> None:
        join(world.tom, world.mary_patient, Right.ACT, category=Category.READINGS)
        reply = said("بی پی ۱۲۲/۷۸", TOM)
        assert reply == "\u200fKith: شکریہ، محفوظ ہو گیا۔ ایمرجنسی: 999 یا 111۔"
        (reading,) = db.session.scalars(select(Reading))
        assert (reading.value, reading.value_2) == (122, 78)

    def test_words_in_two_alphabets_in_one_text(self, world: World) -> None:
        join(world.tom, world.mary_patient, Right.ACT, category=Category.READINGS)
        assert "محفوظ ہو گیا" in said("Mary کا بلڈ پریشر 122/78", TOM)
        assert "محفوظ ہو گیا" in said("wazan 71.5 kg", TOM)

    def test_he_takes_a_request_and_is_told_for_whom_in_latin_letters_within_two_parts(self, world: World) -> None:
        _ask_for_help(world)
        reply = said("GO", TOM)
        assert "Mary O." in reply
        assert "DONE" in reply
        assert segments.count(reply).segments <= 2
        assert "DONE" in said("پہنچ گیا", TOM)
        assert "مکمل" in said("ہو گیا", TOM)

    def test_what_he_is_told_of_is_in_urdu_too(self, world: World) -> None:
        _ask_for_help(world)
        told = db.session.scalars(select(Delivery).where(Delivery.recipient_id == world.tom.id)).all()
        assert any("مدد چاہیے" in (one.body or "") for one in told)

    def test_another_language_by_its_own_name(self, world: World) -> None:
        assert "ਪੰਜਾਬੀ ਵਿੱਚ" in said("زبان ਪੰਜਾਬੀ", TOM)


class TestAdvice:
    """A plan's words are approved in English: they are sent as they are, after words that say so."""

    @pytest.mark.parametrize(("language", "before"), [("pl", "Rada po angielsku: "), ("ur", "angrezi mein hai: ")])
    def test_a_red_reading(self, world: World, language: str, before: str) -> None:
        _speaks(world.mary, language)
        reply = said("sats 88% on air", MARY)
        assert before in reply
        assert segments.count(reply).encoding == "GSM-7"
        english = reply[reply.index(before) + len(before) :]
        _speaks(world.mary, "en")
        assert english.partition(" Emergency:")[0].partition(" W naglych")[0].rstrip() in said("sats 88% on air", MARY)


class TestDoses:
    """A reminder is answered in the words of one's own language."""

    @pytest.mark.parametrize(
        ("language", "words", "state", "reply"),
        [
            ("pl", "tak", "taken", "zapisano, dziekujemy"),
            ("pl", "Nie!", "missed", "zapisano, dziekujemy"),
            ("cy", "do", "taken", "wedi'i gofnodi"),
            ("ur", "جی ہاں", "taken", "درج ہو گیا"),
            ("pa", "ਹਾਂ", "taken", "ਦਰਜ ਹੋ ਗਿਆ"),
            ("bn", "খেয়েছি", "taken", "লেখা হয়েছে"),
            ("bn", "Y", "taken", "লেখা হয়েছে"),
        ],
    )
    def test_all_of_this_time(
        self, world: World, mary: object, language: str, words: str, state: str, reply: str
    ) -> None:
        _speaks(world.mary, language)
        (answer,) = texted_of_doses(words)
        assert reply in answer
        assert states() == [state, state]

    def test_what_is_not_certain_is_asked_back(self, world: World, mary: object) -> None:
        _speaks(world.mary, "pl")
        (answer,) = texted_of_doses("tak 3")
        assert "to nie bylo jasne" in answer
        assert states() == ["due", "due"]


def test_what_to_measure_is_asked_in_polish_over_the_webhook(provider: TwilioStandIn, world: World) -> None:
    _speaks(world.mary, "pl")
    mary, phone = with_home_blood_pressure(world), Phone(provider, MARY)
    with working():
        starting.start(mary, [time(8), time(18)], By(world.priya.id, Role.COORDINATOR, "page"))
    tick()
    assert len(phone.got()) == 1  # whether she agrees, in the words of the consent
    (welcome,) = phone.sends("JOIN", NOW + timedelta(minutes=5))
    assert "SMS-em zapytamy, co zmierzyc, pierwszy raz o 18:00" in welcome
    at(NOW.replace(hour=18))
    (asked,) = phone.got()
    assert "odpocznij, zmierz i wyslij: CISNIENIE 120/80." in asked
    (thanks,) = phone.sends("Ciśnienie 131/82, dziękuję", NOW.replace(hour=18, minute=9))
    assert thanks.startswith("Kith: dziekujemy, zapisano.")


def test_several_things_told_together_are_counted_in_urdu(app: Flask) -> None:
    rows = [
        {"patient_given": "Mary", "patient_family": "Okafor", "about": about} for about in ("post", "post", "visit")
    ]
    told = texts.render("digest", "ur", reader="Tom", summary=digests.summary(rows), link="https://kith.example/")
    assert "Mary O.: پوسٹ 2, ملاقات 1۔" in told


def _speaks(person: Person, language: str) -> None:
    with unit_of_work():
        identity.change_person(people.person(person.id), {"language": language})


def _ask_for_help(world: World) -> None:
    patient = patients.admitted_one(world.mary_patient.id)
    with unit_of_work():
        asking.ask(patient, NewHelp(new_id(), words="Milk, please"), By(world.mary.id, Role.PATIENT))
