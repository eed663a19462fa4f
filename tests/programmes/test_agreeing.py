"""Nothing is asked before the patient's own yes, and no is enough at any time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict
from app.core.ids import new_id
from app.notifications import service as telling
from app.notifications.models import Delivery
from app.patients import consents
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.consents import Agreed
from app.programmes import jobs, queries
from app.programmes.models import TextProgramme
from app.programmes.service import agreeing, running, starting
from tests.conftest import NOW
from tests.people import World
from tests.programmes.asked import deliveries, programme_of, states, todos
from tests.texting.on_a_phone import at, tick, with_home_blood_pressure, working
from tests.texting.texted import MARY, TOM, join, texted

EIGHT = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
DAYS = timedelta(days=1)


@pytest.fixture
def mary(world: World) -> AdmittedPatient:
    """Priya would like Mary to be asked; Mary has the text, and has not replied."""
    found = with_home_blood_pressure(world)
    with working():
        starting.start(found, [time(8), time(18)], By(world.priya.id, Role.COORDINATOR, "page"))
    tick()
    return found


def programme() -> TextProgramme:
    return db.session.scalars(select(TextProgramme).execution_options(populate_existing=True)).one()


def says(body: str, sender: str = MARY, minutes: int = 5) -> list[str]:
    """What Mary texts; gives what the programme said to it."""
    before = len(deliveries())
    with clock.at(NOW + timedelta(minutes=minutes)):
        texted(body, sender)
    return [one.body or "" for one in deliveries()[before:]]


class TestYes:
    """By a word of ours at any time; by any other yes where it was the last thing asked."""

    def test_one_text_asks_for_it_in_the_words_that_are_kept(self, mary: AdmittedPatient) -> None:
        (asked,) = deliveries()
        kept = programme()
        words = consents.agreed(Agreed(kept.wording_id, kept.wording_version, kept.wording_language))
        assert words is not None
        assert words == consents.current(consents.TEXTS)
        assert words.will in (asked.body or "")
        assert words.will_not in (asked.body or "")
        assert "Reply JOIN" in (asked.body or "")
        assert kept.agreed_at is None

    def test_nothing_is_asked_before_it(self, mary: AdmittedPatient) -> None:
        for hours in range(48):
            at(NOW + timedelta(hours=hours))
        assert (len(deliveries()), states()) == (1, [])

    @pytest.mark.parametrize("body", ["JOIN", " join. ", "Join please", "YES", "yes", "Yes please", "ok", "Start", "Y"])
    def test_yes_in_many_words(self, mary: AdmittedPatient, body: str) -> None:
        (welcome,) = says(body)
        assert "first at 18:00" in welcome
        assert programme().agreed_at == NOW + timedelta(minutes=5)
        at(NOW.replace(hour=18))
        assert (len(deliveries()), states()) == (3, ["asked"])

    def test_in_the_language_of_the_patient(self, world: World, mary: AdmittedPatient) -> None:
        with working():
            world.mary.language = "pl"
        assert len(says("tak")) == 1

    def test_said_twice_is_once(self, mary: AdmittedPatient) -> None:
        says("JOIN")
        assert says("JOIN", minutes=6) == []
        assert programme().agreed_at == NOW + timedelta(minutes=5)

    def test_a_word_for_anything_answers_only_what_was_asked_last(self, mary: AdmittedPatient) -> None:
        with working():
            other = {"about": "message", "about_id": new_id(), "kind": "message", "body": "Something else?"}
            whom = {"organisation_id": mary.organisation_id, "patient_id": mary.id, "recipient_id": mary.person_id}
            from_us = telling.tell(**whom, **other)
        assert db.session.get(Delivery, from_us) is not None
        at(NOW + timedelta(minutes=1))
        assert says("ok") == []
        assert len(says("JOIN", minutes=6)) == 1

    def test_a_number_is_no_yes_and_counts_as_a_reading(self, mary: AdmittedPatient) -> None:
        assert says("BP 128/80") == []
        assert programme().agreed_at is None

    def test_nobody_else_says_it(self, world: World, mary: AdmittedPatient) -> None:
        join(world.tom, world.mary_patient, Right.ACT, category=Category.READINGS)
        assert says("JOIN", TOM) == []
        assert programme().agreed_at is None


class TestNo:
    """By PASS, LEAVE or STOP: it ends, and the coordinator knows."""

    @pytest.mark.parametrize("body", ["PASS", "no", "No thanks", "LEAVE"])
    def test_before_it_begins(self, mary: AdmittedPatient, body: str) -> None:
        (fine,) = says(body)
        assert "you are not asked by text" in fine
        (todo,) = todos(agreeing.REFUSED)
        assert (todo.owner_id, todo.done_at) == (mary.coordinator_id, None)
        assert queries.running(mary) is None

    @pytest.mark.parametrize("body", ["LEAVE", "leave.", "LEAVE MARY"])
    def test_at_any_time_afterwards(self, mary: AdmittedPatient, body: str) -> None:
        says("JOIN")
        (fine,) = says(body, minutes=9)
        assert "you are not asked by text" in fine
        at(EIGHT)
        assert (states(), len(todos(agreeing.REFUSED))) == ([], 1)

    def test_pass_of_something_else_later_ends_nothing(self, mary: AdmittedPatient) -> None:
        says("JOIN")
        says("PASS", minutes=9)
        assert queries.running(mary) is not None

    def test_stop_ends_it_and_start_does_not_begin_it_again(self, mary: AdmittedPatient) -> None:
        says("JOIN")
        assert says("STOP", minutes=9) == []
        assert queries.running(mary) is None
        assert len(todos("check_number")) == 1
        says("START", minutes=12)
        at(EIGHT)
        assert states() == []

    def test_of_a_programme_that_was_ended_nothing_can_be_said(self, world: World, mary: AdmittedPatient) -> None:
        with working():
            running.end(mary, world.priya.id)
        assert says("JOIN") == []
        assert todos(agreeing.REFUSED) == []


class TestNoAnswer:
    """Three days, and somebody asks."""

    def test_one_to_do_which_a_yes_closes(self, mary: AdmittedPatient) -> None:
        at(NOW + 3 * DAYS - timedelta(minutes=1))
        assert todos(running.UNAGREED) == []
        for hours in (0, 1, 48):
            at(NOW + 3 * DAYS + timedelta(hours=hours))
        (todo,) = todos(running.UNAGREED)
        assert "3 days ago" in (todo.reason or "")
        assert (todo.owner_id, todo.done_at) == (mary.coordinator_id, None)
        says("JOIN", minutes=6 * 24 * 60)
        (todo,) = todos(running.UNAGREED)
        assert todo.done_at is not None

    def test_a_reading_in_between_does_not_settle_it(self, mary: AdmittedPatient) -> None:
        at(NOW + 3 * DAYS)
        says("BP 128/80", minutes=3 * 24 * 60 + 5)
        at(NOW + 3 * DAYS + timedelta(hours=1))
        (todo,) = todos(running.UNAGREED)
        assert todo.done_at is None

    def test_ended_closes_it_too(self, world: World, mary: AdmittedPatient) -> None:
        at(NOW + 3 * DAYS)
        with working():
            running.end(mary, world.priya.id)
        (todo,) = todos(running.UNAGREED)
        assert todo.done_at is not None

    def test_the_clock_does_it(self) -> None:
        assert "see who has not agreed to be asked by text" in {job.name for job in jobs.JOBS}


class TestStarting:
    """One at a time."""

    def test_a_second_one_is_refused_and_the_same_id_is_the_same_one(self, world: World, mary: AdmittedPatient) -> None:
        by = By(world.priya.id, Role.COORDINATOR)
        with pytest.raises(Conflict, match="already"):
            starting.start(mary, [time(8)], by)
        first = programme_of(mary)
        assert starting.start(mary, [time(18), time(8)], by, first).id == first
        with pytest.raises(Conflict, match="same id"):
            starting.start(mary, [time(9)], by, first)
        assert len(deliveries()) == 1

    def test_before_a_yes_there_is_nothing_to_pause(self, mary: AdmittedPatient) -> None:
        with pytest.raises(Conflict, match="not replied"):
            running.pause(mary, programme_of(mary), (NOW + 2 * DAYS).date())
