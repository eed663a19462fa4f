"""Answers about doses by text, over the provider's webhook: recorded once, of the right person, in few words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.access.permissions import Right
from app.core import clock, rows
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.medicines.models import Dose, DoseAnswer, Medicine, Reminder
from app.medicines.service import reminding
from app.notifications import service
from app.notifications.models import Delivery
from app.notifications.service import receiving, sending
from app.todos.models import Todo
from tests.conftest import NOW
from tests.medicines.table import Table, table_of
from tests.medicines.test_list import give_tom
from tests.people import World

AT_TWENTY = {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "20:00"}]}]}
DUE = NOW.replace(hour=20, minute=0)
MARY, TOM = "+447700900201", "+447700900203"


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Iterator[Table]:
    """Mary takes two medicines at 20:00, and it is five past; she was reminded."""
    table = table_of(client, world, world.mary)
    for typed in ("Furosemide 40 mg", "Ramipril 5 mg"):
        table.scheduled(table.add(typed), AT_TWENTY)
    reminded(DUE)
    with clock.at(DUE + timedelta(minutes=5)):
        yield table


def reminded(at: datetime) -> None:
    """Have the reminders of this moment written and handed over."""
    with clock.at(at):
        reminding.remind()
        sending.send_all_due()


_sids = iter(range(10**6))


def texted(body: str, sender: str = MARY, sid: str | None = None, sent_at: datetime | None = None) -> list[str]:
    """Send a text and have it understood; gives what was said back."""
    before = set(db.session.scalars(select(Delivery.id).where(Delivery.about == "inbound")))
    with unit_of_work():
        receiving.keep({"MessageSid": sid or f"SM{next(_sids):032}", "From": sender, "Body": body}, sent_at)
    with unit_of_work():
        waiting = db.session.execute(text("delete from procrastinate_jobs returning task_name, args")).all()
    for name, facts in waiting:
        if name == receiving.HANDLE:
            with rows.within(rows.SERVICE), unit_of_work():  # as the worker does
                receiving.handle(**facts)
    replies = db.session.scalars(select(Delivery).where(Delivery.about == "inbound", Delivery.id.not_in(before)))
    return [one.body or "" for one in replies]


GENERAL = ("nothing waits for your answer", "with the care team", "nobody has read this", "was not clear")


def is_general(replies: list[str]) -> bool:
    """Whether nothing about doses was said back."""
    return all(any(words in one for words in GENERAL) for one in replies)


def tonight() -> list[Dose]:
    """The doses of 20:00, in the order of the reminder's numbers."""
    where = Dose.due_at == DUE
    doses = (
        select(Dose)
        .join(Medicine, Medicine.id == Dose.medicine_id)
        .where(where)
        .order_by(Medicine.created_at, Medicine.id)
    )
    return list(db.session.scalars(doses.execution_options(populate_existing=True)))


def states() -> list[str]:
    return [dose.state for dose in tonight()]


def test_y_is_all_of_this_time_and_a_number_is_one(mary: Table) -> None:
    (reply,) = texted("Y 2")
    assert reply.startswith("Kith: recorded")
    assert states() == ["due", "taken"]
    texted("y")
    assert states() == ["taken", "taken"]


def test_n_is_not_had_and_late_asks_again(mary: Table) -> None:
    texted("LATE 10")
    assert states() == ["due", "due"]
    texted("N")
    assert states() == ["missed", "missed"]


def test_a_text_handled_twice_is_one_answer(mary: Table) -> None:
    texted("Y", sid="SM" + "9" * 32)
    texted("Y", sid="SM" + "9" * 32)
    assert len(db.session.scalars(select(DoseAnswer)).all()) == 2  # one of each dose


def test_what_is_not_certain_is_asked_back_and_changes_nothing(mary: Table) -> None:
    for body in ("Y 3", "late 20", "Y 24:00", "N 9:00"):
        (reply,) = texted(body)
        assert "not clear" in reply
    assert states() == ["due", "due"]


def test_other_words_are_left_to_people(mary: Table) -> None:
    for body in ("no idea", "Had a fall", "Not sure what this is"):
        assert is_general(texted(body))
    assert states() == ["due", "due"]


def test_a_bare_word_answers_the_last_text_only(world: World, mary: Table) -> None:
    with unit_of_work():
        service.tell(
            organisation_id=world.organisation.id,
            patient_id=world.mary_patient.id,
            recipient_id=world.mary.id,
            about="alert",
            about_id=world.mary_patient.id,
            kind="message",
            body="Kith: not recorded yet, please ask.",
        )
    sending.send_all_due()
    later = DUE + timedelta(minutes=6)
    with clock.at(later):
        for body in ("No", "No thanks", "done", "Wait", "Yes", "Yes no"):
            assert is_general(texted(body))
        assert states() == ["due", "due"]
        texted("No", sent_at=DUE + timedelta(minutes=4))  # before that text
    assert states() == ["missed", "missed"]


def test_a_bare_word_may_name_the_time_instead(world: World, mary: Table) -> None:
    texted("Y 3")
    sending.send_all_due()  # what was said back is the last text
    with clock.at(DUE + timedelta(minutes=6)):
        assert is_general(texted("yes"))
        texted("yes 20:00")
    assert states() == ["taken", "taken"]


def test_an_app_tick_and_a_text_are_one_dose_and_ask_about_two(client: FlaskClient, world: World, mary: Table) -> None:
    again = table_of(client, world, world.mary)  # it is evening: she has signed in again
    for dose in tonight():
        again.say({"id": str(dose.id)}, "taken")
    (reply,) = texted("Y")
    assert "If two were taken, reply TWO" in reply
    (reply,) = texted("TWO")
    assert reply.startswith("Kith: ask a pharmacist or 111 now")
    assert db.session.scalars(select(Todo).where(Todo.kind == "dose_twice")).all()
    assert states() == ["taken", "taken"]


def test_taken_at_a_time_of_today(mary: Table) -> None:
    texted("taken at 19:50")
    assert {dose.taken_at for dose in tonight()} == {DUE - timedelta(minutes=10)}


@pytest.mark.parametrize("body", ["TWO", "taken two", "TWO 5"])
def test_who_says_two_is_told_first_what_to_do(mary: Table, body: str) -> None:
    (reply,) = texted(body)
    assert "ask a pharmacist or 111 now" in reply[:60]


def test_a_time_that_cannot_be_is_asked_back(mary: Table) -> None:
    with clock.at(DUE + timedelta(minutes=45)):
        for body in ("Y 8:30", "Y 07:30", "Y 20:50"):
            (reply,) = texted(body)
            assert "not clear" in reply
        assert states() == ["due", "due"]
        texted("Y 20:30")
    assert {dose.taken_at for dose in tonight()} == {DUE + timedelta(minutes=30)}


def test_an_answer_is_of_the_moment_it_was_sent(mary: Table) -> None:
    sent_at = DUE + timedelta(minutes=2)
    with clock.at(DUE + timedelta(hours=1)):
        texted("Y", sent_at=sent_at)
    assert {dose.taken_at for dose in tonight()} == {sent_at}


def test_what_was_reminded_of_after_it_was_sent_is_not_answered(mary: Table) -> None:
    assert is_general(texted("Y", sent_at=DUE - timedelta(minutes=1)))
    assert states() == ["due", "due"]


@pytest.mark.parametrize(
    "change",
    [
        "update reminder set state = 'withdrawn'",
        "update reminder set channel = 'push'",
        "update delivery set state = 'pending'",
        "update delivery set state = 'undelivered'",
        "update delivery set channel = 'push'",
    ],
)
def test_only_a_text_that_went_out_is_answered(mary: Table, change: str) -> None:
    with unit_of_work():
        db.session.execute(text(change))
    assert is_general(texted("Y"))
    assert states() == ["due", "due"]


def test_a_withdrawn_dose_keeps_its_number_and_fails_no_other(mary: Table) -> None:
    with unit_of_work():
        tonight()[0].state = "withdrawn"
    (reply,) = texted("Y 1")
    assert "cannot be recorded" in reply
    assert states() == ["withdrawn", "due"]
    (reply,) = texted("Y")
    assert reply.startswith("Kith: recorded")
    assert states() == ["withdrawn", "taken"]


def test_somebody_who_was_not_reminded_answers_nothing(mary: Table) -> None:
    assert is_general(texted("Y", TOM))
    assert states() == ["due", "due"]


def test_whoever_may_no_longer_record_is_told_so(world: World, mary: Table) -> None:
    give_tom(world, Right.ACT)
    with unit_of_work():
        reminder = db.session.scalars(select(Reminder)).one()
        reminder.recipient_id = world.tom.id
        db.session.scalars(select(Delivery).where(Delivery.about_id == reminder.id)).one().recipient_id = world.tom.id
    with unit_of_work():
        db.session.execute(text("update circle_grant set ended_at = now(), ended_why = 'ended' where ended_at is null"))
    (reply,) = texted("Y", TOM)
    assert "may not record" in reply
    assert states() == ["due", "due"]
    assert db.session.get_one(Person, world.tom.id).phone == TOM
