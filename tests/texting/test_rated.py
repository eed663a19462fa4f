"""How life is going, wholly by text over the webhook; and OK or PASS to a step of a goal."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import orjson
import pytest
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.goals.entering import NewGoal, NewStep
from app.goals.models import GoalStep
from app.goals.queries import steps as steps_of
from app.goals.service import helping, setting
from app.notifications.service import agreeing, sending
from app.patients import queries as patients
from app.patients.by import By
from app.programmes.service import saying, starting
from app.ratings import loader
from app.ratings.models import Rating, RatingDraft
from app.readings.models import Reading
from tests.conftest import NOW
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import WEBHOOK, Phone, at, tick, with_plan, working
from tests.texting.texted import KHAN, MARY, TOM, join

WHEEL = loader.load_all()["wheel"]


def minutes(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


@pytest.fixture
def mary(provider: TwilioStandIn, world: World) -> Phone:
    return Phone(provider, MARY)


def ratings() -> list[Rating]:
    return list(
        db.session.scalars(select(Rating).order_by(Rating.created_at).execution_options(populate_existing=True))
    )


def test_one_part_of_life_at_a_time(mary: Phone) -> None:
    (asked,) = mary.sends("RATE", minutes(0))
    assert asked.startswith("Kith: 1 of 8. Daily living: How well do you get through the day")
    assert "(0: I cannot manage - 10: I manage all I want to) Reply a number, or SKIP." in asked
    for place, said in enumerate(("7", "3.", " 5 ", "8", "SKIP", "6", "2"), 1):
        (asked,) = mary.sends(said, minutes(place))
        assert asked.startswith(f"Kith: {place + 1} of 8. {WHEEL.areas[place].name}: ")
    (thanks,) = mary.sends("9", minutes(9))
    assert "that was the last one, and it is sent" in thanks
    (rating,) = ratings()
    assert rating.scores == [7, 3, 5, 8, None, 6, 2, 9]
    assert (rating.voice, rating.channel, rating.occasion) == ("patient", "sms", "baseline")
    assert db.session.scalars(select(RatingDraft)).all() == []


def test_the_same_number_for_everything_is_an_answer_to_each(mary: Phone) -> None:
    mary.sends("RATE", minutes(0))
    said = [mary.sends("5", minutes(0))[0] for _ in range(8)]  # within a minute
    assert "it is sent" in said[-1]
    assert ratings()[0].scores == [5] * 8


def test_a_number_off_the_scale_is_asked_for_again(mary: Phone) -> None:
    mary.sends("Rate.", minutes(0))
    (again,) = mary.sends("11", minutes(1))
    assert again.startswith("Kith: that number is not on the scale. 1 of 8. Daily living: ")
    assert "2 of 8" in mary.sends("10", minutes(2))[0]


def test_left_and_gone_on_with_where_it_was_left(mary: Phone) -> None:
    mary.sends("RATE", minutes(0))
    mary.sends("4", minutes(1))
    assert "2 of 8" in mary.sends("RATE", minutes(200))[0]
    assert "3 of 8" in mary.sends("6", minutes(201))[0]


def test_all_skipped_is_no_rating(mary: Phone) -> None:
    mary.sends("RATE", minutes(0))
    said = [mary.sends("skip", minutes(1 + place))[0] for place in range(8)]
    assert "nothing was rated" in said[-1]
    assert ratings() == []


def test_a_number_that_nobody_asked_for_is_no_rating(mary: Phone) -> None:
    mary.sends("7", minutes(0))
    assert ratings() == []
    assert db.session.scalars(select(RatingDraft)).all() == []
    mary.sends("RATE", minutes(1))
    mary.sends("7", minutes(3 * 24 * 60))  # days later it answers nothing any more
    (draft,) = db.session.scalars(select(RatingDraft))
    assert draft.said == "{}"


def test_a_reading_between_is_a_reading(mary: Phone) -> None:
    mary.sends("RATE", minutes(0))
    mary.sends("BP 132/81", minutes(1))
    assert len(db.session.scalars(select(Reading)).all()) == 1
    assert "2 of 8" in mary.sends("5", minutes(2))[0]


def test_where_another_number_was_asked_for_since_it_is_not_certain(mary: Phone, world: World) -> None:
    mary.sends("RATE", minutes(0))
    with clock.at(minutes(1)), unit_of_work():
        saying.say(patients.admitted_one(world.mary_patient.id), new_id(), "text_ask", measures="weight")
    with clock.at(minutes(1)):
        sending.send_all_due()
    mary.sends("7", minutes(2))
    (draft,) = db.session.scalars(select(RatingDraft))
    assert draft.said == "{}"


def test_whose_texts_are_of_no_record_rates_nothing(provider: TwilioStandIn, world: World) -> None:
    join(world.tom, world.mary_patient, Right.SEE, category=Category.RATINGS)
    tom, khan = Phone(provider, TOM), Phone(provider, KHAN)
    tom.sends("RATE", minutes(0))
    assert db.session.scalars(select(RatingDraft)).all() == []
    khan.sends("RATE", minutes(0))
    (draft,) = db.session.scalars(select(RatingDraft))
    assert draft.patient_id == world.khan_patient.id


@pytest.fixture
def step(provider: TwilioStandIn, world: World) -> GoalStep:
    """Mary asks Tom, who has nothing but texts and has agreed to them, to help with a step."""
    for right in (Right.SEE, Right.ACT):
        join(world.tom, world.mary_patient, right, category=Category.GOALS)
    patient, by = patients.admitted_one(world.mary_patient.id), By(world.mary.id, Role.PATIENT)
    with unit_of_work():
        agreeing.agree(world.tom.id)
        new = NewGoal(new_id(), "See the sea", audience="circle", steps=(NewStep(new_id(), "Book the train"),))
        goal = setting.set_goal(patient, new, by)
        (found,) = steps_of([goal.id])[goal.id]
        helping.ask(patient, found.id, world.tom.id, by)
    sending.send_all_due()
    return found


@pytest.mark.parametrize(
    ("reply", "state", "said"),
    [("OK", "accepted", "Mary O. is told that you will help"), ("Pass.", "declined", "is told that you cannot")],
)
def test_a_helper_answers_by_text(
    provider: TwilioStandIn, step: GoalStep, reply: str, state: str | None, said: str
) -> None:
    tom = Phone(provider, TOM)
    (asked,) = tom.got()
    assert "asks you to help with a step of a goal. Reply OK if you will, PASS if not." in asked
    assert "train" not in asked
    assert said in tom.sends(reply, minutes(1))[0]
    row = db.session.get_one(GoalStep, step.id, populate_existing=True)
    assert row.helper_state == state
    tom.sends(reply, minutes(2))  # again: nothing changes
    assert db.session.get_one(GoalStep, step.id, populate_existing=True).helper_state == state


def test_a_number_sent_twice_before_the_next_question_left_answers_once(mary: Phone, provider: TwilioStandIn) -> None:
    mary.sends("RATE", minutes(0))
    with clock.at(minutes(1)):
        for _ in range(2):
            assert provider.deliver_inbound(WEBHOOK, MARY, "3") == 200
    said = mary.sends("3", minutes(1))  # and once more, before anything came back
    assert all("2 of 8" in one for one in said)
    (draft,) = db.session.scalars(select(RatingDraft).execution_options(populate_existing=True))
    assert list(orjson.loads(draft.said)) == [WHEEL.areas[0].code]
    assert "3 of 8" in mary.sends("6", minutes(2))[0]


def test_a_number_that_may_answer_either_is_neither(mary: Phone, world: World) -> None:
    """At six she is asked for her blood sugar, while she is rating."""
    evening = NOW.replace(hour=18)
    plan = with_plan(world, "diabetes", "Diabetes")
    with working():
        starting.start(plan, [time(18)], By(world.priya.id, Role.COORDINATOR))
    tick()
    mary.sends("JOIN", minutes(1))
    assert "1 of 8" in mary.sends("RATE", evening - timedelta(minutes=1))[0]
    at(evening)
    assert "sugar" in mary.got()[0]
    (unsure,) = mary.sends("7", evening + timedelta(minutes=1))
    assert "that was not certain, and nothing is saved" in unsure
    assert db.session.scalars(select(Reading)).all() == []
    (draft,) = db.session.scalars(select(RatingDraft).execution_options(populate_existing=True))
    assert draft.said == "{}"
    assert "1 of 8" in mary.sends("RATE", evening + timedelta(minutes=2))[0]
    assert "2 of 8" in mary.sends("7", evening + timedelta(minutes=3))[0]
    assert "it is saved" in mary.sends("SUGAR 7 MMOL", evening + timedelta(minutes=4))[0]


def test_ok_where_two_patients_ask_says_for_whom(provider: TwilioStandIn, step: GoalStep, world: World) -> None:
    for right in (Right.SEE, Right.ACT):
        join(world.tom, world.khan_patient, right, category=Category.GOALS)
    khan, by = patients.admitted_one(world.khan_patient.id), By(world.khan.id, Role.PATIENT)
    with clock.at(minutes(1)), unit_of_work():
        new = NewGoal(new_id(), "Swim", audience="circle", steps=(NewStep(new_id(), "Find the pool"),))
        goal = setting.set_goal(khan, new, by)
        (other,) = steps_of([goal.id])[goal.id]
        helping.ask(khan, other.id, world.tom.id, by)
    with clock.at(minutes(1)):
        sending.send_all_due()
    tom = Phone(provider, TOM)
    tom.got()
    (which,) = tom.sends("OK", minutes(2))
    assert "whom is this about? Reply OK MARY or OK IMRAN" in which
    states = select(GoalStep.helper_state).order_by(GoalStep.asked_at)
    assert list(db.session.scalars(states)) == ["asked", "asked"]
    assert "Mary O. is told that you will help" in tom.sends("OK Mary!", minutes(3))[0]
    assert list(db.session.scalars(states)) == ["accepted", "asked"]
    assert "Imran K. is told that you cannot" in tom.sends("PASS", minutes(4))[0]
    assert list(db.session.scalars(states)) == ["accepted", "declined"]
