"""One phone in two circles, over the provider's webhook: nothing is recorded for whoever was not meant."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages.help_entering import NewHelp
from app.messages.models import HelpRequest
from app.messages.service import asking
from app.notifications.service import sending
from app.patients import queries as patients
from app.patients.by import By
from app.patients.models import Patient
from app.readings.models import Reading
from tests.conftest import NOW
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import Phone
from tests.texting.texted import TOM, join

SOON, LATER = NOW + timedelta(minutes=5), NOW + timedelta(minutes=15)


@pytest.fixture
def tom(provider: TwilioStandIn, world: World) -> Phone:
    """Tom looks after Mary and after Mr Khan, and may send readings of both."""
    for patient in (world.mary_patient, world.khan_patient):
        join(world.tom, patient, Right.SEE, Right.ACT, category=Category.READINGS)
        join(world.tom, patient, Right.SEE, Right.ACT)
    return Phone(provider, TOM)


def kept() -> list[tuple[UUID, float | None]]:
    """Whose reading was kept, in order."""
    rows = db.session.scalars(select(Reading).order_by(Reading.received_at, Reading.id))
    return [(one.patient_id, one.value) for one in rows]


def ask(patient: Patient, by: UUID, words: str) -> UUID:
    with unit_of_work():
        seen = patients.admitted_one(patient.id)
        return asking.ask(seen, NewHelp(new_id(), words=words), By(by, Role.PATIENT)).id


def test_a_reading_that_names_nobody_is_asked_about_and_the_answer_says_whose(tom: Phone, world: World) -> None:
    (question,) = tom.sends("128 over 82", SOON)
    assert "whom is this about? Reply MARY or IMRAN. Nothing is saved yet" in question
    assert kept() == []
    assert "it is saved" in tom.sends("IMRAN", LATER)[0]
    assert kept() == [(world.khan_patient.id, 128)]
    assert "it is saved" in tom.sends("mary 131/84", LATER + timedelta(minutes=1))[0]
    assert kept()[1:] == [(world.mary_patient.id, 131)]


@pytest.mark.parametrize("reply", ["Bob", "mary imran", "the first one", "142/88", "?", "mary and imran"])
def test_an_answer_that_names_none_or_both_saves_nothing(tom: Phone, reply: str) -> None:
    tom.sends("128 over 82", SOON)
    assert len(tom.sends(reply, LATER)) == 1
    assert kept() == []


def test_a_name_that_comes_too_late_completes_nothing(tom: Phone) -> None:
    tom.sends("128 over 82", SOON)
    tom.sends("Mary", SOON + timedelta(hours=2, minutes=1))
    assert kept() == []


def test_a_name_completes_one_text_once(tom: Phone, world: World) -> None:
    tom.sends("128 over 82", SOON)
    tom.sends("Mary", LATER)
    tom.sends("Imran", LATER)
    assert kept() == [(world.mary_patient.id, 128)]


def test_of_the_same_first_name_each_has_a_code_of_their_own(provider: TwilioStandIn, world: World) -> None:
    with unit_of_work():
        khan = db.session.merge(world.khan)
        khan.given_name, khan.family_name = "Mary", "Smith"
    for patient in (world.mary_patient, world.khan_patient):
        join(world.tom, patient, Right.ACT, category=Category.READINGS)
    tom = Phone(provider, TOM)
    (question,) = tom.sends("bp 128/82", SOON)
    assert "Reply MARYO or MARYS." in question
    assert len(tom.sends("Mary", SOON)) == 1
    assert kept() == []
    tom.sends("bp 128/82", LATER)
    assert "saved" in tom.sends("marys", LATER)[0]
    assert kept() == [(world.khan_patient.id, 128)]


def test_help_for_both_is_taken_by_its_number_or_by_whom_it_is_for(tom: Phone, world: World) -> None:
    milk = ask(world.mary_patient, world.mary.id, "Milk")
    bread = ask(world.khan_patient, world.khan.id, "Bread")
    sending.send_all_due()
    assert sorted("Mary O." in one for one in tom.got()) == [False, True]  # sent side by side, in either order
    (which,) = tom.sends("GO", SOON)
    assert "2 things wait for your answer, so nothing was changed" in which
    assert "for Imran K." in tom.sends("go 2", SOON)[0]
    assert "for Mary O." in tom.sends("Go mary", LATER)[0]
    assert "2 things wait" in tom.sends("here", LATER)[0]
    assert "for Imran K." in tom.sends("here imran", LATER)[0]
    assert "done for Mary O." in tom.sends("done mary", LATER)[0]
    db.session.expire_all()
    states = {one.id: one.state for one in db.session.scalars(select(HelpRequest))}
    assert states == {milk: "done", bread: "arrived"}
