"""A person who only texts: readings, help, posts, peace, and questions that are asked once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages.help_entering import NewHelp
from app.messages.models import HelpRequest, Post, Thread, ThreadMessage
from app.messages.service import asking
from app.notifications.models import Delivery
from app.notifications.service import choosing, sending
from app.patients import queries as patients
from app.patients.by import By
from app.readings.models import Reading
from tests.people import World
from tests.texting.texted import KHAN, MARY, TOM, join, said, texted

FEEL_UNWELL = "do not wait"


def readings(world: World) -> list[tuple[str, float | None, float | None, str]]:
    """What is kept of Mary, oldest first."""
    mine = select(Reading).where(Reading.patient_id == world.mary_patient.id).order_by(Reading.received_at)
    return [(one.measure, one.value, one.value_2, one.source) for one in db.session.scalars(mine)]


class TestReadings:
    """BP 142/88 and its kin."""

    def test_a_reading_is_kept_and_answered(self, world: World) -> None:
        assert said("BP 122/78").startswith("Kith: thank you, it is saved.")
        assert readings(world) == [("blood_pressure", 122, 78, "sms")]

    def test_several_at_once(self, world: World) -> None:
        said("122 over 78 pulse 70 sats 96%")
        assert sorted(one[0] for one in readings(world)) == ["blood_pressure", "oxygen_saturation", "pulse"]

    def test_a_text_that_comes_twice_is_one_reading(self, world: World) -> None:
        texted("BP 122/78", sid="SM" + "7" * 32)
        texted("BP 122/78", sid="SM" + "7" * 32)
        assert len(readings(world)) == 1

    def test_what_is_not_certain_is_asked_once_and_then_read_by_people(self, world: World) -> None:
        assert "not certain" in said("142/88 or 124/88?")
        assert "with the care team" in said("well 142 or so /88?")
        assert readings(world) == []
        (message,) = db.session.scalars(select(ThreadMessage))
        assert (message.body, message.channel) == ("well 142 or so /88?", "sms")

    def test_an_hour_is_one_of_the_clock_on_the_wall(self, world: World) -> None:
        with clock.at(datetime(2027, 7, 1, 8, 30, tzinfo=UTC)):  # half past nine in London
            said("BP 122/78 at 9am")
        (at,) = db.session.scalars(select(Reading.measured_at).where(Reading.patient_id == world.mary_patient.id))
        assert at == datetime(2027, 7, 1, 8, 0, tzinfo=UTC)

    def test_what_cannot_be_is_not_kept(self, world: World) -> None:
        assert "not certain" in said("BP 400/300")
        assert readings(world) == []

    def test_a_red_one_is_answered_with_the_plans_advice_to_the_patient_alone(self, world: World) -> None:
        reply = said("sats 88% on air")
        assert reply.startswith("Kith: it is saved. ")
        assert "88" not in reply

    def test_a_carer_may_only_with_the_right(self, world: World) -> None:
        assert "may not" in said("BP 122/78", TOM)
        assert readings(world) == []
        join(world.tom, world.mary_patient, Right.ACT, category=Category.READINGS)
        assert "saved" in said("BP 122/78", TOM)
        assert len(readings(world)) == 1


class TestTwoCircles:
    """Tom is in the circle of Mary and of Mr Khan."""

    @pytest.fixture(autouse=True)
    def both(self, world: World) -> None:
        for patient in (world.mary_patient, world.khan_patient):
            join(world.tom, patient, Right.ACT, category=Category.READINGS)

    def test_it_is_asked_whom_and_the_answer_completes_it(self, world: World) -> None:
        assert "Reply MARY or IMRAN" in said("BP 122/78", TOM)
        assert readings(world) == []
        assert "saved" in said("mary", TOM)
        assert [one[:3] for one in readings(world)] == [("blood_pressure", 122, 78)]

    def test_a_name_says_it_at_once(self, world: World) -> None:
        said("Mary BP 122/78", TOM)
        assert len(readings(world)) == 1

    def test_leave_needs_the_code(self, world: World) -> None:
        assert "whom is this about? Reply MARY or IMRAN" in said("LEAVE", TOM)
        assert "left the circle of Mary O." in said("Mary", TOM)
        (place,) = patients.circles_of(world.tom.id)
        assert place.member.patient_id == world.khan_patient.id


class TestHelp:
    """GO, HERE, DONE, PASS."""

    @pytest.fixture(autouse=True)
    def asked(self, world: World) -> None:
        join(world.tom, world.mary_patient, Right.SEE, Right.BE_TOLD)
        patient = patients.admitted_one(world.mary_patient.id)
        with unit_of_work():
            asking.ask(patient, NewHelp(new_id(), words="Milk, please"), By(world.mary.id, Role.PATIENT))

    def state(self) -> str:
        db.session.expire_all()
        return db.session.scalars(select(HelpRequest)).one().state

    def test_a_carer_takes_it_arrives_and_has_done_it(self, world: World) -> None:
        assert "it is yours, for Mary O." in said("GO", TOM)
        assert self.state() == "claimed"
        assert "Text DONE" in said("here", TOM)
        assert self.state() == "arrived"
        assert "noted as done" in said("Done", TOM)
        assert self.state() == "done"
        assert "nothing waits" in said("GO", TOM)

    def test_pass_leaves_it_to_others(self, world: World) -> None:
        assert "others are asked" in said("pass", TOM)
        assert self.state() == "open"

    def test_status_says_how_many_and_nothing_more(self, world: World) -> None:
        reply = said("STATUS", TOM)
        assert ("waiting for your answer: 1" in reply, "Milk" in reply) == (True, False)


class TestWords:
    """Posts, and what is for people."""

    def test_a_post_to_the_circle(self, world: World) -> None:
        join(world.tom, world.mary_patient, Right.SEE)
        reply = said("TELL everybody I am home again")
        assert "posted" in reply
        (post,) = db.session.scalars(select(Post).where(Post.author_id == world.mary.id))
        assert post.channel == "sms"

    def test_what_is_not_understood_is_with_the_team(self, world: World) -> None:
        assert "with the care team" in said("I do not feel myself since Sunday")
        (thread,) = db.session.scalars(select(Thread))
        assert (thread.kind, thread.opened_by) == ("team", world.mary.id)
        texted("and my ankles are swollen")
        assert len(db.session.scalars(select(ThreadMessage)).all()) == 2

    def test_somebody_who_may_not_write_to_the_team_is_told_that_nobody_read_it(self, world: World) -> None:
        assert "nobody has read this" in said("How is mum?", TOM)
        assert db.session.scalars(select(Thread)).all() == []

    def test_two_machines_do_not_answer_each_other_for_ever(self, world: World) -> None:
        assert sum(len(texted("I am out of office.", KHAN)) for _ in range(30)) <= 3


class TestPeace:
    """QUIET and its end."""

    def test_quiet_until_a_time(self, world: World) -> None:
        assert "until 15:00" in said("QUIET UNTIL 15:00", TOM)
        until = choosing.of(world.tom.id).muted_until
        assert until is not None
        assert until > clock.now()
        said("QUIET OFF", TOM)
        assert choosing.of(world.tom.id).muted_until is None

    def test_the_providers_words_are_left_to_it(self, world: World) -> None:
        assert [texted(word, TOM) for word in ("STOP", "START", "HELP")] == [[], [], []]

    def test_an_unknown_phone_changes_nothing(self, world: World) -> None:
        assert texted("BP 122/78", "+447700900999") == []
        assert readings(world) == []
        assert MARY != TOM


class TestWhomItIsAbout:
    """Nothing is stored for somebody who was not meant."""

    @pytest.fixture(autouse=True)
    def both(self, world: World) -> None:
        for patient in (world.mary_patient, world.khan_patient):
            join(world.tom, patient, Right.ACT, category=Category.READINGS)
            join(world.tom, patient, Right.SEE, Right.ACT)

    def test_a_reading_is_not_for_whom_somebody_helps(self, world: World) -> None:
        khan = patients.admitted_one(world.khan_patient.id)
        with unit_of_work():
            asking.ask(khan, NewHelp(new_id(), words="Bread"), By(world.khan.id, Role.PATIENT))
        said("GO", TOM)
        assert "whom is this about" in said("BP 182/110", TOM)
        assert db.session.scalars(select(Reading)).all() == []

    def test_a_call_for_help_reaches_the_team_of_whom_it_names(self, world: World) -> None:
        assert "whom is this about" in said("Mum fell and cannot get up", TOM)
        assert "with the care team" in said("MARY", TOM)
        (message,) = db.session.scalars(select(ThreadMessage))
        assert (message.body, message.patient_id) == ("Mum fell and cannot get up", world.mary_patient.id)

    def test_a_post_is_put_where_it_is_said(self, world: World) -> None:
        assert "whom is this about" in said("TELL I am on my way", TOM)
        assert "posted" in said("imran", TOM)
        (post,) = db.session.scalars(select(Post).where(Post.author_id == world.tom.id))
        assert post.patient_id == world.khan_patient.id

    def test_the_goodbye_of_a_circle_is_sent(self, world: World) -> None:
        said("LEAVE MARY", TOM)
        sending.send_all_due()
        sent = select(Delivery.state).where(Delivery.recipient_id == world.tom.id, Delivery.about == "inbound")
        assert list(db.session.scalars(sent)) == ["delivered"]
