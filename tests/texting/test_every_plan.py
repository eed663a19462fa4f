"""Each shipped plan on an old phone, with no app: asked, thanked, advised, repeated, reminded of, missed, told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from app.access.roles import Role
from app.notifications import languages
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.programmes import asking_times, by_text, queries
from app.programmes.service import silence, starting
from app.protocols import loader
from app.protocols import queries as protocols
from tests.conftest import NOW
from tests.people import World
from tests.programmes.asked import states, todos
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import Phone, at, tick, with_plan, working
from tests.texting.texted import MARY

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Course:
    """What Mary texts to one plan: what is in its limits, what is not, and what it says then."""

    condition: str
    fine: Sequence[str]
    worse: str
    advised: str
    repeated: str  # her second measurement, where the plan waits for one; else nothing
    repeat_after: int = 8  # minutes: half of the time for which the plan waits
    others: Mapping[str, str] = field(default_factory=dict)  # other words for it, and what comes back


COURSES = {
    "copd_oximetry": Course(
        "COPD", ("SATS 97 on air", "PULSE 72"), "SATS 94 on air", "Rest five minutes, warm your hand", "SATS 96 on air",
        others={"SATS 91 on air": "ring 999 or go to A&E now", "sats 88": "ring 999 or go to A&E now"},
    ),
    "diabetes": Course(
        "Diabetes", ("SUGAR 6.1 MMOL",), "ketone 0.8", "ketones", "ketone 0.4", repeat_after=90,
        others={"SUGAR 3.2": "sugary", "SUGAR LO": "sugary"},
    ),
    "heart_failure": Course(
        "Heart failure", ("WEIGHT 80 KG", "PULSE 72", "BP 128/80"), "PULSE 114", "rest", "PULSE 88",
    ),
    "hypertension_at_home": Course(
        "Hypertension", ("128/80",), "BP 158/97", "wait one to five minutes", "BP 138/85",
        others={"BP 182/100": "999"},
    ),
}  # fmt: skip


def test_every_shipped_plan_has_its_course() -> None:
    assert {path.stem for path in loader.FILES.glob("*.yaml")} == COURSES.keys()


@pytest.mark.parametrize("name", COURSES)
def test_a_plan_wholly_by_text(provider: TwilioStandIn, world: World, name: str) -> None:
    course = COURSES[name]
    mary, phone = with_plan(world, name, course.condition), Phone(provider, MARY)
    agrees(mary, phone, world)
    first = moment = next_time(mary)
    at(moment)
    (asked,) = phone.got()
    for one in by_text.asked_by_text(protocols.plans_as_applied(mary)):
        assert languages.ALL["en"].measures[one.measure] in asked
    for said in course.fine:
        moment += MINUTE
        (thanks,) = phone.sends(said, moment)
        assert "it is saved" in thanks, said
    assert states() == ["answered"]
    repeats(course, phone, moment + MINUTE)
    for said, expected in course.others.items():
        moment = first + timedelta(hours=3)
        assert expected in " ".join(phone.sends(said, moment)), said
    misses(mary, phone, moment)


def agrees(mary: AdmittedPatient, phone: Phone, world: World) -> None:
    with working():
        times = asking_times.usual(by_text.asked_by_text(protocols.plans_as_applied(mary)))
        starting.start(mary, times, By(world.priya.id, Role.COORDINATOR, "page"))
    tick()
    assert "Reply JOIN" in phone.got()[0]
    assert "first at" in phone.sends("JOIN", NOW + MINUTE)[0]


def next_time(mary: AdmittedPatient) -> datetime:
    programme = queries.running(mary)
    assert programme is not None
    return programme.next_at


def repeats(course: Course, phone: Phone, moment: datetime) -> None:
    """It is high: told what to do, asked once more within the time of the plan, and thanked."""
    (advice,) = phone.sends(course.worse, moment)
    assert course.advised.casefold() in advice.casefold()
    at(moment + (course.repeat_after - 1) * MINUTE)
    phone.got()
    for minutes in (0, 1):
        at(moment + (course.repeat_after + minutes) * MINUTE)
    (again,) = phone.got()
    assert "measure again now" in again
    assert "it is saved" in phone.sends(course.repeated, moment + (course.repeat_after + 2) * MINUTE)[0]
    assert "answered" in states("repeat")


def misses(mary: AdmittedPatient, phone: Phone, moment: datetime) -> None:
    """Nothing comes for days: each time is reminded of once, and the coordinator is to find out why, once."""
    phone.got()
    while not todos(silence.UNANSWERED):
        moment += HOUR
        at(moment)
        assert moment < NOW + timedelta(days=7)
    reminded = [one for one in phone.got() if "not here yet" in one]
    assert states().count("missed") == silence.IN_A_ROW
    assert len(reminded) in (2, 3)  # what is asked at 22:00 is over with the day, before its reminder
    for hours in range(1, 4):
        at(moment + hours * HOUR)
    (todo,) = todos(silence.UNANSWERED)
    assert todo.owner_id == mary.coordinator_id
