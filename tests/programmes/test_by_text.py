"""Any plan works wholly by text: what is asked, understood, advised and repeated; what is not, is known before."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest
from flask import Flask

from app.core.ids import new_id
from app.notifications import languages, segments, texts
from app.patients import queries as patients
from app.programmes import asking_times, by_text
from app.programmes.service import saying
from app.protocols import asking, loader
from app.protocols.applied import AppliedPlan, apply
from app.protocols.content import Advice, Ask, LimitRule, SymptomRule
from app.readings import catalogue
from app.rules import vectors
from app.texting.grammar.said import Asked, Called, Known, Readings
from app.texting.grammar.understanding import understood
from tests.conftest import NOW
from tests.people import World
from tests.programmes.asked import deliveries
from tests.texting.on_a_phone import working

PLANS = {name: apply(new_id(), one) for name, one in loader.load_all(loader.FILES, vectors.judge).items()}
KEYS = {one.protocol.id: name for name, one in PLANS.items()}
EVERY = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
TEXTABLE = sorted(texts.measures())
# How often a day each shipped protocol asks by text for what, and at which times that is proposed.
ASKED = {
    "copd_oximetry": ({"oxygen_saturation": 2, "pulse": 2}, [8, 18]),
    "diabetes": ({"glucose": 4}, [8, 13, 18, 22]),
    "heart_failure": ({"weight": 1, "pulse": 1, "blood_pressure": 1}, [8]),
    "hypertension_at_home": ({"blood_pressure": 2}, [8, 18]),
}


def asked(*measures: str) -> Known:
    """Mary, who was asked for these."""
    return Known("en", (Called("MARY"),), "MARY", Asked(measures, who="MARY"), NOW)


def test_each_shipped_protocol_stands_in_the_table() -> None:
    assert KEYS.keys() == ASKED.keys()


@EVERY
def test_it_asks_as_often_as_the_plan_says(plan: AppliedPlan) -> None:
    wanted, hours = ASKED[plan.protocol.id]
    found = by_text.asked_by_text([plan])
    assert {one.measure: one.times for one in found} == wanted
    assert asking_times.usual(found) == [time(hour) for hour in hours]


@EVERY
def test_every_text_that_asks_has_room_for_the_longest_name(plan: AppliedPlan) -> None:
    measures = " ".join(one.measure for one in by_text.asked_by_text([plan]))
    for template in ("text_ask", "text_ask_again", "text_ask_repeat"):
        said = texts.render(template, "en", reader="W" * 20, measures=measures)
        assert segments.count(said).segments <= 2


@EVERY
def test_all_its_advice_goes_into_a_text(plan: AppliedPlan) -> None:
    """Also what is said of an emergency: nobody without the app is told to open it."""
    for one in by_text.advice([plan]):
        words = texts.advice(one.do)
        assert words, one.do
        assert words.replace(" ", "") == segments.fold("".join(one.do.split()))
        assert segments.count(texts.render("text_advice", "en", advice=words)).segments <= 2
    assert by_text.left_out([plan]).too_long == 0


@EVERY
def test_what_waits_for_a_repeat_can_be_asked_for_again(plan: AppliedPlan) -> None:
    """Also of a measure that is asked for at no set time, as ketones are."""
    waits = {
        rule.measure
        for rule in plan.protocol.rules
        if isinstance(rule, LimitRule) and any(band.repeat for band in rule.bands)
    }
    assert by_text.can_be_asked(waits) == list(waits)


@EVERY
def test_every_measure_of_its_rules_is_understood(plan: AppliedPlan) -> None:
    assert set(plan.protocol.by_measure) <= texts.measures()


@pytest.mark.parametrize("measure", TEXTABLE)
def test_the_example_in_the_question_is_an_answer(measure: str) -> None:
    shown = languages.ALL["en"].measures[measure].rpartition(", as ")[2]
    said = understood(shown, asked(measure))
    assert isinstance(said, Readings)
    assert [one.measure for one in said.readings] == [measure]


@pytest.mark.parametrize("measure", catalogue.MEASURES)
def test_each_measure_of_the_catalogue_can_be_texted_or_is_said_not_to_be(measure: str) -> None:
    can = measure in texts.measures()
    assert can == (not catalogue.MEASURES[measure].answers)  # answers to pick are none to type
    left_out = by_text.left_out([asking_for(Ask(measure, "every morning", "As you were shown."))])
    assert left_out.never == (() if can else (measure,))


def test_what_does_not_go_by_text_is_known_before() -> None:
    left_out = by_text.left_out([PLANS[KEYS["diabetes"]]])
    assert [one.measure for one in left_out.on_occasion] == ["ketones"]
    assert {"chest_pain", "needed_help"} <= set(left_out.symptoms)
    assert left_out.never == ()
    long = asking_for(Ask("pulse", "every morning", "Rest."), do="Rest. " * 50)
    assert by_text.left_out([long]).too_long == 1


def asking_for(*asks: Ask, do: str = "Rest.") -> AppliedPlan:
    """A plan of somebody's own that asks for this, with one piece of advice."""
    shipped = PLANS[KEYS["hypertension_at_home"]].protocol
    (rule,) = (one for one in shipped.rules if isinstance(one, SymptomRule))
    rules = (replace(rule, advice=Advice("It is high.", do)),)
    return apply(new_id(), replace(shipped, ask=asks, rules=rules, by_measure={}))


class TestParting:
    """Of much there are several texts, and none is too long."""

    def test_all_that_can_be_asked_is(self, app: Flask, world: World) -> None:
        patient = patients.admitted_one(world.mary_patient.id)
        with working():
            saying.ask_for(patient, new_id(), "text_ask", [*TEXTABLE, "consciousness"])
        bodies = [one.body or "" for one in deliveries()]
        assert len(bodies) > 3
        assert all(segments.count(body).segments <= 2 for body in bodies)
        for measure in TEXTABLE:
            assert sum(f"{languages.ALL['en'].measures[measure]}" in body for body in bodies) == 1, measure


@pytest.mark.parametrize(
    ("when", "times"),
    [
        ("every morning", 1),
        ("twice a day", 2),
        ("three times a day", 3),
        ("before meals", 3),
        ("before meals and at bedtime, and whenever feeling low", 4),
        ("with each saturation", 2),
        ("when glucose is above 14", 0),
        ("whenever you are unwell", 0),
    ],
)
def test_how_often_the_words_of_a_protocol_ask(when: str, times: int) -> None:
    asks = [Ask("pulse", when, "Rest.")]
    if when.startswith("with each"):
        asks.append(Ask("oxygen_saturation", "twice a day", "Rest."))
    assert asking.asked([asking_for(*asks)])[0].times == times
