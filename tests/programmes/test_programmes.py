"""Monitoring by text: each time once, reminded of once, missed, told of; paused and ended; nothing late."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.notifications.service import choosing
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.models import Patient
from app.patients.service import changing
from app.programmes.models import TextAsk
from app.programmes.service import asking, running, silence, starting
from app.protocols.models import MonitoringPlan
from app.readings import service as readings
from app.readings.intake import Entry
from tests.people import World
from tests.programmes.asked import agreed, deliveries, programme_of, states, todos
from tests.texting.on_a_phone import at, tick, with_home_blood_pressure, working

EIGHT = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
EIGHTEEN = EIGHT.replace(hour=18)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def mary(world: World) -> AdmittedPatient:
    """Mary is asked for her blood pressure from tomorrow 08:00 on; tonight's time is over."""
    found = with_home_blood_pressure(world)
    with clock.at(EIGHT - 12 * HOUR), working():
        agreed(found, By(world.mary.id, Role.PATIENT, "page"))
    return found


def sent(mary: AdmittedPatient, moment: datetime, pressure: tuple[int, int] = (130, 80), source: str = "typed") -> None:
    """A reading by another way in."""
    parts = {
        name: {"value": value, "unit": "mm[Hg]"}
        for name, value in zip(("systolic", "diastolic"), pressure, strict=True)
    }
    with clock.at(moment), unit_of_work():
        entry = Entry(new_id(), "blood_pressure", moment, components=parts, source=source)
        readings.record(mary, [entry], by=mary.person_id)


def told() -> list[str]:
    """The texts of programmes, oldest first, after the one that asked for a yes and the welcome."""
    return [one.body or "" for one in deliveries()][2:]


class TestAsking:
    """Each time once, and only for what is missing."""

    def test_many_workers_ask_once(self, app: Flask, mary: AdmittedPatient) -> None:
        barrier = threading.Barrier(4)

        def work() -> None:
            with app.app_context():
                barrier.wait()
                with working():
                    asking.ask_due()

        with clock.at(EIGHT):
            threads = [threading.Thread(target=work) for _ in range(4)]
            for one in threads:
                one.start()
            for one in threads:
                one.join()
        at(EIGHT + timedelta(minutes=1))
        assert (len(told()), states()) == (1, ["asked"])

    def test_what_came_by_any_way_is_not_asked_for(self, mary: AdmittedPatient) -> None:
        sent(mary, EIGHT - HOUR)
        at(EIGHT)
        assert (told(), states()) == ([], ["answered"])
        at(EIGHTEEN)
        assert len(told()) == 1

    def test_what_comes_by_any_way_afterwards_answers_it(self, mary: AdmittedPatient) -> None:
        at(EIGHT)
        sent(mary, EIGHT + HOUR)
        at(EIGHT + 2 * HOUR)
        assert (len(told()), states()) == (1, ["answered"])

    def test_quiet_hours_do_not_stop_what_was_asked_for(self, world: World, mary: AdmittedPatient) -> None:
        with unit_of_work():
            wishes = {"quiet_from": time(7), "quiet_until": time(9)}
            choosing.choose(world.mary.id, wishes, choosing.of(world.mary.id).version)
        at(EIGHT)
        assert deliveries()[-1].state in ("accepted", "delivered")

    @pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28)])
    def test_both_clock_changes(self, world: World, day: date) -> None:
        mary = with_home_blood_pressure(world)
        begins = datetime.combine(day - DAY, time(), UTC)
        with clock.at(begins), working():
            agreed(mary, By(world.mary.id, Role.PATIENT, "page"))
        for quarter in range(3 * 24 * 4):
            moment = begins + quarter * timedelta(minutes=15)
            with clock.at(moment), working():
                asking.ask_due()
        rows = select(TextAsk).order_by(TextAsk.slot_at)
        wall = [
            (one.local_date, one.slot, one.slot_at.astimezone(mary.zone).time()) for one in db.session.scalars(rows)
        ]
        days = (day - DAY, day, day + DAY)
        assert wall == [(one, slot, slot) for one in days for slot in (time(8), time(18))]

    def test_another_zone_is_heeded_and_nothing_is_asked_twice(self, world: World, mary: AdmittedPatient) -> None:
        at(EIGHT)
        with clock.at(EIGHT + HOUR), working():
            record = db.session.get_one(Patient, mary.id)
            record.zone = "America/New_York"
            db.session.flush()
            running.move(patients.admitted_one(mary.id))
        at(EIGHT + 5 * HOUR)  # 08:00 there, of the same day
        assert len(told()) == 1  # a reminder so late is none
        at(EIGHTEEN + 5 * HOUR)
        asked = db.session.scalars(select(TextAsk.slot_at).order_by(TextAsk.slot_at))
        assert [one.astimezone(UTC).hour for one in asked] == [8, 23]


class TestOutages:
    """What could not be asked in time is not asked late, and nobody missed it."""

    def test_late_is_recorded_as_not_sent(self, mary: AdmittedPatient) -> None:
        for moment in (EIGHT + 2 * DAY + 2 * HOUR,) * 8:
            at(moment)
        assert (told(), states()) == ([], ["not_sent"] * 5)
        assert todos(silence.UNANSWERED) == []

    def test_what_no_sender_took_is_not_missed(self, mary: AdmittedPatient) -> None:
        with clock.at(EIGHT), working():
            asking.ask_due()
        at(EIGHT + 3 * HOUR)
        assert (states(), len(told())) == (["not_sent"], 1)
        assert [one.state for one in deliveries()][2:] == ["stale"]


class TestMissing:
    """Reminded of once, missed, and after three in a row somebody is asked to find out."""

    def miss(self, slots: int) -> datetime:
        moment = EIGHT
        for number in range(slots):
            moment = EIGHT + (number // 2) * DAY + (number % 2) * 10 * HOUR
            for hours in (0, 2, 5, 6):
                at(moment + hours * HOUR)
        return moment + 6 * HOUR

    def test_one_reminder(self, mary: AdmittedPatient) -> None:
        self.miss(1)
        assert ["not here yet" in one for one in told()] == [False, True]
        assert states() == ["missed"]

    def test_three_in_a_row_are_one_to_do_which_the_next_reading_closes(self, mary: AdmittedPatient) -> None:
        self.miss(2)
        assert todos(silence.UNANSWERED) == []
        over = self.miss(5)
        (todo,) = todos(silence.UNANSWERED)
        assert "3 times in a row" in (todo.reason or "")
        assert (todo.owner_id, todo.done_at) == (mary.coordinator_id, None)
        sent(mary, over)
        at(over + timedelta(minutes=1))
        (todo,) = todos(silence.UNANSWERED)
        assert todo.done_at is not None

    def test_a_reading_between_begins_the_count_anew(self, mary: AdmittedPatient) -> None:
        over = self.miss(2)
        sent(mary, over + 7 * HOUR)
        for number in (2, 3):
            self.at_slot(number)
        assert todos(silence.UNANSWERED) == []

    def at_slot(self, number: int) -> None:
        moment = EIGHT + (number // 2) * DAY + (number % 2) * 10 * HOUR
        for hours in (0, 2, 5, 6):
            at(moment + hours * HOUR)


class TestRepeats:
    """Half an hour of rest, and once more."""

    @pytest.fixture(autouse=True)
    def high(self, mary: AdmittedPatient) -> None:
        at(EIGHT)
        sent(mary, EIGHT + timedelta(minutes=10), (158, 97), "sms")

    def test_asked_for_once_within_the_time_of_the_plan(self, mary: AdmittedPatient) -> None:
        at(EIGHT + timedelta(minutes=17))
        assert states("repeat") == []
        for minutes in (18, 19, 24, 60):  # the plan waits for it from 08:10 until 08:25
            at(EIGHT + timedelta(minutes=minutes))
        assert sum("measure again now" in one for one in told()) == 1
        at(EIGHT + 3 * HOUR)
        assert states("repeat") == ["missed"]

    def test_not_when_it_came(self, mary: AdmittedPatient) -> None:
        sent(mary, EIGHT + timedelta(minutes=15), (138, 85))
        at(EIGHT + timedelta(minutes=18))
        assert states("repeat") == []

    def test_not_when_the_plan_waits_for_it_no_more(self, mary: AdmittedPatient) -> None:
        at(EIGHT + timedelta(minutes=25))
        assert states("repeat") == []

    def test_not_for_one_who_is_asked_no_more(self, world: World, mary: AdmittedPatient) -> None:
        with working():
            running.end(mary, world.mary.id)
        at(EIGHT + timedelta(minutes=18))
        assert states("repeat") == []


class TestEnding:
    """Pauses, the end, and the end of care."""

    def test_a_pause_asks_nothing_before_its_day(self, mary: AdmittedPatient) -> None:
        at(EIGHT)
        with clock.at(EIGHT + HOUR), working():
            running.pause(mary, programme_of(mary), date(2026, 11, 21))
        for hours in range(1, 48, 3):
            at(EIGHT + hours * HOUR)
        assert (len(told()), states()) == (1, ["called_off"])
        at(EIGHT + 2 * DAY)
        assert len(told()) == 2

    def test_going_on_at_once(self, mary: AdmittedPatient) -> None:
        with clock.at(EIGHT), working():
            running.pause(mary, programme_of(mary), date(2026, 12, 1))
            running.pause(mary, programme_of(mary), None)
        at(EIGHTEEN)
        assert len(told()) == 1

    def test_the_end_of_care_ends_it(self, world: World, mary: AdmittedPatient) -> None:
        with clock.at(EIGHT), working():
            asking.ask_due()
            changing.end_care(mary, "moved")
        at(EIGHT)
        at(EIGHTEEN)
        assert states() == ["called_off"]
        assert [one.state for one in deliveries()] == ["stale", "stale", "stale"]


class TestRefused:
    """What cannot begin, says why and changes nothing."""

    def test_without_a_phone(self, world: World) -> None:
        mary = with_home_blood_pressure(world)
        with unit_of_work():
            nothing = {"phone_sealed": None, "phone_index": None}
            db.session.execute(update(Person).where(Person.id == mary.person_id).values(nothing))
        with pytest.raises(Conflict, match="No mobile phone"):
            starting.start(mary, [time(8)], By(world.mary.id, Role.PATIENT, "page"))

    def test_times_too_near(self, world: World) -> None:
        mary = with_home_blood_pressure(world)
        with pytest.raises(Invalid, match="3 hours apart"):
            starting.start(mary, [time(8), time(9)], By(world.mary.id, Role.PATIENT, "page"))

    def test_a_pause_until_yesterday(self, mary: AdmittedPatient) -> None:
        with pytest.raises(Invalid):
            running.pause(mary, programme_of(mary), date(2026, 11, 17))


def test_a_programme_whose_plan_cannot_be_read_holds_up_nobody(client: FlaskClient, mary: AdmittedPatient) -> None:
    with unit_of_work():
        db.session.execute(update(MonitoringPlan).where(MonitoringPlan.patient_id == mary.id).values(protocol="gone"))
    at(EIGHT)
    assert states() == ["unasked"]
    tick()
