"""What a text may reach is the same however it is handled: numbered over all circles, again, or after another text."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock, reruns
from app.core.db import db
from app.core.events import EventRerun
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages.help_entering import NewHelp
from app.messages.models import HelpEvent, HelpRequest
from app.messages.service import asking
from app.notifications.models import Delivery, InboundText
from app.notifications.service import receiving
from app.patients import queries as patients
from app.patients.by import By
from app.patients.models import Patient
from app.readings.models import Reading
from app.todos.models import Todo
from tests.conftest import NOW
from tests.people import World
from tests.texting.conftest import Refusing
from tests.texting.on_a_phone import working
from tests.texting.texted import TOM, join, said, texted

BREAD, LIFT, SHOPPING = "Bread", "Lift", "Shopping"
NO_ANSWER = "about <> 'inbound'"


@pytest.fixture(autouse=True)
def both(world: World) -> None:
    """Tom looks after Mary and after Mr Khan, and may send readings of both."""
    for patient in (world.mary_patient, world.khan_patient):
        join(world.tom, patient, Right.SEE, Right.BE_TOLD)
        join(world.tom, patient, Right.ACT, category=Category.READINGS)


def ask(patient: Patient, by: UUID, words: str) -> None:
    with unit_of_work():
        asking.ask(patients.admitted_one(patient.id), NewHelp(new_id(), words=words), By(by, Role.PATIENT))


def states() -> dict[str | None, str]:
    db.session.expire_all()
    return {one.what: one.state for one in db.session.scalars(select(HelpRequest))}


def kept() -> list[tuple[UUID, float | None]]:
    rows = db.session.scalars(select(Reading).where(Reading.source == "sms").order_by(Reading.received_at))
    return [(one.patient_id, one.value) for one in rows]


class TestNumbers:
    """Three things wait in two circles: 1 bread, for Mr Khan; 2 a lift and 3 the shopping, for Mary."""

    @pytest.fixture(autouse=True)
    def waiting(self, world: World) -> None:
        ask(world.khan_patient, world.khan.id, BREAD)
        ask(world.mary_patient, world.mary.id, LIFT)
        ask(world.mary_patient, world.mary.id, SHOPPING)

    @pytest.mark.parametrize(("number", "what"), [(1, BREAD), (2, LIFT), (3, SHOPPING)])
    def test_go_and_a_number_takes_the_one_that_has_it(self, number: int, what: str) -> None:
        assert "it is yours" in said(f"GO {number}", TOM)
        assert states() == dict.fromkeys((BREAD, LIFT, SHOPPING), "open") | {what: "claimed"}

    def test_done_and_pass_mean_the_same_number(self) -> None:
        said("GO 2", TOM)
        assert "noted as done for Mary O." in said("DONE 2", TOM)
        assert states() == {BREAD: "open", LIFT: "done", SHOPPING: "open"}

    def test_pass_is_said_of_the_one_that_has_the_number(self) -> None:
        assert "others are asked for Mary O." in said("PASS 2", TOM)
        passed = select(HelpRequest).join(HelpEvent, HelpEvent.request_id == HelpRequest.id)
        assert [one.what for one in db.session.scalars(passed.where(HelpEvent.kind == "passed"))] == [LIFT]

    def test_no_number_is_none(self) -> None:
        said("GO 4", TOM)
        assert set(states().values()) == {"open"}


def test_a_text_that_is_handled_again_is_still_asked_whom_it_is_about(refusing: Refusing, world: World) -> None:
    with refusing("delivery", NO_ANSWER):
        assert texted("BP 182/110", TOM) == []
    with clock.at(NOW + timedelta(minutes=1)), working():
        assert reruns.run_due() == 1
    (answer,) = db.session.scalars(select(Delivery).where(Delivery.about == "inbound"))
    assert "whom is this about? Reply MARY or IMRAN" in (answer.body or "")
    assert kept() == []


@pytest.mark.parametrize("name", ["Mary", "Imran"])
def test_a_text_that_is_handled_again_is_kept_for_whom_it_names(refusing: Refusing, world: World, name: str) -> None:
    """Whoever it names need not be the one whom its sender was told of last."""
    with refusing("reading", "source <> 'sms'"):
        assert texted(f"{name} BP 122/78", TOM) == []
    with clock.at(NOW + timedelta(minutes=1)), working():
        assert reruns.run_due() == 1
    whose = world.mary_patient if name == "Mary" else world.khan_patient
    assert kept() == [(whose.id, 122)]
    assert db.session.scalars(select(EventRerun).where(EventRerun.done_at.is_(None))).all() == []


def several(*bodies: str) -> None:
    """Texts that came one after another, and are handled together by the task of the last."""
    with unit_of_work():
        for number, body in enumerate(bodies):
            receiving.keep(
                {"MessageSid": f"SM{number:032}", "From": TOM, "Body": body}, NOW + timedelta(seconds=number)
            )
        last = db.session.scalars(
            select(InboundText).order_by(InboundText.sent_at.desc(), InboundText.id.desc())
        ).first()
        db.session.execute(text("delete from procrastinate_jobs"))
    assert last is not None
    with working():
        receiving.handle(str(last.id))


def test_texts_about_one_and_then_the_other_are_both_kept(world: World) -> None:
    with clock.at(NOW + timedelta(minutes=1)):
        several("Mary BP 122/78", "Imran BP 131/84", "Mary weight 70 kg")
    found = {world.mary_patient.id: {122, 70}, world.khan_patient.id: {131}}
    assert {one: {value for of, value in kept() if of == one} for one in found} == found


def test_a_reading_and_then_stop_are_both_heeded(world: World) -> None:
    with clock.at(NOW + timedelta(minutes=1)):
        several("Mary BP 122/78", "STOP")
    assert kept() == [(world.mary_patient.id, 122)]
    asked = db.session.scalars(select(Todo.patient_id).where(Todo.kind == "check_number"))
    assert set(asked) == {world.mary_patient.id, world.khan_patient.id}


def test_what_comes_after_a_refusal_is_handled_once(world: World) -> None:
    with clock.at(NOW + timedelta(minutes=1)):
        several("TELL MARY hello", "Imran BP 131/84")
    assert kept() == [(world.khan_patient.id, 131)]
    texts = db.session.scalars(select(InboundText.handled_at)).all()
    assert None not in texts
