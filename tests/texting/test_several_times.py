"""Answers where more than one reminder may be meant: one question, and nothing recorded unless it is certain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.medicines.models import Dose
from tests.conftest import NOW
from tests.medicines.table import Table, table_of
from tests.people import World, signed_in
from tests.texting.test_doses import reminded, texted

NOON, TWO = NOW.replace(hour=12), NOW.replace(hour=14)


def at(*times: str) -> dict[str, object]:
    """Doses of every day at these times."""
    return {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": one} for one in times]}]}


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Iterator[Table]:
    """Mary takes a medicine at noon and at two; it is five past two, and she was reminded of both."""
    table = table_of(client, world, world.mary)
    table.scheduled(table.add("Furosemide 40 mg"), at("12:00", "14:00"))
    reminded(NOON)
    reminded(TWO)
    with clock.at(TWO + timedelta(minutes=5)):
        yield table


def reminded_of_khan(client: FlaskClient, world: World, typed_at: str, due: datetime) -> None:
    """Imran's reminder goes to Mary's phone too."""
    table = Table(client, f"/api/patients/{world.khan_patient.id}", signed_in(client, world.khan))
    with clock.at(NOW):
        table.scheduled(table.add("Ramipril 5 mg"), at(typed_at))
    reminded(due)
    with unit_of_work():
        for table_name in ("reminder", "delivery"):
            db.session.execute(
                text(f"update {table_name} set recipient_id = :mary where recipient_id = :khan"),
                {"mary": world.mary.id, "khan": world.khan.id},
            )


def states(patient_id: object) -> list[str]:
    """The doses of the day, in order."""
    where = (Dose.patient_id == patient_id, Dose.due_at.between(NOON, NOON + timedelta(hours=3)))
    doses = select(Dose).where(*where).order_by(Dose.due_at).execution_options(populate_existing=True)
    return [one.state for one in db.session.scalars(doses)]


@pytest.mark.parametrize("body", ["Y", "N", "LATE", "Y 13:50"])
def test_of_two_open_times_none_is_guessed(world: World, mary: Table, body: str) -> None:
    (reply,) = texted(body)
    assert "more than one time is open" in reply
    assert "Y 14:00" in reply
    assert not {"taken", "missed"} & set(states(world.mary_patient.id))


def test_the_time_says_which_and_then_one_is_left(world: World, mary: Table) -> None:
    texted("Y 12:00")
    first, second = states(world.mary_patient.id)
    assert (first, second) == ("taken", "due")
    texted("N")
    assert states(world.mary_patient.id) == ["taken", "missed"]


def test_an_answer_fetched_late_is_of_the_first_time(world: World, mary: Table) -> None:
    texted("Y", sent_at=NOON + timedelta(minutes=5))
    assert states(world.mary_patient.id) == ["taken", "due"]


def test_a_second_text_about_the_same_time_is_no_other_time(client: FlaskClient, world: World) -> None:
    table = table_of(client, world, world.mary)
    table.scheduled(table.add("Furosemide 40 mg", remind_every=10), at("12:00"))
    for minutes in (0, 10):
        reminded(NOON + timedelta(minutes=minutes))
    with clock.at(NOON + timedelta(minutes=15)):
        texted("Y")
    assert states(world.mary_patient.id) == ["taken"]


def test_who_says_two_of_several_times_is_told_first_what_to_do(world: World, mary: Table) -> None:
    (reply,) = texted("TWO")
    assert "ask a pharmacist or 111 now" in reply[:60]
    assert "taken" not in states(world.mary_patient.id)


def test_another_patient_is_another_time(client: FlaskClient, world: World, mary: Table) -> None:
    with clock.at(NOON + timedelta(minutes=3)):
        texted("Y")  # noon, of Mary
    reminded_of_khan(client, world, "14:01", TWO + timedelta(minutes=1))
    (reply,) = texted("Y")
    assert "more than one time is open" in reply
    texted("Y 14:00")
    assert states(world.mary_patient.id) == ["taken", "taken"]
    assert states(world.khan_patient.id) == ["due"]


def test_two_patients_at_one_time_are_told_apart_by_name(client: FlaskClient, world: World, mary: Table) -> None:
    reminded_of_khan(client, world, "14:00", TWO)
    (reply,) = texted("Y 14:00")
    assert "as Y 14:00 " in reply
    assert states(world.mary_patient.id)[1] == states(world.khan_patient.id)[0] == "due"
    texted("Y 14:00 mary")
    assert states(world.mary_patient.id)[1] == "taken"
    (reply,) = texted("Y 14:00 Imran K.")
    assert "may not record" in reply
    assert states(world.khan_patient.id) == ["due"]


def test_what_somebody_else_answered_is_still_what_a_carer_may_mean(
    client: FlaskClient, world: World, mary: Table
) -> None:
    with clock.at(NOON + timedelta(minutes=3)):
        texted("Y")
    reminded_of_khan(client, world, "14:01", TWO + timedelta(minutes=1))
    with unit_of_work():
        db.session.execute(
            text("update dose set state = 'taken', taken_at = due_at, answered_by = :khan where patient_id = :patient"),
            {"khan": world.khan.id, "patient": world.khan_patient.id},
        )
    (reply,) = texted("Y")
    assert "more than one time is open" in reply
    assert states(world.mary_patient.id) == ["taken", "due"]
